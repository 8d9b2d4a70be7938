"""Revoked, replaced and merged QIDs: for ever, undone whole, kept outside the database."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest
from tests.staging import Stage

from motma.codec.issued import Form
from motma.identity import ending, issuing, mirror, service
from motma.identity.errors import MergeRefused, PersonUnknown, QidEnded, SamePerson
from motma.identity.model import ShownDocument
from motma.identity.service import Registered
from motma.kernel.errors import Malformed
from motma.storage.pool import Connection

BY = UUID(int=7)
TABLES = {
    "person": "SELECT person_id, profile, version, qid, merged_into FROM person ORDER BY person_id",
    "version": "SELECT person_id, version, profile FROM person_version ORDER BY 1, 2",
    "document": "SELECT person_id, blind, assurance FROM document ORDER BY 1, 2",
    "owner": "SELECT blind, person_id, proven FROM document_index ORDER BY 1, 2",
    "key": "SELECT blind, person_id FROM person_index ORDER BY 1, 2",
    "qid": "SELECT qid, person_id, state, issue_no, ended_at, reason FROM qid ORDER BY 1",
}


async def photograph(db: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything identity keeps, to be compared."""
    return {name: [tuple(r) for r in await db.fetch(sql)] for name, sql in TABLES.items()}


async def pair(stage: Stage) -> tuple[Registered, Registered]:
    return await stage.person(), await stage.person(number="001190000002", phones=("0987654321",))


async def paper(stage: Stage, qid: str) -> str:
    async with stage.platform.transaction() as db:
        person = await service.find(db, stage.platform.means, qid)
        return await issuing.issue(db, stage.platform.means, person, form=Form.PAPER)


async def test_undoing_a_merge_restores_both_exactly(on_stage: Stage) -> None:
    gone, kept = await pair(on_stage)
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        before = await photograph(db)
        await ending.merge(db, means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)
        assert await photograph(db) != before
        arrived = await ending.undo_merge(db, means, gone.qid, by=BY)
        assert await photograph(db) == before
    assert arrived == []


async def test_a_merged_code_scans_as_the_kept_person_and_as_itself_after_undo(
    on_stage: Stage,
) -> None:
    gone, kept = await pair(on_stage)
    means = on_stage.platform.means
    text = await paper(on_stage, gone.qid)
    guard = await on_stage.sign_in("guard@stage")
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)

    merged = (await guard.scan(text)).json()
    wallet = await on_stage.wallet(gone.person_id)
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    assert merged["outcome"] == "known"
    assert "scan.merged" in [w["code"] for w in merged["warnings"]]
    assert [r["kind"] for r in reads] == ["scan.read"]

    async with on_stage.platform.transaction() as db:
        await ending.undo_merge(db, means, gone.qid, by=BY)
    assert (await guard.scan(text)).json()["warnings"] == []


async def test_a_leaked_code_of_a_merged_person_can_be_revoked_for_ever(on_stage: Stage) -> None:
    gone, kept = await pair(on_stage)
    means = on_stage.platform.means
    text, other = await paper(on_stage, gone.qid), await paper(on_stage, kept.qid)
    guard = await on_stage.sign_in("guard@stage")
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, means, gone.qid, reason="leaked")
    assert (await guard.scan(text)).json()["outcome"] == "revoked"
    assert (await guard.scan(other)).json()["outcome"] == "known"

    async with on_stage.platform.transaction() as db:
        await ending.undo_merge(db, means, gone.qid, by=BY)
        person = await service.find(db, means, gone.qid)
    assert person.person_id == gone.person_id
    assert (await guard.scan(text)).json()["outcome"] == "revoked"
    registrar = await on_stage.sign_in("registrar@stage")
    body = {"qid": gone.qid, "reason": "new card"}
    fresh = (await registrar.post("/v1/people:replace", body)).json()["qid"]
    again = await registrar.post("/v1/people:replace", body)
    assert (await guard.scan(await paper(on_stage, fresh))).json()["outcome"] == "known"
    assert (await guard.scan(text)).json()["outcome"] == "revoked"
    assert again.json()["code"] == "identity.qid-ended"


