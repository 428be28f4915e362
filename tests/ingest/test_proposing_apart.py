"""Proposals never cost the reading: whatever becomes of them, the file is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.parsing.document import Unreadable
from ingest.proposing.apart import read_and_propose
from tests.ingest.children import nothing

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("how", ["raises", "lies", "dies"])
def test_file_is_read_though_proposing_fails(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"# {how}\n\nGive 10 mg.\n")

    _, parsed, proposals = read_and_propose(
        path, "a.md", progress=nothing, module="tests.ingest.proposers"
    )

    assert ([each.text for each in parsed.passages], proposals) == (["Give 10 mg."], ())


def test_failed_proposing_is_logged_with_its_place(tmp_path: Path, caplog: Any) -> None:
    path = tmp_path / "a.md"
    path.write_text("# raises\n\nGive 10 mg.\n")

    read_and_propose(path, "a.md", progress=nothing, module="tests.ingest.proposers")

    assert "ValueError in proposers.py" in caplog.text


def test_file_that_cannot_be_read_is_refused_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 torn")

    with pytest.raises(Unreadable, match="truncated_file"):
        read_and_propose(path, "a.pdf", progress=nothing)
