"""Use cases of access: enrol a device, sign in, renew, lose; the caller owns the transaction."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from motma.access import model, queries
from motma.access.errors import (
    CodeRefused,
    DeviceLost,
    LoginTaken,
    ProofRefused,
    SessionEnded,
    SignInRefused,
)
from motma.access.means import Means
from motma.access.model import Device, Place, Reader, Session
from motma.access.policy import current
from motma.access.tokens import TOKEN_LIFE, Claims, mint, read_jwk
from motma.kernel import units
from motma.kernel.errors import Malformed
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

# Source: OWASP password storage, argon2id with 19 MiB and two passes.
_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_LONGEST_LOGIN: Final = 70


async def add_organisation(db: Connection, means: Means, name: str) -> UUID:
    """Found an organisation whose people may read codes."""
    now = means.clock.now()
    organisation_id = uuid7(now, means.random)
    await queries.add_organisation(
        db, organisation_id, model.line(name, field="name", least=1), now
    )
    await means.log(db, "access.organisation-added", {"organisation_id": str(organisation_id)})
    return organisation_id


async def add_place(
    db: Connection,
    means: Means,
    *,
    organisation_id: UUID,
    kind: str,
    name: str,
    commune_code: str | None = None,
    commune_as_of: date | None = None,
) -> Place:
    """Register a place of an organisation; its commune decides which rule book speaks there."""
    if kind not in model.PLACE_KINDS:
        raise Malformed("access.place-kind", "kind")
    if commune_code is not None:
        _insist_commune(commune_code, commune_as_of)
    now = means.clock.now()
    place = Place(
        place_id=uuid7(now, means.random),
        organisation_id=organisation_id,
        kind=kind,
        name=model.line(name, field="name", least=1),
    )
    await db.execute(
        queries.ADD_PLACE,
        place.place_id,
        organisation_id,
        kind,
        place.name,
        commune_code,
        commune_as_of,
        now,
    )
    await means.log(db, "access.place-added", {"place_id": str(place.place_id)})
    return place


def _insist_commune(code: str, as_of: date | None) -> None:
    """Refuse a commune that never was, or whose code means two and no day is said."""
    if units.find(code, as_of) is None:
        raise Malformed("access.place-commune", "commune_code")


async def add_reader(
    db: Connection,
    means: Means,
    *,
    organisation_id: UUID,
    login: str,
    role: str,
    pin: str,
    may_move: bool = False,
) -> Reader:
    """Give a person a role, a log-in and a PIN; `may_move`: choose another place than the last."""
    if role not in current().source["roles"]:
        raise Malformed("access.role-unknown", "role")
    now = means.clock.now()
    reader = Reader(
        reader_id=uuid7(now, means.random),
        organisation_id=organisation_id,
        login=model.check_login(login),
        role=role,
        pin_hash=await asyncio.to_thread(_hasher.hash, model.check_pin(pin)),
        status="active",
        may_move=may_move,
    )
    if not await queries.add_reader(db, reader, now):
        raise LoginTaken
    await means.log(db, "access.reader-added", {"reader_id": str(reader.reader_id), "role": role})
    return reader


async def set_reader_status(db: Connection, means: Means, *, login: str, status: str) -> bool:
    """Suspend, re-activate or dismiss a reader; it holds from the next request on."""
    reader_id = await db.fetchval(queries.SET_READER_STATUS, model.check_login(login), status)
    if reader_id is None:
        return False
    await means.log(db, f"access.reader-{status}", {"reader_id": str(reader_id)})
    return True


async def set_organisation_status(
    db: Connection, means: Means, *, organisation_id: UUID, status: str
) -> bool:
    """Close an organisation or open it again; its readers stop at the next request."""
    found = await db.fetchval(queries.SET_ORGANISATION_STATUS, organisation_id, status)
    if found is None:
        return False
    details = {"organisation_id": str(organisation_id)}
    await means.log(db, f"access.organisation-{status}", details)
    return True


async def new_code(
    db: Connection,
    means: Means,
    *,
    organisation_id: UUID | None = None,
    person_id: UUID | None = None,
) -> tuple[str, datetime]:
    """A one-time code: for a reader's device of an organisation, or for a person's wallet.

    The code itself is not kept, only its keyed hash. Returns the code and when it expires.
    """
    kind = "reader" if person_id is None else "wallet"
    life = model.ENROLMENT_LIFE if person_id is None else model.ACTIVATION_LIFE
    now = means.clock.now()
    code = model.new_code(means.random)
    hashed = means.vault.blind("enrolment-code", model.plain_code(code))
    if person_id is not None:  # an earlier slip, wherever it lies, opens nothing any more
        await db.execute(queries.END_CODES, person_id, now)
    await db.execute(queries.ADD_CODE, hashed, kind, organisation_id, person_id, now, now + life)
    await means.log(db, "access.code-made", {"kind": kind}, person_id=person_id)
    return code, now + life


async def enrol(
    db: Connection, means: Means, *, code: str, jwk: dict[str, object], label: str
) -> Device:
    """Enrol the device that holds the key: the code is used up by this."""
    thumbprint, public_key = read_jwk(jwk)
    label = model.line(label, field="label", most=80)
    now = means.clock.now()
    for hashed in means.vault.blinds("enrolment-code", model.plain_code(code)):
        row = await queries.use_code(db, hashed, now)
        if row is not None:
            break
    else:
        raise CodeRefused
    device = Device(
        device_id=uuid7(now, means.random),
        kind=row["kind"],
        organisation_id=row["organisation_id"],
        person_id=row["person_id"],
        thumbprint=thumbprint,
        status="active",
    )
    await db.execute(
        queries.ADD_DEVICE,
        device.device_id,
        device.kind,
        device.organisation_id,
        device.person_id,
        public_key,
        thumbprint,
        label,
        now,
    )
    await means.log(
        db,
        "access.device-enrolled",
        {"device_id": str(device.device_id), "kind": device.kind},
        person_id=device.person_id,
    )
    return device


async def sign_in(
    db: Connection, means: Means, *, device_id: UUID, thumbprint: str, login: str, pin: str
) -> Session:
    """Begin a reader's shift; whoever was signed in on the device is signed out (hand-over)."""
    device = await own_device(db, device_id, thumbprint)
    reader = await queries.reader_by_login(db, plain_login(login))
    known = reader is not None and reader.status == "active"
    # an unknown log-in costs as much time as a wrong PIN
    fits = await asyncio.to_thread(_fits, reader.pin_hash if reader else _nobody(), pin)
    if device.kind != "reader" or reader is None or not (known and fits):
        raise SignInRefused
    if reader.organisation_id != device.organisation_id:
        raise SignInRefused
    await db.execute(queries.END_SESSIONS, device_id, means.clock.now(), None)
    return await _begin(db, means, device=device, reader=reader, life=model.SESSION_LIFE)


