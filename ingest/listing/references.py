"""RIS and BibTeX, as reference managers write them: works of literature and books."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.model import Entry, ImplicitComment
from rispy.parser import ParseError

from ingest.listing.table import LONGEST_CELL, Flaw, NotAList, Row, checked, tidy

_BOOKS = frozenset({"BOOK", "EBOOK", "EDBOOK", "CHAP", "book", "inbook", "incollection"})
_GUIDES = re.compile(r"指南|guideline", re.IGNORECASE)
_CONSENSUS = re.compile(r"共识|consensus", re.IGNORECASE)
_ISSN, _ISBN = (
    re.compile(r"\d{4}-?\d{3}[\dXx]"),
    re.compile(r"(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx]"),
)
_HAN = re.compile("[\u4e00-\u9fff]")
_BEGINS, _ENDS = re.compile("TY  ?-"), re.compile("ER  ?-")
# What its writer meant for an entry, and BibTeX takes for words between two of them.
_LIKE_AN_ENTRY = re.compile(r"^\s*@?[A-Za-z]+\s*[{(]|^\s*@", re.MULTILINE)
_MARKS = re.compile(r"[{}]|\\(?=[&%_#$])")


def read_ris(text: str) -> list[Row]:
    """Raises `NotAList`. A record without its end is a flaw of that record alone."""
    records = enumerate(_records(text), start=1)
    return checked(_of_record(number, record) for number, record in records)


def read_bibtex(text: str) -> list[Row]:
    """Raises `NotAList`. An entry that cannot be read is a flaw of that entry alone."""
    library = parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    return checked(_of_library(library))


def _records(text: str) -> Iterator[str]:
    """What begins with a type, up to its end, or without one up to the next that begins."""
    lines: list[str] = []
    for line in text.splitlines():
        if _BEGINS.match(line) and lines:
            yield "\n".join(lines)
            lines = []
        if _BEGINS.match(line) or lines:
            lines.append(line)
        if _ENDS.match(line) and lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _of_record(number: int, record: str) -> Row:
    try:
        entries = rispy.loads(record, skip_unknown_tags=True)
    except (ParseError, OSError, ValueError, KeyError, IndexError) as error:
        raise NotAList("broken_list") from error
    if len(entries) == 1 and _ENDS.match(record.splitlines()[-1]):
        return _of_ris(number, entries[0])
    return _broken(number, record)


def _broken(number: int, told: str) -> Row:
    return Row(number, {"title": tidy(told[:80])}, (Flaw("title", "broken_entry"),))


def _of_ris(number: int, entry: Mapping[str, Any]) -> Row:
    title = _first(entry, "title", "primary_title", "translated_title")
    journal = _first(
        entry, "secondary_title", "journal_name", "alternate_title3", "alternate_title1"
    )
    kind = _first(entry, "type_of_reference")
    return _row(
        number,
        {
            "title": title,
            "issuer": _first(entry, "publisher")
            if kind in _BOOKS
            else journal or _first(entry, "publisher"),
            "doi": _first(entry, "doi"),
            "pmid": _pmid(_first(entry, "accession_number")),
            "number": _first(entry, "issn"),
            "language": _first(entry, "language"),
        },
        is_book=kind in _BOOKS,
    )


def _of_library(library: Any) -> Iterator[Row]:
    for number, block in enumerate(library.blocks, start=1):
        if block in library.failed_blocks:
            yield _broken(number, block.raw or "")
        elif isinstance(block, ImplicitComment) and _LIKE_AN_ENTRY.search(block.comment):
            yield _broken(number, block.comment)
        elif isinstance(block, Entry):
            yield _of_bibtex(number, block)


def _of_bibtex(number: int, entry: Any) -> Row:
    told = {field.key.lower(): _MARKS.sub("", str(field.value)) for field in entry.fields}
    is_book = entry.entry_type.lower() in _BOOKS
    by = (
        ("publisher", "journal")
        if is_book
        else ("journal", "journaltitle", "publisher", "institution")
    )
    return _row(
        number,
        {
            "title": told.get("title", ""),
            "issuer": next((told[name] for name in by if told.get(name)), ""),
            "doi": told.get("doi", ""),
            "pmid": _pmid(told.get("pmid", "")),
            "number": told.get("isbn") or told.get("issn") or "",
            "language": told.get("langid") or told.get("language") or "",
        },
        is_book=is_book,
    )


def _row(number: int, told: Mapping[str, str], *, is_book: bool) -> Row:
    title = tidy(told["title"])
    cells = {
        "title": title,
        "issuer": tidy(told["issuer"]),
        "source_class": _class(title, is_book=is_book),
        "language": _language(told["language"], title),
        "doi": tidy(told["doi"]),
        "pmid": told["pmid"],
        **_serial(told["number"]),
    }
    flaws = [Flaw(name, "too_long") for name, cell in cells.items() if len(cell) > LONGEST_CELL]
    return Row(number, {n: cell[:LONGEST_CELL] for n, cell in cells.items()}, tuple(flaws))


def _class(title: str, *, is_book: bool) -> str:
    if is_book:
        return "monograph"
    if _CONSENSUS.search(title):
        return "expert_consensus"
    return "clinical_guideline" if _GUIDES.search(title) else "literature"


def _language(told: str, title: str) -> str:
    code = told.strip().lower()[:3]
    if code in {"zh", "chi", "zho", "中文", "zh-"} or _HAN.search(title):
        return "zh"
    return "en" if code in {"", "en", "eng", "en-"} else code


def _serial(told: str) -> dict[str, str]:
    """An ISBN or an ISSN, which share one field in both formats."""
    if found := _ISBN.search(told):
        return {"isbn": found[0].strip()}
    return {"issn": found[0]} if (found := _ISSN.search(told)) else {}


def _pmid(told: str) -> str:
    return told.strip() if re.fullmatch(r"[1-9]\d{0,7}", told.strip()) else ""


def _first(entry: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = entry.get(name)
        if isinstance(value, list):
            value = next(iter(value), "")
        if value:
            return str(value)
    return ""
