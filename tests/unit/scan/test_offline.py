"""Without the network: only what signature, snapshot and card slot prove; the rest is said so."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.snapshotting import ISSUER, NOW, QID, STRANGER, Key, body, code, snapshot

from motma.cards.snapshot import ended
from motma.codec.issued import Card, Colour, Form
from motma.scan.model import Outcome
from motma.scan.offline import OfflineAnswer, Place, decide

KHANH_HOA = Place(province="56", kind="market")
HANOI = Place(province="01")
GREEN = Card(scheme=5601, colour=Colour.GREEN, until=NOW + timedelta(hours=5))


def answer(
    text: str, place: Place = KHANH_HOA, *, entries: tuple[str, ...] = (), at: datetime = NOW
) -> OfflineAnswer:
    """What a gate hears that has a fresh snapshot."""
    return decide(snapshot(body(entries=entries)), text, place, at=at)


def test_a_signed_code_that_has_not_ended_is_known_by_what_stands_in_it() -> None:
    heard = answer(code(card=GREEN))
    assert heard.outcome is Outcome.KNOWN
    assert heard.who is not None
    assert heard.who["birth_year"] == "1990"
    assert "TRAN THI THU" not in str(heard.who)


def test_a_colour_under_the_book_of_the_place_is_shown_until_when() -> None:
    card = answer(code(card=GREEN)).card
    assert card is not None
    assert (card["colour"], card["book"]) == ("green", "khanh-hoa-2021-10-07")
    assert card["text"]["vi"] == "Xanh, theo mã, đến 13:00 8/10/2021"


def test_the_same_code_is_neutral_elsewhere_and_says_under_what_it_was_issued() -> None:
    card = answer(code(card=GREEN), HANOI).card
    assert card is not None
    assert card["colour"] == "neutral"
    assert card["text"]["en"] == "Issued under Khánh Hòa, 7/10/2021, which does not apply here"


def test_a_scheme_that_nobody_knows_here_is_named_by_its_number() -> None:
    strange = Card(scheme=4321, colour=Colour.GREEN, until=GREEN.until)
    card = answer(code(card=strange)).card
    assert card is not None
    assert card["colour"] == "neutral"
    assert "4321" in card["text"]["en"]


def test_a_colour_ends_with_its_minute() -> None:
    text = code(card=GREEN)
    before = answer(text, at=GREEN.until - timedelta(seconds=1)).card
    after = answer(text, at=GREEN.until).card
    assert before is not None
    assert after is not None
    assert (before["colour"], after["colour"]) == ("green", "neutral")
    assert after["text"]["en"] == "The colour in the code ended at 13:00 8/10/2021: ask"


def test_a_code_without_a_colour_says_ask_and_where_no_rule_applies_says_so() -> None:
    text = code(form=Form.PAPER)
    here, elsewhere = answer(text).card, answer(text, HANOI).card
    assert here is not None
    assert elsewhere is not None
    assert here["text"]["en"] == "The code carries no colour: ask"
    assert elsewhere["text"]["en"] == "No rule applies here"


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        (ended.whole(QID), Outcome.REVOKED),
        (ended.issue(QID, 1), Outcome.REPLACED),
        (ended.issue(QID, 2), Outcome.KNOWN),
    ],
)
def test_a_code_that_ended_is_never_known(entry: str, outcome: Outcome) -> None:
    heard = answer(code(card=GREEN), entries=(entry,))
    assert heard.outcome is outcome
    assert (heard.card is None) == (heard.who is None) == (outcome is not Outcome.KNOWN)


STRIPPED = re.sub(r"[0-9]{155}", "", code(card=GREEN))
NOT_PROVEN = {
    "a stripped signature": (STRIPPED, Outcome.UNSIGNED),
    "the national form": (
        f"001190000001|TRAN THI THU|1990-02-03|0|{QID}|<2<<0912345678",
        Outcome.UNSIGNED,
    ),
    "masked without a version": (f"******|TRAN THI THU|1990-**-**|0|{QID}|<<<<", Outcome.MALFORMED),
    "another's key": (code(card=GREEN, key=STRANGER), Outcome.UNKNOWN_KEY),
    "a forger with the key's name": (code(card=GREEN, key=Key(5, ISSUER.kid)), Outcome.FORGED),
    "a changed name": (code(card=GREEN).replace("THU|", "THI|"), Outcome.FORGED),
    "a later colour": (code(card=GREEN).replace("<c=56011", "<c=79011"), Outcome.FORGED),
    "out of date": (code(lasts=timedelta(days=-1)), Outcome.EXPIRED),
    "an identity card": (
        "001190000001||Trần Thị Thử|03021990|Nữ|Hà Nội|10052021",
        Outcome.UNSIGNED,
    ),
    "a link": ("https://example.invalid/", Outcome.NOT_A_PERSON),
    "no code at all": ("xin chào", Outcome.MALFORMED),
}


@pytest.mark.parametrize(("text", "outcome"), NOT_PROVEN.values(), ids=NOT_PROVEN)
def test_what_is_not_proven_is_not_known_and_shows_nothing(text: str, outcome: Outcome) -> None:
    heard = answer(text)
    assert heard.outcome is outcome
    assert (heard.who, heard.card, heard.not_known) == (None, None, [])
    assert heard.advice["text"]["vi"]


def test_an_answer_says_how_old_it_is_and_what_it_could_not_know() -> None:
    heard = answer(code(card=GREEN), at=NOW + timedelta(minutes=90))
    assert heard.snapshot["age_s"] == 5400
    assert heard.snapshot["text"]["en"] == "offline data of 90 minutes ago"
    known = {one["code"] for one in heard.not_known}
    assert known == {"copy", "later-ending", "later-facts", "register"}
    assert "8:00 8/10/2021" in str(heard.not_known)


def test_day_old_data_and_data_of_another_province_are_warned_of() -> None:
    of_khanh_hoa = snapshot(body(province="56"))
    heard = decide(of_khanh_hoa, code(), HANOI, at=NOW + timedelta(hours=25))
    codes = [warning["code"] for warning in heard.warnings]
    assert codes == ["scan.snapshot-old", "scan.snapshot-of-elsewhere"]


def test_a_book_is_chosen_by_the_kind_of_place_and_the_activity() -> None:
    at = datetime(2021, 9, 16, 1, tzinfo=UTC)
    slot = Card(scheme=7903, colour=Colour.GREEN, until=at + timedelta(hours=1))
    text = code(card=slot)
    shipper = decide(
        snapshot(body(as_of=at)), text, Place(province="79", activity="shipper"), at=at
    )
    others = decide(snapshot(body(as_of=at)), text, Place(province="79"), at=at)
    assert shipper.card is not None
    assert others.card is not None
    assert (shipper.card["colour"], others.card["colour"]) == ("green", "neutral")
