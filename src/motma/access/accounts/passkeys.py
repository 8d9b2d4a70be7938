"""Passkeys: added from a device of the person's, and signing in on another with one.

The caller owns the transaction. A refused answer uses its challenge up, which is to be committed,
so it is handed back instead of raised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from motma.access import model as access
from motma.access.accounts import devices, model, phones, queries, texts, webauthn
from motma.access.accounts.errors import PasskeyRefused, PasskeysFull, PasskeyUnknown
from motma.access.accounts.webauthn import Assertion, NewCredential, Party
from motma.access.means import Means
from motma.access.model import Device
from motma.access.tokens import read_jwk
from motma.kernel.errors import Declined
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a browser hands to the authenticator; its answer is good once, until `expires_at`."""

    challenge_id: UUID
    expires_at: datetime
    public_key: dict[str, Any]  # the options as WebAuthn's JSON has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as its person sees it."""

    passkey_id: UUID
    label: str
    synced: bool  # kept in an account of the person's, not on one device alone
    added_at: datetime
    used_at: datetime | None


async def begin_adding(
    db: Connection,
    means: Means,
    party: Party,
    *,
    selves: Sequence[UUID],
    device_id: UUID,
    label: str,
) -> Asked:
    """Ask this device's authenticator for a passkey; the name that it shows is the label."""
    label = access.line(label, field="label", most=model.LONGEST_LABEL)
    known = await db.fetch(queries.PASSKEYS_OF, selves)
    if len(known) >= model.MOST_PASSKEYS:
        raise PasskeysFull(most=model.MOST_PASSKEYS)
    # one handle for a person: an authenticator then keeps one passkey of theirs, not a heap
    handle = known[0]["handle"] if known else means.random(_CHALLENGE_BYTES)
    row = await _challenge(
        db, means, person_id=selves[0], device_id=device_id, handle=handle, label=label
    )
    options = webauthn.creation(
        party,
        challenge=row.challenge,
        handle=handle,
        name=f"{webauthn.NAME} · {label}" if label else webauthn.NAME,
        known=[one["credential_id"] for one in known],
    )
    return Asked(challenge_id=row.challenge_id, expires_at=row.expires_at, public_key=options)


async def add(
    db: Connection,
    means: Means,
    party: Party,
    *,
    challenge_id: UUID,
    selves: Sequence[UUID],
    device_id: UUID,
    answer: NewCredential,
) -> Passkey | Declined:
    """Keep the passkey that the authenticator made; the person's number hears of it."""
    now = means.clock.now()
    row = await db.fetchrow(queries.TAKE_CHALLENGE, challenge_id, now, selves, device_id)
    made = row and webauthn.made(party, row["challenge"], answer)
    if not row or not made:
        return PasskeyRefused()
    passkey_id = uuid7(now, means.random)
    label = _label(means, model.CHALLENGE_COLUMN, challenge_id, row["sealed"])
    added = await db.fetchval(
        queries.ADD_PASSKEY,
        made.credential_id,
        passkey_id,
        row["person_id"],
        made.credential,
        row["handle"],
        means.vault.seal(model.PASSKEY_COLUMN, passkey_id, label.encode()),
        made.counter,
        made.synced,
        now,
        device_id,
    )
    if added is None:
        return PasskeyRefused()  # it is somebody's already
    details = {"passkey_id": str(passkey_id), "synced": made.synced}
    await means.log(
        db, "access.passkey-added", details, person_id=row["person_id"], device_id=device_id
    )
    await _tell(db, means, selves, texts.new_passkey())
    return Passkey(
        passkey_id=passkey_id, label=label, synced=made.synced, added_at=now, used_at=None
    )


async def listed(db: Connection, means: Means, selves: Sequence[UUID]) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    return [
        Passkey(
            passkey_id=row["passkey_id"],
            label=_label(means, model.PASSKEY_COLUMN, row["passkey_id"], row["sealed"]),
            synced=row["synced"],
            added_at=row["added_at"],
            used_at=row["used_at"],
        )
        for row in await db.fetch(queries.PASSKEYS_OF, selves)
    ]


async def remove(
    db: Connection, means: Means, *, passkey_id: UUID, selves: Sequence[UUID], by: UUID
) -> None:
    """A passkey signs in nobody any more; devices that it signed in stay until they are ended."""
    person_id = await db.fetchval(queries.REMOVE_PASSKEY, passkey_id, selves)
    if person_id is None:
        raise PasskeyUnknown
    details = {"passkey_id": str(passkey_id)}
    await means.log(db, "access.passkey-removed", details, person_id=person_id, device_id=by)
    await _tell(db, means, selves, texts.passkey_removed())


