"""The numbers that documents give are the numbers in the code."""

import pytest
from tests.docs.markdown import ROOT

from motma.access import model as access
from motma.access.tokens import PROOF_WINDOW_S, TOKEN_LIFE
from motma.audit.model import KEEP, MERGE_DELAY
from motma.codec.living import STEP
from motma.kernel.ids import new_qid
from motma.scan import grouping, model
from motma.web import people, scans, upkeep

SAYINGS = [
    ("flows/scan.md", f"(± {PROOF_WINDOW_S} s)"),
    ("flows/scan.md", f"over {model._OLDEST.days} days ago"),
    ("flows/scan.md", f"({model.DEVICE_SCANS.count} a minute each)"),
    ("flows/scan.md", f"({model.UNSIGNED_SCANS.count} a minute for a device)"),
    ("flows/scan.md", f"less than {model.JUDGED_AS_OF.days * 24} hours old"),
    ("flows/scan.md", f"more than {model.PERSON_ALARM.count} times in an hour"),
    ("flows/scan.md", f"up to {scans._MOST_BATCHED:,}"),
    ("flows/revoke.md", f"every {upkeep.ROUND_S:.0f} seconds"),
    ("flows/enrol.md", f"({access.ENROLMENT_LIFE.days * 24} hours)"),
    ("flows/enrol.md", f"({access.ACTIVATION_LIFE.days} days)"),
    ("flows/enrol.md", f"a reader's for {access.SESSION_LIFE.seconds // 3600} hours"),
    ("flows/enrol.md", f"a wallet's for {access.WALLET_SESSION_LIFE.days} days"),
    ("decisions/0003-per-day-pseudonyms-in-the-log.md", f"({KEEP.days}, and one more"),
    ("decisions/0005-grouped-look-ups-appends-and-promises.md", f"at most {grouping.LARGEST}"),
    ("glossary.md", f"within {MERGE_DELAY.seconds} seconds"),
    ("glossary.md", f"every {STEP.seconds} seconds"),
    ("glossary.md", f"{len(new_qid())} digits"),
    ("threat-model.md", f"every {STEP.seconds} seconds"),
    ("threat-model.md", f"{people.DECLARATIONS.count} an\nhour"),
]


@pytest.mark.parametrize(("page", "saying"), SAYINGS)
def test_a_number_in_a_document_is_the_one_in_the_code(page: str, saying: str) -> None:
    assert saying in (ROOT / "docs" / page).read_text("utf-8")


def test_numbers_in_words_are_those_in_the_code() -> None:
    quarter, minute, hour = 15 * 60, 60, 3600
    assert (access.FAILED_CODES.count, access.FAILED_CODES.window_s) == (10, quarter)
    assert (access.FAILED_SIGN_INS.count, access.FAILED_SIGN_INS.window_s) == (5, quarter)
    assert TOKEN_LIFE.total_seconds() == 10 * minute
    assert model.DEVICE_SCANS.count == model.READER_SCANS.count
    assert {model.DEVICE_SCANS.window_s, model.UNSIGNED_SCANS.window_s} == {minute}
    assert {model.PERSON_ALARM.window_s, people.DECLARATIONS.window_s} == {hour}
