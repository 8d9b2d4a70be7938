"""A verdict says why, until when, and what would help, in both languages and with real dates."""

from datetime import UTC, datetime

from motma.rules.books.judging import Reason, judge
from motma.rules.books.shipped import neutral, shipped
from motma.rules.facts import COVID_19, NOTHING, Dose, Facts, Recovery, Test

KHANH_HOA = shipped()[-1]
JANSSEN = "EU/1/20/1525"


def at(text: str) -> datetime:
    """A moment by the clock in Vietnam."""
    return datetime.fromisoformat(f"{text}+07:00")


def dose(on: str, product: str = "EU/1/21/1529") -> Dose:
    """A dose against COVID-19."""
    return Dose(disease=COVID_19, product=product, on=on)


def lines(reason: Reason, depth: int = 0) -> list[str]:
    """The tree in English, indented."""
    own = f"{'  ' * depth}{'+' if reason.holds else '-'} {reason.text.en}"
    return [own, *(line for part in reason.parts for line in lines(part, depth + 1))]


def test_a_green_card_says_which_dose_and_since_when() -> None:
    facts = Facts(doses=(dose("2021-08-01"), dose("2021-09-25")))
    verdict = judge(KHANH_HOA, facts, at("2021-10-10T08:00:00"))
    assert (verdict.colour, verdict.favourable, verdict.valid_until) == ("green", True, None)
    assert lines(verdict.reasons) == [
        "+ Green: full course and 14 days",
        "  + Course complete on 25/9/2021; the 14 days were over on 9/10/2021",
    ]
    assert verdict.reasons.parts[0].since == datetime(2021, 10, 8, 17, tzinfo=UTC)
    assert verdict.improvements == ()


def test_the_first_line_says_until_when_and_what_comes_then() -> None:
    facts = Facts(recoveries=(Recovery(disease=COVID_19, ended="2021-09-03"),))
    verdict = judge(KHANH_HOA, facts, at("2021-10-10T08:00:00"))
    assert verdict.valid_until == at("2022-03-03T00:00:00")
    assert verdict.reasons.text.vi == (
        "Xanh: khỏi bệnh không quá 180 ngày; đến hết ngày 2/3/2022, khi đó đỏ: "
        "không thuộc trường hợp nào ở trên"
    )


def test_a_card_that_is_not_green_says_what_is_missing_for_each_better_rule() -> None:
    test = Test(disease=COVID_19, kind="naat", at="2021-10-07T02:30:00Z", result="negative")
    facts = Facts(tests=(test,), recoveries=(Recovery(disease=COVID_19, ended="2021-01-31"),))
    verdict = judge(KHANH_HOA, facts, at("2021-10-07T12:00:00"))
    assert lines(verdict.reasons) == [
        (
            "+ Yellow: negative PCR within 72 hours; until 9:30 10/10/2021, "
            "when red: none of the better rules applies"
        ),
        "  + Negative PCR, sample taken 9:30 7/10/2021, good until 9:30 10/10/2021",
        "  - Not green (full course and 14 days):",
        "    - No complete course",
        "  - Not green (recovered at most 180 days ago):",
        "    - Recovered on 31/1/2021; the 180 days were over on 31/7/2021",
    ]


def test_what_would_help_is_tried_out_waiting_first() -> None:
    verdict = judge(KHANH_HOA, Facts(doses=(dose("2021-10-01"),)), at("2021-10-07T12:00:00"))
    assert [(i.remedy, i.colour, i.text.en) for i in verdict.improvements] == [
        (None, "yellow", "Yellow from 15/10/2021 with nothing more to do"),
        ("negative-naat", "yellow", "A negative PCR test: yellow once it is recorded"),
    ]


def test_someone_without_a_dose_hears_what_gives_green() -> None:
    facts = Facts(
        tests=(Test(disease=COVID_19, kind="naat", at="2021-10-07T02:30:00Z", result="negative"),),
    )
    verdict = judge(KHANH_HOA, facts, at("2021-10-07T12:00:00"))
    assert [i.text.vi for i in verdict.improvements] == [
        "Tiêm hai mũi cách nhau 28 ngày: xanh từ 18/11/2021",
    ]


def test_one_dose_of_a_single_dose_vaccine_is_a_full_course() -> None:
    facts = Facts(doses=(dose("2021-09-25", JANSSEN),))
    assert judge(KHANH_HOA, facts, at("2021-10-09T00:00:00")).colour == "green"


def test_another_disease_counts_for_nothing() -> None:
    facts = Facts(doses=(Dose(disease="6142004", product=JANSSEN, on="2021-01-01"),))
    assert judge(KHANH_HOA, facts, at("2021-10-09T00:00:00")).colour == "red"


def test_a_fact_dated_later_counts_from_its_own_moment_on() -> None:
    positive = Test(disease=COVID_19, kind="naat", at="2021-10-09T01:00:00Z", result="positive")
    negative = Test(disease=COVID_19, kind="naat", at="2021-10-07T02:30:00Z", result="negative")
    verdict = judge(KHANH_HOA, Facts(tests=(positive, negative)), at("2021-10-07T12:00:00"))
    assert (verdict.colour, verdict.valid_until) == ("yellow", at("2021-10-09T08:00:00"))


def test_days_begin_at_midnight_in_vietnam() -> None:
    facts = Facts(doses=(dose("2021-08-01"), dose("2021-09-25")))
    colours = [
        judge(KHANH_HOA, facts, at(moment)).colour
        for moment in ("2021-10-08T23:59:59.999", "2021-10-09T00:00:00", "2021-10-09T06:59:59")
    ]
    assert colours == ["yellow", "green", "green"]


def test_the_neutral_default_says_that_there_is_no_rule() -> None:
    verdict = judge(neutral(), NOTHING, at("2026-01-01T00:00:00"))
    assert lines(verdict.reasons) == ["+ Neutral: this place has no rule for card colours"]
    assert (verdict.favourable, verdict.valid_until) == (False, None)


def test_outside_its_period_a_book_gives_no_colour() -> None:
    verdict = judge(KHANH_HOA, NOTHING, at("2021-10-06T23:00:00"))
    assert (verdict.colour, verdict.valid_until) == ("neutral", at("2021-10-07T00:00:00"))
    assert "not in force" in verdict.reasons.text.en
