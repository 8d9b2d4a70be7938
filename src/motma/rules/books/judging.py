"""The verdict of a book: colour, the reasons as a tree, until when, and what would improve it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from motma.rules.books import wording
from motma.rules.books.compiling import Asked, CompiledBook
from motma.rules.books.improving import Improvement, improvements
from motma.rules.books.model import NEUTRAL, Rule, Text
from motma.rules.books.payload import moment_of
from motma.rules.books.searching import Found, Inquiry, wall_of
from motma.rules.certlogic.values import Watch
from motma.rules.facts import Facts

#: The finest step of time of a rule. Source: CertLogic specification, plusTime.
STEP: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A sentence in both languages, whether what it speaks of holds, and the sentences below it."""

    text: Text
    holds: bool
    since: datetime | None = None  # UTC: it began (or ceased) to hold
    until: datetime | None = None  # UTC: with nothing new it ceases (or begins) to hold
    parts: tuple["Reason", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a book says of somebody at a moment."""

    book_id: str
    version: int
    number: int  # the scheme in a QR's card slot
    at: datetime
    colour: str
    label: Text
    favourable: bool  # may stand in a QR
    valid_until: datetime | None  # UTC, the first moment of another colour; None: never
    reasons: Reason
    improvements: tuple[Improvement, ...]


def judge(book: CompiledBook, facts: Facts, at: datetime) -> Verdict:
    """The verdict on these facts as of `at`; the same arguments give the same verdict."""
    inquiry, wall = Inquiry(book, facts), wall_of(at)
    found = inquiry.find(wall)
    here = _reasons(inquiry, wall, found)
    next_wall, next_found = _change(inquiry, wall, found.colour)
    until = None if next_wall is None else moment_of(next_wall)
    after = None if next_found is None else wording.conclusion(book, next_found)
    return Verdict(
        book_id=book.id,
        version=book.book.version,
        number=book.number,
        at=at,
        colour=found.colour,
        label=book.label(found.colour),
        favourable=book.is_favourable(found.colour),
        valid_until=until,
        reasons=Reason(
            text=wording.headline(book, found, until=next_wall, after=after),
            holds=True,
            until=until,
            parts=here,
        ),
        improvements=improvements(book, facts, at),
    )


def _change(inquiry: Inquiry, wall: datetime, colour: str) -> tuple[datetime | None, Found | None]:
    """When the colour becomes another one, and what is found then."""
    for later, found in inquiry.stages(wall):
        if found.colour != colour:
            return later, found
    return None, None


def _reasons(inquiry: Inquiry, wall: datetime, found: Found) -> tuple[Reason, ...]:
    """Why this colour, then for each better rule why not that one."""
    if not inquiry.book.in_force(wall):
        return ()
    rules = inquiry.book.rules
    decided = [pair for pair in rules if pair[0] is found.rule]
    best = inquiry.book.rank[found.colour]
    missed = [pair for pair in rules if inquiry.book.rank[pair[0].colour] < best]
    why = tuple(_condition(inquiry, wall, asked) for _rule, needs in decided for asked in needs)
    return why + tuple(_missed(inquiry, wall, rule, needs) for rule, needs in missed)


def _missed(inquiry: Inquiry, wall: datetime, rule: Rule, needs: tuple[Asked, ...]) -> Reason:
    """Why a better rule does not hold."""
    return Reason(
        text=wording.missed(inquiry.book, rule),
        holds=False,
        parts=tuple(_condition(inquiry, wall, asked) for asked in needs),
    )


def _condition(inquiry: Inquiry, wall: datetime, asked: Asked) -> Reason:
    """What a condition says of these facts, with the dates filled in."""
    holds, flips = _ask(inquiry, wall, asked)
    since = _last_flip(inquiry, asked, flips, wall=wall, holds=holds)
    until = _next_flip(inquiry, asked, flips, wall=wall, holds=holds)
    begins, ends = (since, until) if holds else (until, since)
    terms = inquiry.given(wall)["given"]
    values = wording.values(terms, begins=begins, ends=ends)
    text = wording.answer(asked.condition, holds=holds, since=since, until=until)
    return Reason(
        text=wording.filled(text, values),
        holds=holds,
        since=None if since is None else moment_of(since),
        until=None if until is None else moment_of(until),
    )


def _ask(inquiry: Inquiry, wall: datetime, asked: Asked) -> tuple[bool, list[datetime]]:
    """Whether the condition holds with what counts now, and the flips met, in order."""
    watch = Watch()
    holds = asked.program.evaluate_with(inquiry.data(wall), watch)
    return bool(holds), sorted(watch.breakpoints)


def _last_flip(
    inquiry: Inquiry, asked: Asked, flips: list[datetime], *, wall: datetime, holds: bool
) -> datetime | None:
    """Since when the answer is the one of now; None: it always was."""
    for flip in reversed(flips):
        if flip <= wall and _ask(inquiry, flip - STEP, asked)[0] != holds:
            return flip
    return None


def _next_flip(
    inquiry: Inquiry, asked: Asked, flips: list[datetime], *, wall: datetime, holds: bool
) -> datetime | None:
    """When the answer becomes another one, if nothing new comes; None: never."""
    moment = wall
    while later := [flip for flip in flips if flip > moment]:
        moment = later[0]
        other, flips = _ask(inquiry, moment, asked)
        if other != holds:
            return moment
    return None


__all__ = ["NEUTRAL", "Reason", "Verdict", "judge"]
