"""Tells sources what was decided of their records: at least once, each under an id."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import msgspec

from motma.access.means import Means
from motma.egress.client import Egress
from motma.records.claims import corrections
from motma.records.claims.corrections import ANY, Correction
from motma.records.claims.corrections import Waiting as Unheard
from motma.records.sources import queries
from motma.records.sources.dropping import FolderDrop
from motma.records.sources.model import IMMUNISATION, TESTS, Source
from motma.records.sources.proving import Prover
from motma.storage.pool import Connection, Pool

#: Which kind of source is asked to look for a record that nobody has.
_ANY_OF: Final = {
    f"{ANY}dose": IMMUNISATION,
    f"{ANY}test": TESTS,
    f"{ANY}recovery": IMMUNISATION,
}
_SENT: Final = "sources.corrections-sent"
#: Most corrections of one request.
_MOST: Final = 20
#: Most that are looked through for what was heard.
_MOST_HEARD: Final = 100
#: Seconds a source may take; rows stay locked for as long, so that nothing is sent by two.
_PATIENCE_S: Final = 5.0


class Sent(Correction, frozen=True, kw_only=True, omit_defaults=True):
    """A correction as a source gets it; one that has the `id` already leaves it alone."""

    id: str

    @classmethod
    def of(cls, outbox_id: int, said: Correction) -> Self:
        """Under the id of the row that it waits in."""
        return cls(id=str(outbox_id), **msgspec.structs.asdict(said))


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How much a source, or any of a kind, has not heard yet; nobody is in it."""

    key: str
    corrections: int
    since: datetime


def hears(source: Source) -> bool:
    """Whether we tell it: at its address, or in its folder. Laboratories that push ask."""
    return bool(source.address)


async def tell(pool: Pool, means: Means, name: str, prover: Prover | None = None) -> int:
    """Send a source what it has not heard; how many were sent.

    Only when it took all is that marked, in the transaction that read it; if that is lost, all is
    sent again under the same ids.
    """
    async with pool.acquire() as db, db.transaction():
        source = await queries.source(db, name)
        if source is None or not hears(source) or source.wait_s(means.clock.now()) > 0:
            return 0
        waiting = await corrections.waiting_for(
            db, means, name, also=_also(source.kind), limit=_MOST
        )
        if waiting:
            await _deliver(source, [_sent(one) for one in waiting], prover or Prover(means))
        await _heard(db, means, source, waiting)
    return len(waiting)


async def waiting(db: Connection) -> list[Waiting]:
    """What no source has heard yet."""
    rows = await db.fetch(queries.UNHEARD, corrections.TOPIC)
    return [Waiting(**dict(row)) for row in rows]


async def fetch(db: Connection, means: Means, name: str, *, heard: Sequence[str]) -> list[Sent]:
    """What a source that asks by itself has not heard yet, once it said what it has.

    Ids that are not for it, or were heard before, change nothing. What is for all of its kind it
    hears once it has sent something itself.
    """
    source = await queries.source(db, name)
    also = _also(source.kind) if source is not None else ()
    before = await corrections.waiting_for(db, means, name, also=also, limit=_MOST_HEARD)
    done = [one for one in before if str(one.outbox_id) in set(heard)]
    if source is None:
        await corrections.sent(db, means, [one.outbox_id for one in done])
    else:
        await _heard(db, means, source, done, tell=False)
    left = [_sent(one) for one in before if one not in done][:_MOST]
    if left:
        await means.log(db, _SENT, {"source": name, "corrections": len(left)})
    return left


async def _heard(
    db: Connection, means: Means, source: Source, took: Sequence[Unheard], *, tell: bool = True
) -> None:
    """Mark what a source took; what is for all of a kind ends when none of them lacks it."""
    now = means.clock.now()
    own = [one.outbox_id for one in took if one.key == source.source]
    shared = [one.outbox_id for one in took if one.key != source.source]
    await corrections.sent(db, means, own)
    await db.execute(queries.ADD_HEARD, shared, source.source, now)
    if tell and took:
        await means.log(db, _SENT, {"source": source.source, "corrections": len(took)})
    if also := _also(source.kind):
        everybody = await queries.hearing(db, source.kind)
        await db.execute(queries.END_HEARD, corrections.TOPIC, also, everybody, now)


async def _deliver(source: Source, what: Sequence[Sent], prover: Prover) -> None:
    """Post to the source's address, or leave in its folder."""
    parts = urlsplit(source.address)
    if parts.scheme == "file":
        texts = {one.id: msgspec.json.encode(one) for one in what}
        await FolderDrop(Path(parts.path)).leave(texts)
        return
    body = msgspec.json.encode({"corrections": what})
    async with Egress(private_network=source.private_network, patience_s=_PATIENCE_S) as egress:
        await prover.ask(
            egress,
            source.proof,
            lambda proof: egress.post(
                source.address, body, media_type="application/json", headers=proof
            ),
        )


def _sent(one: Unheard) -> Sent:
    return Sent.of(one.outbox_id, one.said)


def _also(kind: str) -> list[str]:
    """Under what corrections wait that are for all sources of a kind."""
    return [key for key, of in _ANY_OF.items() if of == kind]
