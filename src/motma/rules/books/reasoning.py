"""Why a colour and why not a better one: a tree of sentences with the dates of these facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from motma.rules.books import wording
from motma.rules.books.compiling import Asked
from motma.rules.books.model import Rule, Text
from motma.rules.books.payload import Payload, moment_of
from motma.rules.books.searching import Found, Inquiry
from motma.rules.certlogic.values import Watch

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


def reasons(inquiry: Inquiry, wall: datetime, found: Found) -> tuple[Reason, ...]:
    """Why this colour, then for each rule of a better one why not that."""
    if not inquiry.book.in_force(wall):
        return ()
    asking = _Asking(inquiry, wall)
    best = inquiry.book.rank[found.colour]
    tree: list[Reason] = []
    for rule, needs in inquiry.book.rules:
        parts = [asking.reason(asked) for asked in needs] if rule is found.rule else []
        tree[:0] = parts
        if inquiry.book.rank[rule.colour] < best:
            tree.append(_missed(asking, rule, needs))
    return tuple(tree)


def _missed(asking: "_Asking", rule: Rule, needs: tuple[Asked, ...]) -> Reason:
    """Why a better rule does not hold."""
    return Reason(
        text=wording.missed(asking.inquiry.book, rule),
        holds=False,
        parts=tuple(asking.reason(asked) for asked in needs),
    )


class _Asking:
    """Asks conditions about the facts that count at one wall clock, at any clock."""

    __slots__ = ("_given", "inquiry", "wall")

    def __init__(self, inquiry: Inquiry, wall: datetime) -> None:
        self.inquiry = inquiry
        self.wall = wall
        self._given: Payload = inquiry.given(wall)

    def reason(self, asked: Asked) -> Reason:
        """What a condition says of these facts, with the dates filled in."""
        holds, flips = self._ask(asked, self.wall)
        since = self._last_flip(asked, flips, holds=holds)
        until = self._next_flip(asked, flips, holds=holds)
        begins, ends = (since, until) if holds else (until, since)
        values = wording.values(self._given["given"], begins=begins, ends=ends)
        text = wording.answer(asked.condition, holds=holds, since=since, until=until)
        return Reason(
            text=wording.filled(text, values),
            holds=holds,
            since=None if since is None else moment_of(since),
            until=None if until is None else moment_of(until),
        )

    def _ask(self, asked: Asked, wall: datetime) -> tuple[bool, list[datetime]]:
        """Whether the condition holds at that clock, and the flips met, in order."""
        watch = Watch()
        data = self.inquiry.data(wall, self._given)
        holds = asked.program.evaluate_with(data, watch)
        return bool(holds), sorted(watch.breakpoints)

    def _last_flip(self, asked: Asked, flips: list[datetime], *, holds: bool) -> datetime | None:
        """Since when the answer is the one of now; None: it always was."""
        for flip in reversed(flips):
            if flip <= self.wall and self._ask(asked, flip - STEP)[0] != holds:
                return flip
        return None

    def _next_flip(self, asked: Asked, flips: list[datetime], *, holds: bool) -> datetime | None:
        """When the answer becomes another one, if nothing new comes; None: never."""
        moment = self.wall
        while later := [flip for flip in flips if flip > moment]:
            moment = later[0]
            other, flips = self._ask(asked, moment)
            if other != holds:
                return moment
        return None
