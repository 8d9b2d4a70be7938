"""What a registrar's desk asks: whose document this is, which wallets show a code, communes."""

import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, Literal, cast
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access import service as access
from motma.access.wallets import wallets_of
from motma.bootstrap import Platform
from motma.identity import guardianship, model, searching, service
from motma.identity.errors import PersonUnknown
from motma.identity.model import Assurance, Claim, Held, PersonRow, ShownDocument
from motma.identity.searching import Wanted
from motma.kernel import units
from motma.kernel.clock import civil_day
from motma.kernel.units import CHANGED_ON, Commune, World
from motma.storage.pool import Connection
from motma.web.calls import platform_of, require_role
from motma.web.desk_reading import Sought, sought
from motma.web.operations import ByQid, post
from motma.web.reads import log_read

#: More communes of one name than a list can show are better found by typing on.
_MOST_COMMUNES: Final = 20
_STROKE: Final = str.maketrans("đĐ", "dD")

Verdict = Literal["unreadable", "unknown", "new", "alike", "known", "ended", "differs", "several"]


class Presented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a QR that was scanned at the desk, or a number that was typed."""

    code: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the register, enough to tell two people apart."""

    qid: str
    full_name: str
    birth: str
    sex: str | None
    commune: str | None
    assurance: int


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What the card says, whose it is, and so what registering it would do."""

    family: str
    verdict: Verdict
    said: Claim | None
    number: ShownDocument | None
    people: list[Known]
    findings: list[str]


class Dependant(msgspec.Struct, frozen=True, kw_only=True):
    """A minor, and whether the guardian confirmed to be theirs."""

    person: Known
    confirmed: bool
    until: datetime


class OwnWallet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wallet of a person."""

    qid: str
    device_id: UUID


class CommuneNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of the name of a commune, with or without diacritics."""

    text: str


class CommuneFound(msgspec.Struct, frozen=True, kw_only=True):
    """A commune, and a day as of which its code means it."""

    code: str
    as_of: date
    name: str


async def recognise_document(request: Request, body: Presented) -> Recognised:
    """Read a card and tell whose it is, before anything is written.

    *known*: registering finds this person; *differs*, *several*: it opens a case; *alike*: nobody
    proved the document, people of this name and birth date are there; *ended*: the QID was
    replaced or revoked. Everybody who is shown sees that.
    """
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    seen = sought(body.code, today=civil_day(platform.clock.now()))
    async with platform.transaction() as db:
        verdict, people = await _whose(db, platform, seen)
        for person in people:
            await log_read(db, platform, session, person.person_id)
    return Recognised(
        family=seen.family,
        verdict=verdict,
        said=seen.claim,
        number=seen.number,
        people=[_shown(person) for person in people],
        findings=list(seen.findings),
    )


async def list_people_dependants(request: Request, body: ByQid) -> list[Dependant]:
    """Whose guardian somebody is, for a family's sheet; everybody who is shown sees that."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    shown = []
    async with platform.transaction() as db:
        guardian = await service.find(db, platform.means, body.qid)
        await log_read(db, platform, session, guardian.person_id)
        rows = await guardianship.dependants_of(db, platform.means, guardian.person_id)
        for row in rows:
            person = await service.resolve(db, platform.means, UUID(str(row["dependant_id"])))
            await log_read(db, platform, session, person.person_id)
            confirmed, until = bool(row["confirmed"]), cast("datetime", row["until"])
            shown.append(Dependant(person=_shown(person), confirmed=confirmed, until=until))
    return shown


async def list_wallets(request: Request, body: ByQid) -> list[dict[str, Any]]:
    """The devices that show a person's code; the person sees that it was read."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await log_read(db, platform, session, person.person_id)
        return await wallets_of(db, await _selves(db, person))


async def end_wallet(request: Request, body: OwnWallet) -> None:
    """A person lost a phone: whatever it shows or holds dies at once."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        own = await _selves(db, person)
        if not await access.lose(db, platform.means, body.device_id, of=own):
            raise PersonUnknown


async def find_communes(request: Request, body: CommuneNamed) -> list[CommuneFound]:
    """Communes by a piece of their name: those of today first, then those before July 2025."""
    await require_role(request, "registrar")
    words = _plain(body.text).split()
    if not words:
        return []
    fitting = (commune for plain, commune in _communes() if all(word in plain for word in words))
    return [
        CommuneFound(code=commune.code, as_of=_as_of(commune), name=str(commune))
        for commune, _ in zip(fitting, range(_MOST_COMMUNES), strict=False)
    ]


