"""Handles and consents: an app names somebody, the person says yes or no, and may take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from motma.access import model as access
from motma.access.changes import service as changes
from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.model import SELF, Assurance, Claim, PersonRow, judge
from motma.identity.selves import selves_of
from motma.interop import apps, model, queries
from motma.interop.errors import HandleUnknown
from motma.interop.model import Consent, Grant, Wish
from motma.kernel import names
from motma.kernel.errors import Declined
from motma.kernel.ids import uuid7
from motma.storage.pool import Connection

_INDEX = "app-claim"
_GRANT = "consent-code"

_claim = msgspec.json.Decoder(Claim)


@dataclass(frozen=True, slots=True)
class Behind:
    """Who consents, and which consent it is: its id names the app's installation in a code."""

    person: PersonRow
    consent_id: UUID


async def enrol(db: Connection, means: Means, client_id: UUID, claim: Claim) -> UUID:
    """A handle for somebody whom an app knows; the answer never tells whether we know them.

    The same claim of the same app gives the same handle.
    """
    judge(claim, source=SELF, assurance=Assurance.DECLARED, now=means.clock.now())
    written = msgspec.json.encode(claim, order="sorted")
    index = f"{client_id}:{written.decode()}"
    found = await db.fetchval(queries.HANDLE_BY_CLAIM, client_id, means.vault.blinds(_INDEX, index))
    if found is not None:
        known: UUID = found
        return known
    handle = _new_handle(means)
    sealed = means.vault.seal(model.CLAIM_COLUMN, handle, written)
    blind = means.vault.blind(_INDEX, index)
    await db.execute(queries.ADD_HANDLE, client_id, handle, sealed, blind, means.clock.now())
    won: UUID = await db.fetchval(queries.HANDLE_BY_CLAIM, client_id, [blind])
    return won


async def give(db: Connection, means: Means, person_id: UUID, wish: Wish) -> tuple[str, datetime]:
    """Somebody says yes: the code that the app redeems, and until when.

    A second yes to one app replaces the first; the app keeps the handle it had. A handle that the
    app expected counts only if what it said of it fits the person who says yes.
    """
    app = await apps.find(db, wish.client_id)
    model.insist(wish, app)
    person = await identity.resolve(db, means, person_id)
    selves = await selves_of(db, means, person_id)
    handle = await _handle(db, means, person, selves, wish)
    now = means.clock.now()
    consent_id = uuid7(now, means.random)
    scopes = sorted(wish.scopes)
    await db.execute(
        queries.GIVE, person.person_id, consent_id, wish.client_id, handle, scopes, now
    )
    await changes.watch(db, selves)
    details = {"client_id": str(wish.client_id), "scopes": " ".join(scopes)}
    await means.log(db, "interop.consent-given", details, person_id=person.person_id)
    code = access.new_code(means.random)
    hashed = means.vault.blind(_GRANT, access.plain_code(code))
    ends = now + model.GRANT_LIFE
    await db.execute(
        queries.ADD_GRANT, hashed, wish.client_id, handle, wish.redirect, wish.challenge,
        scopes, ends,
    )  # fmt: skip
    return code, ends


async def use(db: Connection, means: Means, code: str) -> Grant | None:
    """What stands behind a code, which is used up from now on, whoever brought it.

    Commit before judging it: a wrong try uses it up too (RFC 9700 §2.1.1).
    """
    try:
        hashes = means.vault.blinds(_GRANT, access.plain_code(code))
    except Declined:
        return None
    row = await db.fetchrow(queries.USE_GRANT, hashes, means.clock.now())
    return None if row is None else Grant(**dict(row))


async def behind(
    db: Connection, means: Means, client_id: UUID, handle: UUID, *, scope: str
) -> Behind:
    """Who consents behind a handle of this app; HandleUnknown for every other reason."""
    row = await db.fetchrow(queries.BEHIND, client_id, handle)
    if row is None or scope not in row["scopes"]:
        raise HandleUnknown
    person = await identity.resolve(db, means, row["person_id"])
    return Behind(person, row["consent_id"])


async def of_person(db: Connection, means: Means, person_id: UUID) -> list[Consent]:
    """What somebody consents to now."""
    selves = await selves_of(db, means, person_id)
    return [Consent(**dict(row)) for row in await db.fetch(queries.CONSENTS, selves)]


async def every(db: Connection, selves: Sequence[UUID]) -> list[dict[str, Any]]:
    """What somebody consented to, and by which name the app knows them; ended ones too."""
    return [dict(row) for row in await db.fetch(queries.EVERY_CONSENT, selves)]


async def end(db: Connection, means: Means, person_id: UUID, consent_id: UUID) -> None:
    """Take a consent back: from this moment the app learns nothing, but that it has to delete."""
    now = means.clock.now()
    selves = await selves_of(db, means, person_id)
    row = await db.fetchrow(queries.END, selves, consent_id, now)
    if row is None:
        raise HandleUnknown
    await _withdrawn(db, means, row["person_id"], row["client_id"], row["handle"])


async def _withdrawn(
    db: Connection, means: Means, person_id: UUID, client_id: UUID, handle: UUID
) -> None:
    now = means.clock.now()
    await changes.note_for(
        db, person_id, "consent.withdrawn", now, client_id=client_id, handle=handle
    )
    details = {"client_id": str(client_id)}
    await means.log(db, "interop.consent-ended", details, person_id=person_id)


async def _handle(
    db: Connection, means: Means, person: PersonRow, selves: Sequence[UUID], wish: Wish
) -> UUID:
    """The handle that this yes is for; what stood before it is over."""
    standing = await db.fetchrow(queries.STANDING, selves, wish.client_id)
    if standing is not None:
        await db.execute(queries.END, selves, standing["consent_id"], means.clock.now())
        had: UUID = standing["handle"]
        return had
    if wish.handle is not None:
        row = await db.fetchrow(queries.HANDLE, wish.client_id, wish.handle)
        taken = await db.fetchval(queries.BEHIND, wish.client_id, wish.handle)
        if row is not None and taken is None and _fits(means, row["claim"], wish.handle, person):
            return wish.handle
    handle = _new_handle(means)
    await db.execute(queries.ADD_HANDLE, wish.client_id, handle, None, None, means.clock.now())
    return handle


def _fits(means: Means, sealed: bytes | None, handle: UUID, person: PersonRow) -> bool:
    """Whether what an app said of somebody agrees with the register in name and birth date."""
    if sealed is None:
        return False
    claim = _claim.decode(means.vault.open(model.CLAIM_COLUMN, handle, sealed))
    said = judge(claim, source=SELF, assurance=Assurance.DECLARED, now=means.clock.now())
    same_name = names.fold(said.full_name.value) == names.fold(person.profile.full_name.value)
    return same_name and said.born.agrees(person.profile.born)


def _new_handle(means: Means) -> UUID:
    """A name for somebody that says nothing, not even when it was made."""
    return UUID(bytes=means.random(16), version=4)
