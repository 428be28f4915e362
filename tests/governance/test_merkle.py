"""The Merkle tree against RFC 6962's own recursion, known vectors and another library."""

from __future__ import annotations

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.support.trees import LARGE, LEAVES, TREE, Tree

MOST = 80

# The tree of eight leaves on which implementations of certificate transparency agree.
KNOWN_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
KNOWN_INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
KNOWN_CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if len(leaves) <= 1:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256(b"").digest()
    split = max(2**n for n in range(20) if 2**n < len(leaves))
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def consistency_by_definition(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [by_definition(leaves)]
    split = max(2**n for n in range(20) if 2**n < len(leaves))
    left, right = leaves[:split], leaves[split:]
    if old <= split:
        return [*consistency_by_definition(old, left, whole), by_definition(right)]
    return [*consistency_by_definition(old - split, right, False), by_definition(left)]


def in_hex(hashes: list[bytes]) -> list[str]:
    return [value.hex() for value in hashes]


KNOWN = Tree(KNOWN_LEAVES)
SIZES = st.integers(1, LARGE)


@pytest.fixture(scope="module")
def second_opinion() -> pymerkle.InmemoryTree:
    return pymerkle.InmemoryTree.init_from_entries(LEAVES, algorithm="sha256")


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_known_tree(size: int) -> None:
    assert KNOWN.root(size).hex() == KNOWN_ROOTS[size]


@pytest.mark.parametrize(("number", "size"), KNOWN_INCLUSION)
def test_inclusion_proofs_are_those_of_the_known_tree(number: int, size: int) -> None:
    proof = inclusion_proof(number, size, KNOWN.node)

    assert in_hex(proof) == KNOWN_INCLUSION[number, size]


@pytest.mark.parametrize(("old", "new"), KNOWN_CONSISTENCY)
def test_consistency_proofs_are_those_of_the_known_tree(old: int, new: int) -> None:
    proof = consistency_proof(old, new, KNOWN.node)

    assert in_hex(proof) == KNOWN_CONSISTENCY[old, new]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert CompactRange().root() == root_of(0, TREE.node) == EMPTY_ROOT


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")

    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("size", range(MOST + 1))
def test_the_root_is_what_the_definition_says(size: int) -> None:
    assert TREE.root(size) == by_definition(LEAVES[:size])


def test_the_second_opinion_has_the_same_roots(
    second_opinion: pymerkle.InmemoryTree,
) -> None:
    theirs = [second_opinion.get_root(size) for size in range(LARGE + 1)]

    assert [TREE.root(size) for size in range(LARGE + 1)] == theirs


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_the_second_opinion_has_the_same_inclusion_proofs(
    size: int, second_opinion: pymerkle.InmemoryTree
) -> None:
    # Its path begins with the leaf itself, and it counts leaves from 1.
    theirs = [second_opinion.prove_inclusion(n + 1, size).path[1:] for n in range(size)]

    assert [inclusion_proof(number, size, TREE.node) for number in range(size)] == theirs


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_consistency_proofs_are_what_the_definition_says(new: int) -> None:
    defined = [consistency_by_definition(old, LEAVES[:new], True) for old in range(1, new + 1)]

    assert [consistency_proof(old, new, TREE.node) for old in range(1, new + 1)] == defined


@given(SIZES, SIZES)
def test_the_second_opinion_finds_our_roots_consistent(
    second_opinion: pymerkle.InmemoryTree, one: int, other: int
) -> None:
    old, new = sorted((one, other))

    # Its proof has another shape than the RFC's, so roots are compared and not paths.
    proof = second_opinion.prove_consistency(old, new)

    proof.verify(TREE.root(old), TREE.root(new), prior_size=old, later_size=new)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_inclusion_proof_is_accepted(size: int) -> None:
    verdicts = [
        verify_inclusion(
            TREE.nodes[0, n], n, size, inclusion_proof(n, size, TREE.node), TREE.root(size)
        )
        for n in range(size)
    ]

    assert all(verdicts)


@pytest.mark.parametrize("new", range(MOST + 1))
def test_every_consistency_proof_is_accepted(new: int) -> None:
    verdicts = [
        verify_consistency(
            old, new, TREE.root(old), TREE.root(new), consistency_proof(old, new, TREE.node)
        )
        for old in range(new + 1)
    ]

    assert all(verdicts)


@given(st.data(), SIZES)
def test_large_trees_prove_inclusion_too(data: st.DataObject, size: int) -> None:
    number = data.draw(st.integers(0, size - 1))

    proof = inclusion_proof(number, size, TREE.node)

    assert verify_inclusion(leaf_hash(LEAVES[number]), number, size, proof, TREE.root(size))


@given(SIZES, SIZES)
def test_large_trees_prove_consistency_too(one: int, other: int) -> None:
    old, new = sorted((one, other))

    proof = consistency_proof(old, new, TREE.node)

    assert verify_consistency(old, new, TREE.root(old), TREE.root(new), proof)


@given(SIZES)
def test_the_root_from_stored_nodes_is_that_of_the_range(size: int) -> None:
    assert root_of(size, TREE.node) == TREE.root(size)


@given(SIZES)
def test_only_nodes_that_were_complete_at_that_size_are_looked_up(size: int) -> None:
    TREE.looked_up.clear()

    inclusion_proof(size // 2, size, TREE.node)
    consistency_proof((size + 1) // 2, size, TREE.node)

    assert all((index + 1) << level <= size for level, index in TREE.looked_up)


@given(st.data(), SIZES)
def test_a_proof_costs_the_logarithm_of_the_size(data: st.DataObject, size: int) -> None:
    number = data.draw(st.integers(0, size - 1))
    TREE.looked_up.clear()

    inclusion_proof(number, size, TREE.node)

    assert len(TREE.looked_up) < 2 * size.bit_length()


@given(st.data(), SIZES)
def test_a_consistency_proof_costs_the_logarithm_too(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(0, size))
    TREE.looked_up.clear()

    consistency_proof(old, size, TREE.node)

    assert len(TREE.looked_up) <= 2 * size.bit_length()


def test_appending_leaves_the_range_it_began_with_as_it_was() -> None:
    before = TREE.ranges[7]

    before.append(leaf_hash(b"one more"))

    assert (before.size, before.root()) == (7, by_definition(LEAVES[:7]))


def test_the_eighth_leaf_completes_three_nodes_lowest_first() -> None:
    _, completed = TREE.ranges[7].append(TREE.nodes[0, 7])

    assert [(node.level, node.place) for node in completed] == [(1, 3), (2, 1), (3, 0)]


def test_an_odd_leaf_completes_no_node() -> None:
    _, completed = TREE.ranges[8].append(TREE.nodes[0, 8])

    assert completed == []


def test_every_interior_node_becomes_complete_exactly_once() -> None:
    seen = [
        (node.level, node.place)
        for tree, number in zip(TREE.ranges, range(LARGE), strict=False)
        for node in tree.append(TREE.nodes[0, number])[1]
    ]

    wanted = [(level, i) for level in range(1, 11) for i in range(LARGE >> level)]
    assert sorted(seen) == wanted


@pytest.mark.parametrize(
    ("size", "nodes"),
    [
        (-1, ()),
        (1, ()),
        (0, (EMPTY_ROOT,)),
        (3, (EMPTY_ROOT,)),
        (4, (EMPTY_ROOT, EMPTY_ROOT)),
        (1, (EMPTY_ROOT[:31],)),
        (1, (EMPTY_ROOT.hex(),)),
    ],
)
def test_a_range_whose_nodes_do_not_fit_its_size_is_refused(
    size: int, nodes: tuple[bytes, ...]
) -> None:
    with pytest.raises(ValueError, match=r"tree of|hash of 32"):
        CompactRange(size, nodes)


@pytest.mark.parametrize("leaf", [b"", b"short", b"x" * 33])
def test_data_in_place_of_a_leaf_hash_is_refused(leaf: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CompactRange().append(leaf)


@pytest.mark.parametrize(("number", "size"), [(-1, 5), (5, 5), (6, 5), (0, 0), (0, -1)])
def test_inclusion_of_a_leaf_that_is_not_there_is_refused(number: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(number, size, TREE.node)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5), (1, 0), (-2, -1)])
def test_consistency_with_a_smaller_tree_is_refused(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(old, new, TREE.node)


def test_a_root_over_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 leaves"):
        root_of(-1, TREE.node)
