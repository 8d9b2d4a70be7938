"""What a book is asked with: the facts of its disease, in order, completed, in civil time.

CertLogic knows no time zone but UTC, and a Vietnamese rule means Vietnamese days. So every moment
is given as the wall clock in Vietnam shows it, labelled `Z`: "2021-09-17T00:00:00Z" is midnight in
Nha Trang. Days stay as they are. See docs/decisions/0075.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from motma.kernel.clock import CIVIL_ZONE
from motma.rules.facts import Dose, Facts, Recovery, Test

#: Products that are a full course in one dose. Source: their EU and WHO product information.
SINGLE_DOSE: Final = frozenset({"EU/1/20/1525", "Convidecia", "Sputnik-Light", "Sputnik-M"})

#: Doses of a course when neither record nor product says. Source: QĐ 5772/QĐ-BYT's usual course.
USUAL_COURSE: Final = 2

#: Doses closer than this are one dose reported twice. Source: decision 0076.
SAME_DOSE_DAYS: Final = 14

#: The offset since 1975-06-13; earlier moments take the slow way.
_OFFSET: Final = timedelta(hours=7)
_OFFSET_SINCE: Final = datetime(1975, 6, 14, tzinfo=UTC)

Payload = dict[str, object]


def civil(moment: datetime) -> datetime:
    """The wall clock in Vietnam at a moment, labelled UTC.

    >>> civil(datetime(2021, 9, 16, 17, 0, tzinfo=UTC))
    datetime.datetime(2021, 9, 17, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if moment >= _OFFSET_SINCE:
        return moment.astimezone(UTC) + _OFFSET
    return moment.astimezone(CIVIL_ZONE).replace(tzinfo=UTC)


def moment_of(wall: datetime) -> datetime:
    """The moment at which the wall clock in Vietnam shows this; the reverse of `civil`.

    >>> moment_of(datetime(2021, 9, 17, tzinfo=UTC))
    datetime.datetime(2021, 9, 16, 17, 0, tzinfo=datetime.timezone.utc)
    """
    moment = wall - _OFFSET
    if moment >= _OFFSET_SINCE:
        return moment
    return wall.replace(tzinfo=CIVIL_ZONE).astimezone(UTC)


def midnight(day: date) -> datetime:
    """The wall clock at the beginning of a civil day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def written(wall: datetime) -> str:
    """A wall clock as CertLogic reads it."""
    return wall.isoformat().replace("+00:00", "Z")


def whole(wall: datetime) -> datetime:
    """Down to the millisecond, the finest that CertLogic tells apart."""
    return wall.replace(microsecond=wall.microsecond // 1000 * 1000) if wall.microsecond else wall


class History:
    """The facts about one disease; each counts from its own moment on."""

    __slots__ = ("_born", "_doses", "_recoveries", "_tests", "starts")

    def __init__(self, facts: Facts, disease: str) -> None:
        doses = [d for d in facts.doses if d.disease == disease]
        doses.sort(key=_dose_order)
        self._doses = tuple(zip(map(_midnight, doses), doses, _numbers(doses), strict=True))
        tests = [(whole(civil(datetime.fromisoformat(t.at))), t) for t in facts.tests]
        self._tests = sorted((p for p in tests if p[1].disease == disease), key=_test_order)
        self._recoveries = [r for r in facts.recoveries if r.disease == disease]
        self._born = facts.born
        #: Wall clocks, in order, from which another fact counts.
        self.starts = sorted({*self._starts()})

    def _starts(self) -> Iterable[datetime]:
        """When each fact begins to count."""
        yield from (start for start, _dose, _number in self._doses)
        yield from (start for start, _test in self._tests)
        for past in self._recoveries:
            for day in (past.first_positive, past.ended, past.certified):
                if day is not None:
                    yield midnight(date.fromisoformat(day))

    def payload(self, wall: datetime) -> Payload:
        """What rules see at that wall clock: nothing that is dated later."""
        return {
            "doses": [_dose(d, n) for start, d, n in self._doses if start <= wall],
            "tests": [_test(t, start) for start, t in self._tests if start <= wall],
            "recoveries": _recoveries(self._recoveries, wall),
            "born": self._born,
        }


def _dose_order(dose: Dose) -> tuple[str, str, int]:
    """By day; within a day the higher number last."""
    return dose.on, dose.product, dose.number or 0


def _test_order(pair: tuple[datetime, Test]) -> tuple[datetime, bool]:
    """By sample time; of two at one time the positive one last, so that it counts."""
    return pair[0], pair[1].result == "positive"


def _midnight(dose: Dose) -> datetime:
    """When a dose begins to count."""
    return midnight(date.fromisoformat(dose.on))


def _numbers(doses: Sequence[Dose]) -> list[int]:
    """The number of each dose: what its record says, or its place in the row if that is more.

    Two records of one injection, a few days apart, take one place. More doses never lower a
    number, so they can't make anybody worse off.
    """
    numbers, place, last = [], 0, date.min
    for dose in doses:
        on = date.fromisoformat(dose.on)
        if place == 0 or (on - last).days >= SAME_DOSE_DAYS:
            place, last = place + 1, on
        numbers.append(max(dose.number or 0, place))
    return numbers


def _dose(dose: Dose, number: int) -> Payload:
    """A dose with number and length of its course filled in."""
    of = 1 if dose.product in SINGLE_DOSE else dose.of or USUAL_COURSE
    return {"product": dose.product, "on": dose.on, "number": number, "of": of}


def _test(test: Test, start: datetime) -> Payload:
    """A test with its sample time on the wall clock."""
    return {"kind": test.kind, "at": written(start), "result": test.result}


def _recoveries(recoveries: Iterable[Recovery], wall: datetime) -> list[Payload]:
    """Recoveries that have begun to count, without the days that are still to come, oldest first.

    `recovered` is the end of isolation, or else the day of the certificate.
    """
    today = wall.date().isoformat()
    rows: list[Payload] = []
    for past in recoveries:
        first, ended, certified = (
            day if day is not None and day <= today else None
            for day in (past.first_positive, past.ended, past.certified)
        )
        if first or ended or certified:
            row = {"first_positive": first, "ended": ended, "certified": certified}
            rows.append({**row, "recovered": ended or certified})
    rows.sort(key=_recovery_order)
    return rows


def _recovery_order(row: Payload) -> tuple[str, str]:
    """By recovery, then by first positive test; unknown days first."""
    return str(row["recovered"] or ""), str(row["first_positive"] or "")
