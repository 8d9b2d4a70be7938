"""The sequencer: gives committed events their place in the tree, mirrors it, signs it.

One pass is: place (one transaction) → mirror the leaves → sign a checkpoint, mirror it, keep it.
After a crash between any two of these the next pass begins by finishing the earlier one.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID

from asyncpg import Record

from motma.audit import queries
from motma.audit.errors import CosignRefused, Forked
from motma.audit.mirror import Mirror, MirrorLeaf
from motma.audit.model import Checkpoint
from motma.audit.note import ED25519, Head, Note, NoteSignature, key_hash
from motma.audit.queries import Cursor
from motma.audit.reading import consistency, growth_at, root_at
from motma.audit.tiles import Growth
from motma.kernel.clock import Clock
from motma.keys.model import Purpose
from motma.keys.signer import Signer
from motma.storage.pool import Connection

#: Events read, placed and mirrored at a time: a few milliseconds, for scans may share the process.
CHUNK: Final = 500

#: A pass ends at the first transaction boundary after this many, so that signing is not delayed.
MOST_A_PASS: Final = 50_000

#: How long a checkpoint waits for one witness, seconds.
WITNESS_PATIENCE_S: Final = 2.0

#: Is told each named point that a pass reaches; tests kill the process there.
Probe = Callable[[str], None]


def quiet(_point: str) -> None:
    """Nobody listens."""


class Witness(Protocol):
    """Somebody outside who remembers what this log signed last."""

    async def cosign(self, note: Note, *, old_size: int, proof: Sequence[bytes]) -> NoteSignature:
        """A cosignature/v1 line; CosignRefused when the checkpoint continues no earlier one."""
        ...

    async def remembered(self, origin: str, /) -> int:
        """The size of the last checkpoint it cosigned for this log; 0 for none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Which log is signed, with what, and where it is mirrored."""

    origin: str
    signer: Signer
    mirror: Mirror
    clock: Clock
    witnesses: Sequence[Witness] = ()
    probe: Probe = quiet


async def place(db: Connection, *, most: int = MOST_A_PASS) -> int:
    """Give committed events their places; how many. The caller's transaction is READ COMMITTED.

    Only transactions below the snapshot's horizon are taken: none of them can still commit, so
    none is overtaken. What already has a leaf is passed over, hence a restore into another
    cluster, whose transaction ids mean nothing here, is caught up by one pass over everything.
    """
    await db.execute(queries.LOCK)
    cluster = await queries.cluster(db)
    cursor = await queries.cursor(db) or Cursor(system_id=cluster.system_id, xid=0, size=0)
    foreign = cursor.system_id != cluster.system_id or cursor.xid > cluster.ceiling
    start, end = (0, queries.NO_HORIZON) if foreign else (cursor.xid, cluster.horizon)

    if foreign:
        await db.execute(queries.NO_TIMEOUT)
    growth = await growth_at(db, cursor.size)
    reached, last_xid = cluster.horizon, -1
    async for rows in queries.committed(db, start=start, end=end, chunk=CHUNK):
        enough = not foreign and growth.size - cursor.size >= most
        if enough and rows[0]["xid"] != last_xid:
            reached = rows[0]["xid"]
            break
        await _add(db, growth, rows)
        last_xid = rows[-1]["xid"]
    reached_at = Cursor(system_id=cluster.system_id, xid=reached, size=growth.size)
    await queries.set_cursor(db, reached_at)
    return growth.size - cursor.size


async def restore(db: Connection, log: Log) -> int:
    """Put back leaves and checkpoints that only the mirror has; how many leaves.

    A crash between mirror and database leaves a checkpoint behind, a restored backup lacks both.
    Their events are gone, and `verify` says so; but the log goes on from what was signed, instead
    of signing another history. Forked when the two are not the same log.
    """
    await db.execute(queries.LOCK)
    cluster = await queries.cluster(db)
    cursor = await queries.cursor(db) or Cursor(system_id=cluster.system_id, xid=0, size=0)
    latest, mirrored = log.mirror.latest(), log.mirror.size()
    if latest is not None and max(mirrored, cursor.size) < latest.size:
        raise Forked(latest.size)
    growth = await growth_at(db, cursor.size)
    for start in range(cursor.size, mirrored, CHUNK):
        leaves = log.mirror.leaves(start, start + CHUNK)
        await _keep(db, growth, [(x.device_id, x.event_id, x.commitment) for x in leaves])
    if growth.size > cursor.size:
        await queries.set_cursor(db, replace(cursor, size=growth.size))
    if latest is not None:
        await _restore_checkpoints(db, log.mirror, latest)
    return growth.size - cursor.size


async def _restore_checkpoints(db: Connection, mirror: Mirror, latest: Checkpoint) -> None:
    """Keep what was signed after the database's last checkpoint; Forked if it contradicts."""
    ours = await queries.latest_checkpoint(db)
    known = ours.size if ours else 0
    missing = mirror.checkpoints() if known < latest.size else iter([latest])
    for checkpoint in missing:
        if checkpoint.size < known:
            continue
        if await root_at(db, checkpoint.size) != checkpoint.root:
            raise Forked(checkpoint.size)
        await queries.add_checkpoint(db, checkpoint)


