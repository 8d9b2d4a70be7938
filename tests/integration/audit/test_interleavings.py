"""However transactions and passes interleave, each committed event has one place, for good."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motma.audit import service
from motma.audit.reading import consistency, root_at
from motma.audit.tree import continues
from motma.storage.pool import Connection, connect

if TYPE_CHECKING:
    from tests.integration.audit.conftest import Log

#: What may happen: an append that commits at once; a transaction that begins, appends more, and
#: ends either way; a pass of the sequencer.
steps: Final = st.lists(
    st.sampled_from(["append", "begin", "more", "commit", "rollback", "pass"]), max_size=14
)


class Open:
    """A transaction that is open beside the others."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.transaction = db.transaction()
        self.written: list[UUID] = []


async def begun(log: "Log") -> Open:
    """A transaction with one event in it."""
    opened = Open(await connect(log.dsn))
    await opened.transaction.start()
    await written(log, opened)
    return opened


async def written(log: "Log", opened: Open) -> None:
    """One more event in it."""
    event = log.event()
    await service.append(opened.db, [event])
    opened.written.append(event.event_id)


async def ended(opened: Open, *, commit: bool) -> list[UUID]:
    """End it; what it wrote, if that stays."""
    await (opened.transaction.commit() if commit else opened.transaction.rollback())
    await opened.db.close()
    return opened.written if commit else []


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(happenings=steps)
async def test_each_committed_event_has_one_place_and_no_place_changes(
    log: "Log", happenings: list[str]
) -> None:
    """The log goes on from example to example: what held for the earlier ones must still hold."""
    before = [
        row[0] for row in await log.db.fetch("SELECT event_id FROM local.log_leaf ORDER BY seq")
    ]
    committed: list[UUID] = []
    waiting: list[Open] = []
    for step in happenings:
        if step == "append":
            event = log.event()
            await log.append([event])
            committed.append(event.event_id)
        elif step == "begin":
            waiting.append(await begun(log))
        elif step == "pass":
            await log.sequence()
        elif waiting and step == "more":
            await written(log, waiting[0])
        elif waiting:
            committed += await ended(waiting.pop(0), commit=step == "commit")
    for opened in waiting:
        committed += await ended(opened, commit=True)
    await log.sequence()

    after = [
        row[0] for row in await log.db.fetch("SELECT event_id FROM local.log_leaf ORDER BY seq")
    ]
    assert after[: len(before)] == before
    assert sorted(after[len(before) :]) == sorted(committed)
    report = await log.verify()
    assert report.whole
    assert report.waiting == 0
    await check_consistency(log)


async def check_consistency(log: "Log") -> None:
    """Each checkpoint in the mirror continues the one before."""
    for first, second in pairwise(list(log.mirror.checkpoints())[-6:]):
        assert await root_at(log.db, second.size) == second.root
        proof = await consistency(log.db, first.size, second.size)
        assert continues(
            first=first.size,
            second=second.size,
            first_root=first.root,
            second_root=second.root,
            proof=proof,
        )
