"""Tiles of 256 hashes, as in C2SP tlog-tiles: how the tree is kept, grown and read.

Tile (level, position) holds hashes of up to 256 complete subtrees of 256^level leaves each. Only
the last tile of a level is ever partial, so growing the tree touches one tile per level.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from motma.audit.tree import Nodes, leaf_hash, root_of

#: Levels of the tree in one tile, and hashes in it. Source: C2SP tlog-tiles, “height 8”.
HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT

_HASH_BYTES: Final = 32

#: (level, position): where a tile is.
Place = tuple[int, int]


class Growth:
    """A tree that only grows; remembers the tiles at its edge and which were touched."""

    def __init__(self, size: int, edge: Mapping[Place, bytes]) -> None:
        """`edge` holds the partial tiles that `edge_of(size)` names."""
        self.size = size
        self.touched: dict[Place, bytes] = {}
        self._partial: list[list[bytes]] = []
        for level, position in edge_of(size):
            width = (size >> HEIGHT * level) % WIDTH
            self._partial.append(hashes_of(edge[level, position])[:width] if width else [])

    def add(self, commitments: Iterable[bytes]) -> None:
        """Append leaves."""
        bottom = self._level(0)
        for commitment in commitments:
            bottom.append(leaf_hash(commitment))
            self.size += 1
            if len(bottom) == WIDTH:
                self._close(0)
                bottom = self._partial[0]

    def root(self) -> bytes:
        """Root of the tree as it is now."""
        root: list[bytes] = []
        for hashes in self._partial:
            if hashes or root:
                root = [root_of(hashes + root)]
        return root_of(root)

    def changed(self) -> dict[Place, bytes]:
        """Tiles to write: the full ones since the last call and the partial ones now."""
        tiles, self.touched = self.touched, {}
        for (level, position), hashes in zip(edge_of(self.size), self._partial, strict=False):
            if hashes:
                tiles[level, position] = b"".join(hashes)
        return tiles

    def _level(self, level: int) -> list[bytes]:
        while len(self._partial) <= level:
            self._partial.append([])
        return self._partial[level]

    def _close(self, level: int) -> None:
        """Keep a full tile and hand its root to the level above."""
        hashes = self._partial[level]
        position = (self.size >> HEIGHT * (level + 1)) - 1
        self.touched[level, position] = b"".join(hashes)
        self._partial[level] = []
        above = self._level(level + 1)
        above.append(root_of(hashes))
        if len(above) == WIDTH:
            self._close(level + 1)


def edge_of(size: int) -> list[Place]:
    """The last, perhaps empty, tile of each level of a tree of `size`."""
    edge, level = [], 0
    while level == 0 or size >> HEIGHT * level:
        edge.append((level, size >> HEIGHT * (level + 1)))
        level += 1
    return edge


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes in a tile."""
    return [tile[i : i + _HASH_BYTES] for i in range(0, len(tile), _HASH_BYTES)]


def nodes_of(tile_at: Callable[[Place], bytes]) -> Nodes:
    """A reader of single nodes over a reader of tiles."""

    def node(level: int, index: int) -> bytes:
        above, within = divmod(level, HEIGHT)
        first = index << within
        position, offset = divmod(first, WIDTH)
        tile = tile_at((above, position))
        start = offset * _HASH_BYTES
        return root_of(hashes_of(tile[start : start + (_HASH_BYTES << within)]))

    return node


def needed(proof: Callable[[Nodes], object]) -> set[Place]:
    """Which tiles a proof reads: no step of it depends on what the hashes are."""
    places: set[Place] = set()

    def tile_at(place: Place) -> bytes:
        places.add(place)
        return bytes(WIDTH * _HASH_BYTES)

    proof(nodes_of(tile_at))
    return places
