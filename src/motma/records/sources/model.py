"""A source's state, when it may be asked again, and how it is told to people; pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from motma.kernel.clock import CIVIL_ZONE, civil_day

POPULATION: Final = "population"
INSURANCE: Final = "insurance"
IMMUNISATION: Final = "immunisation"
TESTS: Final = "tests"
KINDS: Final = (POPULATION, INSURANCE, IMMUNISATION, TESTS)
#: Kinds that speak of people; the others speak of what was done to them.
PEOPLE: Final = frozenset({POPULATION, INSURANCE})

#: Waiting after a failure: up to a second, doubling, never above five minutes. Source: ours.
FIRST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(minutes=5)
#: Failures in a row after which the circuit opens: from here on one single request tries.
OPENS_AFTER: Final = 5
#: A source that was read within this is up to date.
FRESH: Final = timedelta(minutes=15)

DEAD_LETTER: Final = "dead_letter.sealed"


class ByAssertion(msgspec.Struct, frozen=True, kw_only=True, tag="assertion"):
    """Signed with our key of the purpose `client`, for a token of the source's token end point."""

    token_address: str
    client: str  # what the source calls us
    scope: str = ""


class ByHeader(msgspec.Struct, frozen=True, kw_only=True, tag="header"):
    """A header whose value stands in a file that nobody else may read."""

    name: str
    file: str


