"""No clear number, phone, name or birth date is left in files, WAL, logs or mirror after a run."""

import base64
import random
import time
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from tests.staging import ORIGIN, Caller, Stage

from motma.access import service as access
from motma.access.means import Means
from motma.bootstrap import Settings, open_platform
from motma.kernel import names
from motma.keys.vault import Vault
from motma.storage.postmaster import Server
from motma.web.app import create

#: So many people that four chance bytes can't stand for each of them.
PEOPLE: Final = 3


@dataclass(frozen=True, slots=True)
class Canary:
    """A made-up person whose data occur nowhere else."""

    name: str
    number: str
    phone: str
    born: date

    def claim(self) -> dict[str, object]:
        """What a registrar types."""
        document = {"kind": "cccd", "number": self.number, "seen": True}
        return {
            "full_name": self.name,
            "birth": self.born.isoformat(),
            "documents": [document],
            "phones": [self.phone],
            "address": f"Nhà {self.name}",
        }

    def texts(self) -> set[str]:
        """Every way in which somebody might write it down."""
        plain = names.hoten(self.name)
        return {
            self.name,
            unicodedata.normalize("NFD", self.name),
            self.name.upper(),
            plain,
            plain.lower(),
            self.number,
            self.phone,
            self.phone[1:],
            self.born.isoformat(),
            *(self.born.strftime(form) for form in ("%d/%m/%Y", "%d-%m-%Y", "%Y%m%d", "%d%m%Y")),
        }

    def integers(self) -> dict[str, list[bytes]]:
        """As PostgreSQL would keep them: int8, int4 and date (days since 2000), either order."""
        wide = [int(self.number), int("84" + self.phone[1:])]
        days = (self.born - date(2000, 1, 1)).days
        return {
            "int8": [n.to_bytes(8, order) for n in wide for order in ("big", "little")],
            "int4": [int(self.phone[1:]).to_bytes(4, order) for order in ("big", "little")],
            "date": [days.to_bytes(4, order, signed=True) for order in ("big", "little")],
        }


def canaries() -> list[Canary]:
    chance = random.Random(time.time_ns())  # other runs' canaries are in old WAL
    made = []
    for _ in range(PEOPLE):
        word = "".join(chance.choices("bcdghklmnpqrstvx", k=9))
        made.append(
            Canary(
                name=f"Đặng Thử {word.capitalize()}ẵ",
                number="001" + "".join(chance.choices("123456789", k=9)),
                phone="098" + "".join(chance.choices("123456789", k=7)),
                born=date(1925, 1, 1).replace(
                    year=chance.randint(1925, 1935), month=chance.randint(1, 12)
                ),
            )
        )
    return made


