"""A gate that follows by deltas has what the whole snapshot says, or fetches the whole."""

import itertools
import json
import random
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from tests.staging import Stage

from motma.cards.snapshot import delta, model
from motma.cards.snapshot import service as snapshots
from motma.cards.snapshot.errors import DeltaResult
from motma.cards.snapshot.model import Snapshot, plain_of
from motma.cards.snapshot.signed import DELTA, WHOLE
from motma.identity import ending
from motma.kernel.errors import Declined, Malformed
from motma.keys.model import Purpose
from motma.web.snapshots import KEPT_S

BY = UUID(int=7)


class Gate:
    """A gate that trusts this platform's keys."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.trust = model.trusting(stage.platform.keyring.jwks(Purpose.SNAPSHOT))

    async def whole(self) -> Snapshot:
        """A fresh whole snapshot."""
        platform = self.stage.platform
        async with platform.transaction() as db:
            terms = platform.snapshot_terms
            made = await snapshots.make(db, platform.means, terms=terms)
        return model.read(made, self.trust)

    async def follow(self, base: Snapshot) -> tuple[Snapshot, Snapshot]:
        """What a delta makes of the base, and the whole of the same moment."""
        platform = self.stage.platform
        async with platform.transaction() as db:
            gone = await snapshots.gather(db, platform.means)
            later = await snapshots.body_for(
                db, platform.means, gone, terms=platform.snapshot_terms, province=None
            )
        made = await snapshots.delta_for(platform.means, gone, later, since=base.body.as_of)
        return delta.apply(base, made, self.trust), Snapshot(later)


async def end_some(stage: Stage, chance: random.Random, qids: list[str]) -> None:
    """End, re-issue, merge or revive one of these at random; what can't be is declined."""
    platform, qid, other = stage.platform, chance.choice(qids), chance.choice(qids)
    means = platform.means
    try:
        async with platform.transaction() as db:
            match chance.choice(("revoke", "replace", "reissue", "merge", "merge", "undo")):
                case "revoke":
                    await ending.revoke(db, means, qid, reason="test")
                case "replace":  # of a revoked one too: then what was merged into it lives again
                    qids.append(await ending.replace(db, means, qid, reason="test"))
                case "reissue":
                    await ending.reissue(db, means, qid)
                case "merge":
                    await ending.merge(db, means, qid=qid, into=other, reason="test", by=BY)
                case _:
                    await ending.undo_merge(db, means, qid, by=BY)
    except Declined:
        return


async def test_deltas_lead_to_the_whole_byte_by_byte_whatever_ends_or_lives_again(
    on_stage: Stage,
) -> None:
    gate, chance = Gate(on_stage), random.Random(20261125)
    qids = [(await on_stage.person(documents=(), phones=())).qid for _ in range(6)]
    first = present = await gate.whole()
    lengths = []
    for _ in range(25):
        for _ in range(chance.randint(1, 4)):
            await end_some(on_stage, chance, qids)
        from_the_last, whole = await gate.follow(present)
        assert plain_of(from_the_last.body) == plain_of(whole.body)
        from_the_first, again = await gate.follow(first)
        assert plain_of(from_the_first.body) == plain_of(again.body)
        present = from_the_last
        lengths.append(len(whole.body.ended))
    assert any(b < a for a, b in itertools.pairwise(lengths)), "nothing lived again"


async def test_an_ending_committed_late_is_in_the_delta_and_much_later_asks_for_the_whole(
    on_stage: Stage,
) -> None:
    gate = Gate(on_stage)
    first, second = [await on_stage.person(documents=(), phones=()) for _ in range(2)]
    base = await gate.whole()

    async def ended(qid: str, before: timedelta) -> None:
        async with on_stage.platform.transaction() as db:
            await ending.revoke(db, on_stage.platform.means, qid, reason="test")
            at = base.body.as_of - before
            await db.execute("UPDATE qid SET ended_at = $2 WHERE qid = $1", qid, at)

    await ended(first.qid, timedelta(minutes=59))
    made, whole = await gate.follow(base)
    assert plain_of(made.body) == plain_of(whole.body)
    await ended(second.qid, timedelta(minutes=61))
    with pytest.raises(DeltaResult):
        await gate.follow(base)


@pytest.mark.parametrize(
    ("at", "began"),
    [
        ("2026-11-25T12:00:00+00:00", "2026-11-22T20:00:00+00:00"),  # a Wednesday
        ("2026-11-22T20:00:00+00:00", "2026-11-22T20:00:00+00:00"),  # Monday at three
        ("2026-11-22T19:59:59+00:00", "2026-11-15T20:00:00+00:00"),
    ],
)
def test_an_edition_begins_on_monday_at_three(at: str, began: str) -> None:
    found = snapshots.edition_of(datetime.fromisoformat(at))
    assert found == datetime.fromisoformat(began)


async def test_no_delta_leads_from_another_edition_nor_from_the_future(on_stage: Stage) -> None:
    platform = on_stage.platform
    async with platform.transaction() as db:
        gone = await snapshots.gather(db, platform.means)
        body = await snapshots.body_for(
            db, platform.means, gone, terms=platform.snapshot_terms, province=None
        )
    for since in (gone.edition_at - timedelta(seconds=1), gone.as_of):
        with pytest.raises(Malformed, match=r"snapshot\.since"):
            await snapshots.delta_for(platform.means, gone, body, since=since)


async def test_over_http_a_gate_gets_the_delta_nothing_or_the_whole(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("motma.web.snapshots.time.monotonic", lambda: now)
    gate, person = Gate(on_stage), await on_stage.person()
    client, url = on_stage.client, "/v1/snapshot?province=56"
    base = model.read((await client.get(url)).content, gate.trust)
    since = f"{url}&since={quote(_as_of(base))}"
    assert (await client.get(since)).status_code == 204
    async with on_stage.platform.transaction() as db:
        await ending.revoke(db, on_stage.platform.means, person.qid, reason="leaked")
    now += KEPT_S + 1
    answer = await client.get(since)
    assert DELTA.is_one(answer.content)
    made = delta.apply(base, answer.content, gate.trust)
    assert person.qid in made.body.ended
    whole = model.read((await client.get(url)).content, gate.trust)
    assert plain_of(made.body) == plain_of(whole.body)
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get(since, headers=tag)).status_code == 304
    older = base.body.as_of - timedelta(days=8)
    assert WHOLE.is_one((await client.get(f"{url}&since={quote(older.isoformat())}")).content)
    for wrong in ("yesterday", "2026-11-25T12:00:00"):
        refused = await client.get(f"{url}&since={wrong}")
        assert (refused.status_code, refused.json()["code"]) == (400, "snapshot.since")


def _as_of(snapshot: Snapshot) -> str:
    """As it is written in the file."""
    return str(json.loads(plain_of(snapshot.body))["as_of"])
