"""A gate whose snapshot is newer than an ending never takes the code for good."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from tests.staging import Stage

from motma.cards.snapshot import service as snapshots
from motma.cards.snapshot.errors import SnapshotOlder
from motma.cards.snapshot.model import Snapshot, read, trusting
from motma.codec.issued import Form
from motma.identity import ending, issuing, service
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.scan.model import Outcome
from motma.scan.offline import Place, decide
from motma.web.snapshots import KEPT_S, SNAPSHOTS

BY = UUID(int=7)
NOWHERE = Place()


async def made(stage: Stage, province: str | None = None) -> bytes:
    """A fresh snapshot's file."""
    platform = stage.platform
    async with platform.transaction() as db:
        terms = platform.snapshot_terms
        return await snapshots.make(db, platform.means, terms=terms, province=province)


async def fresh(stage: Stage) -> Snapshot:
    """A fresh snapshot as a gate reads it."""
    keys = stage.platform.keyring.jwks(Purpose.SNAPSHOT)
    return read(await made(stage), trusting(keys))


async def paper(stage: Stage, qid: str) -> str:
    """The person's code on paper."""
    async with stage.platform.transaction() as db:
        person = await service.find(db, stage.platform.means, qid)
        return await issuing.issue(db, stage.platform.means, person, form=Form.PAPER)


def offline(stage: Stage, snapshot: Snapshot, text: str) -> Outcome:
    """What the gate decides."""
    return decide(snapshot, text, NOWHERE, at=stage.platform.clock.now()).outcome


async def test_a_code_is_known_offline_until_the_snapshot_after_its_end(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await paper(on_stage, person.qid)
    before = await fresh(on_stage)
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    assert offline(on_stage, before, text) is Outcome.KNOWN  # and the answer says it may be
    assert offline(on_stage, await fresh(on_stage), text) is Outcome.REVOKED


async def test_a_lost_card_ends_with_the_next_issue_and_the_new_one_does_not(
    on_stage: Stage,
) -> None:
    person = await on_stage.person()
    lost = await paper(on_stage, person.qid)
    async with on_stage.platform.transaction() as db:
        await ending.reissue(db, on_stage.platform.means, person.qid)
    snapshot = await fresh(on_stage)
    assert offline(on_stage, snapshot, lost) is Outcome.REPLACED
    assert offline(on_stage, snapshot, await paper(on_stage, person.qid)) is Outcome.KNOWN


async def test_a_merged_code_ends_with_the_one_it_leads_to(on_stage: Stage) -> None:
    gone = await on_stage.person()
    kept = await on_stage.person(number="001190000002", phones=("0987654321",))
    text = await paper(on_stage, gone.qid)
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        await ending.merge(db, means, qid=gone.qid, into=kept.qid, reason="one person", by=BY)
    assert offline(on_stage, await fresh(on_stage), text) is Outcome.KNOWN
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, means, kept.qid, reason="leaked")
    assert offline(on_stage, await fresh(on_stage), text) is Outcome.REVOKED


async def test_no_code_that_ended_is_ever_known_under_a_newer_snapshot(on_stage: Stage) -> None:
    """Endings in a seeded order; after each, every code that ended is asked again."""
    chance, means = random.Random(20211007), on_stage.platform.means
    living = {}
    for n in range(8):
        person = await on_stage.person(number=f"00119000010{n}", phones=(f"091234560{n}",))
        living[person.qid] = await paper(on_stage, person.qid)
    dead: list[str] = []
    while living:
        qid = chance.choice(sorted(living))
        text, how = living.pop(qid), chance.choice(("revoke", "replace", "reissue"))
        async with on_stage.platform.transaction() as db:
            if how == "revoke":
                await ending.revoke(db, means, qid, reason="test")
            elif how == "replace":
                await ending.replace(db, means, qid, reason="test")
            else:
                await ending.reissue(db, means, qid)
        dead.append(text)
        snapshot = await fresh(on_stage)
        assert {offline(on_stage, snapshot, one) for one in dead} <= {
            Outcome.REVOKED,
            Outcome.REPLACED,
        }
        assert {offline(on_stage, snapshot, one) for one in living.values()} <= {Outcome.KNOWN}