async def end_young(db: Connection, means: Means, device_id: UUID) -> None:
    """A device was lost: what its finder may have added in the last day ends with it."""
    young = means.clock.now() - model.COOL_DOWN
    for row in await db.fetch(queries.END_YOUNG_PASSKEYS, device_id, young):
        details = {"passkey_id": str(row["passkey_id"])}
        await means.log(db, "access.passkey-removed", details, person_id=row["person_id"])
        await _tell(db, means, [row["person_id"]], texts.passkey_removed())


async def begin_sign_in(db: Connection, means: Means, party: Party) -> Asked:
    """Ask any authenticator for a passkey of ours; who it is, its answer says."""
    row = await _challenge(db, means)
    options = webauthn.request(party, challenge=row.challenge)
    return Asked(challenge_id=row.challenge_id, expires_at=row.expires_at, public_key=options)


async def finish_sign_in(
    db: Connection,
    means: Means,
    party: Party,
    *,
    challenge_id: UUID,
    answer: Assertion,
    jwk: dict[str, object],
    label: str,
) -> Device | Declined:
    """Enrol the device of whoever's passkey signed the challenge.

    A passkey that is older than a day speaks for the device; a younger one may be a thief's, so
    its device waits like one that came by phone.
    """
    read_jwk(jwk)  # a key that is none uses no challenge up
    now = means.clock.now()
    challenge = await db.fetchval(queries.TAKE_SIGN_IN_CHALLENGE, challenge_id, now)
    known = challenge and await db.fetchrow(queries.PASSKEY, webauthn.id_of(answer))
    if not known:
        return PasskeyRefused()
    counter = webauthn.signed(
        party, challenge, answer, credential=known["credential"], handle=known["handle"]
    )
    if counter is None:
        return PasskeyRefused()
    if not await db.fetchval(queries.USE_PASSKEY, known["credential_id"], counter, now):
        return await _copied(db, means, known)
    device = await devices.enrol(
        db, means, person_id=known["person_id"], jwk=jwk, label=label, by="passkey"
    )
    if now >= known["added_at"] + model.COOL_DOWN:
        await db.fetchval(queries.VOUCH, device.device_id, [known["person_id"]], now)
    await phones.tell_new_device(db, means, known["person_id"])
    return device


async def end_all(db: Connection, means: Means, selves: Sequence[UUID]) -> int:
    """No passkey signs in this person any more; how many did."""
    ended = await db.fetch(queries.END_PASSKEYS, selves)
    await db.execute(queries.END_CHALLENGES, selves)
    if ended:
        await means.log(db, "access.passkey-removed", {"passkeys": len(ended)}, person_id=selves[0])
    return len(ended)


async def _copied(db: Connection, means: Means, known: Record) -> Declined:
    """A counter that went back: two authenticators have this key, and one of them is not theirs."""
    details = {"passkey_id": str(known["passkey_id"])}
    await means.log(db, "access.passkey-copied", details, person_id=known["person_id"])
    return PasskeyRefused()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Challenge:
    challenge_id: UUID
    challenge: bytes
    expires_at: datetime


async def _challenge(
    db: Connection,
    means: Means,
    *,
    person_id: UUID | None = None,
    device_id: UUID | None = None,
    handle: bytes | None = None,
    label: str = "",
) -> _Challenge:
    now = means.clock.now()
    made = _Challenge(
        challenge_id=uuid7(now, means.random),
        challenge=means.random(_CHALLENGE_BYTES),
        expires_at=now + model.CHALLENGE_LIFE,
    )
    sealed = means.vault.seal(model.CHALLENGE_COLUMN, made.challenge_id, label.encode())
    await db.execute(
        queries.ADD_CHALLENGE,
        made.challenge_id,
        made.challenge,
        person_id,
        device_id,
        handle,
        sealed,
        made.expires_at,
    )
    return made


async def _tell(db: Connection, means: Means, selves: Sequence[UUID], text: str) -> None:
    for phone in await phones.phones_of(db, means, selves):
        await phones.tell_phone(db, means, phone.number, text)


def _label(means: Means, column: str, row_id: UUID, sealed: bytes) -> str:
    return means.vault.open(column, row_id, sealed).decode()
