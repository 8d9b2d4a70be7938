"""Signing in by phone and a one-time code, and binding a phone; the caller owns the transaction.

A wrong try is an outcome that is committed, so it is handed back instead of raised.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from asyncpg import Record

from motma.access.accounts import devices, model, queries, texts
from motma.access.accounts.errors import (
    CodesDelayed,
    CodeWrong,
    PhoneShared,
    PinNeeded,
    PinRefused,
)
from motma.access.accounts.model import Begun, Bound
from motma.access.means import Means
from motma.access.model import Device, check_pin
from motma.access.tokens import read_jwk
from motma.kernel import phones
from motma.kernel.errors import Declined
from motma.kernel.ids import uuid7
from motma.messages import service as messages
from motma.storage.pool import Connection

#: Whom the register names with a number; the layer above knows.
Named = Callable[[Connection, str], Awaitable[set[UUID]]]

# Source: OWASP password storage, argon2id with 19 MiB and two passes.
_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_BLIND: Final = "account-phone"
_CODE: Final = "one-time-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number bound to a person, as that person sees it."""

    number: str
    pin: bool
    bound_at: datetime
    confirm_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody types to sign in by phone."""

    sign_in_id: UUID
    code: str
    pin: str | None


async def begin(db: Connection, means: Means, *, phone: str, host: str) -> Begun:
    """Send a code to a number that stands for somebody; the same work and answer if it does not."""
    number = phones.normalise(phone)
    now = means.clock.now()
    bound = await queries.bound(db, means.vault.blinds(_BLIND, number))
    known = any(one.stands(now) for one in bound)
    return await _begin(db, means, number, person_id=None, sent=known, host=host)


async def finish(
    db: Connection,
    means: Means,
    *,
    typed: Typed,
    jwk: dict[str, object],
    label: str,
    named: Named,
) -> Device | Declined:
    """Enrol the device of whoever has the code and, where the account has one, the PIN."""
    read_jwk(jwk)  # a key that is none costs no try
    now = means.clock.now()
    row = await _right(db, means, typed.sign_in_id, typed.code, person_id=None)
    if row is None:
        return CodeWrong()
    number = _number(means, model.SIGN_IN_COLUMN, typed.sign_in_id, row["sealed"])
    bound = await queries.bound(db, means.vault.blinds(_BLIND, number))
    standing = [one for one in bound if one.stands(now)]
    shared = len({one.person_id for one in standing} | await named(db, number)) > 1
    chosen = await _chosen(standing, shared=shared, pin=typed.pin)
    if isinstance(chosen, Declined):
        return chosen
    await db.execute(queries.USE_SIGN_IN, typed.sign_in_id, now)
    device = await devices.enrol(
        db, means, person_id=chosen.person_id, jwk=jwk, label=label, by="phone"
    )
    await tell_phone(db, means, number, texts.new_device())
    return device


async def begin_binding(
    db: Connection, means: Means, *, person_id: UUID, phone: str, host: str
) -> Begun:
    """Send a code to the number that somebody wants to bind to their own account."""
    number = phones.normalise(phone)
    return await _begin(db, means, number, person_id=person_id, sent=True, host=host)


async def bind(
    db: Connection, means: Means, *, person_id: UUID, code: str, pin: str | None, named: Named
) -> Declined | None:
    """Bind the number that the code was sent to; it takes the place of an earlier one.

    A number that stands for others too is bound only with a PIN, and from then on signs none of
    them in without theirs: so nobody in a household takes another's account.
    """
    hashed = await asyncio.to_thread(_hasher.hash, check_pin(pin)) if pin else None
    sign_in_id = await db.fetchval(queries.LATEST_BINDING, person_id)
    row = sign_in_id and await _right(db, means, sign_in_id, code, person_id=person_id)
    if not row:
        return CodeWrong()
    now = means.clock.now()
    number = _number(means, model.SIGN_IN_COLUMN, sign_in_id, row["sealed"])
    bound = await queries.bound(db, means.vault.blinds(_BLIND, number))
    others = [one for one in bound if one.person_id != person_id and one.stands(now)]
    if hashed is None and (others or await named(db, number) - {person_id}):
        return PhoneShared()
    await db.execute(queries.USE_SIGN_IN, sign_in_id, now)
    blind = means.vault.blind(_BLIND, number)
    sealed = means.vault.seal(model.PHONE_COLUMN, person_id, number.encode())
    await _unbind(db, means, [person_id], keep=number)
    await db.execute(queries.BIND, blind, person_id, sealed, hashed, now)
    await means.log(db, "access.phone-bound", {"pin": bool(hashed)}, person_id=person_id)
    for other in others:
        await means.log(db, "access.phone-shared", {}, person_id=other.person_id)
    return None


async def unbind(db: Connection, means: Means, selves: Sequence[UUID]) -> bool:
    """No number signs in this person any more; whether one did."""
    ended = await _unbind(db, means, selves, keep=None)
    if ended:
        await means.log(db, "access.phone-removed", {}, person_id=selves[0])
    return ended


async def phones_of(db: Connection, means: Means, selves: Sequence[UUID]) -> list[Phone]:
    """The numbers that sign in a person, the latest first."""
    return [
        Phone(
            number=_number(means, model.PHONE_COLUMN, row["person_id"], row["sealed"]),
            pin=row["pin"],
            bound_at=row["bound_at"],
            confirm_by=row["bound_at"] + model.PHONE_LIFE,
        )
        for row in await db.fetch(queries.PHONES_OF, selves)
    ]


async def tell_new_device(db: Connection, means: Means, person_id: UUID) -> None:
    """A message to the person's number: another device shows their code."""
    for phone in await phones_of(db, means, [person_id]):
        await tell_phone(db, means, phone.number, texts.new_device())