async def open_wallet(db: Connection, means: Means, *, device_id: UUID, thumbprint: str) -> Session:
    """Begin a person's session on a wallet that an activation code was used on."""
    device = await own_device(db, device_id, thumbprint)
    if device.kind != "wallet":
        raise SignInRefused
    return await _begin(db, means, device=device, reader=None, life=model.WALLET_SESSION_LIFE)


async def resume(
    db: Connection, means: Means, *, device_id: UUID, session_id: UUID, thumbprint: str
) -> Session:
    """The session if it may go on now; the device's key was proved by the caller."""
    session = await queries.find_session(db, device_id, session_id)
    if session is None or session.device.thumbprint != thumbprint:
        raise ProofRefused
    if session.device.status != "active":
        raise DeviceLost
    if session.ended_at is not None or session.ends_at <= means.clock.now():
        raise SessionEnded
    if session.reader is not None and session.reader.status != "active":
        raise SessionEnded
    return session


async def end(db: Connection, means: Means, session: Session) -> None:
    """Sign out."""
    now = means.clock.now()
    await db.execute(queries.END_SESSIONS, session.device.device_id, now, session.session_id)


async def lose(
    db: Connection, means: Means, device_id: UUID, *, of: Sequence[UUID] | None = None
) -> bool:
    """Report a device lost: its tokens die at once. False when it was not active.

    `of` lets a person lose only wallets of their own (all their ids).
    """
    lost = await db.fetchrow(queries.LOSE_DEVICE, device_id, means.clock.now(), of)
    if lost is None:
        return False
    details = {"device_id": str(device_id)}
    await means.log(db, "access.device-lost", details, person_id=lost["person_id"])
    return True


def token_of(session: Session, means: Means) -> tuple[str, datetime]:
    """A fresh token of a session, and when it expires."""
    expires = min(means.clock.now() + TOKEN_LIFE, session.ends_at)
    claims = Claims(
        device=session.device.device_id,
        session=session.session_id,
        thumbprint=session.device.thumbprint,
        expires_s=int(expires.timestamp()),
        reader=session.reader.reader_id if session.reader else None,
        person=session.device.person_id,
        role=session.reader.role if session.reader else None,
        organisation=session.device.organisation_id,
    )
    token = mint(claims, lambda data, kid: means.keyring.mac("token", data, kid))
    return token, expires


def plain_login(login: str) -> str:
    """A log-in as it is compared; what can't be one is nobody's.

    >>> plain_login(" Guard@Stage ")
    'guard@stage'
    """
    text = login.strip().lower()
    return text if text.isprintable() and len(text) <= _LONGEST_LOGIN else ""


@cache
def _nobody() -> str:
    """The hash of a PIN that nobody has; made when it is first needed, for it takes long."""
    return _hasher.hash("nobody has this PIN")


def _fits(pin_hash: str, pin: str) -> bool:
    try:
        return _hasher.verify(pin_hash, pin[:64])
    except VerifyMismatchError:
        return False


async def own_device(db: Connection, device_id: UUID, thumbprint: str) -> Device:
    """The active device whose key made the proof."""
    device = await queries.find_device(db, device_id)
    # somebody else's device and one that never was look alike
    if device is None or device.status != "active" or device.thumbprint != thumbprint:
        raise DeviceLost
    return device


async def _begin(
    db: Connection, means: Means, *, device: Device, reader: Reader | None, life: timedelta
) -> Session:
    now = means.clock.now()
    session = Session(
        device=device,
        session_id=uuid7(now, means.random),
        reader=reader,
        ends_at=now + life,
        ended_at=None,
    )
    await db.execute(
        queries.ADD_SESSION,
        device.device_id,
        session.session_id,
        reader and reader.reader_id,
        now,
        session.ends_at,
    )
    await means.log(
        db,
        "access.session-begun",
        {"reader_id": str(reader.reader_id) if reader else None},
        person_id=device.person_id,
        device_id=device.device_id,
    )
    return session


async def forget(db: Connection, now: datetime) -> None:
    """Delete what is past its keep-until."""
    for statement in queries.FORGET:
        await db.execute(statement, now)
