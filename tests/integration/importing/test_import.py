"""What a file makes of people: new, known, in conflict, refused; and nothing clear on the way."""

import asyncio
from pathlib import Path

import pytest
from tests.import_process import start
from tests.import_stage import Importer

from motma.identity import service as identity
from motma.identity.importing import columns, service
from motma.identity.importing.errors import ColumnsMissing
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.kernel.ids import has_check_digit
from motma.storage.pool import Connection, connect
from motma.storage.postmaster import Server

MAU = {
    "full_name": "Nguyễn Thị Mẫu",
    "birth_date": "18/01/1987",
    "sex": "Nữ",
    "cccd": "001187900001",
    "phone": "0590000001",
}
THU = {
    "full_name": "Trần Văn Thử",
    "birth_date": "1950",
    "sex": "Nam",
    "cmnd": "900000001",
}
NOBODY = {
    "full_name": "Lê Không Giấy",
    "birth_date": "2020-02-03",
    "commune_code": "00001",
}


async def test_new_people_get_a_qid_their_documents_and_an_event_a_chunk(
    importer: Importer,
) -> None:
    done = await importer.run(importer.file([MAU, THU, NOBODY, MAU | {"cccd": "001187900002"}]))
    assert (done.rows, done.created, done.known, done.failed) == (4, 4, 0, 0)
    qids = await importer.db.fetch("SELECT q.qid FROM qid q JOIN person p USING (person_id, qid)")
    assert len(qids) == 4
    assert all(has_check_digit(row["qid"]) for row in qids)
    assert (await importer.counts())["document_index"] == 3
    events = await importer.db.fetch("SELECT kind FROM event")
    assert [row["kind"] for row in events] == ["identity.imported"] * 2


async def test_what_the_import_makes_is_what_registering_would_have_made(
    importer: Importer,
) -> None:
    await importer.run(importer.file([MAU]))
    claim = Claim(
        full_name=MAU["full_name"],
        birth="1987-01-18",
        sex="female",
        documents=(ShownDocument(kind="cccd", number=MAU["cccd"], seen=True),),
    )
    async with importer.db.transaction():
        again = await identity.register(
            importer.db,
            importer.means,
            claim,
            source="a desk",
            assurance=Assurance.SEEN,
        )
    assert isinstance(again, identity.Registered)
    assert not again.created


async def test_the_same_file_again_is_known_at_once(importer: Importer) -> None:
    path = importer.file([MAU, THU])
    await importer.run(path)
    before = await importer.counts()
    done = await importer.run(path)
    assert (done.created, done.finished) == (2, True)
    assert await importer.counts() == before


async def test_the_same_rows_in_another_file_change_nothing(importer: Importer) -> None:
    await importer.run(importer.file([MAU, THU, NOBODY]))
    before = await importer.counts()
    done = await importer.run(importer.file([NOBODY, THU, MAU], name="again.csv"))
    assert (done.created, done.known) == (0, 3)
    assert await importer.counts() == before


async def test_a_document_twice_in_one_file_is_one_person(importer: Importer) -> None:
    twice = [MAU, THU, MAU | {"phone": ""}, MAU, MAU]
    done = await importer.run(importer.file(twice))
    assert (done.created, done.known) == (2, 3)


async def test_a_later_file_adds_to_what_is_known(importer: Importer) -> None:
    await importer.run(importer.file([MAU]))
    done = await importer.run(importer.file([MAU | {"cmnd": "900000009"}], name="more.csv"))
    assert (done.created, done.known) == (0, 1)
    (profile,) = await importer.profiles()
    assert {d.number for d in profile.documents} == {"001187900001", "900000009"}


