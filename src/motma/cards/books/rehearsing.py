"""The dry run: what a book would do to everybody's card, in bounded memory."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from motma.access.means import Means
from motma.cards.books import queries
from motma.cards.books.model import NOWHERE, Change, DryRun, Loss
from motma.identity import model as identity
from motma.kernel import units
from motma.keys.vault import Vault
from motma.records.model import FACTS_COLUMN
from motma.rules import facts as rules
from motma.rules.books.choosing import choose
from motma.rules.books.comparing import worse_off
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.searching import Inquiry, wall_of
from motma.rules.facts import Facts
from motma.storage.pool import Connection

#: People read and judged at once: some hundredths of a second, so that a server answers between.
AT_ONCE: Final = 200

#: Real histories tried with additions. Person ids are random, so the first are a fair sample.
MOST_TRIED: Final = 1_000

Told = Callable[[int], None]


class Home(NamedTuple):
    """The province to count under, and which books speak there before and after."""

    province: str
    before: CompiledBook
    after: CompiledBook


@dataclass(slots=True)
class Rehearsal:
    """One dry run while it lasts: counts, and a few histories; nobody's id is kept."""

    book: CompiledBook
    live: tuple[CompiledBook, ...]
    at: datetime
    people: int = 0
    concerned: int = 0
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    histories: set[bytes] = field(default_factory=set)
    _homes: dict[str, Home] = field(default_factory=dict)

    def take(self, profile: identity.Profile, sealed_facts: bytes | None) -> None:
        """Count one person."""
        self.people += 1
        home = self._home("" if profile.commune is None else profile.commune.value)
        if home.before is home.after:
            return
        self.concerned += 1
        known = Facts(born=profile.birth.value)
        facts = known if sealed_facts is None else rules.decode(sealed_facts)
        before, after = (self._colour(book, facts) for book in (home.before, home.after))
        if before != after:
            self.changes[home.province, before, after] += 1
        if sealed_facts is not None and len(self.histories) < MOST_TRIED:
            self.histories.add(rules.write(facts))

    def result(self, against: str) -> DryRun:
        """The counts, and the search for people who are worse off for doing more."""
        changes = sorted(self.changes.items())
        return DryRun(
            at=self.at,
            against=against,
            people=self.people,
            concerned=self.concerned,
            tried=len(self.histories),
            changes=tuple(
                Change(province=province, before=before, after=after, people=people)
                for (province, before, after), people in changes
            ),
            losses=self._losses(),
        )

    def _losses(self) -> tuple[Loss, ...]:
        """Losses by what was added and the two colours."""
        invented = self._found(())
        every = self._found(map(rules.decode, sorted(self.histories)))
        return tuple(
            Loss(
                added=added,
                before=before,
                after=after,
                invented=invented[added, before, after],
                real=count - invented[added, before, after],
            )
            for (added, before, after), count in sorted(every.items())
        )

    def _found(self, real: Iterable[Facts]) -> Counter[tuple[str, str, str]]:
        found = worse_off(self.book, self.at, real)
        return Counter((loss.added, loss.colour_before, loss.colour_after) for loss in found)

    def _colour(self, book: CompiledBook, facts: Facts) -> str:
        return Inquiry(book, facts).find(wall_of(self.at)).colour

    def _home(self, commune: str) -> Home:
        """The books for a commune, remembered: there are some thousands of communes."""
        if commune not in self._homes:
            self._homes[commune] = self._found_home(commune)
        return self._homes[commune]

    def _found_home(self, commune: str) -> Home:
        code, _, day = commune.partition("@")
        as_of = date.fromisoformat(day) if day else None
        unit = units.find(code, as_of) if code else None
        other = tuple(book for book in self.live if book.id != self.book.id)
        before, after = (
            self._chosen(books, unit=unit, as_of=as_of)
            for books in (self.live, (*other, self.book))
        )
        return Home(NOWHERE if unit is None else unit.province_code, before, after)

    def _chosen(
        self,
        books: tuple[CompiledBook, ...],
        *,
        unit: units.Commune | None,
        as_of: date | None,
    ) -> CompiledBook:
        """The book for people of a commune, at a place of the kind the new book speaks of."""
        scope = self.book.book.scope
        return choose(
            books,
            province=None if unit is None else unit.province_code,
            commune=None if unit is None else unit.code,
            place_kind=next(iter(scope.place_kinds), None),
            activity=next(iter(scope.activities), None),
            at=self.at,
            units_as_of=as_of,
        )


async def rehearse(
    db: Connection, means: Means, rehearsal: Rehearsal, *, against: str, told: Told
) -> DryRun:
    """Ask about everybody, piece by piece; `told` hears how many were asked so far.

    The judging runs beside the event loop, which may have people at a gate to answer.
    """
    async for piece in queries.people(db, at_once=AT_ONCE):
        await asyncio.to_thread(_take_all, rehearsal, means.vault, piece)
        told(rehearsal.people)
    return await asyncio.to_thread(rehearsal.result, against)


def _take_all(
    rehearsal: Rehearsal, vault: Vault, piece: list[tuple[UUID, bytes, bytes | None]]
) -> None:
    """Open and count one piece."""
    for person_id, profile, facts in piece:
        rehearsal.take(
            identity.read(vault.open(identity.PROFILE_COLUMN, person_id, profile)),
            None if facts is None else vault.open(FACTS_COLUMN, person_id, facts),
        )
