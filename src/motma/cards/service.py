"""Use cases of cards: somebody's card here and now or as of then, and the code that carries it."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.cards import card as cards
from motma.cards.books import service as published
from motma.cards.card import Card
from motma.cards.errors import HistoryExpired
from motma.cards.recodes import showing as recodes
from motma.cards.recodes.model import KEPT
from motma.cards.shelf import Shelf
from motma.codec.issued import Form
from motma.identity import issuing
from motma.identity.model import PersonRow
from motma.records import showing
from motma.rules.books.choosing import Speaking, speaking
from motma.storage.pool import Connection


class Where(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which place a card is asked: commune (else province), kind of place, activity."""

    province: str | None = None
    commune: str | None = None
    place_kind: str | None = None
    activity: str | None = None


async def at_home(
    db: Connection, means: Means, shelf: Shelf, person: PersonRow, at: datetime
) -> Card:
    """The card under the book of the person's own commune, with all its reasons.

    A recode stands beside it with its appeal, also when it is over, as long as it is kept.
    """
    await shelf.keep_up(db, at)
    facts = await showing.facts(db, means, person.person_id)
    found = cards.whole(at_home_speaks(shelf, person, at), facts, at)
    recode = await recodes.in_force(db, person.person_id, at)
    told = await recodes.latest(db, means, person.person_id, by_rules=found.colour)
    return cards.over(found, recode, told=told)


async def briefly_at_home(
    db: Connection, means: Means, shelf: Shelf, person: PersonRow, at: datetime
) -> Card:
    """The same as a gate hears it: colour and end, without reasons."""
    await shelf.keep_up(db, at)
    facts = await showing.facts(db, means, person.person_id)
    found = cards.short(at_home_speaks(shelf, person, at), facts, at)
    return cards.over(found, await recodes.in_force(db, person.person_id, at))


def at_home_speaks(shelf: Shelf, person: PersonRow, at: datetime) -> Speaking:
    """The book that speaks where the person lives; neutral where that is not known."""
    lives = person.profile.commune
    code, _, as_of = lives.value.partition("@") if lives else ("", "", "")
    return shelf.speaking_at(code or None, date.fromisoformat(as_of) if as_of else None, None, at)


async def as_of(
    db: Connection,
    means: Means,
    person_id: UUID,
    where: Where,
    *,
    true_at: datetime,
    known_at: datetime,
) -> Card:
    """The card at `true_at` from what was known, and published, at `known_at`.

    HistoryExpired where nothing is kept of that time: it is past its keep-until, or was erased, or
    the person was not registered yet. Recodes are forgotten sooner; the card says where that is so.
    """
    facts = await showing.facts_of(db, means, person_id, true_at=true_at, known_at=known_at)
    if facts.born is None:
        raise HistoryExpired
    here = speaking(
        await published.books_at(db, known_at=known_at),
        province=where.province,
        commune=where.commune,
        place_kind=where.place_kind,
        activity=where.activity,
        at=true_at,
    )
    found = cards.whole(here, facts, true_at)
    recode = await recodes.as_of(db, person_id, true_at=true_at, known_at=known_at)
    if recode is None:
        forgotten = min(true_at, known_at) < means.clock.now() - KEPT
        return msgspec.structs.replace(found, recodes_forgotten=forgotten)
    told = recodes.told(means, recode, by_rules=found.colour)
    return cards.over(found, recode, told=told)


async def issue(
    db: Connection,
    means: Means,
    shelf: Shelf,
    person: PersonRow,
    *,
    form: Form,
    full: bool = False,
    wallet: UUID | None = None,
) -> str:
    """The signed text of a person's code; on a phone its slot says the colour at home."""
    slot = None
    if form is Form.PHONE:
        now = means.clock.now()
        await shelf.keep_up(db, now)
        facts = await showing.facts(db, means, person.person_id)
        found = cards.short(at_home_speaks(shelf, person, now), facts, now)
        recode = await recodes.in_force(db, person.person_id, now)
        slot = cards.slot(cards.over(found, recode), expires_at=now + issuing.PHONE_LIFE)
    return await issuing.issue(db, means, person, form=form, full=full, wallet=wallet, card=slot)
