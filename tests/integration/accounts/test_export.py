"""An export has everything: a row of every table that names a person, and no table is forgotten."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from tests.integration.accounts.authenticator import Authenticator, add, begin, finish
from tests.integration.accounts.phoning import NUMBER, Phones, bind
from tests.integration.interop.apps import an_app
from tests.staging import Caller, Stage

from motma.access.accounts.model import COOL_DOWN
from motma.identity.service import Registered
from motma.kernel.clock import SetClock
from motma.records import service as records
from motma.records.model import About, Delivery, Dose
from motma.storage.pool import Connection
from motma.web.me_export import LEFT_OUT, SECTIONS

SITE: Final = "Trạm y tế Xóm Mới"
NAME: Final = "Thử Thị Nghiệm"
CCCD: Final = "001190000001"
#: Columns that hold a person's id, and tables that hold one by way of another table.
NAMES: Final = ("person_id", "dependant_id", "guardian_id", "into_id")
BY_WAY: Final = {"session", "health_record_version", "event"}
PERSON_TABLES: Final = """
    SELECT DISTINCT c.oid::regclass::text AS name
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'local') AND NOT c.relispartition
       AND a.attname = ANY($1)
"""


async def somebody(on: Stage, clock: SetClock) -> tuple[Registered, Caller]:
    """A person of whom every table keeps something."""
    means, phones = on.platform.means, Phones(on)
    person = await on.person(phones=())
    twin = await on.person(phones=(), number="001190000002", full_name="Thu Thi Nghiem")
    child = await on.person(full_name="Thử Con", birth="2019", documents=(), phones=())
    desk, other = await on.sign_in("registrar@stage"), await on.sign_in("nurse@stage")
    merge = {"qid": twin.qid, "into": person.qid, "reason": "shown twice"}
    assert (await desk.post("/v1/people:merge", merge)).status_code == 200
    guardian = {"dependant": child.qid, "guardian": person.qid, "evidence": "birth certificate 7"}
    assert (await desk.post("/v1/people:guardian", guardian)).status_code == 200
    shown = {"kind": "cccd", "number": CCCD, "seen": True}
    claim = {"full_name": "Thử Thị Khác", "birth": "1990-02-03", "documents": [shown]}
    assert (await desk.post("/v1/people", claim)).status_code == 409
    until = (clock.now() + timedelta(days=3)).isoformat()
    recode = {"qid": person.qid, "colour": "red", "reason": "a test that is late", "until": until}
    assert (await desk.post("/v1/recodes:propose", recode)).status_code == 201
    async with on.platform.transaction() as db:
        about = About(full_name=NAME, birth="1990-02-03", document_number=CCCD)
        dose = Dose(
            disease="840539006", product="EU/1/20/1528", on="2026-01-03", number=1, of=2, place=SITE
        )
        item = Delivery(id="d-1", about=about, what=dose)
        (got,) = await records.receive(db, means, "immunisation", [item])
        assert got.attached
        await db.execute(
            "INSERT INTO local.match_review (review_id, alike, sealed, probability, unlocks,"
            " usefulness, opened_at, decided_at, decision, person_id)"
            " VALUES ($1, '', '', 1, 1, 1, $2, $2, 'link', $3)",
            UUID(int=7), clock.now(), person.person_id,
        )  # fmt: skip
    wallet = await on.wallet(person.person_id)
    await bind(wallet, phones, pin="384756")
    await bind(wallet, phones, pin="384756")
    assert (await add(wallet, Authenticator(), "Khoá nhà")).status_code == 201
    assert (await wallet.post("/v1/me/passkeys:begin", {"label": "Khoá sau"})).status_code == 200
    wish = {
        "wish": "missing",
        "expected": {"type": "dose", "day": "2025-09-03", "site": "Trạm y tế Xa Lạ"},
    }
    assert (await wallet.post("/v1/me/claims", wish)).status_code in {200, 201}
    await (await an_app(on)).connect(wallet)
    scanned = await other.scan((await wallet.send("GET", "/v1/me/code")).json()["text"])
    reason = {"kind": "other", "text": "Tôi không ở đó"}
    report = {"event_id": scanned.json()["scan_id"], "reason": reason}
    assert (await wallet.post("/v1/me/reads:report", report)).status_code == 201
    (item, *_) = (await wallet.send("GET", "/v1/me/notices")).json()
    mark = {"event_ids": [item["event_id"]]}
    assert (await wallet.post("/v1/me/inbox:mark", mark)).status_code == 204
    return person, wallet


async def kept(db: Connection, table: str, selves: list[UUID]) -> int:
    """How many rows a table has of a person."""
    columns = [
        name for name in NAMES
        if await db.fetchval(
            "SELECT true FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2",
            table, name,
        )
    ]  # fmt: skip
    where = " OR ".join(f"{name} = ANY($1)" for name in columns)
    return int(await db.fetchval(f"SELECT count(*) FROM {table} WHERE {where}", selves))


async def test_a_row_of_every_kind_is_found_in_the_export(on: Stage, clock: SetClock) -> None:
    person, wallet = await somebody(on, clock)
    answer = await wallet.send("GET", "/v1/me/export")
    assert answer.status_code == 200, answer.text
    sections: dict[str, list[dict[str, Any]]] = answer.json()["sections"]
    async with on.platform.pool.acquire() as db:
        aliases = await db.fetch("SELECT person_id FROM merge")
        selves = [person.person_id, *(row["person_id"] for row in aliases)]
        for table, section in SECTIONS.items():
            rows = 1 if table in BY_WAY else await kept(db, table, selves)
            assert rows, f"nothing was planted in {table}"
            least = 1 if table in {"person", "health_attachment"} else rows
            assert len(sections[section]) >= least, (table, section)
    planted = {
        "register": NAME, "register_versions": "Thu Thi Nghiem", "codes": person.qid,
        "documents": CCCD, "guardianships": "birth certificate 7", "merges": "shown twice",
        "cases": "conflict", "record_reviews": "link", "devices": "test", "phones": NUMBER,
        "phone_codes": NUMBER, "passkeys": "Khoá nhà", "passkeys_begun": "Khoá sau",
        "records": SITE, "facts": "EU/1/20/1528", "card": "colour", "claims": "2025-09-03",
        "colours_by_hand": "a test that is late", "apps": "Health book", "reads": "medical",
        "notices": "access.passkey-added", "sessions": "started_at",
        "read_reports": "Tôi không ở đó", "activation_codes": "used_at", "other_events": "kind",
    }  # fmt: skip
    assert planted.keys() == sections.keys()
    assert [name for name, text in planted.items() if text not in str(sections[name])] == []


async def test_no_table_that_names_a_person_is_forgotten(db: Connection) -> None:
    named = {row["name"] for row in await db.fetch(PERSON_TABLES, NAMES)}
    decided = SECTIONS.keys() | LEFT_OUT.keys()
    assert named - decided == set(), "say in web/me_export.py where its rows stand, or why not"
    assert decided - named == BY_WAY


async def test_an_export_has_no_key_no_code_and_nobody_else(on: Stage, clock: SetClock) -> None:
    person, wallet = await somebody(on, clock)
    text = (await wallet.send("GET", "/v1/me/export")).text
    async with on.platform.pool.acquire() as db:
        staff = [str(row["reader_id"]) for row in await db.fetch("SELECT reader_id FROM reader")]
        others = await db.fetch(
            "SELECT person_id::text AS id FROM person WHERE person_id <> $1", person.person_id
        )
    assert len(staff) == 2
    for hidden in (*staff, *(row["id"] for row in others), "Thử Con", "Thử Thị Khác", "$argon2"):
        assert hidden not in text


async def test_an_export_is_told_counted_and_not_for_a_device_that_just_came(
    on: Stage, clock: SetClock
) -> None:
    person = await on.person(phones=())
    wallet, authenticator = await on.wallet(person.person_id), Authenticator()
    await add(wallet, authenticator)
    asked = await begin(on)
    _, new = await finish(on, asked, authenticator.sign(asked["public_key"]))
    early = await new.send("GET", "/v1/me/export")
    assert early.json()["code"] == "accounts.cooling-down"
    for _ in range(10):
        assert (await wallet.send("GET", "/v1/me/export")).status_code == 200
    often = await wallet.send("GET", "/v1/me/export")
    assert (often.status_code, often.json()["code"]) == (429, "access.too-many")
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    assert [n["kind"] for n in notices].count("access.exported") == 10
    clock.advance(COOL_DOWN)
    await on.begin(new, None)
    assert (await new.send("GET", "/v1/me/export")).status_code == 200
