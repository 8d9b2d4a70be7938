"""Roots and proofs, read from the tiles in the database."""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from motma.audit import queries, tree
from motma.audit.errors import EventUnknown, NotYetPlaced, TreeBroken
from motma.audit.model import Checkpoint
from motma.audit.tiles import HEIGHT, WIDTH, Growth, Place, edge_of, needed, nodes_of
from motma.audit.tree import Nodes
from motma.kernel.errors import Malformed
from motma.storage.pool import Connection

_HASH_BYTES: Final = 32
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That an event is in the tree of a checkpoint; checked by `holds` without the database."""

    index: int
    size: int
    commitment: bytes
    path: tuple[bytes, ...]
    checkpoint: str

    def holds(self, root: bytes) -> bool:
        """Whether the path leads from the commitment to this root."""
        return tree.includes(
            leaf=tree.leaf_hash(self.commitment),
            index=self.index,
            size=self.size,
            proof=self.path,
            root=root,
        )


async def growth_at(db: Connection, size: int) -> Growth:
    """The tree of this size, ready to grow."""
    edge = dict.fromkeys(edge_of(size), b"")
    partial = [(level, position) for level, position in edge if (size >> HEIGHT * level) % WIDTH]
    return Growth(size, edge | await _tiles(db, partial, size))


async def root_at(db: Connection, size: int) -> bytes:
    """Root of the first `size` leaves."""
    return await _read(db, size, lambda nodes: tree.range_root(nodes, 0, size))


async def inclusion(db: Connection, index: int, size: int) -> list[bytes]:
    """Inclusion proof of a leaf in the tree of `size`."""
    return await _read(db, size, lambda nodes: tree.inclusion_proof(nodes, index, size))


async def consistency(db: Connection, first: int, second: int) -> list[bytes]:
    """Proof that the tree of `second` leaves continues the one of `first`."""
    return await _read(db, second, lambda nodes: tree.consistency_proof(nodes, first, second))


async def latest(db: Connection) -> Checkpoint | None:
    """The largest signed checkpoint; None while nothing is signed."""
    return await queries.latest_checkpoint(db)


async def prove(db: Connection, event_id: UUID, device_id: UUID | None = None) -> Proof:
    """Proof that the event is in the latest signed tree; its device only if ids were reused."""
    leaves = await queries.leaves_of(db, event_id, device_id)
    if not leaves:
        raise EventUnknown(str(event_id))
    checkpoint, leaf = await queries.latest_checkpoint(db), leaves[0]
    if checkpoint is None or checkpoint.size <= leaf["seq"]:
        raise NotYetPlaced(str(event_id))
    return Proof(
        index=leaf["seq"],
        size=checkpoint.size,
        commitment=leaf["commitment"],
        path=tuple(await inclusion(db, leaf["seq"], checkpoint.size)),
        checkpoint=checkpoint.note,
    )


async def kept(db: Connection, promised: Mapping[str, Any]) -> bool:
    """Whether what was promised has its place; ask after the merge delay. See `check_promise`."""
    try:
        event_id = UUID(promised["event_id"])
        commitment = b64decode(promised["commitment"], validate=True)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed("audit.promise-malformed") from error
    leaves = await queries.leaves_of(db, event_id, None)
    return any(leaf["commitment"] == commitment for leaf in leaves)


async def _read(db: Connection, size: int, compute: Callable[[Nodes], _T]) -> _T:
    """Fetch the tiles that a computation reads, then compute."""
    found = await _tiles(db, needed(compute), size)
    return compute(nodes_of(found.__getitem__))


async def _tiles(db: Connection, places: Iterable[Place], size: int) -> dict[Place, bytes]:
    """These tiles, each as wide as the tree of `size` needs or wider."""
    wanted = set(places)
    found = await queries.tiles(db, wanted) if wanted else {}
    for level, position in wanted:
        width = min(WIDTH, (size >> HEIGHT * level) - position * WIDTH)
        if len(found.get((level, position), b"")) < width * _HASH_BYTES:
            raise TreeBroken(level, position)
    return found