def forms(text: str) -> dict[str, set[bytes]]:
    """A text as itself, in hex, and in base64 wherever it may begin."""
    data = text.encode()
    coded: set[bytes] = set()
    for shift in range(3):
        body = base64.b64encode(b"\0" * shift + data)
        inner = body[4 if shift else 0 : len(body) // 4 * 4 - 4]
        coded |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return {
        "text": {data, data.decode().encode("unicode_escape"), data.decode().encode("utf-16-le")},
        "hex": {data.hex().encode(), data.hex().upper().encode()},
        "base64": {each for each in coded if len(each) >= 8},
    }


def traces(places: dict[str, bytes], people: list[Canary]) -> set[str]:
    """In which forms any canary is somewhere; four bytes count when every canary has them."""
    found = set()
    for each in places.values():
        for canary in people:
            coded = [one for text in canary.texts() for one in forms(text).items()]
            found |= {name for name, some in coded for needle in some if needle in each}
            found |= {"int8" for needle in canary.integers()["int8"] if needle in each}
    everything = list(places.values())
    for name in ("int4", "date"):
        for order in range(2):
            needles = [canary.integers()[name][order] for canary in people]
            if all(any(needle in each for each in everything) for needle in needles):
                found.add(name)
    return found


async def walk(stage: Stage, people: list[Canary]) -> None:
    """Everything that touches a person: good calls, bad calls, calls that break."""
    registrar, guard = await stage.sign_in("registrar@stage"), await stage.sign_in("guard@stage")
    nurse = await stage.sign_in("nurse@stage")
    for canary in people:
        claim = canary.claim()
        await stage.client.post("/v1/registrations", json=claim)
        made = (await registrar.post("/v1/people", claim)).json()
        conflict = await registrar.post("/v1/people", claim | {"full_name": "Khác"})
        assert conflict.status_code == 409
        assert (await registrar.send("GET", "/v1/cases")).status_code == 200
        find = {"full_name": canary.name, "birth": canary.born.isoformat(), "phone": canary.phone}
        assert len((await registrar.post("/v1/people:search", find)).json()) >= 1
        await registrar.post("/v1/people:find", {"qid": made["qid"]})
        await registrar.post("/v1/people:correct", {"qid": made["qid"], "claim": claim})
        full = {"qid": made["qid"], "full": True}
        for text in (
            (await registrar.post("/v1/people:code", full)).json()["text"],
            f"{canary.number}||{canary.name}|{canary.born:%d%m%Y}|Nữ|Thôn 1|01012022",
            f"{canary.number}|{names.hoten(canary.name)}|{canary.born}|0|{made['qid']}|<2",
            f"{canary.number}|{canary.name}|",
        ):
            assert (await guard.scan(text)).status_code == 200
            assert (await nurse.scan(text)).status_code == 200
        await end(stage, registrar, canary, made["qid"])
        await bad(stage, canary, guard_login="guard@stage")
        assert (await guard.post("/v1/people", claim)).status_code == 403
    async with stage.platform.transaction() as db:
        await db.execute("ALTER TABLE person_version RENAME TO was_person_version")
    for canary in people:  # a defect in the middle of a registration
        broken = await registrar.post("/v1/people", canary.claim() | {"documents": []})
        assert broken.status_code == 500


async def end(stage: Stage, registrar: Caller, canary: Canary, qid: str) -> None:
    """What a registrar types as a reason or evidence may name people too."""
    why = f"{canary.name} {canary.number} {canary.phone} {canary.born}"
    child = (await registrar.post("/v1/people", {"full_name": "Con", "birth": "2020"})).json()
    bond = {"dependant": child["qid"], "guardian": qid, "evidence": why}
    assert (await registrar.post("/v1/people:guardian", bond)).status_code == 200
    merge = {"qid": child["qid"], "into": qid, "reason": why}
    assert (await registrar.post("/v1/people:merge", merge)).status_code == 200
    replace = {"qid": qid, "reason": why}
    assert (await registrar.post("/v1/people:replace", replace)).status_code == 200
    await stage.platform.carry_endings()


async def bad(stage: Stage, canary: Canary, *, guard_login: str) -> None:
    """Calls that are declined, each with the canary in it."""
    post = stage.client.post
    await post("/v1/registrations", json=canary.claim() | {canary.name: canary.number})
    await post("/v1/registrations", json=canary.claim() | {"sex": canary.number})
    await post("/v1/registrations", content=f'{{"full_name": "{canary.name}"'.encode())
    await post("/v1/devices", json={"code": canary.number, "public_jwk": {"kty": canary.name}})
    await post("/v1/sessions", json={"device_id": canary.number, "login": guard_login})
    await stage.client.get(f"/v1/{canary.number}?name={canary.name}", headers={"DPoP": "x.y.z"})
    await stage.client.get(f"/v1/audit/proof?event={canary.number}")


class Unsealed(Vault):
    """A vault that does not seal: what the search must notice."""

    def seal(self, column: str, row_id: UUID, plain: bytes) -> bytes:  # noqa: ARG002
        """The plain text itself."""
        return plain

    def open(self, column: str, row_id: UUID, sealed: bytes) -> bytes:  # noqa: ARG002
        """The text as it is kept."""
        return sealed


@asynccontextmanager
async def staged(database: str, home: Path, *, sealing: bool) -> AsyncIterator[Stage]:
    settings = Settings(home=home, database_url=SecretStr(database))
    async with open_platform(settings) as sealed:
        means = sealed.means
        if not sealing:
            vault = Unsealed(means.keyring, random=means.random)
            means = Means(means.clock, means.random, means.keyring, vault)
        platform = replace(sealed, means=means)
        app = create(platform=platform)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                async with platform.transaction() as db:
                    organisation = await access.add_organisation(db, means, "Stage")
                yield Stage(platform, client, organisation)


async def left_behind(postgres: Server, database: str, home: Path) -> dict[str, bytes]:
    """Every file of this database, the WAL, the server's log and the platform's home."""
    admin = await asyncpg.connect(postgres.address(database="postgres", role="postgres"))
    name = database.partition("?")[0].rpartition("/")[2]
    oid = await admin.fetchval("SELECT oid FROM pg_database WHERE datname = $1", name)
    await admin.execute("CHECKPOINT")
    await admin.execute("SELECT pg_switch_wal()")
    await admin.close()
    data = postgres.data_dir
    folders = [data / "base" / str(oid), data / "pg_wal", home]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files += [file for file in data.parent.glob(f"{data.name}*") if file.is_file()]
    files += [*data.glob("*.log"), *data.glob("log/*")]
    return {str(file): file.read_bytes() for file in files}


async def test_a_full_run_leaves_nothing_clear_anywhere(
    postgres: Server, database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    people = canaries()
    async with staged(database, tmp_path / "home", sealing=True) as stage:
        await walk(stage, people)
        await stage.platform.carry_endings()
        places = await left_behind(postgres, database, tmp_path / "home")
    printed = "".join(capfd.readouterr())

    assert "defect" in printed  # the log was written, and is part of the search
    assert sum(map(len, places.values())) > 1_000_000
    assert traces(places | {"log": printed.encode()}, people) == set()


async def test_with_sealing_off_the_same_search_finds_people(
    postgres: Server, database: str, tmp_path: Path
) -> None:
    people = canaries()
    async with staged(database, tmp_path / "home", sealing=False) as stage:
        await walk(stage, people)
        places = await left_behind(postgres, database, tmp_path / "home")
    assert "text" in traces(places, people)


async def test_the_search_knows_every_form(postgres: Server, database: str, tmp_path: Path) -> None:
    people = canaries()
    db = await asyncpg.connect(database)
    await db.execute("CREATE TABLE control (x text, h text, b text, i8 int8, i4 int4, d date)")
    for canary in people:
        coded = base64.b64encode(b"{" + canary.name.encode() + b"}").decode()
        phone = int(canary.phone[1:])
        values = (canary.name, canary.number.encode().hex(), coded, int(canary.number), phone)
        await db.execute("INSERT INTO control VALUES ($1,$2,$3,$4,$5,$6)", *values, canary.born)
    await db.close()
    places = await left_behind(postgres, database, tmp_path)
    assert traces(places, people) == {"text", "hex", "base64", "int8", "int4", "date"}