#: How we prove to a source who we are.
Proof = ByAssertion | ByHeader


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a source answers: items after a cursor, and what lies behind them.

    `cursor` is where the next request begins; `as_of` is until when the source itself is complete
    with these items taken; `backlog` how many more it has.
    """

    items: tuple[msgspec.Raw, ...]
    cursor: str
    more: bool = False
    as_of: datetime | None = None
    backlog: int | None = None


class Dead(msgspec.Struct, frozen=True, kw_only=True):
    """An item that could not be taken, and why."""

    text: bytes
    item_id: str  # the source's own, empty where it could not be read
    code: str
    field: str | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a page's items."""

    ids: tuple[str, ...] = ()  # taken, or known before
    versions: tuple[int, ...] = ()  # of each of these
    dead: tuple[Dead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source and how it goes."""

    source: str
    kind: str
    address: str
    private_network: bool
    cursor: str
    taken: int
    backlog: int | None
    read_to: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    failure: str | None
    failures: int
    not_before: datetime | None
    proof: Proof | None = None

    def wait_s(self, now: datetime) -> float:
        """Seconds until it may be asked again; 0 = now."""
        if self.not_before is None:
            return 0.0
        return max(0.0, (self.not_before - now).total_seconds())


def wait_after(failures: int, chance: float) -> timedelta:
    """How long to wait after so many failures in a row; `chance` is from 0 to 1.

    Full jitter: everybody waits another time, so that a source that comes back is not met by all
    at once. With the circuit open at least half the wait passes. Source: AWS Architecture Blog,
    "Exponential Backoff And Jitter", 2015.

    >>> wait_after(1, 1.0), wait_after(3, 0.5), wait_after(50, 0.0)
    (datetime.timedelta(seconds=1), datetime.timedelta(seconds=2), datetime.timedelta(seconds=150))
    """
    longest: timedelta = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(failures - 1, 20)))
    least = 0.5 if failures >= OPENS_AFTER else 0.0
    return longest * (least + (1 - least) * chance)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a source goes, for the operator; no person is in it."""

    source: str
    kind: str
    state: str  # ok, late, failing, open, never
    last_success_at: datetime | None
    read_to: datetime | None
    delay_s: float | None  # what lies between the source's knowledge and ours
    backlog: int | None
    error_rate: float  # failed requests of the last 24 hours
    letters: int  # dead letters that wait for somebody
    failures: int
    failure: str | None


def health(source: Source, *, tries: int, failed: int, letters: int, now: datetime) -> Health:
    """What to tell of a source, of its counts over the last 24 hours."""
    delay = None if source.read_to is None else max(0.0, (now - source.read_to).total_seconds())
    return Health(
        source=source.source,
        kind=source.kind,
        state=_state(source, delay),
        last_success_at=source.last_success_at,
        read_to=source.read_to,
        delay_s=delay,
        backlog=source.backlog,
        error_rate=round(failed / tries, 4) if tries else 0.0,
        letters=letters,
        failures=source.failures,
        failure=source.failure if source.failures else None,
    )


def _state(source: Source, delay_s: float | None) -> str:
    if source.failures >= OPENS_AFTER:
        return "open"
    if source.failures:
        return "failing"
    if source.last_success_at is None:
        return "never"
    if not source.address:  # it pushes: nobody knows what it has not sent
        return "ok"
    late = delay_s is None or delay_s > FRESH.total_seconds() or (source.backlog or 0) > 0
    return "late" if late else "ok"


_NAMES: Final = {
    POPULATION: ("Dữ liệu dân cư", "The population register"),
    INSURANCE: ("Dữ liệu bảo hiểm", "The insurance register"),
    IMMUNISATION: ("Sổ tiêm chủng", "The vaccination registry"),
    TESTS: ("Kết quả xét nghiệm", "The laboratories' results"),
}
_MISSING: Final = {
    POPULATION: ("thay đổi", "changes"),
    INSURANCE: ("thay đổi", "changes"),
    IMMUNISATION: ("mũi tiêm", "doses"),
    TESTS: ("xét nghiệm", "tests"),
}


def told(known: Iterable[Health]) -> list[Health]:
    """One source of each kind, to speak of to people: the one whose records are the oldest."""
    chosen: dict[str, Health] = {}
    for one in known:
        other = chosen.get(one.kind)
        if other is None or _age(one) > _age(other):
            chosen[one.kind] = one
    return [chosen[kind] for kind in KINDS if kind in chosen]


def _age(one: Health) -> float:
    return math.inf if one.delay_s is None else one.delay_s


def sentence(known: Health, *, now: datetime) -> dict[str, str]:
    """How fresh a source is, in plain words: what a person whose record is missing should know.

    >>> at = datetime.fromisoformat("2022-01-05T14:05:00+07:00")
    >>> known = Health(source="x", kind="immunisation", state="late", last_success_at=at,
    ...     read_to=at - timedelta(days=2), delay_s=0.0, backlog=9, error_rate=0.0, letters=0,
    ...     failures=0, failure=None)
    >>> sentence(known, now=at)["en"]
    'The vaccination registry was last read at 14:05; doses of the last 2 days may be missing.'
    """
    (name_vi, name_en), (what_vi, what_en) = _NAMES[known.kind], _MISSING[known.kind]
    was = "were" if known.kind == TESTS else "was"
    if known.last_success_at is None:
        return {
            "vi": f"{name_vi} chưa được đọc lần nào; {what_vi} có thể còn thiếu.",
            "en": f"{name_en} {was} not read yet; {what_en} may be missing.",
        }
    vi, en = _when(known.last_success_at, now=now)
    said_vi, said_en = f"{name_vi} được đọc lần cuối {vi}", f"{name_en} {was} last read {en}"
    behind = None if known.read_to is None else now - known.read_to
    if behind is not None and behind <= FRESH:
        return {"vi": f"{said_vi}.", "en": f"{said_en}."}
    span_vi, span_en = _span(behind)
    return {
        "vi": f"{said_vi}; {what_vi} {span_vi} có thể còn thiếu.",
        "en": f"{said_en}; {what_en} {span_en} may be missing.",
    }


def _when(moment: datetime, *, now: datetime) -> tuple[str, str]:
    """At which time, and on which day where it was not today; at the wall clock of Vietnam."""
    local = moment.astimezone(CIVIL_ZONE)
    clock = f"{local:%H:%M}"
    if civil_day(moment) == civil_day(now):
        return f"lúc {clock}", f"at {clock}"
    day = f"{local.day}/{local.month}/{local.year}"
    return f"lúc {clock} ngày {day}", f"at {clock} on {day}"


def _span(behind: timedelta | None) -> tuple[str, str]:
    """Of which time something may be missing, rounded up."""
    if behind is None:
        return "gần đây", "of late"
    hours = int(-(-behind.total_seconds() // 3600))
    if hours <= 1:
        return "trong giờ qua", "of the last hour"
    if hours < 36:  # noqa: PLR2004 - a day and a half: from there on days say more
        return f"trong {hours} giờ qua", f"of the last {hours} hours"
    days = -(-hours // 24)
    return f"trong {days} ngày qua", f"of the last {days} days"
