"""Checks the tree of use against itself, the trail, and every row that it commits to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef

from governance import clock
from governance.merkle import CompactRange, leaf_hash
from governance.models import AuditEntry
from governance.stored_trail import StoredNodes, content_of
from governance.verification import CHUNK, Finding
from llm.models import Feedback, ReportedAnswer, Usage, UsageLeaf, UsageNode, UsageTree
from llm.models.sealing import Sealed
from llm.triggers.use import FLOOR_DAYS

ROWS: dict[str, type[Sealed]] = {"usage": Usage, "answer": ReportedAnswer, "feedback": Feedback}


def verify_use() -> Iterator[Finding]:
    yield from _tree()
    yield from _rows()
    for kind, model in ROWS.items():
        leaf = UsageLeaf.objects.filter(row=OuterRef("pk"), kind=kind)
        loose = model._default_manager.filter(~Exists(leaf)).values_list("pk", flat=True)
        for pk in loose.iterator(CHUNK):
            yield Finding("usage", f"{kind} {pk}", "No leaf commits to this row.")


def _tree() -> Iterator[Finding]:
    tree, nodes, told = CompactRange(), StoredNodes(UsageNode), _anchors()
    sealed = UsageLeaf.objects.exclude(number=None).order_by("number")
    for number, digest in sealed.values_list("number", "hash").iterator(CHUNK):
        if number != tree.size + 1:
            yield Finding("usage", f"leaf {tree.size + 1}", "The leaf is missing.")
            return
        tree, complete = tree.append(bytes(digest))
        for level, index, hash_ in complete:
            if nodes.take(level, index) != hash_:
                yield Finding("usage", f"node {level}/{index}", "It does not fit the leaves.")
        if tree.size in told and told.pop(tree.size) != tree.root().hex():
            yield Finding("usage", f"leaf {number}", "The trail tells of another tree.")
    for level, index in nodes.left_over():
        yield Finding("usage", f"node {level}/{index}", "The node belongs to no leaf.")
    head = UsageTree.objects.filter(pk=1).first()
    if told or (head.range if head else CompactRange()) != tree:
        yield Finding("usage", "tree", "The end of the tree has been cut off, or does not fit.")


def _anchors() -> dict[int, str]:
    """The roots that the trail tells of, by the size of the tree then."""
    entries = AuditEntry.objects.filter(subject_type="usagetree", action="usage.sealed")
    facts = [(content_of(entry) or {}).get("facts", {}) for entry in entries.iterator(CHUNK)]
    return {told["size"]: told["root"] for told in facts if {"size", "root"} <= set(told)}


def _rows() -> Iterator[Finding]:
    leaves = UsageLeaf.objects.order_by("pk")
    rows = leaves.iterator(CHUNK)
    while some := list(islice(rows, CHUNK)):
        for kind, model in ROWS.items():
            mine = [leaf for leaf in some if leaf.kind == kind]
            yield from _some_rows(kind, mine, model.whole().in_bulk([leaf.row for leaf in mine]))


def _some_rows(kind: str, leaves: Sequence[UsageLeaf], rows: dict[Any, Any]) -> Iterator[Finding]:
    floor = clock.now() - timedelta(days=FLOOR_DAYS)
    for leaf in leaves:
        row = rows.get(leaf.row)
        if row is None and leaf.at > floor:
            yield Finding("usage", f"{kind} {leaf.row}", "The row is gone before its time.")
        elif row is not None and leaf_hash(_leaf_of(row)) != bytes(leaf.hash):
            yield Finding("usage", f"{kind} {leaf.row}", "The row is not what its leaf commits to.")


def _leaf_of(row: Sealed) -> bytes:
    """Nothing where it cannot be worked out."""
    try:
        return row.leaf()
    except (ValueError, RecursionError):
        return b""
