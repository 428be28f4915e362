"""Reads a PDF with a text layer: headings, paragraphs and ruled tables, each with its place."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.parsing import left_out
from ingest.parsing.document import Document, Progress, Unreadable
from ingest.parsing.document import Warning as Notice
from ingest.parsing.pdf_blocks import blocks_of
from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_headings import Bookmarks, plain
from ingest.parsing.pdf_page import Page, read_page
from ingest.parsing.pdf_running import drop_running
from ingest.parsing.sniff import PDF

MOST_PAGES = 5_000
# Where the end of a whole file is marked; some programs leave a little behind the mark.
_TAIL = 4_096
# Reading the pages is this share of the work; setting their text to blocks is the rest.
_READING = 0.85
# A page with no more letters than this, mostly covered by a picture, is a picture of text.
_FEWEST_LETTERS = 10
_WHOLE_PAGE = 0.5
_SCRIPT = re.compile(rb"/S\s*/JavaScript\b")


def read(path: Path, progress: Progress) -> Document:
    """The file's blocks, and warnings for all that is on its pages but in no block.

    Raises `Unreadable` with `empty_file`, `truncated_file`, `encrypted_pdf`, `picture_only`
    or `too_many_pages`.
    """
    _refuse_torn(path)
    document = _opened(path)
    try:
        count = _page_count(document)
        pages, warnings = _read_pages(document, count, progress)
        bookmarks = _bookmarks(document)
        warnings += [*_attachments(document), *_scripts(document, path)]
    finally:
        document.close()
    if not any(page.letters for page in pages):
        raise Unreadable("picture_only", pages=count)
    drop_running(pages)
    for page in pages:
        warnings += _left_out(page)
    rest = 1 - _READING
    blocks, doubts = blocks_of(pages, bookmarks, lambda part: progress(_READING + rest * part))
    return Document(PDF, count, blocks, _in_order([*warnings, *doubts]))


def _refuse_torn(path: Path) -> None:
    size = path.stat().st_size
    if not size:
        raise Unreadable("empty_file")
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        if b"%%EOF" not in file.read():
            raise Unreadable("truncated_file")


def _opened(path: Path) -> Any:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unreadable("encrypted_pdf" if locked else "truncated_file") from error


def _page_count(document: Any) -> int:
    count = len(document)
    if not count:
        raise Unreadable("truncated_file")
    if count > MOST_PAGES:
        raise Unreadable("too_many_pages", pages=count, most=MOST_PAGES)
    return count


def _read_pages(document: Any, count: int, progress: Progress) -> tuple[list[Page], list[Notice]]:
    pages: list[Page] = []
    lost: list[Notice] = []
    for index in range(count):
        try:
            pages.append(read_page(document, index))
        except pypdfium2.PdfiumError:
            lost.append(Notice("pages_left_out", index + 1))
        progress(_READING * (index + 1) / count)
    if not pages:
        raise Unreadable("truncated_file", pages=count)
    return pages, lost


def _bookmarks(document: Any) -> Bookmarks:
    found: dict[tuple[int, str], int] = {}
    for mark in document.get_toc():
        target = mark.get_dest()
        index = target.get_index() if target else None
        title = plain(mark.get_title())
        if index is not None and title:
            found.setdefault((index + 1, title), mark.level + 1)
    return found


def _attachments(document: Any) -> list[Notice]:
    count = document.count_attachments()
    names = [_name_of(document, index) for index in range(min(count, left_out.MOST_NAMES))]
    facts = left_out.facts(names, count=count)
    return [Notice("attachments_left_out", None, facts)] if count else []


def _name_of(document: Any, index: int) -> str:
    """An attachment's name; empty for one that is too broken to have any."""
    try:
        return str(document.get_attachment(index).get_name())
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""


def _scripts(document: Any, path: Path) -> list[Notice]:
    """Programs within the file, which nobody runs here: those of the document, counted by the
    library, and those that an action holds in plain sight."""
    count = max(0, pdfium.FPDFDoc_GetJavaScriptActionCount(document.raw))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        seen = sum(1 for _ in _SCRIPT.finditer(data))
    count = max(count, seen)
    return [Notice("script_left_out", None, {"count": count})] if count else []


def _left_out(page: Page) -> Iterator[Notice]:
    if page.letters <= _FEWEST_LETTERS and _covered(page) >= _WHOLE_PAGE:
        yield Notice("page_without_text", page.number)
    elif figures := _figures(page):
        yield Notice("figure_left_out", page.number, {"count": len(figures)})
    if page.meaningless:
        percent = round(100 * page.meaningless / (page.meaningless + page.letters))
        facts = {"characters": page.meaningless, "percent": percent}
        yield Notice("page_garbled", page.number, facts)
    if page.annotations:
        yield Notice("annotations_left_out", page.number, {"count": page.annotations})
    if page.widgets:
        yield Notice("form_fields_left_out", page.number, {"count": page.widgets})


def _figures(page: Page) -> list[Rect]:
    """Pictures but for a scanned page's own, under the text a program recognised on it."""
    wide, high = page.size
    return [
        rect
        for rect in page.pictures
        if rect.area < 0.8 * wide * high or page.letters <= _FEWEST_LETTERS
    ]


def _covered(page: Page) -> float:
    wide, high = page.size
    return max((rect.area for rect in page.pictures), default=0.0) / max(1.0, wide * high)


def _in_order(warnings: Sequence[Notice]) -> tuple[Notice, ...]:
    return tuple(sorted(warnings, key=lambda warning: (warning.page or 0, warning.code)))
