"""Tells sources what was decided of their records: at least once, each under an id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self

import msgspec

from motma.access.means import Means
from motma.egress.client import Egress
from motma.records.claims import corrections
from motma.records.claims.corrections import ANY, Correction
from motma.records.sources import queries
from motma.records.sources.model import IMMUNISATION, TESTS, Source
from motma.records.sources.proving import Prover
from motma.storage.pool import Connection, Pool

#: Which kind of source is asked to look for a record that nobody has.
_ANY_OF: Final = {
    f"{ANY}dose": IMMUNISATION,
    f"{ANY}test": TESTS,
    f"{ANY}recovery": IMMUNISATION,
}
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


def keys(sources: list[Source]) -> list[str]:
    """Under what corrections wait that somebody among these can hear."""
    own = [source.source for source in sources if _hears(source)]
    return own + [key for key in _ANY_OF if _targets(sources, key)]


async def tell(pool: Pool, means: Means, key: str) -> int:
    """Send what waits to the sources that it is for; how many were sent.

    Only when each of them took all is it marked as sent, in the transaction that read it. If that
    is lost, or one of several is away, it is sent again.
    """
    now = means.clock.now()
    async with pool.acquire() as db, db.transaction():
        targets = _targets(await queries.sources(db), key)
        if not targets or any(source.wait_s(now) > 0 for source in targets):
            return 0
        waiting = await corrections.waiting_for(db, means, key, limit=_MOST)
        if not waiting:
            return 0
        body = msgspec.json.encode({"corrections": [Sent.of(id_, said) for id_, said in waiting]})
        for source in targets:
            async with Egress(
                private_network=source.private_network, patience_s=_PATIENCE_S
            ) as egress:
                await _post(egress, means, source, body)
            details = {"source": source.source, "corrections": len(waiting)}
            await means.log(db, "sources.corrections-sent", details)
        await corrections.sent(db, means, [id_ for id_, _ in waiting])
    return len(waiting)


async def waiting(db: Connection) -> list[Waiting]:
    """What no source has heard yet."""
    rows = await db.fetch(queries.UNHEARD, corrections.TOPIC)
    return [Waiting(**dict(row)) for row in rows]


async def fetch(db: Connection, means: Means, name: str, *, heard: Sequence[str]) -> list[Sent]:
    """What a source that asks by itself has not heard yet, once it said what it has.

    Ids that are not its own, or were heard before, change nothing.
    """
    before = await corrections.waiting_for(db, means, name, limit=_MOST_HEARD)
    done = [id_ for id_, _ in before if str(id_) in set(heard)]
    await corrections.sent(db, means, done)
    left = [Sent.of(id_, said) for id_, said in before if id_ not in done][:_MOST]
    if left:
        details = {"source": name, "corrections": len(left)}
        await means.log(db, "sources.corrections-sent", details)
    return left


async def _post(egress: Egress, means: Means, source: Source, body: bytes) -> None:
    """Send, with what proves who we are; corrections are few, so each brings a token of its own."""
    await Prover(means).ask(
        egress,
        source.proof,
        lambda proof: egress.post(
            source.address, body, media_type="application/json", headers=proof
        ),
    )


def _targets(sources: list[Source], key: str) -> list[Source]:
    kind = _ANY_OF.get(key)
    return [s for s in sources if _hears(s) and (s.kind == kind if kind else s.source == key)]


def _hears(source: Source) -> bool:
    """Folders and laboratories that push have no address of their own."""
    return source.address.startswith(("https:", "http:"))