async def test_a_merge_is_undone_by_any_code_the_person_ever_had(on_stage: Stage) -> None:
    gone, kept = await pair(on_stage)
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        fresh = await ending.replace(db, means, gone.qid, reason="leaked")
        await ending.merge(db, means, qid=fresh, into=kept.qid, reason="one person", by=BY)
        await ending.undo_merge(db, means, gone.qid, by=BY)
        states = {q["qid"]: q["state"] for q in await db.fetch("SELECT qid, state FROM qid")}
    assert states == {gone.qid: "replaced", fresh: "active", kept.qid: "active"}


async def test_undo_lists_what_arrived_at_the_kept_person_since(on_stage: Stage) -> None:
    gone, kept = await pair(on_stage)
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)
    await on_stage.person(number="001190000002", phones=("0900000001",))
    async with on_stage.platform.transaction() as db:
        arrived = await ending.undo_merge(db, means, gone.qid, by=BY)
    assert [(a["version"], a["source"]) for a in arrived] == [(2, "stage")]


async def test_both_documents_of_merged_people_are_one_persons(on_stage: Stage) -> None:
    gone, kept = await pair(on_stage)
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)
    both = tuple(
        ShownDocument(kind="cccd", number=n, seen=True) for n in ("001190000001", "001190000002")
    )
    again = await on_stage.person(documents=both)
    assert (again.qid, again.created) == (kept.qid, False)


async def test_merges_of_merges_and_of_one_person_are_refused(on_stage: Stage) -> None:
    one, two = await pair(on_stage)
    three = await on_stage.person(number="001190000003", phones=())
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=one.qid, into=two.qid, reason="same", by=BY)
    for qid, into, error in (
        (two.qid, three.qid, MergeRefused),
        (three.qid, one.qid, QidEnded),
        (one.qid, three.qid, QidEnded),
        (two.qid, two.qid, SamePerson),
        ("987654321098765432", two.qid, PersonUnknown),
    ):
        with pytest.raises(error):
            async with on_stage.platform.transaction() as db:
                await ending.merge(db, means, qid=qid, into=into, reason="chain", by=BY)


