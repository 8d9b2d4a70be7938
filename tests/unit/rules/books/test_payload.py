"""What rules are asked with: ordered, completed, of one disease, in civil time."""

from datetime import UTC, datetime

from motma.rules.books.payload import History, civil, moment_of
from motma.rules.facts import COVID_19, Dose, Facts, Recovery, Test

LATE = datetime(2022, 1, 1, tzinfo=UTC)


def doses(*known: tuple[str, int | None, int | None], product: str = "CoronaVac") -> object:
    """Number and length of course of each dose as rules see them."""
    facts = Facts(
        doses=tuple(
            Dose(disease=COVID_19, product=product, on=on, number=number, of=of)
            for on, number, of in known
        )
    )
    seen: list[dict[str, object]] = History(facts, COVID_19).payload(LATE)["doses"]  # type: ignore[assignment]
    return [(dose["on"], dose["number"], dose["of"]) for dose in seen]


def test_doses_come_in_order_and_are_numbered_by_their_place() -> None:
    assert doses(("2021-09-01", None, None), ("2021-07-01", None, None)) == [
        ("2021-07-01", 1, 2),
        ("2021-09-01", 2, 2),
    ]


def test_a_number_that_the_record_states_is_never_lowered() -> None:
    assert doses(("2021-09-01", 2, 2)) == [("2021-09-01", 2, 2)]


def test_two_doses_called_the_first_are_two() -> None:
    assert doses(("2021-07-01", 1, 2), ("2021-09-01", 1, 2))[1] == ("2021-09-01", 2, 2)  # type: ignore[index]


def test_reports_less_than_fourteen_days_apart_are_one_dose() -> None:
    assert doses(("2021-07-01", None, None), ("2021-07-14", None, None))[1][1] == 1  # type: ignore[index]
    assert doses(("2021-07-01", None, None), ("2021-07-15", None, None))[1][1] == 2  # type: ignore[index]


def test_a_single_dose_vaccine_has_a_course_of_one_whatever_the_record_says() -> None:
    assert doses(("2021-07-01", 1, 2), product="EU/1/20/1525") == [("2021-07-01", 1, 1)]


def test_recovery_is_the_end_of_isolation_or_else_the_certificate() -> None:
    facts = Facts(
        recoveries=(
            Recovery(disease=COVID_19, certified="2021-09-01"),
            Recovery(disease=COVID_19, ended="2021-03-01", certified="2021-03-09"),
            Recovery(disease=COVID_19, first_positive="2021-02-01"),
        )
    )
    rows: list[dict[str, object]] = History(facts, COVID_19).payload(LATE)["recoveries"]  # type: ignore[assignment]
    assert [row["recovered"] for row in rows] == [None, "2021-03-01", "2021-09-01"]


def test_the_sample_time_is_read_off_the_wall_clock_in_vietnam() -> None:
    test = Test(disease=COVID_19, kind="rapid", at="2021-09-06T18:30:00Z", result="negative")
    seen = History(Facts(tests=(test,)), COVID_19).payload(LATE)["tests"]
    assert seen == [{"kind": "rapid", "at": "2021-09-07T01:30:00Z", "result": "negative"}]


def test_nothing_that_is_dated_later_is_seen() -> None:
    facts = Facts(
        doses=(Dose(disease=COVID_19, product="CoronaVac", on="2021-09-07"),),
        recoveries=(Recovery(disease=COVID_19, ended="2021-09-01", certified="2021-09-08"),),
    )
    seen = History(facts, COVID_19).payload(datetime(2021, 9, 6, 23, 59, tzinfo=UTC))
    assert seen["doses"] == []
    assert seen["recoveries"] == [
        {
            "first_positive": None,
            "ended": "2021-09-01",
            "certified": None,
            "recovered": "2021-09-01",
        },
    ]


def test_the_wall_clock_is_right_in_the_years_of_other_offsets_too() -> None:
    """Southern Vietnam kept UTC+8 until June 1975."""
    moment = datetime(1974, 1, 1, tzinfo=UTC)
    assert civil(moment).hour == 8
    assert moment_of(civil(moment)) == moment