async def tell_phone(db: Connection, means: Means, number: str, text: str) -> None:
    """Queue a notice; late, it would say nothing new."""
    ends = means.clock.now() + model.NOTICE_LIFE
    await messages.queue(
        db, means.vault, means.clock, means.random, to=number, text=text, expires_at=ends
    )


async def _begin(
    db: Connection, means: Means, number: str, *, person_id: UUID | None, sent: bool, host: str
) -> Begun:
    now = means.clock.now()
    expected = await messages.expected_at(db, means.clock)
    if expected > now + model.LONGEST_WAIT:
        raise CodesDelayed(expected_at=expected.isoformat())
    ends = expected + model.CODE_LIFE
    sign_in_id, code = uuid7(now, means.random), model.new_digits(means.random)
    await db.execute(
        queries.ADD_SIGN_IN,
        sign_in_id,
        means.vault.blind(_BLIND, number),
        means.vault.seal(model.SIGN_IN_COLUMN, sign_in_id, number.encode()),
        person_id,
        means.vault.blind(_CODE, f"{sign_in_id}|{code}"),
        now,
        ends,
    )
    write = texts.sign_in_code if person_id is None else texts.binding_code
    await messages.queue(
        db,
        means.vault,
        means.clock,
        means.random,
        to=number if sent else None,
        text=write(code, host=host),
        expires_at=ends,
    )
    return Begun(sign_in_id=sign_in_id, code_expected_at=expected, expires_at=ends)


async def _right(
    db: Connection, means: Means, sign_in_id: UUID, code: str, *, person_id: UUID | None
) -> Record | None:
    """The sign-in if this is its code; the try counts either way."""
    row = await queries.try_code(db, sign_in_id, means.clock.now(), model.MOST_TRIES, person_id)
    if row is None:
        return None
    given = f"{sign_in_id}|{model.plain_digits(code)}"
    fits = [hmac.compare_digest(b, row["code_hash"]) for b in means.vault.blinds(_CODE, given)]
    return row if any(fits) else None


async def _chosen(standing: Sequence[Bound], *, shared: bool, pin: str | None) -> Bound | Declined:
    """Whose account it is: the only one, or the one that has this PIN."""
    if not standing:
        return CodeWrong()  # removed while the code was on its way
    locked = [one for one in standing if one.pin_hash is not None]
    if not locked:
        return PhoneShared() if shared else standing[0]
    if pin is None:
        return PinNeeded()
    fitting = [one for one in locked if await asyncio.to_thread(_fits, one.pin_hash, pin)]
    # two accounts with one PIN: nobody can say whose it is
    return fitting[0] if len(fitting) == 1 else PinRefused()


def _fits(pin_hash: str | None, pin: str) -> bool:
    try:
        return _hasher.verify(pin_hash or "", pin[:64])
    except VerifyMismatchError:
        return False


async def _unbind(
    db: Connection, means: Means, selves: Sequence[UUID], *, keep: str | None
) -> bool:
    """Let go of every number; each but `keep` hears that it signs in nobody any more."""
    ended = await db.fetch(queries.UNBIND, selves)
    for row in ended:
        number = _number(means, model.PHONE_COLUMN, row["person_id"], row["sealed"])
        if number != keep:
            await tell_phone(db, means, number, texts.phone_removed())
    return bool(ended)


def _number(means: Means, column: str, row_id: UUID, sealed: bytes) -> str:
    return means.vault.open(column, row_id, sealed).decode()
