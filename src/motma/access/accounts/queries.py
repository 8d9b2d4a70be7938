"""All SQL of accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from motma.access.accounts.model import Bound
from motma.storage.pool import Connection

ADD_DEVICE: Final = """
    INSERT INTO device (device_id, kind, person_id, public_key, thumbprint, label, enrolled_at,
                        enrolled_by)
    VALUES ($1, 'wallet', $2, $3, $4, $5, $6, $7)
"""
DEVICES: Final = """
    SELECT device_id, label, status, enrolled_at, enrolled_by, vouched_at FROM device
     WHERE person_id = ANY($1) ORDER BY enrolled_at, device_id
"""
DEVICE: Final = "SELECT enrolled_by, enrolled_at, vouched_at FROM device WHERE device_id = $1"
VOUCH: Final = """
    UPDATE device SET vouched_at = $3
     WHERE device_id = $1 AND person_id = ANY($2) AND status = 'active' RETURNING device_id
"""
END_DEVICES: Final = """
    UPDATE device SET status = 'lost', ended_at = $2
     WHERE person_id = ANY($1) AND status = 'active' RETURNING device_id
"""
END_SESSIONS: Final = """
    UPDATE session SET ended_at = $2 WHERE device_id = ANY($1) AND ended_at IS NULL
"""
END_CODES: Final = """
    UPDATE enrolment_code SET expires_at = $2
     WHERE person_id = ANY($1) AND used_at IS NULL AND expires_at > $2
"""
ADD_SIGN_IN: Final = """
    INSERT INTO sign_in
           (sign_in_id, phone_blind, sealed, person_id, code_hash, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
# counted in the same statement that reads the code: many tries at once are no way around
TRY_CODE: Final = """
    UPDATE sign_in SET tries = tries + 1
     WHERE sign_in_id = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3
       AND person_id IS NOT DISTINCT FROM $4
    RETURNING phone_blind, sealed, code_hash
"""
USE_SIGN_IN: Final = "UPDATE sign_in SET used_at = $2 WHERE sign_in_id = $1"
LATEST_BINDING: Final = """
    SELECT sign_in_id FROM sign_in WHERE person_id = $1 ORDER BY created_at DESC, sign_in_id LIMIT 1
"""
BOUND: Final = """
    SELECT person_id, pin_hash, bound_at FROM account_phone
     WHERE blind = ANY($1) ORDER BY bound_at, person_id
"""
BIND: Final = """
    INSERT INTO account_phone (blind, person_id, sealed, pin_hash, bound_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (blind, person_id) DO UPDATE
       SET sealed = excluded.sealed, pin_hash = excluded.pin_hash, bound_at = excluded.bound_at
"""
UNBIND: Final = "DELETE FROM account_phone WHERE person_id = ANY($1) RETURNING person_id, sealed"
PHONES_OF: Final = """
    SELECT person_id, sealed, pin_hash IS NOT NULL AS pin, bound_at FROM account_phone
     WHERE person_id = ANY($1) ORDER BY bound_at DESC
"""
ADD_CHALLENGE: Final = """
    INSERT INTO passkey_challenge
           (challenge_id, challenge, person_id, device_id, handle, sealed, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
TAKE_CHALLENGE: Final = """
    DELETE FROM passkey_challenge
     WHERE challenge_id = $1 AND expires_at > $2 AND person_id = ANY($3) AND device_id = $4
    RETURNING challenge, person_id, handle, sealed
"""
TAKE_SIGN_IN_CHALLENGE: Final = """
    DELETE FROM passkey_challenge
     WHERE challenge_id = $1 AND expires_at > $2 AND person_id IS NULL RETURNING challenge
"""
ADD_PASSKEY: Final = """
    INSERT INTO passkey (credential_id, passkey_id, person_id, credential, handle, sealed, counter,
                         synced, added_at, device_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (credential_id) DO NOTHING RETURNING passkey_id
"""
PASSKEY: Final = """
    SELECT credential_id, passkey_id, person_id, credential, handle, added_at FROM passkey
     WHERE credential_id = $1
"""
# a counter that stands at nothing is none: synced passkeys have no other
USE_PASSKEY: Final = """
    UPDATE passkey SET counter = $2, used_at = $3
     WHERE credential_id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING passkey_id
"""
PASSKEYS_OF: Final = """
    SELECT credential_id, passkey_id, handle, sealed, synced, added_at, used_at FROM passkey
     WHERE person_id = ANY($1) ORDER BY added_at, passkey_id
"""
REMOVE_PASSKEY: Final = """
    DELETE FROM passkey WHERE passkey_id = $1 AND person_id = ANY($2) RETURNING person_id
"""
#: $2: a passkey that was added after this moment is young.
END_YOUNG_PASSKEYS: Final = """
    DELETE FROM passkey WHERE device_id = $1 AND added_at > $2 RETURNING passkey_id, person_id
"""
END_PASSKEYS: Final = "DELETE FROM passkey WHERE person_id = ANY($1) RETURNING passkey_id"
END_CHALLENGES: Final = "DELETE FROM passkey_challenge WHERE person_id = ANY($1)"
SESSIONS_OF: Final = """
    SELECT s.device_id, s.started_at, s.ends_at, s.ended_at
      FROM session s JOIN device d USING (device_id)
     WHERE d.person_id = ANY($1) ORDER BY s.started_at, s.session_id
"""
CODES_OF: Final = """
    SELECT created_at, expires_at, used_at FROM enrolment_code
     WHERE person_id = ANY($1) ORDER BY created_at, code_hash
"""
BINDINGS_OF: Final = """
    SELECT sign_in_id, sealed, tries, created_at, expires_at, used_at FROM sign_in
     WHERE person_id = ANY($1) ORDER BY created_at, sign_in_id
"""
CHALLENGES_OF: Final = """
    SELECT challenge_id, sealed, expires_at FROM passkey_challenge
     WHERE person_id = ANY($1) ORDER BY expires_at, challenge_id
"""

#: What is past its keep-until; each table's comment says when that is.
FORGET: Final = (
    "DELETE FROM sign_in WHERE expires_at < $1::timestamptz - interval '1 day'",
    "DELETE FROM passkey_challenge WHERE expires_at < $1::timestamptz - interval '1 hour'",
    "DELETE FROM account_phone WHERE bound_at < $1::timestamptz - interval '180 days'",
)


async def bound(db: Connection, blinds: Sequence[bytes]) -> list[Bound]:
    """Whom a number was bound to; served by the primary key."""
    return [Bound(**dict(row)) for row in await db.fetch(BOUND, blinds)]


async def try_code(
    db: Connection, sign_in_id: UUID, now: datetime, most: int, person_id: UUID | None
) -> Record | None:
    """One more try; None when there is none left, or the sign-in is over or was never begun."""
    return await db.fetchrow(TRY_CODE, sign_in_id, now, most, person_id)
