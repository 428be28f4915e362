"""The table of how real files come out: one line a file, and a bug that it must catch."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sandbox import DEFAULT
from tests.prove import Proof
from tests.prove.files import LIMITS, prove

pytestmark = pytest.mark.slow


def told(folder: Path, printed: pytest.CaptureFixture[str]) -> list[str]:
    prove(folder, Proof("files"), names=[], limits=DEFAULT)
    return printed.readouterr().out.splitlines()


def test_file_has_a_line_with_what_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text("# Dose\n\n10 mg\n\n|a|b|\n|-|-|\n|c|d|\n")

    lines = told(tmp_path, capsys)

    assert lines[2].startswith("| a.md | Markdown | – | 1 | 2 | 1 | ")


def test_refused_file_has_a_line_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 torn")

    lines = told(tmp_path, capsys)

    assert lines[2].endswith("| **truncated_file** |")


def test_reader_without_time_is_caught(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Dose\n\n10 mg\n")
    proof = Proof("files")

    prove(tmp_path, proof, names=[], limits=LIMITS["hurried"])

    assert proof.failures == ["a.md: took_too_long"]
