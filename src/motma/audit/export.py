"""The log as a file, one JSON object a line, that is verified without the database.

Lines: a header, each checkpoint followed by the leaves that it covers, leaves that no checkpoint
covers yet, events that wait for their place, and an end with the counts. Events stay sealed.
"""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from motma.audit import queries
from motma.audit.checking import Check, Report
from motma.audit.model import Checkpoint, Event, Leaf
from motma.audit.note import ED25519, read_verifier_key, verifier_key
from motma.kernel.clock import Clock
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.keys.signer import Signer
from motma.storage.pool import Connection

#: Leaves read at a time.
_CHUNK: Final = 5_000

#: No line of an export is longer than this; a file of another sort is refused early.
_LONGEST_LINE: Final = 16 * 1024 * 1024


class Header(msgspec.Struct, tag="motma-log-1", tag_field="line", forbid_unknown_fields=True):
    """Whose log this is, and the keys that its checkpoints were signed with."""

    origin: str
    keys: list[str]
    exported_at: datetime


class CheckpointLine(msgspec.Struct, tag="checkpoint", tag_field="line"):
    """A checkpoint; the leaves that it covers follow."""

    checkpoint: Checkpoint


class LeafLine(msgspec.Struct, tag="leaf", tag_field="line"):
    """A leaf; without its event once that is gone."""

    leaf: Leaf


class Uncovered(msgspec.Struct, tag="uncovered", tag_field="line"):
    """The leaves that follow are in no checkpoint yet."""


class WaitingLine(msgspec.Struct, tag="waiting", tag_field="line"):
    """An event without a place."""

    event: Event


class End(msgspec.Struct, tag="end", tag_field="line"):
    """What must have come before."""

    leaves: int
    checkpoints: int
    waiting: int


Line = Header | CheckpointLine | LeafLine | Uncovered | WaitingLine | End


async def export(db: Connection, path: Path, *, origin: str, signer: Signer, clock: Clock) -> End:
    """Write the whole log as of one moment; the file appears when it is complete."""
    beside = path.with_name(path.name + ".part")
    counts = End(0, 0, 0)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        keys = [verifier_key(origin, ED25519, k.raw) for k in signer.public_keys(Purpose.LOG)]
        file.write(_line(Header(origin, keys, clock.now())))
        async with db.transaction(isolation="repeatable_read", readonly=True):
            await db.execute(queries.NO_TIMEOUT)
            async for line in _lines(db):
                file.write(_line(line))
                _count(counts, line)
        file.write(_line(counts))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return counts


def verify_export(path: Path, *, clock: Clock, keys: Sequence[str] = ()) -> Report:
    """Verify an exported log from the file alone.

    `keys` are the verifier keys that you believe; without any, those in the file are taken, which
    shows only that the file agrees with itself.
    """
    with path.open("rb") as file:
        lines = _read_lines(file)
        header = next(lines, None)
        if not isinstance(header, Header):
            raise Malformed("audit.export-malformed", "line 1")
        believed = [read_verifier_key(key) for key in keys or header.keys]
        check = Check(
            origin=header.origin,
            keys=[raw for name, kind, raw in believed if (name, kind) == (header.origin, ED25519)],
            now=clock.now(),
        )
        end = _feed(check, lines)
    report = check.finish()
    if end is None or end != End(check.size, report.checkpoints, report.waiting):
        report.find("audit.export-cut", f"after leaf {check.size}")
    return report


async def _lines(db: Connection) -> AsyncIterator[Line]:
    """The log between header and end."""
    _, total = await queries.leaf_span(db)
    done = 0
    async for checkpoint in queries.checkpoints(db):
        yield CheckpointLine(checkpoint)
        async for leaf in _leaves(db, done, min(checkpoint.size, total)):
            yield LeafLine(leaf)
        done = max(done, min(checkpoint.size, total))
    yield Uncovered()
    async for leaf in _leaves(db, done, total):
        yield LeafLine(leaf)
    async for event, _ in queries.unplaced(db):
        yield WaitingLine(event)


async def _leaves(db: Connection, start: int, end: int) -> AsyncIterator[Leaf]:
    for first in range(start, end, _CHUNK):
        for leaf in await queries.leaves(db, first, min(first + _CHUNK, end)):
            yield leaf


def _feed(check: Check, lines: Iterator[Line]) -> End | None:
    """Feed the lines to the check; the end, if there is one and nothing after it."""
    for line in lines:
        match line:
            case CheckpointLine():
                check.checkpoint(line.checkpoint)
                check.closed_tiles()  # a file has none to compare: let them go
            case LeafLine():
                check.leaf(line.leaf)
            case Uncovered():
                check.uncovered()
            case WaitingLine():
                check.waiting(line.event)
            case End():
                return line if next(lines, None) is None else None
            case Header():
                return None
    return None


def _count(counts: End, line: Line) -> None:
    counts.leaves += isinstance(line, LeafLine)
    counts.checkpoints += isinstance(line, CheckpointLine)
    counts.waiting += isinstance(line, WaitingLine)


def _line(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def _read_lines(file: BinaryIO) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Line)
    number = 0
    while text := file.readline(_LONGEST_LINE):
        number += 1
        try:
            line = decoder.decode(text)
        except msgspec.MsgspecError as error:
            raise Malformed("audit.export-malformed", f"line {number}") from error
        yield line
