"""Who stands behind a command: a log-in and its PIN, asked at the terminal, without a device."""

import asyncio
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from motma.access import queries
from motma.access.errors import Forbidden, SignInRefused
from motma.access.service import plain_login
from motma.storage.pool import Connection

_hasher: Final = PasswordHasher()  # what a hash was made with stands in the hash


async def vouch(db: Connection, *, login: str, pin: str, role: str) -> UUID:
    """The reader who has this log-in, PIN and role; a decline for everybody else.

    For commands on the platform's own machine: whoever runs them reaches the database anyway, so
    nothing is counted or slowed down. It keeps one person from standing for two by mistake.
    """
    reader = await queries.reader_by_login(db, plain_login(login))
    if reader is None or reader.status != "active":
        raise SignInRefused
    try:
        await asyncio.to_thread(_hasher.verify, reader.pin_hash, pin[:64])
    except VerificationError:
        raise SignInRefused from None
    if reader.role != role:
        raise Forbidden
    return reader.reader_id
