"""A person's devices: enrolled by phone or passkey, cooling down, vouched for, ended."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from motma.access import model as access
from motma.access.accounts import queries
from motma.access.accounts.errors import CoolingDown, DeviceUnknown
from motma.access.accounts.model import settles_at
from motma.access.means import Means
from motma.access.model import Device
from motma.access.tokens import read_jwk
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """A device that shows a person's code."""

    device_id: UUID
    label: str
    status: str
    enrolled_at: datetime
    enrolled_by: str  # code, phone or passkey
    settles_at: datetime | None  # until then it may not change the account


async def enrol(
    db: Connection,
    means: Means,
    *,
    person_id: UUID,
    jwk: dict[str, object],
    label: str,
    by: str,
) -> Device:
    """Enrol the device that holds the key, for somebody who proved that the account is theirs."""
    thumbprint, public_key = read_jwk(jwk)
    label = access.line(label, field="label", most=80)
    now = means.clock.now()
    device = Device(
        device_id=uuid7(now, means.random),
        kind="wallet",
        organisation_id=None,
        person_id=person_id,
        thumbprint=thumbprint,
        status="active",
    )
    await db.execute(
        queries.ADD_DEVICE, device.device_id, person_id, public_key, thumbprint, label, now, by
    )
    details = {"device_id": str(device.device_id), "kind": "wallet", "by": by}
    await means.log(db, "access.device-enrolled", details, person_id=person_id)
    return device


async def listed(db: Connection, selves: Sequence[UUID]) -> list[Wallet]:
    """Every device of a person (all their ids), the oldest first."""
    found = []
    for row in await db.fetch(queries.DEVICES, selves):
        kept = dict(row)
        vouched = kept.pop("vouched_at") is not None
        settles = settles_at(
            enrolled_by=kept["enrolled_by"], enrolled_at=kept["enrolled_at"], vouched=vouched
        )
        found.append(Wallet(**kept, settles_at=settles))
    return found


async def insist_settled(db: Connection, means: Means, device_id: UUID) -> None:
    """Refuse a device that came by phone or a new passkey, lately, with nobody to vouch for it.

    Who took over a number, or held an unlocked wallet, gets one day less in which to lock the
    person out than the person's other devices, and the message to the number, have to be seen.
    """
    row = await db.fetchrow(queries.DEVICE, device_id)
    if row is None:
        raise DeviceUnknown
    until = settles_at(
        enrolled_by=row["enrolled_by"],
        enrolled_at=row["enrolled_at"],
        vouched=row["vouched_at"] is not None,
    )
    if until is not None and means.clock.now() < until:
        raise CoolingDown(until=until.isoformat())


async def vouch(
    db: Connection, means: Means, *, device_id: UUID, selves: Sequence[UUID], by: UUID
) -> None:
    """An older device speaks for a new one, which then need not wait."""
    await insist_settled(db, means, by)
    if await db.fetchval(queries.VOUCH, device_id, selves, means.clock.now()) is None:
        raise DeviceUnknown
    details = {"device_id": str(device_id)}
    await means.log(db, "access.device-vouched", details, person_id=selves[0], device_id=by)
