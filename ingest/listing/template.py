"""The spreadsheet that people fill in: our header, lists to choose from, a page that explains."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ingest.listing.table import COLUMNS, MOST_ROWS, NEEDED

_WIDTHS = {"title": 48, "issuer": 28, "source_class": 34, "licence_text": 28}
_HEAD = PatternFill("solid", fgColor="0F6F94")


@dataclass(frozen=True)
class Words:
    """In the language of who asks: names of the sheets, of columns, what each is for."""

    sheet: str
    explained: str
    column: str
    meaning: str
    example: str
    names: Mapping[str, str]
    meanings: Mapping[str, str]
    examples: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]


def template(words: Words) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  (a new book has one)
    sheet.title = words.sheet
    _fill(sheet, words)
    _explain(book.create_sheet(words.explained), words)
    _choices(book, sheet, words)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def headed(words: Words, column: str) -> str:
    """The column's name and its stable code, by which it is read back."""
    return f"{words.names[column]} [{column}]"


def _fill(sheet: object, words: Words) -> None:
    for at, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(1, at, headed(words, column))  # type: ignore[attr-defined]
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.comment = Comment(words.meanings[column], "")
        letter = get_column_letter(at)
        dimension = sheet.column_dimensions[letter]  # type: ignore[attr-defined]
        dimension.width = _WIDTHS.get(column, 20)
        # Text throughout, so that no number loses a nought and none becomes a date.
        dimension.number_format = "@"
        for row in range(2, 202):
            sheet.cell(row, at).number_format = "@"  # type: ignore[attr-defined]
    sheet.freeze_panes = "B2"  # type: ignore[attr-defined]


def _explain(sheet: object, words: Words) -> None:
    rows = [(words.column, words.meaning, words.example)]
    rows += [
        (f"{headed(words, each)}{' *' if each in NEEDED else ''}", words.meanings[each],
         words.examples.get(each, ""))
        for each in COLUMNS
    ]  # fmt: skip
    for at, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(at, place, text)  # type: ignore[attr-defined]
            cell.font, cell.alignment = Font(bold=at == 1), Alignment(wrap_text=True)
    for letter, width in (("A", 34), ("B", 70), ("C", 40)):
        sheet.column_dimensions[letter].width = width  # type: ignore[attr-defined]


def _choices(book: Workbook, sheet: object, words: Words) -> None:
    """Lists to choose from stand on a sheet of their own: a list in a rule has 255 characters."""
    hidden = book.create_sheet("choices")
    hidden.sheet_state = "hidden"
    for place, (column, values) in enumerate(words.choices.items(), start=1):
        for at, value in enumerate(values, start=1):
            hidden.cell(at, place, value)
        letter = get_column_letter(place)
        rule = DataValidation(
            type="list", formula1=f"choices!${letter}$1:${letter}${len(values)}", allow_blank=True
        )
        target = get_column_letter(COLUMNS.index(column) + 1)
        rule.add(f"{target}2:{target}{MOST_ROWS + 1}")
        sheet.add_data_validation(rule)  # type: ignore[attr-defined]