async def _whose(
    db: Connection, platform: Platform, seen: Sought
) -> tuple[Verdict, list[PersonRow]]:
    if seen.qid is not None:
        return await _by_qid(db, platform, seen.qid)
    if seen.claim is not None:
        return await _by_claim(db, platform, seen.claim)
    if seen.number is not None:
        owners = await _owners(db, platform, (seen.number,))
        return ("known" if owners else "new"), owners
    return "unreadable", []


async def _by_qid(db: Connection, platform: Platform, qid: str) -> tuple[Verdict, list[PersonRow]]:
    try:
        found = await service.find_qid(db, qid)
        person = await service.resolve(db, platform.means, found["person_id"])
    except PersonUnknown:
        return "unknown", []
    ended = found["state"] in {"replaced", "revoked"}
    return ("ended" if ended else "known"), [person]


async def _by_claim(
    db: Connection, platform: Platform, claim: Claim
) -> tuple[Verdict, list[PersonRow]]:
    """What registering this claim would find; the same questions, and nothing is written."""
    owners = await _owners(db, platform, claim.documents)
    if len(owners) > 1:
        return "several", owners
    now = platform.clock.now()
    news = model.judge(claim, source="desk", assurance=Assurance.SEEN, now=now)
    if owners:
        return ("known" if model.agree(owners[0].profile, news) else "differs"), owners
    wanted = Wanted(full_name=claim.full_name, birth=claim.birth)
    alike = await searching.search(db, platform.means, wanted)
    return ("alike" if alike else "new"), alike


async def _owners(
    db: Connection, platform: Platform, shown: tuple[ShownDocument, ...]
) -> list[PersonRow]:
    """Who proved these documents, each person once."""
    now = platform.clock.now()
    held = [
        Held(each.kind, each.number, Assurance.SEEN, now, "desk", each.issuer) for each in shown
    ]
    owned = await service.owned_by(db, platform.means, held)
    people = {}
    for person_id in sorted(set(owned.values())):
        person = await service.resolve(db, platform.means, person_id)
        people[person.person_id] = person
    return list(people.values())


async def _selves(db: Connection, person: PersonRow) -> list[UUID]:
    """All ids of a person: wallets enrolled before a merge stay theirs."""
    return [person.person_id, *await service.aliases_of(db, person.person_id)]


def _shown(person: PersonRow) -> Known:
    profile = person.profile
    commune = None
    if profile.commune is not None:
        code, _, day = profile.commune.value.partition("@")
        found = units.find(code, date.fromisoformat(day) if day else None)
        commune = str(found) if found else code
    return Known(
        qid=person.qid,
        full_name=profile.full_name.value,
        birth=profile.birth.value,
        sex=profile.sex.value if profile.sex else None,
        commune=commune,
        assurance=profile.assurance,
    )


@cache
def _communes() -> tuple[tuple[str, Commune], ...]:
    """Every commune with its name as it is searched, today's first."""
    both = (*units.communes(World.NEW), *units.communes(World.OLD))
    return tuple((_plain(str(commune)), commune) for commune in both)


def _as_of(commune: Commune) -> date:
    """A day on which the code means this commune."""
    return CHANGED_ON if commune.world is World.NEW else CHANGED_ON - timedelta(days=1)


def _plain(text: str) -> str:
    """Small letters without marks.

    >>> _plain("Phường Đông Hòa")
    'phuong dong hoa'
    """
    parts = unicodedata.normalize("NFD", text.translate(_STROKE).casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


OPERATIONS = [
    post("/v1/people:recognise", recognise_document, Presented, Recognised,
         "Whose document is this"),
    post("/v1/people:dependants", list_people_dependants, ByQid, list[Dependant],
         "A person's dependants"),
    post("/v1/people:wallets", list_wallets, ByQid, list[dict[str, Any]], "A person's wallets"),
    post("/v1/people:end-wallet", end_wallet, OwnWallet, None, "End a lost wallet", status=204),
    post("/v1/communes:find", find_communes, CommuneNamed, list[CommuneFound],
         "Find a commune by name"),
]  # fmt: skip
