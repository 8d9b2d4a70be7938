"""`valid_until` is the first moment of another colour: just before it, at it, and never before."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motma.rules.books.compiling import CompiledBook
from motma.rules.books.judging import judge
from motma.rules.books.searching import Inquiry, quick, wall_of
from motma.rules.books.shipped import NAMES, shipped
from motma.rules.facts import COVID_19, Dose, Facts, Recovery, Test, read, write

STEP = timedelta(milliseconds=1)
FIRST, LAST = date(2021, 1, 1), date(2022, 6, 30)

days = st.dates(FIRST, LAST).map(date.isoformat)
moments = st.datetimes(datetime(2021, 1, 1), datetime(2022, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
near = st.datetimes(datetime(2021, 9, 1), datetime(2021, 10, 31), timezones=st.just(UTC))  # noqa: DTZ001
counts = st.none() | st.integers(1, 3)
doses = st.builds(
    Dose,
    disease=st.sampled_from((COVID_19, COVID_19, COVID_19, "6142004")),
    product=st.sampled_from(("EU/1/20/1528", "EU/1/20/1525", "CoronaVac")),
    on=days,
    number=counts,
    of=counts,
)
tests = st.builds(
    Test,
    disease=st.just(COVID_19),
    kind=st.sampled_from(("naat", "rapid", "antibody")),
    at=(moments | near).map(datetime.isoformat),
    result=st.sampled_from(("negative", "positive")),
)
recoveries = st.builds(
    Recovery,
    disease=st.just(COVID_19),
    first_positive=st.none() | days,
    ended=st.none() | days,
    certified=st.none() | days,
)
facts_of_somebody = st.builds(
    Facts,
    doses=st.lists(doses, max_size=4).map(tuple),
    tests=st.lists(tests, max_size=3).map(tuple),
    recoveries=st.lists(recoveries, max_size=2).map(tuple),
)
books = pytest.mark.parametrize("book", shipped(), ids=NAMES)


def colour(book: CompiledBook, facts: Facts, at: datetime) -> str:
    """The colour at one moment, by an inquiry of its own."""
    return Inquiry(book, facts).find(wall_of(at)).colour


def suspects(facts: Facts) -> list[datetime]:
    """Moments at which a colour could change: each date with each limit, and around them."""
    dated = [dose.on for dose in facts.doses]
    for past in facts.recoveries:
        dated += [day for day in (past.first_positive, past.ended, past.certified) if day]
    starts = [datetime.fromisoformat(f"{day}T00:00:00+07:00") for day in dated]
    starts += [datetime.fromisoformat(test.at) for test in facts.tests]
    limits = [timedelta(days=n) for n in (0, 1, 13, 14, 15, 180, 181, 182, 183, 184, 185)]
    limits.append(timedelta(hours=72))
    ends = [
        datetime.fromisoformat(f"2021-{day}T00:00:00+07:00")
        for day in ("09-08", "09-15", "09-21", "10-07")
    ]
    points = [start + limit for start in starts for limit in limits] + ends
    return [point + nudge for point in points for nudge in (-STEP, timedelta(), STEP)]


@books
@settings(max_examples=60, deadline=None)
@given(facts=facts_of_somebody, at=moments | near)
def test_the_colour_changes_at_valid_until_and_nowhere_before(
    book: CompiledBook, facts: Facts, at: datetime
) -> None:
    here, until = quick(book, facts, at)
    assert colour(book, facts, at) == here
    if until is not None:
        assert until > at
        assert colour(book, facts, until) != here
        assert colour(book, facts, max(at, until - STEP)) == here
    end = until or at + timedelta(days=4000)
    step = (end - at) / 40
    between = [at + step * part for part in range(40)]
    between += [moment for moment in suspects(facts) if at <= moment < end]
    assert {colour(book, facts, moment) for moment in between} == {here}


@books
@settings(max_examples=40, deadline=None)
@given(facts=facts_of_somebody, at=near)
def test_quick_and_judge_agree(book: CompiledBook, facts: Facts, at: datetime) -> None:
    verdict = judge(book, facts, at)
    assert (verdict.colour, verdict.valid_until) == quick(book, facts, at)
    for better in verdict.improvements:
        assert book.rank[better.colour] < book.rank[verdict.colour]
        assert better.at >= at - STEP


@books
@settings(max_examples=40, deadline=None)
@given(facts=facts_of_somebody, at=near)
def test_the_order_in_which_facts_came_changes_nothing(
    book: CompiledBook, facts: Facts, at: datetime
) -> None:
    shuffled = Facts(
        doses=facts.doses[::-1], tests=facts.tests[::-1], recoveries=facts.recoveries[::-1]
    )
    assert judge(book, shuffled, at).reasons == judge(book, facts, at).reasons


@settings(max_examples=100, deadline=None)
@given(facts=facts_of_somebody)
def test_facts_are_read_back_as_they_were_written(facts: Facts) -> None:
    assert read(write(facts)) == facts


@books
@settings(max_examples=60, deadline=None)
@given(facts=facts_of_somebody, extra=doses, at=near)
def test_one_more_dose_never_makes_the_colour_worse(
    book: CompiledBook, facts: Facts, extra: Dose, at: datetime
) -> None:
    more = Facts(doses=(*facts.doses, extra), tests=facts.tests, recoveries=facts.recoveries)
    assert book.rank[colour(book, more, at)] <= book.rank[colour(book, facts, at)]


@books
@settings(max_examples=60, deadline=None)
@given(facts=facts_of_somebody, kind=st.sampled_from(("naat", "rapid", "antibody")), at=near)
def test_a_newer_negative_test_never_makes_the_colour_worse(
    book: CompiledBook, facts: Facts, kind: Literal["naat", "rapid", "antibody"], at: datetime
) -> None:
    newer = Test(disease=COVID_19, kind=kind, at=at.isoformat(), result="negative")
    more = Facts(doses=facts.doses, tests=(*facts.tests, newer), recoveries=facts.recoveries)
    assert book.rank[colour(book, more, at)] <= book.rank[colour(book, facts, at)]
