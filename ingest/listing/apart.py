"""Reads a list in a process apart, like any file of strangers."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest import parsing, wire
from ingest.listing import delimited
from ingest.listing.table import (
    CELL_PROBLEMS,
    COLUMNS,
    LONGEST_CELL,
    MOST_ROWS,
    PROBLEMS,
    Flaw,
    NotAList,
    Row,
)
from ingest.parsing.document import Progress, Unreadable
from ingest.parsing.encoding import decode
from ingest.sandbox import Limits, work_apart

LIMITS = Limits(memory=2**30, cpu_seconds=60, seconds=90, answer=64 * 2**20)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a new Office makes of a file with a password: an old container with this stream in it.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_RIS = re.compile(r"\s*(?:\d+\.\s*)?TY  ?- ?\w+")
_BIBTEX = re.compile(r"(?:^|\n)\s*@[A-Za-z]+\s*[{(]")
_OTHER = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"<?xml", b"<html", b"<!DOCTYPE")


@dataclass(frozen=True)
class Form:
    """What a child may answer: rows with these columns, and no more and no longer than this."""

    columns: Collection[str]
    most_rows: int
    longest_cell: int

    def understood(self, told: Any) -> list[Row] | NotAList:
        """Raises `Nonsense`."""
        if "problem" in told:
            return problem_from_json(told)
        rows = told.get("rows")
        if not isinstance(rows, list) or len(rows) > self.most_rows:
            raise wire.Nonsense("no rows")
        return [self.row(row) for row in rows]

    def row(self, told: Any) -> Row:
        """Raises `Nonsense`."""
        try:
            number, cells = told["number"], told["cells"]
            flaws = tuple(Flaw(**flaw) for flaw in told["flaws"])
            cells = {name: self._cell(name, value) for name, value in cells.items()}
        except (TypeError, KeyError, AttributeError) as error:
            raise wire.Nonsense("no row") from error
        known = all(each.column in self.columns and each.code in CELL_PROBLEMS for each in flaws)
        if type(number) is not int or number < 1 or not known:
            raise wire.Nonsense("no row")
        return Row(number, cells, flaws)

    def _cell(self, name: Any, value: Any) -> str:
        is_text = isinstance(value, str) and len(value) <= self.longest_cell
        if name not in self.columns or not is_text:
            raise wire.Nonsense("no cell")
        return parsing.NOT_STORABLE.sub("\ufffd", value)


SOURCES = Form(COLUMNS, MOST_ROWS, LONGEST_CELL)


def read_list(path: Path, filename: str) -> list[Row]:
    """Raises `NotAList`, and `Unreadable` where the process that reads gave up."""
    return rows_apart("ingest.listing.apart", path, filename, SOURCES)


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """In the child."""
    return rows_told(lambda: _read(path))


def rows_apart(module: str, path: Path, filename: str, form: Form) -> list[Row]:
    """What the module's `answer` makes of the file in a process apart, if it has this form.

    Raises `NotAList`, and `Unreadable` where that process gave up.
    """
    answer = work_apart(module, path, filename, form.understood, limits=LIMITS, progress=_unheard)
    if isinstance(answer, NotAList):
        raise answer
    return answer


def rows_told(read: Callable[[], list[Row]]) -> dict[str, Any]:
    """The rows, or why there are none, as the child sends them."""
    try:
        return {"rows": [asdict(row) for row in read()]}
    except NotAList as reason:
        return {"problem": reason.code, "facts": reason.facts}


def _read(path: Path) -> list[Row]:
    data = path.read_bytes()
    if is_spreadsheet(data):
        from ingest.listing import spreadsheet

        return spreadsheet.read(path)
    return _of_text(text_of(data, decode))


def is_spreadsheet(data: bytes) -> bool:
    """Raises `NotAList` for what is neither that nor text."""
    if data.startswith(_OLE):
        raise NotAList("encrypted_list" if _ENCRYPTED in data else "old_spreadsheet")
    if data.startswith(_ZIP):
        return True
    if data.lstrip()[:10].startswith(_OTHER):
        raise NotAList("not_a_list")
    # In UTF-16, which Excel calls Unicode text, every other byte is one; elsewhere none is.
    if b"\0" in data and not data.startswith(_UTF_16):
        raise NotAList("zero_bytes")
    return False


def text_of(data: bytes, decoding: Callable[[bytes], str]) -> str:
    """Raises `NotAList`."""
    try:
        return decoding(data).lstrip("\ufeff")
    except Unreadable as error:
        raise NotAList("wrong_encoding") from error


def _of_text(text: str) -> list[Row]:
    from ingest.listing import references

    if not text.strip():
        raise NotAList("no_rows")
    if _RIS.match(text):
        return references.read_ris(text)
    if _BIBTEX.search(text[:20_000]):
        return references.read_bibtex(text)
    return delimited.read(text)


def problem_from_json(told: Any) -> NotAList:
    """Raises `Nonsense`."""
    if told["problem"] not in PROBLEMS or not isinstance(told.get("facts"), dict):
        raise wire.Nonsense("no problem on the list")
    facts = {str(name): str(value)[:80] for name, value in told["facts"].items()}
    return NotAList(told["problem"], **facts)


def _unheard(share: float) -> None:
    """A list is read before anybody could look."""
