"""What a person's records come to: facts, of today or as of a moment; pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from motma.kernel.clock import civil_day
from motma.records.model import Content, Dose, Recovery, Test
from motma.rules import facts as rules
from motma.rules.facts import LONGEST_LIST, Facts

#: Results that say something; an inconclusive test stays a record and is no fact.
_SAYING: Final = {"negative", "positive"}


def facts_from(
    contents: Iterable[Content], *, born: str | None, true_at: datetime | None = None
) -> Facts:
    """Facts of records that count, in order of time; `true_at` leaves out what came later.

    Two sources report one dose: the same disease on the same day is one dose, whatever else they
    say, because counting it twice would make a full course of one dose.
    """
    what = [content.what for content in contents if content.state == "active"]
    doses = _doses((w for w in what if isinstance(w, Dose)), true_at)
    tests = _tests((w for w in what if isinstance(w, Test)), true_at)
    recoveries = _recoveries((w for w in what if isinstance(w, Recovery)), true_at)
    return Facts(
        doses=doses[-LONGEST_LIST:],
        tests=tests[-LONGEST_LIST:],
        recoveries=recoveries[-LONGEST_LIST:],
        born=born,
    )


def _doses(doses: Iterable[Dose], true_at: datetime | None) -> tuple[rules.Dose, ...]:
    last = civil_day(true_at).isoformat() if true_at else None
    kept: dict[tuple[str, str], Dose] = {}
    for dose in sorted(doses, key=_dose_rank):
        if last is None or dose.on <= last:
            kept.setdefault((dose.on, dose.disease), dose)
    return tuple(
        rules.Dose(disease=d.disease, product=d.product, on=d.on, number=d.number, of=d.of)
        for _, d in sorted(kept.items())
    )


def _dose_rank(dose: Dose) -> tuple[bool, bool, str, int, int]:
    """Of two reports of one dose, the one that counts doses; then any fixed order."""
    number, of = dose.number or 0, dose.of or 0
    return dose.number is None, dose.of is None, dose.product, number, of


def _tests(tests: Iterable[Test], true_at: datetime | None) -> tuple[rules.Test, ...]:
    found = {
        (test.at, test.disease, test.kind, test.result)
        for test in tests
        if test.result in _SAYING
        and (true_at is None or datetime.fromisoformat(test.at) <= true_at)
    }
    return tuple(
        # both words are among the rules' own: `reading` and `_SAYING` let no other in
        rules.Test(disease=disease, kind=kind, at=at, result=result)  # type: ignore[arg-type]
        for at, disease, kind, result in sorted(found)
    )


def _recoveries(found: Iterable[Recovery], true_at: datetime | None) -> tuple[rules.Recovery, ...]:
    last = civil_day(true_at).isoformat() if true_at else None

    def seen(day: str | None) -> str | None:
        return day if day and (last is None or day <= last) else None

    days = {(r.disease, seen(r.first_positive), seen(r.ended), seen(r.certified)) for r in found}
    told = sorted((one for one in days if any(one[1:])), key=lambda one: [d or "" for d in one])
    return tuple(
        rules.Recovery(disease=disease, first_positive=first, ended=ended, certified=certified)
        for disease, first, ended, certified in told
    )