async def test_online_and_offline_agree_on_codes_that_ended(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await paper(on_stage, person.qid)
    async with on_stage.platform.transaction() as db:
        await ending.replace(db, on_stage.platform.means, person.qid, reason="leaked")
    guard = await on_stage.sign_in("guard@stage")
    online = (await guard.scan(text)).json()
    assert online["outcome"] == "replaced"
    assert offline(on_stage, await fresh(on_stage), text) is Outcome.REVOKED


async def test_anybody_may_fetch_the_snapshot_and_it_names_nobody(on_stage: Stage) -> None:
    person = await on_stage.person()
    await paper(on_stage, person.qid)
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    answer = await on_stage.client.get("/v1/snapshot", params={"province": "56"})
    keys = (await on_stage.client.get("/v1/snapshot/keys")).json()
    assert answer.status_code == 200
    snapshot = read(answer.content, trusting(keys))
    assert snapshot.body.province == "56"
    assert person.qid not in str(snapshot.body)
    assert (await on_stage.client.get("/v1/snapshot")).content == (
        await on_stage.client.get("/v1/snapshot")
    ).content
    wrong = await on_stage.client.get("/v1/snapshot", params={"province": "57"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "snapshot.province")


async def test_what_ended_is_gathered_once_for_all_provinces_and_a_minute(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("motma.web.snapshots.time.monotonic", lambda: now)
    person = await on_stage.person()
    keys = (await on_stage.client.get("/v1/snapshot/keys")).json()

    async def ended(**asked: str) -> tuple[int, bytes]:
        answer = await on_stage.client.get("/v1/snapshot", params=asked)
        found = read(answer.content, trusting(keys)).body.ended
        return len(found), found.salt

    before = await ended(province="56")
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    assert await ended(province="01") == await ended() == before == (0, before[1])
    now += KEPT_S + 1
    assert (await ended(province="56"))[0] == (await ended(province="01"))[0] == 1


async def test_whoever_has_the_newest_snapshot_is_told_so(on_stage: Stage) -> None:
    first = await on_stage.client.get("/v1/snapshot")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"another", {tag}'):
        again = await on_stage.client.get("/v1/snapshot", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = await on_stage.client.get(
        "/v1/snapshot", params={"province": "56"}, headers={"If-None-Match": tag}
    )
    assert (other.status_code, other.headers["etag"] == tag) == (200, False)


async def test_a_network_that_asks_too_often_for_snapshots_has_to_wait(on_stage: Stage) -> None:
    at_s = on_stage.platform.clock.now().timestamp()
    on_stage.platform.counters.take(SNAPSHOTS, b"127.0.0", at_s=at_s, count=SNAPSHOTS.count)
    answer = await on_stage.client.get("/v1/snapshot")
    assert (answer.status_code, answer.json()["code"]) == (429, "access.too-many")


async def test_a_province_that_never_was_has_no_snapshot(on_stage: Stage) -> None:
    with pytest.raises(Malformed, match=r"snapshot\.province"):
        await made(on_stage, province="57")


async def test_the_command_decides_and_does_not_go_back_to_an_older_file(
    on_stage: Stage, tmp_path: Path
) -> None:
    """A gate with nothing but the command, the keys and a file: no database, no key ring."""
    person = await on_stage.person()
    text = await paper(on_stage, person.qid)
    older, newer, keys = (tmp_path / name for name in ("older", "newer", "keys.json"))
    older.write_bytes(await made(on_stage))
    keys.write_text(json.dumps(on_stage.platform.keyring.jwks(Purpose.SNAPSHOT)))
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    newer.write_bytes(await made(on_stage))
    home = tmp_path / "gate"

    def scan(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
        return scan_at(home, text, file, *more)

    assert "snapshot.without-trust" in scan(older).stderr
    first = scan(older, "--keys", str(keys), "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["outcome"] == "known"
    assert json.loads(scan(newer, "--json").stdout)["outcome"] == "revoked"
    back = scan(older)
    assert (back.returncode, SnapshotOlder.code in back.stderr) == (5, True)
    newer.write_bytes(newer.read_bytes()[:-1])
    assert "snapshot.truncated" in scan(newer).stderr
    assert not (home / "postgres").exists()


async def test_a_gate_follows_the_rotation_of_the_key_that_signs_snapshots(
    on_stage: Stage, tmp_path: Path
) -> None:
    ring, file, keys = on_stage.platform.keyring, tmp_path / "gate.snapshot", tmp_path / "keys.json"
    text = await paper(on_stage, (await on_stage.person()).qid)
    keys.write_text(json.dumps(ring.jwks(Purpose.SNAPSHOT)))
    old = ring.active(Purpose.SNAPSHOT).kid
    ring.stage(Purpose.SNAPSHOT)
    file.write_bytes(await made(on_stage))
    first = scan_at(tmp_path / "gate", text, file, "--keys", str(keys))
    assert first.returncode == 0, first.stderr
    ring.rotate(Purpose.SNAPSHOT)
    ring.retire(old)
    file.write_bytes(await made(on_stage))
    assert scan_at(tmp_path / "gate", text, file).stdout.startswith("known (offline)")
    assert "snapshot.unknown-key" in scan_at(tmp_path / "x", text, file, "--keys", str(keys)).stderr


def scan_at(home: Path, text: str, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The command at a gate with a memory of its own."""
    motma = [sys.executable, "-c", "from motma.cli.main import main; main()"]
    command = [*motma, "scan", text, "--offline", str(file), *more]
    here = {**os.environ, "MOTMA_HOME": str(home)}
    return subprocess.run(command, env=here, capture_output=True, text=True, check=False)