async def test_what_the_bulk_improves_is_what_registering_would_have_improved(
    importer: Importer,
) -> None:
    await importer.run(importer.file([MAU, THU]))
    later = [
        MAU | {"cmnd": "900000009", "phone": "0590000002"},
        THU | {"birth_date": "1950-03-04"},
        MAU | {"address": "Số 1"},
    ]
    done = await importer.run(importer.file(later, name="later.csv"))
    assert (done.created, done.known, done.failed) == (0, 3, 0)
    by_name = {p.full_name.value: p for p in await importer.profiles()}
    mau, thu = by_name[MAU["full_name"]], by_name[THU["full_name"]]
    assert {a.value for a in mau.phones} == {"+84590000001", "+84590000002"}
    assert mau.address is not None
    assert thu.birth.value == "1950-03-04"
    versions = await importer.db.fetch("SELECT version FROM person ORDER BY version")
    assert [row["version"] for row in versions] == [2, 2]
    changed = "SELECT count(*) FROM event WHERE kind = 'identity.changed'"
    assert await importer.db.fetchval(changed) == 2
    again = await importer.run(
        importer.file([MAU | {"cccd": "", "cmnd": "900000009"}], name="3.csv")
    )
    assert (again.created, again.known) == (0, 1)


async def test_the_same_conflict_again_opens_no_second_case_until_it_is_decided(
    importer: Importer,
) -> None:
    await importer.run(importer.file([MAU]))
    other = MAU | {"full_name": "Phạm Thị Khác"}
    cases = "SELECT count(*) FROM review_case"
    for name in ("1.csv", "2.csv"):
        path = importer.file([other, THU | {"address": name}], name=name)
        await importer.run(path)
        assert importer.findings(path) == [(2, "error", "identity.conflict")]
        assert await importer.db.fetchval(cases) == 1
    await importer.db.execute("UPDATE review_case SET decided_at = now(), decision = 'other'")
    await importer.run(importer.file([other, THU | {"address": "3"}], name="3.csv"))
    assert await importer.db.fetchval(cases) == 2


async def test_a_document_with_another_name_is_a_conflict_and_overwrites_nothing(
    importer: Importer,
) -> None:
    await importer.run(importer.file([MAU]))
    path = importer.file([MAU | {"full_name": "Phạm Thị Khác"}, THU], name="other.csv")
    done = await importer.run(path)
    assert (done.created, done.known, done.failed) == (1, 0, 1)
    assert importer.findings(path) == [(2, "error", "identity.conflict")]
    assert await importer.db.fetchval("SELECT count(*) FROM review_case") == 1
    assert "Nguyễn Thị Mẫu" in {p.full_name.value for p in await importer.profiles()}


async def test_a_declared_file_neither_attaches_to_nor_blocks_the_owner(
    importer: Importer,
) -> None:
    squatter = MAU | {"full_name": "Phạm Thị Khác"}
    done = await importer.run(importer.file([squatter]), assurance=Assurance.DECLARED)
    assert done.created == 1
    done = await importer.run(importer.file([MAU], name="source.csv"))
    assert (done.created, done.failed) == (1, 0)
    done = await importer.run(
        importer.file([squatter | {"sex": "Nam"}], name="3.csv"),
        assurance=Assurance.DECLARED,
    )
    assert (done.created, done.failed) == (1, 0)
    proven = await importer.db.fetch("SELECT person_id FROM document_index WHERE proven")
    assert len(proven) == 1


async def test_bad_rows_are_reported_by_number_and_code_and_stop_nothing(
    importer: Importer,
) -> None:
    rows = [
        MAU,
        {"full_name": "=cmd|'/c calc'!A1", "birth_date": "x", "cccd": "12"},
        {},
        THU | {"cmnd": "90000000"},
        NOBODY | {"phone": "113"},
    ]
    path = importer.file(rows)
    done = await importer.run(path)
    assert (done.rows, done.created, done.failed) == (5, 2, 2)
    assert importer.findings(path) == [
        (3, "error", "birth.not-a-date"),
        (3, "error", "document.cccd-not-12-digits"),
        (3, "error", "name.formula"),
        (5, "warning", "document.zeros-restored"),
        (6, "error", "phone.no-leading-zero"),
    ]
    report = path.with_name("people.csv.errors.csv").read_text(encoding="utf-8")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in report.split(","))


