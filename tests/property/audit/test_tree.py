"""Tree, tiles and proofs agree with the RFC's own recursive definitions, for every size."""

from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.audit.tiles import Growth, Place, edge_of, needed, nodes_of
from motma.audit.tree import (
    EMPTY_ROOT,
    consistency_proof,
    continues,
    includes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
)

#: Every size up to here, and some around tile bounds.
SMALL: Final = 130
SIZES: Final = (*range(1, SMALL), 255, 256, 257, 511, 512, 513, 700, 65_536, 65_537)

_CHANCE: Final = Random(1)
LEAVES: Final = [_CHANCE.randbytes(32) for _ in range(700)]


def split(size: int) -> int:
    """RFC 9162 §2.1.1: the largest power of two smaller than size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def root(leaves: list[bytes]) -> bytes:
    """MTH, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = split(len(leaves))
    return node_hash(root(leaves[:k]), root(leaves[k:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root(leaves[k:])]
    return [*path(index - k, leaves[k:]), root(leaves[:k])]


def subproof(first: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF, word for word."""
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if first <= k:
        return [*subproof(first, leaves[:k], whole=whole), root(leaves[k:])]
    return [*subproof(first - k, leaves[k:], whole=False), root(leaves[:k])]


@pytest.fixture(scope="module")
def tiles() -> dict[Place, bytes]:
    """The tiles of all leaves, grown one by one."""
    growth = Growth(0, {(0, 0): b""})
    kept: dict[Place, bytes] = {}
    for leaf in LEAVES:
        growth.add([leaf])
        kept |= growth.changed()
    return kept


@pytest.mark.parametrize("size", [size for size in SIZES if size <= len(LEAVES)])
def test_roots_and_proofs_of_a_size_are_the_rfcs(size: int, tiles: dict[Place, bytes]) -> None:
    nodes, leaves = nodes_of(tiles.__getitem__), LEAVES[:size]
    whole = root(leaves)
    assert range_root(nodes, 0, size) == whole
    for index in range(size) if size < SMALL else (0, 1, size // 2, 254, size - 1):
        proof = inclusion_proof(nodes, index, size)
        assert proof == path(index, leaves)
        leaf = leaf_hash(leaves[index])
        assert includes(leaf=leaf, index=index, size=size, proof=proof, root=whole)
    for first in range(1, size + 1) if size < SMALL else (1, 128, 200, size - 1, size):
        proof = consistency_proof(nodes, first, size)
        assert proof == subproof(first, leaves, whole=True)
        assert continues(
            first=first,
            second=size,
            first_root=root(leaves[:first]),
            second_root=whole,
            proof=proof,
        )


def test_the_roots_are_those_of_the_certificate_transparency_vectors() -> None:
    """Source: certificate-transparency, merkletree/merkle_tree_test.cc."""
    inputs = (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
    roots = (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
    growth = Growth(0, {(0, 0): b""})
    for given_leaf, expected in zip(inputs, roots, strict=True):
        growth.add([bytes.fromhex(given_leaf)])
        assert growth.root().hex() == expected


@given(sizes=st.lists(st.integers(0, 600), max_size=6))
def test_a_tree_grown_in_any_steps_from_its_tiles_is_the_same(sizes: list[int]) -> None:
    kept: dict[Place, bytes] = {(0, 0): b""}
    size = 0
    for step in sizes:
        growth = Growth(size, {place: kept.get(place, b"") for place in edge_of(size)})
        growth.add(LEAVES[i % len(LEAVES)] for i in range(size, size + step))
        kept |= growth.changed()
        size += step
        assert growth.root() == root([LEAVES[i % len(LEAVES)] for i in range(size)])


def test_a_tree_of_three_levels_of_tiles_keeps_its_root() -> None:
    growth = Growth(0, {(0, 0): b""})
    growth.add(size.to_bytes(4) for size in range(65_537))
    kept = growth.changed()
    assert {level for level, _ in kept} == {0, 1, 2}
    nodes = nodes_of(kept.__getitem__)
    assert range_root(nodes, 0, 65_537) == growth.root()
    proof = consistency_proof(nodes, 40_000, 65_537)
    assert continues(
        first=40_000,
        second=65_537,
        first_root=range_root(nodes, 0, 40_000),
        second_root=growth.root(),
        proof=proof,
    )


@given(data=st.data(), size=st.integers(2, 300))
def test_no_proof_holds_for_anything_but_its_leaf_place_and_root(
    data: st.DataObject, size: int, tiles: dict[Place, bytes]
) -> None:
    nodes, whole = nodes_of(tiles.__getitem__), root(LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    proof, leaf = inclusion_proof(nodes, index, size), leaf_hash(LEAVES[index])
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index))
    broken = data.draw(st.integers(0, len(proof) - 1))
    swapped = [*proof[:broken], bytes(32), *proof[broken + 1 :]]
    for changed in (
        {"index": other},
        {"leaf": leaf_hash(LEAVES[other])},
        {"proof": swapped},
        {"proof": proof[:-1]},
        {"proof": [*proof, bytes(32)]},
        {"root": root(LEAVES[: size - 1])},
        {"index": size},
        {"index": -1},
    ):
        claim = {"leaf": leaf, "index": index, "size": size, "proof": proof, "root": whole}
        assert not includes(**(claim | changed))  # type: ignore[arg-type]


@given(data=st.data(), second=st.integers(2, 300))
def test_a_rewritten_past_is_never_consistent(
    data: st.DataObject, second: int, tiles: dict[Place, bytes]
) -> None:
    first = data.draw(st.integers(1, second - 1))
    rewritten = list(LEAVES[:second])
    rewritten[data.draw(st.integers(0, first - 1))] = b"rewritten"
    proof = consistency_proof(nodes_of(tiles.__getitem__), first, second)
    for past, present in (
        (root(rewritten[:first]), root(LEAVES[:second])),
        (root(LEAVES[:first]), root(rewritten)),
    ):
        assert not continues(
            first=first, second=second, first_root=past, second_root=present, proof=proof
        )


@given(
    first=st.integers(-2, 40),
    second=st.integers(-2, 40),
    proof=st.lists(st.binary(min_size=32, max_size=32), max_size=8),
)
def test_any_proof_is_only_true_or_false(first: int, second: int, proof: list[bytes]) -> None:
    a, b = root(LEAVES[: max(first, 0)]), root(LEAVES[: max(second, 0)])
    continues(first=first, second=second, first_root=a, second_root=b, proof=proof)
    includes(leaf=a, index=first, size=second, proof=proof, root=b)


@given(size=st.integers(1, 10**9), data=st.data())
def test_a_proof_reads_few_tiles_however_large_the_tree(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert len(needed(lambda nodes: inclusion_proof(nodes, index, size))) <= 12
