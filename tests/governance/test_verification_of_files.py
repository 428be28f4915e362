"""Kept files are read again, and the trail is verified in a memory that does not grow with it."""

from __future__ import annotations

import json
import tracemalloc
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from governance import merkle, originals
from governance.models import AuditEntry, AuditNode, Upload, Version
from governance.stored_trail import StoredNodes
from governance.trail import SHELL, changing
from governance.verification import verify_trail
from tests.support.databases import triggers_away

pytestmark = pytest.mark.database


@pytest.fixture
def kept(draft: Version) -> Path:
    return originals.path_of(draft.upload.sha256)


def verified(*arguments: str) -> tuple[int, dict[str, Any]]:
    out, status = StringIO(), 0
    try:
        call_command("verify_trail", "--json", *arguments, stdout=out)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, json.loads(out.getvalue())


# Files.


def test_file_that_is_whole_is_no_finding(kept: Path) -> None:
    assert list(verify_trail(with_files=True)) == []


def test_missing_file_is_named(kept: Path) -> None:
    kept.unlink()

    assert [str(f) for f in verify_trail(with_files=True)] == [
        f"upload {Upload.objects.get().pk}: Its file is missing."
    ]


def test_file_with_one_other_bit_is_named(kept: Path) -> None:
    content = bytearray(kept.read_bytes())
    content[-1] ^= 1
    kept.write_bytes(content)

    assert [(f.kind, f.detail) for f in verify_trail(with_files=True)] == [
        ("file", "Its file is not what was received.")
    ]


def test_damaged_file_ends_the_command_with_1(kept: Path) -> None:
    kept.write_bytes(b"")

    status, told = verified()

    assert status == 1
    assert told["findings"][0][0] == "file"


def test_command_leaves_files_out_where_it_is_told_to(kept: Path) -> None:
    kept.unlink()

    status, told = verified("--without-files")

    assert status == 0
    assert told["files"] is False


def test_every_page_of_files_is_read(
    kept: Path, draft: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.verification.CHUNK", 1)
    kept.unlink()

    assert [f.kind for f in verify_trail(with_files=True)] == ["file"]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64])
def test_name_that_is_no_hash_leads_nowhere(name: str) -> None:
    assert originals.hash_of(name) is None


# Memory.


def grow(entries: int) -> None:
    with changing(by=SHELL) as changes:
        for number in range(entries):
            changes.note("test.grown", None, number=number)


def test_nodes_of_every_level_are_met_in_their_order(db: None) -> None:
    grow(70)
    nodes = StoredNodes()
    tree = merkle.CompactRange()
    for leaf in _leaves():
        tree, complete = tree.append(leaf)
        assert [nodes.take(n.level, n.place) for n in complete] == [n.hash for n in complete]

    assert list(nodes.left_over()) == []


def test_missing_node_is_named_and_its_neighbours_are_not(db: None) -> None:
    grow(70)
    with triggers_away():
        AuditNode.objects.filter(level=2, index=3).delete()

    assert [f.where for f in verify_trail()] == ["node 2/3"]


@pytest.mark.parametrize(("level", "index"), [(1, 500), (9, 0), (3, -1), (0, 4)])
def test_node_that_belongs_to_no_entry_is_named(db: None, level: int, index: int) -> None:
    grow(70)
    AuditNode.objects.create(level=level, index=index, digest=bytes(32))

    assert [f.where for f in verify_trail()] == [f"node {level}/{index}"]


@pytest.mark.slow
@pytest.mark.long
def test_memory_does_not_grow_with_the_trail(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("governance.verification", "governance.stored_trail"):
        monkeypatch.setattr(f"{module}.CHUNK", 50)
    grow(500)
    first = _peak()
    grow(3500)

    assert _peak() < first * 1.5


def _peak() -> int:
    connection.queries_log.clear()
    tracemalloc.start()
    try:
        assert list(verify_trail()) == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _leaves() -> list[bytes]:
    rows = AuditEntry.objects.order_by("number")
    return [bytes(entry.leaf_hash) for entry in rows]
