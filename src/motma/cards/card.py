"""The card that is answered: colour, words, until when, under which book; and why, to whom it may.

What a guard hears is the colour and when it ends. The reasons name doses and tests, so they are
for the person and for those whose view has `card_reasons`. So is why a colour was set by hand.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from motma.cards.recodes.model import TEXTS, InForce, Told
from motma.codec import issued
from motma.kernel.errors import Malformed
from motma.rules.books.choosing import Speaking
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.judging import Improvement, Reason, judge
from motma.rules.books.model import NEUTRAL, Text
from motma.rules.books.payload import moment_of
from motma.rules.books.searching import Turn, change_after, quick
from motma.rules.facts import Facts

_log = structlog.get_logger("motma.cards")

#: Colours that have a place in the card slot of a code. Source: docs/qr-format.md.
SLOTS: Final = {"green": issued.Colour.GREEN, "yellow": issued.Colour.YELLOW}


class UnderBook(msgspec.Struct, frozen=True, kw_only=True):
    """The rule book a colour was found under."""

    id: str
    version: int
    number: int
    title: Text


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A colour under a book at a moment; `reasons` and `improvements` only where they may go.

    `recoded`: set by hand, against the rules; `recode` says why, and the rules' own colour.
    `recodes_forgotten`: as of a time whose recodes are no longer kept, so this is the rules' alone.
    """

    colour: str
    text: Text
    valid_until: datetime | None
    book: UnderBook
    reasons: Reason | None = None
    improvements: tuple[Improvement, ...] | None = None
    recoded: bool = False
    recode: Told | None = None
    recodes_forgotten: bool = False


def short(speaking: Speaking, facts: Facts, at: datetime) -> Card:
    """Colour and end, as every gate hears them; neutral where the book fails on these facts.

    The end is when the colour *answered here* changes with nothing new, whichever book gives it.
    """
    book, then = speaking
    try:
        colour, until = quick(book, facts, at, then)
    except Malformed as fault:
        return _failed(book, fault, facts, then)
    return Card(colour=colour, text=book.label(colour), valid_until=until, book=under(book))


def whole(speaking: Speaking, facts: Facts, at: datetime) -> Card:
    """The same with the reasons as a tree and what would improve it."""
    book, then = speaking
    try:
        verdict = judge(book, facts, at, then)
    except Malformed as fault:
        return _failed(book, fault, facts, then)
    return Card(
        colour=verdict.colour,
        text=verdict.label,
        valid_until=verdict.valid_until,
        book=under(book),
        reasons=verdict.reasons,
        improvements=verdict.improvements,
    )


def _failed(book: CompiledBook, fault: Malformed, facts: Facts, then: Sequence[Turn]) -> Card:
    """A book that can't be asked about some facts is ours to mend; it locks nobody out."""
    _log.error("cards.book-failed", book=book.id, version=book.book.version, code=fault.reason)
    change = change_after(then, facts, NEUTRAL)
    until = None if change is None else moment_of(change.wall)
    return Card(colour=NEUTRAL, text=book.label(NEUTRAL), valid_until=until, book=under(book))


def over(card: Card, recode: InForce | None, *, told: Told | None = None) -> Card:
    """The card as the recode in force makes it; its end is the recode's, never later."""
    if recode is None:
        return msgspec.structs.replace(card, recode=told)
    return msgspec.structs.replace(
        card,
        colour=recode.colour,
        text=TEXTS[recode.colour],
        valid_until=recode.until,
        recoded=True,
        recode=told,
    )


def slot(card: Card, *, expires_at: datetime) -> issued.Card | None:
    """What of the card may stand in a code: a favourable colour with an end; else nothing.

    A red slot would publish an illness; absence means “ask”. The end is rounded down to the minute.
    """
    colour = SLOTS.get(card.colour)
    if colour is None:
        return None
    until = min(card.valid_until or expires_at, expires_at).astimezone(UTC)
    return issued.Card(
        scheme=card.book.number, colour=colour, until=until.replace(second=0, microsecond=0)
    )


def under(book: CompiledBook) -> UnderBook:
    """Which book it is."""
    return UnderBook(
        id=book.id, version=book.book.version, number=book.number, title=book.book.title
    )