async def mirror_leaves(db: Connection, log: Log) -> int:
    """Bring the mirror up to the committed leaves; how many were missing."""
    cursor, start = await queries.cursor(db), log.mirror.size()
    end = cursor.size if cursor else 0
    for first in range(start, end, CHUNK):
        rows = await queries.to_mirror(db, first, min(first + CHUNK, end))
        await asyncio.to_thread(log.mirror.add_leaves, [MirrorLeaf(**row) for row in rows])
    return max(0, end - start)


async def sign(db: Connection, log: Log) -> Checkpoint | None:
    """Sign the tree if it grew: witnesses first, then the mirror, then the database.

    Nothing is signed that does not continue the last checkpoint in the mirror, whatever the
    database says by now.
    """
    cursor, latest = await queries.cursor(db), log.mirror.latest()
    if latest is not None:
        if cursor is None or cursor.size < latest.size:
            raise Forked(latest.size)
        if await root_at(db, latest.size) != latest.root:
            raise Forked(latest.size)
    if cursor is None or cursor.size == (latest.size if latest else 0):
        return None
    root = await root_at(db, cursor.size)
    head = Head(origin=log.origin, size=cursor.size, root=root, at=log.clock.now())
    note = await _cosigned(db, log, head, signed_note(log.signer, head))
    checkpoint = Checkpoint(size=head.size, root=head.root, note=str(note), at=head.at)
    log.probe("signing")
    await asyncio.to_thread(log.mirror.add_checkpoint, checkpoint)
    log.probe("checkpoint-mirrored")
    await queries.add_checkpoint(db, checkpoint)
    return checkpoint


def signed_note(signer: Signer, head: Head) -> Note:
    """The checkpoint with the log's own signature."""
    text = head.text()
    kid, signature = signer.sign(Purpose.LOG, text.encode())
    public = next(key.raw for key in signer.public_keys(Purpose.LOG) if key.kid == kid)
    line = NoteSignature(head.origin, key_hash(head.origin, ED25519, public), signature)
    return Note(text, (line,))


async def _cosigned(db: Connection, log: Log, head: Head, note: Note) -> Note:
    """The note with a line of each witness that answers in time; one that is away costs nothing."""
    lines: list[NoteSignature] = []
    for witness in log.witnesses:
        try:
            async with asyncio.timeout(WITNESS_PATIENCE_S):
                known = await witness.remembered(head.origin)
                proof = await consistency(db, known, head.size) if known <= head.size else []
                lines.append(await witness.cosign(note, old_size=known, proof=proof))
        except (OSError, TimeoutError, CosignRefused):
            continue  # the missing line is what the reader of the checkpoint sees
    return Note(note.text, (*note.signatures, *lines))


async def _add(db: Connection, growth: Growth, rows: Sequence[Record]) -> None:
    """Place those of these events that have no place yet."""
    there = await queries.placed(db, [row["event_id"] for row in rows])
    fresh = [
        (row["device_id"], row["event_id"], row["commitment"])
        for row in rows
        if (row["device_id"], row["event_id"]) not in there
    ]
    await _keep(db, growth, fresh)


async def _keep(db: Connection, growth: Growth, fresh: Sequence[tuple[UUID, UUID, bytes]]) -> None:
    """Write leaves at the end, and the tiles that they change."""
    if not fresh:
        return
    first = growth.size
    await queries.add_leaves(db, [(first + i, *leaf) for i, leaf in enumerate(fresh)])
    growth.add(commitment for _, _, commitment in fresh)
    await queries.set_tiles(db, growth.changed())
