"""Official value sets: read from the files as published, kept with their date, used at once."""

from datetime import date
from typing import Any, Final

import msgspec

from motma.access.means import Means
from motma.kernel.errors import Malformed
from motma.records import queries
from motma.records.codes import Codes, joined, shipped
from motma.storage.pool import Connection

#: The largest official set has some thousand devices.
_MOST_CODES: Final = 20_000


class ValueSet(msgspec.Struct, frozen=True, rename="camel"):
    """A value set as the EU publishes it."""

    value_set_id: str
    value_set_date: date
    value_set_values: dict[str, dict[str, Any]]


_decoder = msgspec.json.Decoder(ValueSet)


def read(data: bytes) -> ValueSet:
    """The value set of a file, or Malformed."""
    try:
        found = _decoder.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError):
        raise Malformed("valuesets.not-a-value-set") from None
    if not found.value_set_id or len(found.value_set_values) > _MOST_CODES:
        raise Malformed("valuesets.not-a-value-set")
    return found


async def keep(db: Connection, means: Means, found: ValueSet) -> bool:
    """Keep a value set of its date; whether it was not there before."""
    body = msgspec.to_builtins(found.value_set_values)
    now = means.clock.now()
    args = (found.value_set_id, found.value_set_date, body, now)
    kept = await db.fetchval(queries.PUT_VALUE_SET, *args) is not None
    if kept:
        details = {"value_set": found.value_set_id, "dated": found.value_set_date.isoformat()}
        await means.log(db, "records.value-set-imported", details)
    return kept


async def codes_of(db: Connection, *, every: bool = False) -> Codes:
    """The codes known now: those that ship and the latest of each official set.

    Only the sets that deliveries are judged by, unless `every` is asked for: others are large.
    """
    wanted = None if every else list(shipped().sets)
    rows = await db.fetch(queries.OFFICIAL_SETS, wanted)
    if not rows:
        return shipped()
    return joined((row["value_set_id"], row["body"]) for row in rows)
