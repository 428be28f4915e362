"""The Merkle tree of RFC 6962 (and RFC 9162, section 2) over SHA-256, with its proofs.

Hashes are 32 bytes. Leaves are counted from 0. A node is named by its level, 0 for leaves,
and its index within the level: node (level, index) is the root of the 2**level leaves from
index * 2**level on. Only such perfect subtrees are ever stored or looked up; they never
change once they are complete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeLookup = Callable[[int, int], bytes]
"""Gives the hash of node (level, index), leaves included; asked for complete nodes alone."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf, told apart from that of a node by its first byte."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an interior node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Node(NamedTuple):
    """A complete interior node, as a store keeps it: its level (1 or more), its place there."""

    level: int
    place: int
    hash: bytes


@dataclass(frozen=True)
class CompactRange:
    """All that must be kept of a tree to append to it and to tell its root.

    `nodes` are the roots of its perfect subtrees from left to right, one for each bit that
    is set in `size`, the highest first.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ValueError(f"{len(self.nodes)} nodes do not make a tree of {self.size}.")
        if not _are_hashes(self.nodes):
            raise ValueError("A node is a hash of 32 bytes.")

    def append(self, leaf: bytes) -> tuple[CompactRange, list[Node]]:
        """The range with one more leaf hash, and the interior nodes that became complete by it.

        The nodes come lowest first. The leaf itself, level 0, is not among them: who
        appends it has it already.
        """
        nodes, completed = list(self.nodes), []
        top, level = leaf, 0
        while self.size >> level & 1:
            top, level = node_hash(nodes.pop(), top), level + 1
            completed.append(Node(level, self.size >> level, top))
        return CompactRange(self.size + 1, (*nodes, top)), completed

    def root(self) -> bytes:
        """The root of the tree; of the empty tree, SHA-256 of nothing."""
        return _joined(self.nodes) if self.nodes else EMPTY_ROOT


def root_of(size: int, node: NodeLookup) -> bytes:
    """The root over the first `size` leaves, from at most log2(size) + 1 nodes.

    Raises ValueError for a size below 0.
    """
    if size < 0:
        raise ValueError(f"A tree of {size} leaves cannot be.")
    return _subtree(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(number: int, size: int, node: NodeLookup) -> list[bytes]:
    """The hashes that lead from a leaf to the root over the first `size` leaves, lowest first.

    RFC 9162, 2.1.3.1. Looks up fewer than 2 * log2(size) + 2 nodes. Raises ValueError
    unless 0 <= number < size.
    """
    if not 0 <= number < size:
        raise ValueError(f"There is no leaf {number} in a tree of {size}.")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _left_width(end - start)
        if number < middle:
            path.append(_subtree(middle, end, node))
            end = middle
        else:
            path.append(_subtree(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: NodeLookup) -> list[bytes]:
    """The hashes that show the first `old` leaves to be the beginning of the first `new`.

    RFC 9162, 2.1.4.1. Looks up fewer than 2 * log2(new) + 2 nodes. It is empty where there
    is nothing to show: for equal sizes, and from the empty tree, which begins every tree.
    Raises ValueError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"A tree of {old} is not the beginning of a tree of {new}.")
    if old in (0, new):
        return []
    start, end, path = 0, new, []
    while old != end:
        middle = start + _left_width(end - start)
        if old <= middle:
            path.append(_subtree(middle, end, node))
            end = middle
        else:
            path.append(_subtree(start, middle, node))
            start = middle
    # The verifier has the old root; where it stands whole in the tree it is left out.
    known = [] if start == 0 else [_subtree(start, end, node)]
    return known + path[::-1]


def verify_inclusion(
    leaf: bytes, number: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the proof leads from this leaf hash, at this number, to the root over `size`.

    RFC 9162, 2.1.3.2. Nonsense of any kind is False, never an exception.
    """
    if not 0 <= number < size or not _are_hashes((leaf, root, *proof)):
        return False
    sides = list(_lies_left(number, size - 1))
    return len(sides) == len(proof) and _climbed(leaf, sides, proof) == root


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the old tree is the beginning of the new one.

    RFC 9162, 2.1.4.2. From the empty tree everything follows, so there the old root must
    be `EMPTY_ROOT` and the proof empty, and nothing is learnt of the new root. Nonsense of
    any kind is False, never an exception.
    """
    if not 0 <= old_size <= new_size or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    return _leads_to_both(old_size, new_size, old_root, new_root, proof)


def _leads_to_both(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    number, last = old_size - 1, new_size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    # Sizes that are powers of two begin at the old root, which the proof then leaves out.
    whole = proof if number else (old_root, *proof)
    sides = list(_lies_left(number, last))
    if len(whole) != len(sides) + 1:
        return False
    seed, *path = whole
    of_old = [(left, sibling) for left, sibling in zip(sides, path, strict=True) if left]
    reached_old = reduce(lambda right, step: node_hash(step[1], right), of_old, seed)
    return reached_old == old_root and _climbed(seed, sides, path) == new_root


def _lies_left(number: int, last: int) -> Iterator[bool]:
    """For every sibling on the way up from a node to the root, whether it lies to the left.

    `number` and `last` are the indices of the node and of the last node on its level. A
    node that is last on its level and a left child has no sibling there.
    """
    while last:
        if number & 1:
            yield True
        elif number < last:
            yield False
        number, last = number >> 1, last >> 1


def _climbed(seed: bytes, sides: Iterable[bool], path: Iterable[bytes]) -> bytes:
    result = seed
    for left, sibling in zip(sides, path, strict=True):
        result = node_hash(sibling, result) if left else node_hash(result, sibling)
    return result


def _subtree(start: int, end: int, node: NodeLookup) -> bytes:
    """The root over leaves start … end - 1; start is a multiple of the width's top bit."""
    perfect = []
    while start < end:
        level = (end - start).bit_length() - 1
        perfect.append(node(level, start >> level))
        start += 1 << level
    return _joined(perfect)


def _joined(perfect: Sequence[bytes]) -> bytes:
    """One root over neighbouring perfect subtrees, each lower than the one to its left."""
    return reduce(lambda right, left: node_hash(left, right), reversed(perfect))


def _left_width(width: int) -> int:
    """The largest power of two smaller than the width."""
    return 1 << (width - 1).bit_length() - 1


def _are_hashes(values: Iterable[object]) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)
