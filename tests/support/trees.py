"""A Merkle tree large enough to be unkind, kept as the trail keeps its own."""

from __future__ import annotations

from governance.merkle import CompactRange, leaf_hash

LARGE = 1100


class Tree:
    """A store of nodes as the trail keeps one, with the range at every size it had."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.ranges = [CompactRange()]
        self.looked_up: list[tuple[int, int]] = []
        for number, data in enumerate(leaves):
            self.nodes[0, number] = leaf_hash(data)
            tree, completed = self.ranges[-1].append(leaf_hash(data))
            self.nodes |= {(node.level, node.place): node.hash for node in completed}
            self.ranges.append(tree)

    def node(self, level: int, index: int) -> bytes:
        self.looked_up.append((level, index))
        return self.nodes[level, index]

    def root(self, size: int) -> bytes:
        return self.ranges[size].root()


LEAVES = [f"entry {number}".encode() for number in range(LARGE)]
TREE = Tree(LEAVES)
