"""Proofs that somebody has tampered with, and trees that were written anew."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from tests.support.trees import LARGE, LEAVES, TREE, Tree


@given(st.data(), st.integers(2, LARGE))
def test_an_inclusion_proof_with_one_bit_turned_is_not_accepted(
    data: st.DataObject, size: int
) -> None:
    number = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(number, size, TREE.node)

    forged = _with_a_bit_turned(data, proof)

    assert not verify_inclusion(TREE.nodes[0, number], number, size, forged, TREE.root(size))


@given(st.data(), st.integers(2, LARGE))
def test_a_consistency_proof_with_one_bit_turned_is_not_accepted(
    data: st.DataObject, new: int
) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, TREE.node)

    forged = _with_a_bit_turned(data, proof)

    assert not verify_consistency(old, new, TREE.root(old), TREE.root(new), forged)


def _with_a_bit_turned(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    turned = (int.from_bytes(proof[place]) ^ (1 << bit)).to_bytes(32)
    return [*proof[:place], turned, *proof[place + 1 :]]


@pytest.mark.parametrize("number", range(8))
def test_an_inclusion_proof_does_not_hold_for_another_place(number: int) -> None:
    proof = inclusion_proof(3, 8, TREE.node)

    accepted = verify_inclusion(TREE.nodes[0, 3], number, 8, proof, TREE.root(8))

    assert accepted == (number == 3)


@pytest.mark.parametrize("change", ["shorter", "longer", "hexadecimal", "cut"])
@pytest.mark.parametrize("size", [7, 8, 9])
def test_an_inclusion_proof_of_another_shape_is_not_accepted(size: int, change: str) -> None:
    proof = inclusion_proof(2, size, TREE.node)

    forged = _reshaped(proof, change)

    assert not verify_inclusion(TREE.nodes[0, 2], 2, size, forged, TREE.root(size))


@pytest.mark.parametrize("change", ["shorter", "longer", "hexadecimal", "cut", "empty"])
@pytest.mark.parametrize(("old", "new"), list(pairwise(range(2, 10))))
def test_a_consistency_proof_of_another_shape_is_not_accepted(
    old: int, new: int, change: str
) -> None:
    proof = consistency_proof(old, new, TREE.node)

    forged = _reshaped(proof, change)

    assert not verify_consistency(old, new, TREE.root(old), TREE.root(new), forged)


def _reshaped(proof: list[bytes], change: str) -> list[bytes]:
    shapes: dict[str, list[bytes]] = {
        "shorter": proof[:-1],
        "longer": [*proof, EMPTY_ROOT],
        "hexadecimal": [value.hex().encode() for value in proof],
        "cut": [value[:31] for value in proof],
        "empty": [],
    }
    return shapes[change]


@pytest.mark.parametrize(("number", "size"), [(-1, 8), (8, 8), (0, 0), (0, -3)])
def test_a_place_outside_the_tree_is_not_accepted(number: int, size: int) -> None:
    assert not verify_inclusion(TREE.nodes[0, 0], number, size, [], TREE.nodes[0, 0])


@pytest.mark.parametrize(("old", "new"), [(5, 4), (-1, 4), (0, -1)])
def test_sizes_that_shrink_are_not_accepted(old: int, new: int) -> None:
    assert not verify_consistency(old, new, TREE.root(4), TREE.root(4), [])


def test_a_rewritten_history_is_not_accepted() -> None:
    rewritten = Tree([b"something else", *LEAVES[1:12]])

    proof = consistency_proof(6, 12, rewritten.node)

    assert not verify_consistency(6, 12, TREE.root(6), rewritten.root(12), proof)


def test_two_roots_of_one_size_must_be_the_same() -> None:
    assert not verify_consistency(5, 5, TREE.root(5), TREE.root(6), [])


@pytest.mark.parametrize("new", [0, 5])
def test_only_the_empty_root_can_be_the_beginning_at_size_nothing(new: int) -> None:
    assert not verify_consistency(0, new, TREE.root(5), TREE.root(5), [])


def test_from_the_empty_tree_there_is_nothing_to_prove() -> None:
    assert not verify_consistency(0, 5, EMPTY_ROOT, TREE.root(5), [TREE.root(5)])
