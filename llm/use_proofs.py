"""Proofs that a leaf stands in the tree of use, as `governance.proofs` has them for the trail."""

from __future__ import annotations

from governance import merkle
from llm.models import UsageLeaf, UsageNode


def inclusion(number: int, size: int) -> list[bytes]:
    """The path from leaf `number`, counted from 1, to the root of so many. `ValueError` outside."""
    return merkle.inclusion_proof(number - 1, size, _node)


def _node(level: int, index: int) -> bytes:
    try:
        if level == 0:
            hashes = UsageLeaf.objects.values_list("hash", flat=True)
            return bytes(hashes.get(number=index + 1))
        digests = UsageNode.objects.values_list("digest", flat=True)
        return bytes(digests.get(level=level, index=index))
    except (UsageLeaf.DoesNotExist, UsageNode.DoesNotExist) as missing:
        raise ValueError(f"The tree of use has no node {level}/{index}.") from missing