async def test_imported_codes_are_kept_or_stay_scannable(importer: Importer) -> None:
    ours, odd = "162979388586171100", "HN-000123"
    await importer.run(importer.file([MAU | {"qid": ours}, THU | {"qid": odd}]))
    states = {r["qid"]: r["state"] for r in await importer.db.fetch("SELECT qid, state FROM qid")}
    assert states[ours] == "active"
    assert states[odd] == "alias"
    assert len(states) == 3


async def test_a_second_code_of_somebody_known_is_an_alias_of_theirs(
    importer: Importer,
) -> None:
    await importer.run(importer.file([MAU]))
    await importer.run(importer.file([MAU | {"qid": "OLD-1"}], name="old.csv"))
    found = await identity.find(importer.db, importer.means, "OLD-1")
    assert found.profile.full_name.value == MAU["full_name"]
    assert found.qid != "OLD-1"


async def test_a_code_leads_a_vouched_row_to_its_person_and_a_declared_one_nowhere(
    importer: Importer,
) -> None:
    coded = NOBODY | {"qid": "162979388586171100"}
    await importer.run(importer.file([coded]))
    declared = importer.file([coded | {"sex": "Nam"}], name="self.csv")
    done = await importer.run(declared, assurance=Assurance.DECLARED)
    assert (done.created, importer.findings(declared)) == (
        1,
        [(2, "warning", "identity.qid-taken")],
    )
    done = await importer.run(importer.file([coded | {"bhyt": "9000000001"}], name="more.csv"))
    assert (done.created, done.known) == (0, 1)
    found = await identity.find(importer.db, importer.means, coded["qid"])
    assert [d.number for d in found.profile.documents] == ["9000000001"]


async def test_a_code_with_another_name_is_another_person(importer: Importer) -> None:
    coded = NOBODY | {"qid": "162979388586171100"}
    await importer.run(importer.file([coded]))
    path = importer.file([MAU | {"qid": coded["qid"]}], name="other.csv")
    done = await importer.run(path)
    assert (done.created, done.failed) == (1, 0)
    assert importer.findings(path) == [(2, "warning", "identity.qid-taken")]


async def test_a_code_that_is_somebody_elses_is_replaced_and_said(
    importer: Importer,
) -> None:
    ours = "162979388586171100"
    path = importer.file([MAU | {"qid": ours}, THU | {"qid": ours}])
    done = await importer.run(path)
    assert done.created == 2
    assert importer.findings(path) == [(3, "warning", "identity.qid-taken")]


async def test_whoever_registers_between_our_look_and_our_insert_is_found(
    importer: Importer,
) -> None:
    claim = Claim(
        full_name=MAU["full_name"],
        birth="1987-01-18",
        documents=(ShownDocument(kind="cccd", number=MAU["cccd"], seen=True),),
    )
    desk = await connect(importer.dsn)
    async with desk.transaction():
        await identity.register(
            desk, importer.means, claim, source="a desk", assurance=Assurance.SEEN
        )
        running = asyncio.create_task(importer.run(importer.file([MAU, THU])))
        await _until_somebody_waits(desk)
    done = await running
    await desk.close()
    assert (done.created, done.known, done.failed) == (1, 1, 0)
    assert set((await importer.people()).values()) == {1}
    counts = await importer.counts()
    assert (counts["person"], counts["qid"], counts["document_index"]) == (2, 2, 2)


async def _until_somebody_waits(db: Connection) -> None:
    async with asyncio.timeout(30):
        while not await db.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await asyncio.sleep(0.02)


async def test_two_imports_of_the_same_people_at_once_make_nobody_twice(
    importer: Importer,
) -> None:
    one = importer.file([MAU, THU, *_crowd(60)], name="1.csv")
    other = importer.file([*reversed(_crowd(60)), THU, MAU], name="2.csv")
    running = [
        start(importer.dsn, importer.keys, path, source=path.name, chunk_rows=7)
        for path in (one, other)
    ]
    for process in running:
        process.communicate(timeout=120)
    assert [process.returncode for process in running] == [0, 0]
    assert set((await importer.people()).values()) == {1}
    assert (await importer.counts())["person"] == 62


