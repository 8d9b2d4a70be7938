"""What accounts keep of a person, as that person may take it away: no keys, no codes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from motma.access.accounts import devices, model, passkeys, phones, queries
from motma.access.means import Means
from motma.storage.pool import Connection


async def held(db: Connection, means: Means, selves: Sequence[UUID]) -> dict[str, Sequence[Any]]:
    """Devices and their sessions, activation codes, phones, passkeys, by the section they go to."""

    def opened(row: Record, column: str, key: str, name: str) -> dict[str, Any]:
        kept = dict(row)
        plain = means.vault.open(column, kept.pop(key), kept.pop("sealed"))
        return {name: plain.decode()} | kept

    return {
        "devices": await devices.listed(db, selves),
        "sessions": [dict(row) for row in await db.fetch(queries.SESSIONS_OF, selves)],
        "activation_codes": [dict(row) for row in await db.fetch(queries.CODES_OF, selves)],
        "phones": await phones.phones_of(db, means, selves),
        "phone_codes": [
            opened(row, model.SIGN_IN_COLUMN, "sign_in_id", "number")
            for row in await db.fetch(queries.BINDINGS_OF, selves)
        ],
        "passkeys": await passkeys.listed(db, means, selves),
        "passkeys_begun": [
            opened(row, model.CHALLENGE_COLUMN, "challenge_id", "label")
            for row in await db.fetch(queries.CHALLENGES_OF, selves)
        ],
    }
