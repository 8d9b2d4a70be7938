"""The Merkle tree of RFC 6962 / RFC 9162: hashes, proofs, and whether a proof holds.

Pure. Nodes of complete subtrees are read through a `Nodes` function, so the same code proves from
tiles, from memory, or only records which nodes a proof would need.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

#: (level, index) → hash of the complete subtree over leaves index·2^level … (index+1)·2^level.
Nodes = Callable[[int, int], bytes]

#: The root of a tree without leaves. Source: RFC 9162 §2.1.1.
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(commitment: bytes) -> bytes:
    """Hash of a leaf; the prefix keeps leaves and nodes apart."""
    return sha256(b"\0" + commitment).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Root over subtrees of equal size, of which the last may be an incomplete one.

    Pairing level by level and carrying the odd one up splits where the RFC does: at the largest
    power of two below the size.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[0::2], level[1::2], strict=False)
        level = [node_hash(left, right) for left, right in pairs] + odd
    return level[0]


def range_root(nodes: Nodes, start: int, end: int) -> bytes:
    """Root over leaves start … end, where `start` is 0 or where the RFC's recursion splits."""
    parts: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    if not parts:
        return EMPTY_ROOT
    root = nodes(*parts.pop())
    for part in reversed(parts):
        root = node_hash(nodes(*part), root)
    return root


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size`, nearest sibling first."""
    if not 0 <= index < size:
        raise ValueError(index)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, first: int, second: int) -> list[bytes]:
    """That the tree of `first` leaves is the beginning of the one of `second`; RFC 9162 §2.1.4."""
    if not 0 <= first <= second:
        raise ValueError(first)
    if first in {0, second}:
        return []
    path: list[bytes] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(nodes, start, end))
    return path[::-1]


def includes(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that leaf hash at that place. Source: RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            value = node_hash(sibling, value)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and value == root


def continues(
    *, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the second tree continues the first. Source: §2.1.4.2."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        return False
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1
