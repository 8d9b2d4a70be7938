"""Verify the log in the database against its tree, its signatures and its mirror."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from motma.audit import queries
from motma.audit.checking import Check, Report
from motma.audit.mirror import Mirror, MirrorLeaf
from motma.audit.model import Leaf
from motma.audit.tiles import HEIGHT, Place
from motma.kernel.clock import Clock
from motma.keys.model import Purpose
from motma.keys.signer import Signer
from motma.storage.pool import Connection

#: Leaves read at a time.
CHUNK: Final = 5_000

#: How long a checkpoint that is in the mirror may take to reach the database: tries, seconds.
_SETTLE_TRIES: Final = 20
_SETTLE_S: Final = 0.05

#: Is told how many leaves of how many are done.
Progress = Callable[[int, int], None]


async def verify(
    db: Connection,
    *,
    origin: str,
    signer: Signer,
    clock: Clock,
    mirror: Mirror | None = None,
    progress: Progress | None = None,
) -> Report:
    """Recompute everything from the rows up, as of one moment; opens its own transaction.

    Without a mirror a tail that was cut off whole can't be seen.
    """
    keys = [key.raw for key in signer.public_keys(Purpose.LOG)]
    check = Check(origin=origin, keys=keys, now=clock.now())
    check.report.mirror = mirror is not None
    seen = await _seen(db, mirror) if mirror is not None else None
    async with db.transaction(isolation="repeatable_read", readonly=True):
        await db.execute(queries.NO_TIMEOUT)
        await _verify_tree(db, check, seen, progress)
        if seen is not None:
            await _compare_checkpoints(db, check, seen)
        await _verify_cursor(db, check)
    return check.finish()


@dataclass(frozen=True, slots=True)
class _Seen:
    """The mirror as it was before the database was looked at; by then it may have grown."""

    mirror: Mirror
    leaves: int
    checkpoint: int


async def _seen(db: Connection, mirror: Mirror) -> _Seen:
    """Look at the mirror, then let a checkpoint that is being written reach the database."""
    latest = mirror.latest()
    seen = _Seen(mirror, mirror.size(), latest.size if latest else 0)
    for _ in range(_SETTLE_TRIES):
        ours = await queries.latest_checkpoint(db)
        if ours is not None and ours.size >= seen.checkpoint:
            break
        await asyncio.sleep(_SETTLE_S)
    return seen


async def _verify_tree(
    db: Connection, check: Check, seen: _Seen | None, progress: Progress | None
) -> None:
    """Leaves and checkpoints in step, then tiles."""
    _, total = await queries.leaf_span(db)
    leaves = _Leaves(db, check, seen, total, progress)
    async for checkpoint in queries.checkpoints(db):
        check.checkpoint(checkpoint)
        await leaves.feed(min(checkpoint.size, total))
    check.uncovered()
    await leaves.feed(total)
    if seen is not None and seen.leaves > total:
        check.report.find("audit.tail-cut", f"leaf {total}")
    await _compare_tiles(db, check, check.edge_tiles())
    async for level, position in queries.tile_places(db):
        if level < 0 or position << HEIGHT >= check.size >> HEIGHT * level:
            check.report.find("audit.tile-changed", f"tile {level}/{position}")


class _Leaves:
    """Reads leaves in chunks, feeds them one by one, and compares tiles on the way."""

    def __init__(
        self,
        db: Connection,
        check: Check,
        seen: _Seen | None,
        total: int,
        progress: Progress | None,
    ) -> None:
        self._db = db
        self._check = check
        self._seen = seen
        self._total = total
        self._progress = progress
        self._next = 0
        self._chunk: dict[int, Leaf] = {}
        self._mirrored: list[MirrorLeaf] = []

    async def feed(self, end: int) -> None:
        """Feed the leaves before place `end`."""
        while self._next < end:
            if self._next % CHUNK == 0:
                await self._load()
            stop = min(end, self._next - self._next % CHUNK + CHUNK)
            for seq in range(self._next, stop):
                self._feed_one(seq)
            self._next = stop
            await _compare_tiles(self._db, self._check, self._check.closed_tiles())
            if self._progress is not None:
                self._progress(stop, self._total)

    async def _load(self) -> None:
        start, end = self._next, self._next + CHUNK
        self._chunk = {leaf.seq: leaf for leaf in await queries.leaves(self._db, start, end)}
        if self._seen is not None:
            end = min(end, self._seen.leaves)
            self._mirrored = await asyncio.to_thread(self._seen.mirror.leaves, start, end)

    def _feed_one(self, seq: int) -> None:
        offset = seq % CHUNK
        mirrored = self._mirrored[offset] if offset < len(self._mirrored) else None
        leaf = self._chunk.get(seq)
        if leaf is None:
            self._check.lost_leaf(mirrored)
        else:
            self._check.leaf(leaf, mirrored)


async def _compare_tiles(db: Connection, check: Check, rebuilt: dict[Place, bytes]) -> None:
    """Whether these tiles are in the database as the leaves make them."""
    kept = await queries.tiles(db, rebuilt) if rebuilt else {}
    for place, hashes in rebuilt.items():
        if kept.get(place) != hashes:
            check.report.find("audit.tile-changed", f"tile {place[0]}/{place[1]}")


async def _compare_checkpoints(db: Connection, check: Check, seen: _Seen) -> None:
    """Whether database and mirror hold the same checkpoints; both are in order of size.

    A checkpoint is mirrored before it is in the database, so the mirror is read now, and only
    what it held before the database was looked at may be missed there.
    """
    mirrored = seen.mirror.checkpoints()
    theirs = next(mirrored, None)
    async for ours in queries.checkpoints(db):
        while theirs is not None and theirs.size < ours.size:
            check.report.find("audit.checkpoint-missing", f"checkpoint {theirs.size}")
            theirs = next(mirrored, None)
        if theirs is None or theirs.size > ours.size:
            check.report.find("audit.checkpoint-unmirrored", f"checkpoint {ours.size}")
            continue
        if theirs.root != ours.root:
            check.report.find("audit.forked", f"checkpoint {ours.size}")
        elif theirs.note != ours.note:
            check.report.find("audit.checkpoint-changed", f"checkpoint {ours.size}")
        theirs = next(mirrored, None)
    while theirs is not None and theirs.size <= seen.checkpoint:
        code = "audit.tail-cut" if theirs.size > check.size else "audit.checkpoint-missing"
        check.report.find(code, f"checkpoint {theirs.size}")
        theirs = next(mirrored, None)


async def _verify_cursor(db: Connection, check: Check) -> None:
    """Whether the sequencer stands where the leaves end, and passed nothing over."""
    cursor, cluster = await queries.cursor(db), await queries.cluster(db)
    report = check.report
    if cursor is None:
        if check.size:
            report.find("audit.cursor-wrong", "missing")
    elif cursor.size != check.size or cursor.xid > cluster.ceiling:
        report.find("audit.cursor-wrong", f"size {cursor.size}")
    elif cursor.system_id != cluster.system_id:
        report.find("audit.cursor-foreign", "restored elsewhere; the sequencer has not run since")
    async for event, xid in queries.unplaced(db):
        check.waiting(event)
        if cursor is not None and (xid < cursor.xid or xid >= cluster.ceiling):
            report.find("audit.row-skipped", f"event {event.event_id}")
