"""What a delivery may say: days, moments and texts, each fault with its field."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from motma.kernel.errors import Malformed
from motma.records.codes import shipped
from motma.records.model import About, Delivery, Dose, Recovery, Test, What
from motma.records.reading import judge

#: 00:30 on the 6th in Vietnam, still the 5th in UTC.
NOW = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)
DOSE = Dose(disease="840539006", product="EU/1/20/1528", on="2025-09-03")
TEST = Test(disease="840539006", kind="naat", at="2025-09-03T08:00:00+07:00", result="negative")
RECOVERY = Recovery(disease="840539006", first_positive="2025-08-01", ended="2025-08-15")


def judged(what: What, **more: Any) -> Delivery:
    """The delivery as it is kept."""
    return judge(Delivery(id="x", what=what, **more), shipped(), now=NOW)


@pytest.mark.parametrize(
    ("what", "reason", "field"),
    [
        (replace(DOSE, on="2026-01-07"), "records.day-out-of-range", "on"),
        (replace(DOSE, on="1899-12-31"), "records.day-out-of-range", "on"),
        (replace(DOSE, on="2025-02-30"), "records.day", "on"),
        (replace(DOSE, number=0), "records.dose-number", "number"),
        (replace(DOSE, of=21), "records.dose-number", "number"),
        (replace(DOSE, lot="a\u202eb"), "records.text-unprintable", "lot"),
        (replace(DOSE, place="x" * 201), "records.text-length", "place"),
        (replace(DOSE, disease="nothing"), "records.code-unknown", "disease"),
        (replace(TEST, at="2025-09-03T08:00:00"), "records.moment-without-offset", "at"),
        (replace(TEST, at="yesterday"), "records.moment", "at"),
        (replace(TEST, at="2026-01-05T17:41:00Z"), "records.day-out-of-range", "at"),
        (replace(TEST, at="0001-01-01T00:00:00+14:00"), "records.day-out-of-range", "at"),
        (replace(TEST, kind="guess"), "records.code-unknown", "kind"),
        (replace(TEST, result="maybe"), "records.code-unknown", "result"),
        (Recovery(disease="840539006"), "records.recovery-without-day", "first_positive"),
        (replace(RECOVERY, ended="9999-12-31"), "records.day-out-of-range", "ended"),
        (replace(RECOVERY, ended="2026-03-08"), "records.day-out-of-range", "ended"),
        (replace(RECOVERY, certified="2026-03-08"), "records.day-out-of-range", "certified"),
        (replace(RECOVERY, ended="2025-07-31"), "records.ended-before-it-began", "ended"),
    ],
)
def test_a_fault_has_a_permanent_code_and_its_field(what: What, reason: str, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        judged(what)
    assert (caught.value.reason, caught.value.field) == (reason, field)


def test_a_dose_of_this_very_civil_day_is_not_in_the_future() -> None:
    assert judged(replace(DOSE, on="2026-01-06")).what == replace(DOSE, on="2026-01-06")


@pytest.mark.parametrize("day", ["2026-01-07", "2026-03-07"])
def test_isolation_may_end_within_sixty_days(day: str) -> None:
    to_come = replace(RECOVERY, ended=day)
    assert judged(to_come).what == to_come


def test_one_moment_has_one_text() -> None:
    spellings = ["2025-09-03T01:00:00Z", "2025-09-03T08:00:00.400+07:00", "2025-09-02T21:00-04:00"]
    assert {judged(replace(TEST, at=text)) for text in spellings} == {judged(TEST)}


def test_a_test_or_a_recovery_is_never_not_done() -> None:
    for what in (TEST, RECOVERY):
        with pytest.raises(Malformed, match=r"records\.status"):
            judged(what, status="not-done")
    assert judged(DOSE, status="not-done").status == "not-done"


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        (About(birth="31/2/1990"), "records.birth"),
        (About(birth="soon"), "records.birth"),
        (About(sex="x"), "records.sex"),
    ],
)
def test_whom_it_speaks_of_is_judged_too(about: About, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        judged(DOSE, about=about)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("id_", "version"), [("", 1), (" ", 1), ("x" * 129, 1), ("x", -1)])
def test_an_id_and_a_version_have_their_limits(id_: str, version: int) -> None:
    with pytest.raises(Malformed):
        judge(Delivery(id=id_, version=version, what=DOSE), shipped(), now=NOW)
