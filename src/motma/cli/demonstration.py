"""The demo's content: synthetic people, three organisations, eight readers, twenty places."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from motma.access import queries, service
from motma.access.errors import Forbidden
from motma.access.tokens import Claims, b64
from motma.bootstrap import Platform
from motma.cli import demo_health
from motma.identity import queries as people_queries
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.kernel.clock import SetClock
from motma.kernel.errors import Declined
from motma.simulate.population import Row, people
from motma.storage.pool import Connection

PEOPLE: Final = 2_000
SEED: Final = 1405
#: Everybody's PIN in the demo; a demo says that it is one on every page.
PIN: Final = "258036"

#: Where the markets of the demo stand, and where its supermarkets: two provinces, two rule books.
NHA_TRANG: Final = "22366"
HA_NOI: Final = "00070"
_AGO: Final = timedelta(days=2)
_UNITS_AS_OF: Final = date(2025, 7, 1)

#: Organisation → (its readers with their roles, its places with their kinds).
CAST: Final[dict[str, tuple[dict[str, str], dict[str, str]]]] = {
    "Demo · Ban quản lý chợ": (
        {"guard@demo": "place"},
        {
            **{f"Chợ Demo · cổng {n}": "public-place" for n in range(1, 11)},
            **{f"Siêu thị Demo {n}": "public-place" for n in range(1, 4)},
        },
    ),
    "Demo · Tổ kiểm soát": (
        {"officer@demo": "checkpoint", "operator@demo": "operator"},
        {
            **{f"Chốt kiểm soát Demo {n}": "checkpoint" for n in range(1, 4)},
            "Bến xe Demo": "transport",
        },
    ),
    "Demo · Trung tâm y tế": (
        {
            "nurse@demo": "medical",
            "tracer@demo": "tracer",
            "registrar@demo": "registrar",
            "authority@demo": "authority",
            "authority2@demo": "authority",
        },
        {
            "Trạm y tế Demo 1": "clinic",
            "Trạm y tế Demo 2": "clinic",
            "Bàn đăng ký Demo": "office",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a newcomer needs first."""

    codes: dict[str, str]  # organisation → enrolment code
    sample: list[tuple[str, str]]  # QID, and what is special about the person
    storied: str  # QID of the person whose dose found nobody


async def seeded(platform: Platform) -> bool:
    """Whether the demo's content is there already."""
    async with platform.pool.acquire() as db:
        return bool(await queries.reader_by_login(db, "guard@demo"))


async def seed(platform: Platform, *, each: Callable[[int], object] = int) -> None:
    """Make the demo's content, each person through the ordinary registration.

    It is made as of two days ago, so that a newcomer can ask what a card was yesterday.
    """
    began = SetClock(platform.clock.now() - _AGO)
    platform = replace(platform, means=replace(platform.means, clock=began))
    rows = [*people(PEOPLE, SEED), demo_health.STORIED]
    step = 100
    for start in range(0, len(rows), step):
        async with platform.transaction() as db:
            for row in rows[start : start + step]:
                await _register(platform, db, row)
        each(min(start + step, len(rows)))
    ids: dict[str, UUID] = {}
    async with platform.transaction() as db:
        for name, (readers, places) in CAST.items():
            organisation = await service.add_organisation(db, platform.means, name)
            for place, kind in places.items():
                await service.add_place(
                    db,
                    platform.means,
                    organisation_id=organisation,
                    kind=kind,
                    name=place,
                    commune_code=HA_NOI if place.startswith("Siêu thị") else NHA_TRANG,
                    commune_as_of=_UNITS_AS_OF,
                )
            for login, role in readers.items():
                reader = await service.add_reader(
                    db,
                    platform.means,
                    organisation_id=organisation,
                    login=login,
                    role=role,
                    pin=PIN,
                    may_move=True,  # one machine plays all places
                )
                ids[login] = reader.reader_id
    await demo_health.publish(platform, ids["authority@demo"], ids["authority2@demo"])
    await demo_health.vaccinate(platform, rows, each=lambda done: each(len(rows) + done))


async def welcome(platform: Platform) -> Welcome:
    """Fresh enrolment codes, and a few people to try."""
    codes = {}
    async with platform.transaction() as db:
        for name, (readers, _) in CAST.items():
            reader = await queries.reader_by_login(db, next(iter(readers)))
            if reader is not None:
                code, _ = await service.new_code(
                    db, platform.means, organisation_id=reader.organisation_id
                )
                codes[name] = code
        rows = await db.fetch(people_queries.SOME_QIDS)
    storied = await demo_health.storied_qid(platform)
    return Welcome(codes, [(row["qid"], "") for row in rows], storied)


async def demo_claims(platform: Platform, login: str) -> Claims:
    """Sign a demo reader in on this machine's own device, as the reader page would."""
    if not platform.demo:
        raise Forbidden
    async with platform.transaction() as db:
        reader = await queries.reader_by_login(db, login)
        if reader is None:
            raise Forbidden
        device_id, thumbprint = await _own_device(platform, db, reader.organisation_id)
        session = await service.sign_in(
            db, platform.means, device_id=device_id, thumbprint=thumbprint, login=login, pin=PIN
        )
    return Claims(
        device=device_id,
        session=session.session_id,
        thumbprint=thumbprint,
        expires_s=int(session.ends_at.timestamp()),
        reader=reader.reader_id,
        role=reader.role,
        organisation=reader.organisation_id,
    )


async def _own_device(platform: Platform, db: Connection, organisation: UUID) -> tuple[UUID, str]:
    """This machine's device in an organisation; enrolled at the first use, then remembered."""
    remembered = platform.settings.home / "run" / f"device-{organisation}.json"
    if remembered.exists():
        kept = json.loads(remembered.read_text("utf-8"))
        device = await queries.find_device(db, UUID(kept["device_id"]))
        if device is not None and device.status == "active":
            return device.device_id, device.thumbprint
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    jwk: dict[str, object] = {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }
    code, _ = await service.new_code(db, platform.means, organisation_id=organisation)
    device = await service.enrol(db, platform.means, code=code, jwk=jwk, label="command line")
    _remember(remembered, {"device_id": str(device.device_id)})
    return device.device_id, device.thumbprint


def _remember(path: Path, value: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


async def _register(platform: Platform, db: Connection, row: Row) -> None:
    numbers = {
        "cccd": row.cccd,
        "cmnd": row.cmnd,
        "passport": row.passport,
        "bhyt": row.bhyt,
        "birth-certificate": row.birth_certificate,
    }
    claim = Claim(
        full_name=row.full_name,
        birth=row.birth_date,
        sex=row.sex or "unknown",
        nationality=row.nationality or None,
        documents=tuple(
            ShownDocument(kind=kind, number=number, seen=True)
            for kind, number in numbers.items()
            if number
        ),
        phones=(row.phone,) if row.phone else (),
        commune_code=row.commune_code or None,
        commune_as_of=date.fromisoformat(row.commune_as_of) if row.commune_as_of else None,
        declared_by="guardian" if row.guardian_row is not None else "self",
    )
    try:
        await identity.register(
            db, platform.means, claim, source="demo", assurance=Assurance.CONFIRMED
        )
    except Declined as declined:
        raise RuntimeError(f"the demo's own people must fit: {declined}") from declined
