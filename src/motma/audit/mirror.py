"""The mirror: leaves and checkpoints outside the database, so that no restore forks the log.

`leaves.bin` holds one fixed record a leaf, `checkpoints.txt` the signed notes, each followed by an
empty line. Both only grow, and are on disk before what they hold is shown to anybody. A torn tail,
left by a crash in the middle of a write, was never shown and is cut off.
"""

import fcntl
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from uuid import UUID

from motma.audit.errors import MirrorBroken
from motma.audit.model import Checkpoint
from motma.audit.note import read_head, read_note
from motma.kernel.errors import Malformed

#: device_id, event_id, xid, commitment.
_RECORD: Final = struct.Struct(">16s16sQ32s")

#: Stands within a note between text and signatures, and after each note.
_GAP: Final = "\n\n"

#: The last checkpoint, its cosignatures included, is shorter than this.
_TAIL_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorLeaf:
    """What the mirror keeps of a leaf; its place is where it stands."""

    device_id: UUID
    event_id: UUID
    xid: int
    commitment: bytes


class Mirror:
    """The two files. One process at a time writes them: the one that holds the sequencer's lock."""

    def __init__(self, directory: Path) -> None:
        self._leaves = directory / "leaves.bin"
        self._checkpoints = directory / "checkpoints.txt"
        self._lock = directory / "lock"
        self._held: int | None = None

    @classmethod
    def writer(cls, directory: Path) -> Self:
        """Open for writing, alone, without torn tails; BlockingIOError while another writes."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        mirror = cls(directory)
        mirror._held = os.open(mirror._lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(mirror._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mirror._mend()
        return mirror

    def close(self) -> None:
        """Let another process write."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def size(self) -> int:
        """How many whole leaves are here."""
        return self._leaves.stat().st_size // _RECORD.size if self._leaves.exists() else 0

    def leaves(self, start: int, end: int) -> list[MirrorLeaf]:
        """Leaves start ≤ place < end that are here."""
        if not self._leaves.exists():
            return []
        with self._leaves.open("rb") as file:
            file.seek(start * _RECORD.size)
            packed = file.read((end - start) * _RECORD.size)
        whole = len(packed) - len(packed) % _RECORD.size
        return [_leaf(*fields) for fields in _RECORD.iter_unpack(packed[:whole])]

    def add_leaves(self, leaves: Iterable[MirrorLeaf]) -> None:
        """Append leaves; they are on disk when this returns."""
        packed = b"".join(
            _RECORD.pack(leaf.device_id.bytes, leaf.event_id.bytes, leaf.xid, leaf.commitment)
            for leaf in leaves
        )
        _append(self._leaves, packed)

    def checkpoints(self) -> Iterator[Checkpoint]:
        """Every whole checkpoint, in the order in which they were signed."""
        if not self._checkpoints.exists():
            return
        text: str | None = None  # the block before, whose signatures come next
        lines: list[str] = []
        with self._checkpoints.open() as file:
            for line in file:
                if line != "\n":
                    lines.append(line)
                    continue
                block = "".join(lines)
                lines.clear()
                if text is None:
                    text = block
                else:
                    yield _checkpoint(text, block)
                    text = None

    def latest(self) -> Checkpoint | None:
        """The last checkpoint that was signed."""
        if not self._checkpoints.exists():
            return None
        with self._checkpoints.open("rb") as file:
            file.seek(max(0, self._checkpoints.stat().st_size - _TAIL_BYTES))
            pieces = file.read().decode(errors="replace").split(_GAP)
        # from a signature on: what stands before it may have been cut in two
        last = next((i for i in range(len(pieces) - 2, 0, -1) if pieces[i].startswith("— ")), None)
        return None if last is None else _checkpoint(pieces[last - 1] + "\n", pieces[last] + "\n")

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Append a checkpoint; it is on disk when this returns."""
        _append(self._checkpoints, f"{checkpoint.note}\n".encode())

    def _mend(self) -> None:
        if self._leaves.exists():
            os.truncate(self._leaves, self.size() * _RECORD.size)
        if self._checkpoints.exists():
            content = self._checkpoints.read_bytes()
            pieces = content.split(_GAP.encode())
            whole = pieces[: (len(pieces) - 1) // 2 * 2]
            os.truncate(self._checkpoints, sum(len(piece) + len(_GAP) for piece in whole))


def _checkpoint(body: str, lines: str) -> Checkpoint:
    note = f"{body}\n{lines}"
    try:
        head = read_head(read_note(note).text)
    except Malformed as error:
        raise MirrorBroken("checkpoints.txt") from error
    return Checkpoint(size=head.size, root=head.root, note=note, at=head.at)


def _leaf(device_id: bytes, event_id: bytes, xid: int, commitment: bytes) -> MirrorLeaf:
    return MirrorLeaf(
        device_id=UUID(bytes=device_id),
        event_id=UUID(bytes=event_id),
        xid=xid,
        commitment=commitment,
    )


def _append(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
