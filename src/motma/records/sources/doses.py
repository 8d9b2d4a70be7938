"""Takes in what the immunisation registry and laboratories say: deliveries of health records."""

from collections.abc import Sequence
from typing import Final

import msgspec

from motma.access.means import Means
from motma.kernel.errors import Declined, Malformed
from motma.records import service as records
from motma.records.model import Delivery, Test
from motma.records.service import Received
from motma.records.sources.model import TESTS, Dead, Taken
from motma.records.sources.naming import id_of
from motma.records.sources.saving import DEFECT, is_away
from motma.storage.pool import Connection

#: Code of a record that a source of this kind may not send.
NOT_ALLOWED: Final = "sources.type-not-allowed"

_decoder: Final = msgspec.json.Decoder(Delivery)


async def take(
    db: Connection, means: Means, source: str, kind: str, items: Sequence[bytes]
) -> Taken:
    """Receive each delivery; idempotent and independent of order by what `receive` promises.

    A laboratory speaks of tests only: its stolen key must not make vaccinations.
    """
    dead: list[Dead] = []
    texts: list[bytes] = []
    deliveries: list[Delivery] = []
    for text in items:
        try:
            delivery = _decoder.decode(text)
        except (msgspec.DecodeError, ValueError):
            dead.append(Dead(text=text, item_id=id_of(text), code="sources.item-form"))
            continue
        if kind == TESTS and not isinstance(delivery.what, Test):
            dead.append(Dead(text=text, item_id=delivery.id, code=NOT_ALLOWED, field="type"))
            continue
        deliveries.append(delivery)
        texts.append(text)
    results = await _receive(db, means, source, deliveries)
    taken, versions = [], []
    for text, delivery, received in zip(texts, deliveries, results, strict=True):
        if received.status == "refused":
            code = received.problem or DEFECT
            dead.append(Dead(text=text, item_id=delivery.id, code=code, field=received.field))
        else:
            taken.append(delivery.id)
            versions.append(delivery.version)
    return Taken(ids=tuple(taken), versions=tuple(versions), dead=tuple(dead))


async def _receive(
    db: Connection, means: Means, source: str, deliveries: Sequence[Delivery]
) -> list[Received]:
    """What became of each; when together they fail, each is tried alone."""
    if not deliveries:
        return []
    try:
        async with db.transaction():
            return await records.receive(db, means, source, deliveries)
    except Exception as error:
        if is_away(error):
            raise
        if len(deliveries) > 1:
            return [(await _receive(db, means, source, [one]))[0] for one in deliveries]
        code = error.reason if isinstance(error, Malformed) else DEFECT
        code = error.code if isinstance(error, Declined) and code == DEFECT else code
        return [Received(id=deliveries[0].id, status="refused", problem=code)]
