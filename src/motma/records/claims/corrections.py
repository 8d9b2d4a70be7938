"""What the source of a record hears of a decision: left in the outbox, opened when it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import service as identity
from motma.kernel.errors import Declined
from motma.records import service as records
from motma.records.claims import queries, service
from motma.records.claims.candidates import beside
from motma.records.claims.explaining import KINDS
from motma.records.claims.model import Effect, Expected
from motma.records.showing import Shown
from motma.storage.pool import Connection

#: Topic of the outbox rows. Their `key` is the record's source, or `any:` and the type of a
#: record that nobody has: all sources of that type are asked to look for it.
TOPIC: Final = "records.correction"
ANY: Final = "any:"


class Errand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of an outbox row: ids only, it stands there in clear."""

    person_id: UUID
    claim_id: UUID
    effect: Effect
    record_id: UUID | None = None
    undone: bool = False


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is sent to the source.

    `whose` are the person's proven values of the fields in which the record differs; of a record
    that must be looked for, what is needed to find it.
    """

    claim_id: UUID
    effect: Effect
    undone: bool
    source_id: str | None = None
    version: int | None = None
    whose: dict[str, str] = msgspec.field(default_factory=dict)
    expected: Expected | None = None
    note: Literal["please-answer-with-a-new-version"] = "please-answer-with-a-new-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A correction under the id and the key that it waits under."""

    outbox_id: int
    key: str
    said: Correction


async def leave(
    db: Connection, means: Means, errand: Errand, *, record: Shown | None, kind: str
) -> None:
    """Leave word for the source in the transaction of the decision."""
    key = record.provenance.source if record is not None else f"{ANY}{kind}"
    body = msgspec.to_builtins(errand)
    await db.execute(queries.SEND, TOPIC, key, body, means.clock.now())


async def opened(db: Connection, means: Means, body: object) -> Correction:
    """The message of an outbox row, made when it is sent, of what is known then."""
    errand = msgspec.convert(body, Errand)
    person = await identity.resolve(db, means, errand.person_id)
    if errand.record_id is None:
        row = await db.fetchrow(queries.ONE, errand.person_id, errand.claim_id)
        expected = None if row is None else service.opened(means, row).said.expected
        number = max(person.profile.documents, key=lambda d: d.assurance, default=None)
        whose = {
            "full_name": person.profile.full_name.value,
            "birth": person.profile.birth.value,
        } | ({"document_number": number.number} if number else {})
        return Correction(
            claim_id=errand.claim_id, effect=errand.effect, undone=errand.undone,
            whose=whose, expected=expected,
        )  # fmt: skip
    shown = await records.find(db, means, errand.record_id)
    attached = errand.effect == "attached" and not errand.undone
    return Correction(
        claim_id=errand.claim_id,
        effect=errand.effect,
        undone=errand.undone,
        source_id=shown.provenance.source_id,
        version=shown.provenance.version,
        whose=await _proven(db, means, errand.person_id, shown) if attached else {},
    )


async def waiting_for(
    db: Connection, means: Means, source: str, *, also: Sequence[str] = (), limit: int = 100
) -> list[Waiting]:
    """What a source has not heard yet, of its own records and of keys like `any:dose`.

    The rows stay locked until the caller's transaction ends, so that nothing is sent by two. One of
    whose person nothing is kept any more ends here: it must not hold back the others.
    """
    messages = []
    for row in await db.fetch(queries.WAITING, TOPIC, [source, *also], source, limit):
        try:
            said = await opened(db, means, row["body"])
            messages.append(Waiting(outbox_id=row["outbox_id"], key=row["key"], said=said))
        except Declined:
            await sent(db, means, [row["outbox_id"]])
    return messages


async def sent(db: Connection, means: Means, outbox_ids: Sequence[int]) -> None:
    """Everybody took these whom they are for; in the transaction that asked for them."""
    await db.execute(queries.SENT, outbox_ids, means.clock.now())


async def _proven(db: Connection, means: Means, person_id: UUID, shown: Shown) -> dict[str, str]:
    """The person's own values where the record differs from them: no more than it needs."""
    person = await identity.resolve(db, means, person_id)
    weighed = (await beside(db, means, person, shown)).weighed
    differing = {
        kind
        for kind, features in KINDS.items()
        if any(weighed.level(feature) not in {"equal", "unknown"} for feature in features)
    }
    profile = person.profile
    number = max(profile.documents, key=lambda d: d.assurance, default=None)
    values = {
        "name": profile.full_name.value,
        "birth": profile.birth.value,
        "sex": profile.sex.value if profile.sex else "",
        "document": number.number if number else "",
    }
    named = dict(zip(values, ("full_name", "birth", "sex", "document_number"), strict=True))
    return {named[kind]: value for kind, value in values.items() if kind in differing and value}
