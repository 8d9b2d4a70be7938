"""Looking at cards of people with a wallet, a few at a time; the caller owns the transaction."""

from motma.access.means import Means
from motma.cards import service as cards
from motma.cards.shelf import Shelf
from motma.cards.soon import model, queries
from motma.identity import service as identity
from motma.identity.errors import PersonUnknown
from motma.storage.pool import Connection


async def enlist(db: Connection, means: Means) -> None:
    """Watch the card of everybody who has a wallet, and of nobody else."""
    await db.execute(queries.ENLIST, means.clock.now())
    await db.execute(queries.FORGET)


async def look(db: Connection, means: Means, shelf: Shelf, most: int = 50) -> int:
    """Look at the cards that are due and tell what changes soon; how many were looked at."""
    now = means.clock.now()
    rows = await db.fetch(queries.DUE, now, most)
    for row in rows:
        told = row["told_until"]
        try:
            person = await identity.resolve(db, means, row["person_id"])
        except PersonUnknown:  # erased since: the next enlisting forgets the watch too
            await db.execute(queries.LOOKED, row["person_id"], model.look_again(None, now), told)
            continue
        card = await cards.briefly_at_home(db, means, shelf, person, now)
        until = card.valid_until
        if until is not None and model.tells(until, told=told, now=now):
            details, told = {"until": until.isoformat()}, until
            await means.log(db, "cards.changes-soon", details, person_id=person.person_id)
        again = model.look_again(until, now)
        await db.execute(queries.LOOKED, row["person_id"], again, told)
    return len(rows)
