"""What ended, kept outside the database: a restored backup replays it before anybody is served.

The file holds one JSON object a line: `qid`, `state`, `at`, and for a replaced one `new_qid`; it
names no person but by `person_id`. Carried from the outbox, so that nothing is lost when
the power fails between the commit and the file; carrying a line twice does no harm.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from motma.identity import queries
from motma.identity.ending import TOPIC
from motma.kernel.clock import Clock
from motma.storage.pool import Connection

_TAIL: Final = 4096  # bytes; a line is a few hundred


async def carry(db: Connection, clock: Clock, path: Path) -> int:
    """Append what waits to the file, then call it done; returns how many lines."""
    async with db.transaction():
        waiting = await db.fetch(queries.WAITING_WORK, TOPIC)
        if not waiting:
            return 0
        _append(path, [row["body"] for row in waiting])
        done = [row["outbox_id"] for row in waiting]
        await db.execute(queries.WORK_DONE, done, clock.now())
    return len(waiting)


async def replay(db: Connection, path: Path) -> int:
    """Apply every line to the database; returns how many changed something."""
    changed = 0
    async with db.transaction():
        for line in _lines(path):
            changed += await _apply(db, line)
    return changed


def _append(path: Path, bodies: list[dict[str, object]]) -> None:
    new = not path.exists()
    text = "".join(json.dumps(body, sort_keys=True) + "\n" for body in bodies).encode()
    with _alone(path) as handle:
        _cut_fragment(handle)
        os.lseek(handle, 0, os.SEEK_END)
        while text:
            text = text[os.write(handle, text) :]
        os.fsync(handle)
    if new:
        _sync_folder(path.parent)


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """The open file; other worker processes wait."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _cut_fragment(handle: int) -> None:
    """Drop a last line that a power failure cut: it was never called done and comes again."""
    size = os.fstat(handle).st_size
    end = size
    while end:
        start = max(0, end - _TAIL)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        os.ftruncate(handle, end)


def _sync_folder(folder: Path) -> None:
    """A new file is only there after a power failure when its folder was synced too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines(path: Path) -> list[dict[str, str | int | None]]:
    """The whole lines; a last one cut by a power failure was never called done."""
    if not path.exists():
        return []
    whole = [line for line in path.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"]
    return [json.loads(line) for line in whole]


async def _apply(db: Connection, line: dict[str, str | int | None]) -> int:
    at = datetime.fromisoformat(str(line["at"]))
    qid, state = str(line["qid"]), str(line["state"])
    if state == "active":  # a re-issue: only ever forward
        done = await db.execute(queries.RAISE_ISSUE, qid, line["issue_no"], at)
        return int(done.endswith(" 1"))
    person_id = UUID(str(line["person_id"]))
    done = await db.execute(queries.END_QID_AGAIN, qid, person_id, state, at)
    new_qid = line.get("new_qid")
    if new_qid is not None:
        await db.fetchval(queries.ADD_QID, new_qid, person_id, "active", at)
        await db.execute(queries.SET_QID_AFTER, person_id, qid, new_qid)
    return int(done.endswith(" 1"))
