"""Finding people who have no document at hand; a registrar picks the right one."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import guardianship, model, queries
from motma.identity.matching import blocks
from motma.identity.model import Assurance, Claim, PersonRow, Profile
from motma.identity.service import find, resolve
from motma.storage.pool import Connection


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Name and birth date, and a commune, a phone or a guardian's QID to find them by."""

    full_name: str
    birth: str
    commune: str | None = None
    phone: str | None = None
    guardian: str | None = None


async def search(db: Connection, means: Means, wanted: Wanted) -> list[PersonRow]:
    """Who fits; somebody who was merged appears once, as the person they are now."""
    profile = _profile(means, wanted)
    keys = [key for key in blocks.keys_of(profile) if key[0] in blocks.FOR_SEARCH]
    blinds = [blind for kind, value in keys for blind in means.vault.blinds(kind, value)]
    met: list[UUID] = [row["person_id"] for row in await db.fetch(queries.BY_KEYS, blinds)]
    if wanted.guardian is not None:
        guardian = await find(db, means, wanted.guardian)
        dependants = await guardianship.dependants_of(db, means, guardian.person_id)
        met += [UUID(str(each["dependant_id"])) for each in dependants]
    return await _fitting(db, means, met, profile)


def _profile(means: Means, wanted: Wanted) -> Profile:
    claim = Claim(
        full_name=wanted.full_name,
        birth=wanted.birth,
        commune_code=wanted.commune and wanted.commune.partition("@")[0],
        phones=(wanted.phone,) if wanted.phone else (),
    )
    now = means.clock.now()
    return model.judge(claim, source="search", assurance=Assurance.DECLARED, now=now)


async def _fitting(
    db: Connection, means: Means, met: Iterable[UUID], wanted: Profile
) -> list[PersonRow]:
    found: dict[UUID, PersonRow] = {}
    for person_id in met:
        person = await resolve(db, means, person_id)
        if model.agree(person.profile, wanted):
            found[person.person_id] = person
    return list(found.values())
