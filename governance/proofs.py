"""Proofs that an entry stands in the trail, and that one state of the trail grew out of another.

As in RFC 6962, section 2.1, over the leaves and the nodes that the trail keeps. Entry numbers
begin at 1, indices in the tree at 0.
"""

from __future__ import annotations

from governance import merkle
from governance.models import AuditEntry, AuditNode


def inclusion(number: int, size: int) -> list[bytes]:
    """The path from entry `number` to the root of so many. `ValueError` outside."""
    return merkle.inclusion_proof(number - 1, size, _node)


def consistency(old: int, new: int) -> list[bytes]:
    """That the first `new` entries begin with the first `old`. `ValueError` outside."""
    return merkle.consistency_proof(old, new, _node)


def root_of(size: int) -> bytes:
    """The root of the first `size` entries."""
    return merkle.root_of(size, _node)


def _node(level: int, index: int) -> bytes:
    try:
        if level == 0:
            leaves = AuditEntry.objects.values_list("leaf_hash", flat=True)
            return bytes(leaves.get(number=index + 1))
        return bytes(
            AuditNode.objects.values_list("digest", flat=True).get(level=level, index=index)
        )
    except (AuditEntry.DoesNotExist, AuditNode.DoesNotExist) as missing:
        raise ValueError(f"The trail has no node {level}/{index}.") from missing
