"""That a trail only ever grew: consistency of two states of its Merkle tree (RFC 9162, 2.1.4.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32


def is_grown(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the first entries of the new tree are those of the old. Sizes with their roots."""
    (small, old_root), (large, new_root) = old, new
    if not 0 < small <= large or any(len(h) != HASH_BYTES for h in (old_root, new_root, *proof)):
        return False
    if small == large:
        return old_root == new_root and not proof
    is_power = not small & (small - 1)
    # The root of a tree that stands whole in the new one is known, and so is left out.
    path = [old_root, *proof] if is_power else list(proof)
    return bool(path) and _climb(small, large, path) == (old_root, new_root)


def _climb(small: int, large: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that the path leads to; None where it is too short or too long."""
    place, last = small - 1, large - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if not last:
            return None
        if place & 1 or place == last:
            old, new = _node(step, old), _node(step, new)
            place, last = _up_to_a_right_child(place, last)
        else:
            new = _node(new, step)
        place, last = place >> 1, last >> 1
    return None if last else (old, new)


def _up_to_a_right_child(place: int, last: int) -> tuple[int, int]:
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
