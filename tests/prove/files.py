"""How each file in KB_TEST_DATA comes out of the product's own reading: a table in Markdown.

One file after the other goes the way of an upload, in a process apart and within its limits. A
refusal with its reason is fair; a reader that crashes or cannot do it within them is not.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.parsing import sniff
from ingest.parsing.document import Document, Unreadable
from ingest.sandbox import DEFAULT, Limits, read_apart
from ingest.splitting import Parsed
from tests.prove import Proof, arguments, say
from tests.prove.__main__ import SKIPPED

# The planted bug gives a reader no time.
LIMITS = {"": DEFAULT, "hurried": Limits(seconds=0.001)}
OUR_FAULT = frozenset({"reader_crashed", "took_too_long", "needs_too_much_memory"})
# What says where the files come from is none of them.
NOTICE = "NOTICE.md"
FORMATS = {
    sniff.PDF: "PDF",
    sniff.DOCX: "DOCX",
    sniff.JATS: "JATS",
    sniff.SPL: "SPL",
    sniff.HTML: "HTML",
    sniff.EPUB: "EPUB",
    sniff.MARKDOWN: "Markdown",
    sniff.TEXT: "text",
}
COLUMNS = ("file", "format", "pages", "sections", "passages", "tables", "seconds", "warnings")
NONE = "–"


@dataclass(frozen=True)
class Row:
    """How one file came out. Of a refused one the format is the end of its name."""

    file: str
    format: str
    seconds: float
    counts: tuple[int | None, ...] = (None,) * 4
    warnings: str = ""
    refusal: str = ""

    def line(self) -> str:
        counts = [NONE if count is None else str(count) for count in self.counts]
        told = f"**{self.refusal}**" if self.refusal else self.warnings
        return _line(self.file, self.format, *counts, f"{self.seconds:.1f}", told)


def main(given: list[str]) -> int:
    parser = arguments(__doc__, "hurried")
    parser.add_argument("--folder", type=Path, default=os.environ.get("KB_TEST_DATA"))
    parser.add_argument("names", nargs="*", help="only files with one of these in their names")
    asked = parser.parse_args(given)
    if asked.folder is None:
        say("KB_TEST_DATA names no folder of real files.")
        return SKIPPED
    proof = Proof("files")
    prove(asked.folder, proof, names=asked.names, limits=LIMITS[asked.plant or ""])
    return proof.verdict()


def prove(folder: Path, proof: Proof, *, names: list[str], limits: Limits) -> None:
    """Print a line for each file as it is read, in the order of their names; then the sums."""
    say(_line(*COLUMNS))
    say(_line("---", "---", *["---:"] * 5, "---"))
    rows = []
    for path in _files(folder, names):
        row = _read(path, str(path.relative_to(folder)), limits)
        say(row.line())
        rows.append(row)
    for row in rows:
        proof.check(row.refusal not in OUR_FAULT, f"{row.file}: {row.refusal}")
    _say_sums(rows)


def _files(folder: Path, names: list[str]) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != NOTICE)
    return sorted(p for p in found if not names or any(name in str(p) for name in names))


def _read(path: Path, name: str, limits: Limits) -> Row:
    began = time.monotonic()
    try:
        read = read_apart(path, path.name, limits=limits, progress=lambda share: None)
    except Unreadable as reason:
        kind = path.suffix.removeprefix(".").upper()
        return Row(name, kind, time.monotonic() - began, refusal=reason.code)
    return _came_out(name, time.monotonic() - began, *read)


def _came_out(name: str, seconds: float, document: Document, parsed: Parsed) -> Row:
    tables = sum(block.kind == "table" for block in document.blocks)
    counts = (document.pages, len(parsed.sections), len(parsed.passages), tables)
    return Row(name, FORMATS[document.media_type], seconds, counts, _warnings(document))


def _warnings(document: Document) -> str:
    """Each code, and how often it was said."""
    codes = Counter(warning.code for warning in document.warnings)
    return ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))


def _say_sums(rows: list[Row]) -> None:
    """By format: files, passages, seconds, and how many were refused."""
    say("")
    say(_line("format", "files", "passages", "seconds", "refused"))
    say(_line("---", *["---:"] * 4))
    for kind in sorted({row.format for row in rows}):
        say(_line(kind, *_sums([row for row in rows if row.format == kind])))
    say(_line("all", *_sums(rows)))
    say("")


def _sums(rows: list[Row]) -> Iterator[str]:
    yield str(len(rows))
    yield str(sum(row.counts[2] or 0 for row in rows))
    yield f"{sum(row.seconds for row in rows):.1f}"
    yield str(sum(bool(row.refusal) for row in rows))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
