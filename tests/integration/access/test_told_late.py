"""A tracer's read is told after the policy's delay, and no operation shows it before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.staging import Caller, Stage, stage

from motma.access.policy import current
from motma.audit import service as audit
from motma.audit.model import KEEP, TOLD_FROM, record
from motma.kernel.clock import SetClock
from motma.web.app import OPERATIONS

NOON: Final = datetime.fromisoformat("2026-03-02T05:00:00+00:00")
DELAY: Final = current().view("tracer", "tracing", "clinic").told_after

#: What a person asks without saying anything: every operation of theirs that takes no body.
ASKED: Final = [
    one.path
    for one in OPERATIONS
    if one.auth == "person" and one.body is None and one.method == "GET" and "{" not in one.path
]


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands until a test moves it."""
    return SetClock(NOON)


@pytest.fixture
async def on(database: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    """A platform with its HTTP face."""
    async with stage(database, tmp_path / "home", clock=clock) as ready:
        yield ready


async def scanned(wallet: Caller, reader: Caller, **more: str) -> str:
    """The reader scans the wallet; the id of that read."""
    text = (await wallet.send("GET", "/v1/me/code")).json()["text"]
    answer = await reader.scan(text, **more)
    assert answer.json()["outcome"] == "known", answer.text
    return str(answer.json()["scan_id"])


async def shown(wallet: Caller, registrar: Caller, qid: str) -> str:
    """Everything that the person, or the desk for them, is answered, as one text."""
    answers = [(await wallet.send("GET", path)).text for path in ASKED]
    return "\n".join([*answers, (await registrar.post("/v1/people:reads", {"qid": qid})).text])


async def test_no_operation_shows_a_tracers_read_before_its_time_and_then_each_does(
    on: Stage, clock: SetClock
) -> None:
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    guard, tracer = [await on.sign_in(f"{role}@stage") for role in ("guard", "tracer")]
    registrar = await on.sign_in("registrar@stage")
    assert "/v1/me/reads" in ASKED
    assert {"/v1/me/notices", "/v1/me/inbox", "/v1/me/export"} <= set(ASKED)
    first = await scanned(wallet, guard)
    clock.advance(timedelta(seconds=40))
    traced = await scanned(wallet, tracer, case="CA-1")
    for left in (DELAY, timedelta(days=1), timedelta(seconds=1)):
        clock.moment = NOON + timedelta(seconds=40) + DELAY - left
        await on.begin(wallet, None)
        await on.begin(registrar, "registrar@stage")
        told = await shown(wallet, registrar, person.qid)
        assert first in told
        assert traced not in told
        assert "tracer" not in told
        assert "tracing" not in told
        proof = await wallet.send("GET", f"/v1/me/reads/{traced}/proof")
        unknown = await wallet.send("GET", f"/v1/me/reads/{UUID(int=7)}/proof")
        assert proof.json()["code"] == unknown.json()["code"] == "audit.event-unknown"
    clock.moment = NOON + timedelta(seconds=40) + DELAY
    await on.begin(wallet, None)
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    (late,) = [one for one in reads if one["event_id"] == traced]
    assert (late["role"], late["purpose"], late["intact"]) == ("tracer", "tracing", True)
    proof = await wallet.send("GET", f"/v1/me/reads/{traced}/proof")
    assert proof.json().get("code") in {None, "audit.not-yet-placed"}


async def test_many_reads_by_tracers_raise_no_alarm(on: Stage) -> None:
    person = await on.person(phones=())
    wallet, tracer = await on.wallet(person.person_id), await on.sign_in("tracer@stage")
    guard = await on.sign_in("guard@stage")
    text = (await wallet.send("GET", "/v1/me/code")).json()["signed"]

    async def alarms() -> int:
        async with on.platform.pool.acquire() as db:
            sql = "SELECT count(*) FROM event WHERE kind = 'scan.person-alarm'"
            return int(await db.fetchval(sql))

    for _ in range(61):
        await tracer.scan(text, case="CA-1")
    assert await alarms() == 0
    for _ in range(61):
        await guard.scan(text)
    assert await alarms() == 1


#: One read: how long ago it was, and how much later it is told.
_READ: Final = st.tuples(st.integers(0, 20 * 24), st.sampled_from([0, 24, 24 * 7]))


def test_pages_are_as_if_untold_reads_were_not_there(database: str, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        clock = SetClock(NOON)
        held = stage(database, tmp_path / "home", clock=clock)
        on = runner.run(held.__aenter__())

        @settings(
            max_examples=25, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(reads=st.lists(_READ, max_size=12), limit=st.integers(1, 4))
        def example(reads: list[tuple[int, int]], limit: int) -> None:
            runner.run(_pages_hold(on, clock, reads, limit))

        try:
            example()
        finally:
            runner.run(held.__aexit__(None, None, None))


async def _pages_hold(on: Stage, clock: SetClock, reads: list[tuple[int, int]], limit: int) -> None:
    """Write the reads at their times, and walk the pages now."""
    means = on.platform.means
    person_id, told = UUID(bytes=means.random(16), version=4), []
    async with on.platform.pool.acquire() as db:
        for ago_h, late_h in sorted(reads, reverse=True):
            clock.moment = NOON - timedelta(hours=ago_h)
            details: dict[str, Any] = {"role": "x"}
            if late_h:
                details[TOLD_FROM] = (clock.moment + timedelta(hours=late_h)).isoformat()
            event = record(
                means.vault, clock, means.random,
                kind="scan.read", details=details, person_id=person_id,
            )  # fmt: skip
            await audit.one(db, event)
            if late_h <= ago_h:
                told.append(event.event_id)
        clock.moment, after, walked = NOON, None, []
        while True:
            page = await audit.reads_of(
                db, means.vault, clock, [person_id], kinds=["scan.read"], after=after, limit=limit
            )
            walked += [entry.event.event_id for entry in page.entries]
            after = page.after
            assert len(page.entries) == min(limit, len(told) - len(walked) + len(page.entries))
            if after is None:
                break
    assert sorted(walked) == sorted(told)
    assert len(walked) == len(set(walked))


def test_only_a_tracers_reads_are_told_late_and_early_enough_to_be_found() -> None:
    late = {view.role for view in current().views.values() if view.told_after}
    assert late == {"tracer"}
    assert timedelta() < DELAY <= KEEP - timedelta(days=14)