async def test_two_desks_that_end_the_same_codes_at_once_do_it_once(on_stage: Stage) -> None:
    one, two = await pair(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")

    async def codes(*calls: tuple[str, dict[str, str]]) -> list[str]:
        answers = await asyncio.gather(
            *(registrar.post(f"/v1/people:{way}", body | {"reason": "x"}) for way, body in calls)
        )
        return sorted(a.json()["code"] if a.status_code >= 400 else "done" for a in answers)

    there, back = {"qid": one.qid, "into": two.qid}, {"qid": two.qid, "into": one.qid}
    merges = await codes(("merge", there), ("merge", back), ("merge", there))
    assert merges.count("done") == 1
    assert set(merges) <= {"done", "identity.qid-ended"}

    three = {"qid": (await on_stage.person(number="001190000003", phones=())).qid}
    ends = await codes(("replace", three), ("revoke", three), ("replace", three))
    assert ends.count("done") in {1, 2}  # a revoked one may still get its new one
    assert set(ends) <= {"done", "identity.qid-ended"}
    async with on_stage.platform.pool.acquire() as db:
        active = await db.fetch("SELECT person_id FROM qid WHERE state = 'active'")
    assert len({row["person_id"] for row in active}) == len(active) == 2


async def test_a_reason_that_would_deceive_whoever_reads_it_is_refused(on_stage: Stage) -> None:
    person = await on_stage.person()
    for reason in ("\x1b[31mred", "\u202elaog", "x" * 201, "\x00", " "):
        with pytest.raises(Malformed):
            async with on_stage.platform.transaction() as db:
                await ending.revoke(db, on_stage.platform.means, person.qid, reason=reason)
    async with on_stage.platform.pool.acquire() as db:
        assert await service.ended_qids(db) == []


async def test_a_code_that_ended_is_never_issued_again(on_stage: Stage) -> None:
    person = await on_stage.person()
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    with pytest.raises(QidEnded):
        await paper(on_stage, person.qid)


async def test_every_change_is_a_notice_to_the_person_with_its_reason(on_stage: Stage) -> None:
    one, two = await pair(on_stage)
    registrar = await on_stage.sign_in("registrar@stage")
    wallet = await on_stage.wallet(one.person_id)
    merge = {"qid": two.qid, "into": one.qid, "reason": "same person"}
    assert (await registrar.post("/v1/people:merge", merge)).status_code == 200
    assert (await registrar.post("/v1/people:undo-merge", {"qid": two.qid})).status_code == 200
    fresh = (await wallet.post("/v1/me/code:replace", {"reason": "on the net"})).json()["qid"]
    assert (await registrar.post("/v1/people:reissue", {"qid": fresh})).status_code == 200

    notices = (await wallet.send("GET", "/v1/me/notices")).json()

    kinds = [notice["kind"] for notice in notices]
    assert kinds[:4] == [
        "identity.reissued",
        "identity.replaced",
        "identity.merge-undone",
        "identity.merged",
    ]
    assert {"access.device-enrolled", "identity.registered", "access.code-made"} <= set(kinds)
    assert notices[1]["details"] == {"reason": "on the net"}
    assert all(notice["text"]["vi"] and notice["text"]["en"] for notice in notices)


async def backed_up(db: Connection) -> dict[str, list[tuple[object, ...]]]:
    rows = await db.fetch("SELECT * FROM qid ORDER BY qid")
    people = await db.fetch("SELECT person_id, qid, merged_into FROM person")
    return {"qid": [tuple(r) for r in rows], "person": [tuple(r) for r in people]}


async def restore(db: Connection, backup: dict[str, list[tuple[object, ...]]]) -> None:
    await db.execute("TRUNCATE qid")
    await db.copy_records_to_table("qid", records=backup["qid"])
    await db.executemany(
        "UPDATE person SET qid = $2, merged_into = $3 WHERE person_id = $1", backup["person"]
    )


async def test_a_restored_backup_revives_nobody(on_stage: Stage) -> None:
    revoked, replaced = await pair(on_stage)
    lost = await on_stage.person(number="001190000003", phones=())
    means, path = on_stage.platform.means, on_stage.platform.settings.mirror_path
    async with on_stage.platform.transaction() as db:
        # a merge that is undone later, and whose QID is revoked after that
        await ending.merge(db, means, qid=revoked.qid, into=lost.qid, reason="error", by=BY)
        backup = await backed_up(db)
    async with on_stage.platform.transaction() as db:
        await ending.undo_merge(db, means, revoked.qid, by=BY)
        await ending.revoke(db, means, revoked.qid, reason="leaked")
        fresh = await ending.replace(db, means, replaced.qid, reason="leaked")
        await ending.reissue(db, means, lost.qid)
    await on_stage.platform.carry_endings()

    async with on_stage.platform.transaction() as db:
        await restore(db, backup)
        await mirror.replay(db, path)
        states = {r["qid"]: r["state"] for r in await db.fetch("SELECT qid, state FROM qid")}
        issue_no = await db.fetchval("SELECT issue_no FROM qid WHERE qid = $1", lost.qid)
        now_of = await db.fetchval(
            "SELECT qid FROM person WHERE person_id = $1", replaced.person_id
        )
        twice = await mirror.replay(db, path)
    assert (states[revoked.qid], states[replaced.qid]) == ("revoked", "replaced")
    assert (states[fresh], now_of, issue_no, twice) == ("active", fresh, 2, 0)


async def test_a_crash_between_commit_and_file_loses_no_line(on_stage: Stage) -> None:
    person = await on_stage.person()
    path = on_stage.platform.settings.mirror_path
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    # here the power failed: committed, not carried; the next start carries it
    await on_stage.platform.carry_endings()
    assert [json.loads(line)["qid"] for line in path.read_text().splitlines()] == [person.qid]


async def test_a_line_cut_by_a_power_failure_spoils_no_other(on_stage: Stage) -> None:
    one, two = await pair(on_stage)
    means, path = on_stage.platform.means, on_stage.platform.settings.mirror_path
    for person in (one, two):
        async with on_stage.platform.transaction() as db:
            await ending.revoke(db, means, person.qid, reason="leaked")
        await on_stage.platform.carry_endings()
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])  # the second line was cut before it was called done
    async with on_stage.platform.transaction() as db:
        await db.execute("UPDATE local.outbox SET done_at = NULL WHERE key = $1", two.qid)
        assert await mirror.replay(db, path) == 0  # the cut line is left out, not a crash

    await on_stage.platform.carry_endings()

    assert path.read_bytes() == whole


async def test_an_unclean_mirror_of_only_a_fragment_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "mirror" / "x.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'{"qid": "1234' + b"x" * 9000)
    mirror._append(path, [{"qid": "1"}])
    assert path.read_text() == '{"qid": "1"}\n'