def _crowd(count: int) -> list[dict[str, str]]:
    return [THU | {"cmnd": f"9100000{n:02d}"} for n in range(count)]


async def test_a_dry_run_judges_every_row_and_writes_no_person(
    importer: Importer,
) -> None:
    path = importer.file([MAU, THU | {"cmnd": "1"}])
    done = await service.check(importer.order(path), importer.means.clock, keys=importer.keys)
    assert (done.rows, done.failed) == (2, 1)
    assert importer.findings(path) == [(3, "error", "document.cmnd-not-9-digits")]
    assert set((await importer.counts()).values()) == {0}


async def test_the_template_imports_as_it_stands(importer: Importer) -> None:
    path = importer.home / "template.csv"
    path.write_text(columns.template(), encoding="utf-8")
    done = await importer.run(path)
    assert (done.created, done.failed) == (3, 0)
    assert importer.findings(path) == []
    assert await importer.db.fetchval("SELECT count(*) FROM guardian") == 1


CON = {"full_name": "Nguyễn Văn Con", "birth_date": "2019-05-01"}


async def test_a_child_is_linked_to_its_guardian_who_must_still_confirm(
    importer: Importer,
) -> None:
    path = importer.file([MAU, CON | {"guardian_document": MAU["cccd"]}])
    await importer.run(path)
    (link,) = await importer.db.fetch("SELECT * FROM guardian")
    assert link["confirmed_at"] is None
    assert link["until"].isoformat() == "2037-04-30T17:00:00+00:00"
    kinds = [row["kind"] for row in await importer.db.fetch("SELECT kind FROM event")]
    assert sorted(kinds) == ["identity.guardian-added"] * 2 + ["identity.imported"]


async def test_a_guardian_is_known_of_age_and_somebody_else(importer: Importer) -> None:
    path = importer.file(
        [
            CON | {"guardian_document": "001187900009"},
            CON | {"cccd": "001219900001"},
            CON | {"sex": "Nữ", "guardian_document": "001219900001"},
            MAU | {"guardian_document": MAU["cccd"]},
        ]
    )
    done = await importer.run(path)
    assert done.created == 4
    assert importer.findings(path) == [
        (2, "warning", "identity.guardian-unknown"),
        (4, "warning", "identity.guardian-refused"),
        (5, "warning", "identity.guardian-refused"),
    ]
    assert await importer.db.fetchval("SELECT count(*) FROM guardian") == 0


async def test_a_declared_guardian_attaches_to_nobody(importer: Importer) -> None:
    await importer.run(importer.file([MAU]))
    declared = importer.file([CON | {"guardian_document": MAU["cccd"]}], name="self.csv")
    await importer.run(declared, assurance=Assurance.DECLARED)
    assert await importer.db.fetchval("SELECT count(*) FROM guardian") == 0


async def test_a_file_without_the_needed_columns_leaves_no_job(
    importer: Importer,
) -> None:
    path = importer.home / "shoes.csv"
    path.write_text("shoes\n42\n", encoding="utf-8")
    with pytest.raises(ColumnsMissing):
        await importer.run(path)
    assert await importer.db.fetchval("SELECT count(*) FROM local.import_job") == 0


async def test_nothing_clear_reaches_the_database_files_or_its_log(
    importer: Importer, postgres: Server
) -> None:
    await importer.run(importer.file([MAU, NOBODY]))
    admin = await connect(postgres.address(database="postgres", role="postgres"))
    await admin.execute("CHECKPOINT")
    await admin.close()
    for secret in (
        "Nguyễn Thị Mẫu",
        "NGUYEN THI MAU",
        "001187900001",
        "590000001",
        "1987-01-18",
    ):
        assert _holding(postgres.data_dir, secret) == []
    assert _holding(postgres.data_dir, "pg_catalog") != []  # the search does find clear text


def _holding(directory: Path, text: str) -> list[Path]:
    """The files in which a text stands, in any of the forms it may take."""
    forms = (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode())
    found = []
    for file in directory.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            found += [file] if any(form in content for form in forms) else []
    return found
