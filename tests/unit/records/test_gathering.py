"""Records → facts: what counts, what counts once, what was true by then."""

from datetime import UTC, datetime

from motma.records.gathering import facts_from
from motma.records.model import About, Content, Dose, Recovery, Status, Test, What
from motma.rules import facts as rules

COVID = "840539006"


def content(what: What, status: Status = "final") -> Content:
    """A record of nobody in particular."""
    return Content(source="s", source_id="1", about=About(), what=what, status=status)


def dose(on: str, product: str = "EU/1/20/1528", number: int | None = None) -> Dose:
    return Dose(disease=COVID, product=product, on=on, number=number)


def test_doses_come_in_order_of_time() -> None:
    facts = facts_from([content(dose("2021-09-03")), content(dose("2021-08-01"))], born="1990")
    assert [d.on for d in facts.doses] == ["2021-08-01", "2021-09-03"]
    assert facts.born == "1990"


def test_what_was_taken_back_counts_for_nothing() -> None:
    taken = [content(dose("2021-09-03"), "not-done"), content(dose("2021-09-04"), "withdrawn")]
    assert facts_from(taken, born=None) == rules.NOTHING


def test_of_two_reports_of_one_dose_the_one_that_counts_doses_counts() -> None:
    two = [content(dose("2021-09-03", "Abdala")), content(dose("2021-09-03", number=2))]
    for order in (two, two[::-1]):
        [only] = facts_from(order, born=None).doses
        assert (only.product, only.number) == ("EU/1/20/1528", 2)


def test_an_inconclusive_test_is_no_fact_and_a_repeated_one_is_one() -> None:
    sure = Test(disease=COVID, kind="rapid", at="2021-09-03T08:00:00+07:00", result="negative")
    unsure = Test(
        disease=COVID, kind="rapid", at="2021-09-04T08:00:00+07:00", result="inconclusive"
    )
    facts = facts_from([content(sure), content(sure), content(unsure)], born=None)
    assert [t.at for t in facts.tests] == ["2021-09-03T08:00:00+07:00"]


def test_by_a_moment_only_what_had_happened_is_true() -> None:
    recovery = Recovery(disease=COVID, first_positive="2021-08-01", ended="2021-09-05")
    test = Test(disease=COVID, kind="naat", at="2021-09-04T08:00:00+07:00", result="positive")
    every = [content(dose("2021-09-04")), content(test), content(recovery)]
    # 23:59 on the 3rd, then 00:00 on the 4th, at Vietnam's wall clock
    before = datetime(2021, 9, 3, 16, 59, tzinfo=UTC)
    facts = facts_from(every, born=None, true_at=before)
    assert (facts.doses, facts.tests) == ((), ())
    assert facts.recoveries[0].ended is None
    after = datetime(2021, 9, 3, 17, 0, tzinfo=UTC)
    assert [d.on for d in facts_from(every, born=None, true_at=after).doses] == ["2021-09-04"]


def test_a_recovery_that_had_not_begun_is_not_there() -> None:
    recovery = Recovery(disease=COVID, certified="2021-09-05")
    by = datetime(2021, 9, 1, tzinfo=UTC)
    assert facts_from([content(recovery)], born=None, true_at=by).recoveries == ()


def test_no_history_is_longer_than_rules_can_bear() -> None:
    many = [content(dose(f"20{n // 12:02d}-{1 + n % 12:02d}-01")) for n in range(100)]
    facts = facts_from(many, born=None)
    assert len(facts.doses) == rules.LONGEST_LIST
    assert facts.doses[-1].on == "2008-04-01"
    assert rules.read(rules.write(facts)) == facts
