"""Whether a log is whole: the same checks for a database and for an exported file.

Feed it in this order: each checkpoint, then the leaves that it covers and the earlier ones did not;
then `uncovered` and the remaining leaves; then `finish`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from motma.audit.mirror import MirrorLeaf
from motma.audit.model import KEEP, Checkpoint, Event, Leaf
from motma.audit.note import read_head, read_note, signed_by
from motma.audit.tiles import Growth, Place
from motma.kernel.errors import Malformed

#: More findings than this are only counted.
MOST_FINDINGS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was changed or lost; `code` is permanent, `where` names no person."""

    code: str
    where: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What was looked at and what was found."""

    leaves: int = 0
    events: int = 0
    expired: int = 0  # content gone at its keep-until, the leaf still there
    checkpoints: int = 0
    waiting: int = 0  # committed, not yet in the tree
    mirror: bool = False  # whether the mirror was compared too
    findings: list[Finding] = field(default_factory=list)
    more_findings: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing was changed or lost."""
        return not self.findings

    def find(self, code: str, where: str) -> None:
        """Note something that was changed or lost."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, where))
        else:
            self.more_findings += 1

    def as_json(self) -> Mapping[str, Any]:
        """For people who pipe."""
        return {
            "whole": self.whole,
            "leaves": self.leaves,
            "events": self.events,
            "expired": self.expired,
            "checkpoints": self.checkpoints,
            "waiting": self.waiting,
            "mirror": self.mirror,
            "findings": [{"code": f.code, "where": f.where} for f in self.findings],
            "more_findings": self.more_findings,
        }


class Check:
    """Rebuilds the tree from the leaves and compares all that was signed with it."""

    def __init__(self, *, origin: str, keys: Iterable[bytes], now: datetime) -> None:
        """`keys` are the log's Ed25519 public keys that are believed."""
        self.report = Report()
        self._origin = origin
        self._keys = tuple(keys)
        self._now = now
        self._growth = Growth(0, {(0, 0): b""})
        self._covering: Checkpoint | None = None
        self._diverged = False

    @property
    def size(self) -> int:
        """How many leaves were fed."""
        return self._growth.size

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """The next checkpoint; the leaves that it covers follow."""
        self._compare_root()
        self.report.checkpoints += 1
        self._covering = checkpoint
        where = f"checkpoint {checkpoint.size}"
        try:
            note = read_note(checkpoint.note)
            head = read_head(note.text)
        except Malformed:
            self.report.find("audit.checkpoint-changed", where)
            return
        columns = (head.size, head.root, head.at, head.origin)
        if columns != (checkpoint.size, checkpoint.root, checkpoint.at, self._origin):
            self.report.find("audit.checkpoint-changed", where)
        if not signed_by(note, self._origin, self._keys):
            self.report.find("audit.signature-bad", where)

    def uncovered(self) -> None:
        """The leaves that follow are in no checkpoint yet."""
        self._compare_root()
        self._covering = None

    def leaf(self, leaf: Leaf, mirrored: MirrorLeaf | None = None) -> None:
        """The next leaf; `mirrored` is what the mirror has in this place."""
        where = f"leaf {leaf.seq}"
        if leaf.seq != self.size:
            self.report.find("audit.leaf-missing", f"leaf {self.size}")
        self.report.leaves += 1
        self._growth.add([leaf.commitment])
        if mirrored is not None and not _same(leaf, mirrored):
            self.report.find("audit.leaf-changed", where)
        if leaf.event is not None:
            self.report.events += 1
            if not leaf.event.intact() or _named(leaf) != _named(leaf.event):
                self.report.find("audit.row-changed", f"{where}, event {leaf.event_id}")
        elif self._expired():
            self.report.expired += 1
        else:
            self.report.find("audit.row-missing", f"{where}, event {leaf.event_id}")

    def lost_leaf(self, mirrored: MirrorLeaf | None) -> None:
        """The next leaf is missing; with what the mirror has of it the tree can go on."""
        event = f", event {mirrored.event_id}" if mirrored else ""
        self.report.find("audit.leaf-missing", f"leaf {self.size}{event}")
        self._growth.add([mirrored.commitment if mirrored else b""])

    def waiting(self, event: Event) -> None:
        """A committed event without a place."""
        self.report.waiting += 1
        if not event.intact():
            self.report.find("audit.row-changed", f"event {event.event_id}")

    def finish(self) -> Report:
        """After everything was fed."""
        self._compare_root()
        return self.report

    def closed_tiles(self) -> dict[Place, bytes]:
        """The tiles that became full since the last call."""
        closed, self._growth.touched = self._growth.touched, {}
        return closed

    def edge_tiles(self) -> dict[Place, bytes]:
        """The tiles since the last call and the partial ones at the edge."""
        return self._growth.changed()

    def _expired(self) -> bool:
        """Whether retention may have taken the content.

        An event is known before the checkpoint that first covers it is signed, so one whose
        checkpoint is old enough is old enough itself.
        """
        return self._covering is not None and self._now - self._covering.at >= KEEP

    def _compare_root(self) -> None:
        """Whether the leaves so far are what the last checkpoint signed."""
        if self._covering is None or self._diverged:
            return
        if self._covering.size != self.size or self._covering.root != self._growth.root():
            self._diverged = True  # every later root differs too: one finding is enough
            self.report.find("audit.root-differs", f"checkpoint {self._covering.size}")


def _named(one: Leaf | Event | MirrorLeaf) -> tuple[UUID, UUID, bytes]:
    return one.device_id, one.event_id, one.commitment


def _same(leaf: Leaf, mirrored: MirrorLeaf) -> bool:
    if _named(leaf) != _named(mirrored):
        return False
    return leaf.event is None or mirrored.xid == leaf.xid
