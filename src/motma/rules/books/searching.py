"""The colour at a moment, and the first moment at which it changes with nothing new.

Both come from evaluating: the comparisons with the clock that were met tell the next moment at
which any of them flips; between two such moments nothing can change. So the search jumps from one
to the next until the colour differs. Facts dated later count from their own moment on.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Final, NamedTuple

from motma.kernel.errors import Malformed
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.model import NEUTRAL, Rule
from motma.rules.books.payload import History, Payload, civil, moment_of, whole, written
from motma.rules.certlogic.values import Watch
from motma.rules.facts import Facts

#: What rules may call by name: the facts, the clock and value sets, and the book's terms.
_PAYLOAD: Final = "payload"
_EXTERNAL: Final = "external"
_GIVEN: Final = "given"


class Found(NamedTuple):
    """What one evaluation gave: the colour, the rule that gave it, and until when at least."""

    colour: str
    rule: Rule | None
    steady_until: datetime | None  # wall clock; None: for ever


class Turn(NamedTuple):
    """A wall clock from which another book speaks at a place."""

    wall: datetime
    book: CompiledBook


class Change(NamedTuple):
    """When another colour begins, under which book, and what is found then."""

    wall: datetime
    book: CompiledBook
    found: Found


class Inquiry:
    """One person's facts under one book, to be asked at any wall clock."""

    __slots__ = ("_given", "_given_since", "_given_until", "book", "history")

    def __init__(self, book: CompiledBook, facts: Facts) -> None:
        self.book = book
        self.history = History(facts, book.book.disease)
        self._given: Payload | None = None
        self._given_since: datetime | None = None
        self._given_until: datetime | None = None

    def given(self, wall: datetime) -> Payload:
        """What every expression sees but the clock: payload and terms as of then.

        Kept from one fact's beginning to the next one's, since nothing else changes it.
        """
        since, until = self._given_since, self._given_until
        kept = (since is None or wall >= since) and (until is None or wall < until)
        if self._given is None or not kept:
            self._given = self._worked_out(wall)
            starts = self.history.starts
            later = bisect_right(starts, wall)
            self._given_since = starts[later - 1] if later else None
            self._given_until = starts[later] if later < len(starts) else None
        return self._given

    def _worked_out(self, wall: datetime) -> Payload:
        """The payload, and the terms one after the other: each sees those before it."""
        terms: Payload = {}
        data: Payload = {
            _PAYLOAD: self.history.payload(wall),
            _EXTERNAL: {"valueSets": self.book.value_sets},
            _GIVEN: terms,
        }
        for name, program in self.book.terms:
            terms[name] = program.evaluate(data)
        return data

    def data(self, wall: datetime, given: Payload | None = None) -> Payload:
        """What a condition is asked with; `given` to keep to what counted at another time."""
        external = {"validationClock": written(wall), "valueSets": self.book.value_sets}
        return {**(given or self.given(wall)), _EXTERNAL: external}

    def find(self, wall: datetime) -> Found:
        """The colour at that wall clock; the first rule all of whose conditions hold decides."""
        book = self.book
        if not book.in_force(wall):
            early = book.starts is not None and wall < book.starts
            return Found(NEUTRAL, None, book.starts if early else None)
        data = self.data(wall)
        watch = Watch()
        decided = None
        for rule, needs in book.rules:
            for _condition, program in needs:
                if not program.evaluate_with(data, watch):
                    break
            else:
                decided = rule
                break
        flips = [flip for flip in watch.breakpoints if flip > wall]
        flips += [stop for stop in (self._given_until, book.ends) if stop is not None]
        colour = book.book.otherwise if decided is None else decided.colour
        return Found(colour, decided, min(flips, default=None))

    def stages(self, wall: datetime) -> Iterator[tuple[datetime, Found]]:
        """Each wall clock from this one on at which something may change, and what is found."""
        moment: datetime | None = wall
        while moment is not None:
            found = self.find(moment)
            yield moment, found
            moment = found.steady_until


def wall_of(at: datetime) -> datetime:
    """The wall clock of a moment in whole milliseconds, the finest that rules tell apart."""
    return whole(civil(at))


def quick(
    book: CompiledBook, facts: Facts, at: datetime, then: Sequence[Turn] = ()
) -> tuple[str, datetime | None]:
    """Colour, and the first moment after `at` at which it is another one; None: never.

    `then`: the books that speak after this one, where only this book's own end counts else.
    """
    inquiry = Inquiry(book, facts)
    stages = inquiry.stages(wall_of(at))
    colour = next(stages)[1].colour
    change = change_of(inquiry, stages, facts, then, colour=colour)
    return colour, None if change is None else moment_of(change.wall)


def change_of(
    inquiry: Inquiry,
    stages: Iterator[tuple[datetime, Found]],
    facts: Facts,
    then: Sequence[Turn],
    *,
    colour: str,
) -> Change | None:
    """The first change of a colour in these stages, the books after this one included."""
    stop = then[0].wall if then else None
    for later, found in stages:
        if stop is not None and later >= stop:
            break
        if found.colour != colour:
            return Change(later, inquiry.book, found)
    return change_after(then, facts, colour)


def change_after(then: Sequence[Turn], facts: Facts, colour: str) -> Change | None:
    """The first change under the books to come; one that fails on these facts is neutral."""
    for turn, follower in zip_longest(then, then[1:]):
        stop = None if follower is None else follower.wall
        try:
            for wall, found in Inquiry(turn.book, facts).stages(turn.wall):
                if stop is not None and wall >= stop:
                    break
                if found.colour != colour:
                    return Change(wall, turn.book, found)
        except Malformed:
            if colour != NEUTRAL:
                return Change(turn.wall, turn.book, Found(NEUTRAL, None, None))
    return None
