"""Passages as HTML: text as it stands, tables in pipe form as tables. Everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby, takewhile

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from governance.naming import Names, Piece

# How words become HTML: escaped, and perhaps marked.
Said = Callable[[str], SafeString]
_CELL = re.compile(r"(?<!\\)\|")
# Signs that stand for a name's beginning and end until the text is HTML.
_BEGINS, _ENDS = "\x02", "\x03"
# What of a cell or a line can be marked: neither its bars nor the rule under a head.
_WORDS = re.compile(r"[^|\n]*[^|\n\s:-][^|\n]*")
OPENING = 120
OPENING_ROWS = 3
_RULE = re.compile(r"\|(\s*:?-{3,}:?\s*\|)+\s*$")


def shown(text: str, said: Said = escape) -> SafeString:
    """Runs of lines that begin with a bar become tables; the others stay text."""
    lines = text.split("\n")
    parts = [
        _table(list(run), said) if is_table else _text(list(run), said)
        for is_table, run in groupby(lines, key=is_row)
    ]
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped)


def shown_with(text: str, start: int, end: int) -> SafeString:
    """All of it, with what stands between two places marked, cell by cell."""
    signed = _WORDS.sub(lambda part: f"{_BEGINS}{part[0]}{_ENDS}", text[start:end])
    return shown(text[:start] + signed + text[end:], _with_marks)


def excerpt(names: Names, text: str, pieces: Sequence[Piece]) -> SafeString:
    """The pieces with the names in them marked, or the text's beginning where there are none.

    Out of a table its whole row, under its head: half a row may say the contrary.
    """
    return _row(names, text) or _with_marks("".join(map(_signed, pieces))) or opening(text)


def opening(text: str) -> SafeString:
    """How a text begins; where that is a table or what stands over one, its first rows."""
    lines = text.strip().split("\n")
    above = list(takewhile(lambda line: not is_row(line), lines))
    rows = list(takewhile(is_row, lines[len(above) :]))[:OPENING_ROWS]
    over = "\n".join(above).strip()
    if not rows or len(over) > OPENING:
        return escape(Truncator(over).chars(OPENING))
    return shown("\n".join([over, *rows]))


def is_rule(line: str) -> bool:
    return bool(_RULE.match(line.strip()))


def cells_of(line: str) -> list[str]:
    """What stands between the bars; a line that is no row is one cell."""
    line = line.strip()
    if not is_row(line):
        return [line]
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]


def is_row(line: str) -> bool:
    line = line.strip()
    return len(line) > 1 and line.startswith("|") and line.endswith("|")


def _row(names: Names, text: str) -> SafeString | None:
    """The row in which the first of them stands, if it is one."""
    spans = names.spans(text)
    begin = text.rfind("\n", 0, spans[0][0]) + 1 if spans else 0
    line = text[begin:].partition("\n")[0]
    if not spans or not is_row(line):
        return None
    inside = [(start - begin, end - begin) for start, end in spans if start < begin + len(line)]
    head = head_over(text[:begin].split("\n")[:-1])
    return shown("\n".join([*head, _signed_at(line, inside)]), _with_marks)


def head_over(above: list[str]) -> list[str]:
    """The head of the table that the lines above a row belong to, with its rule; if it has one."""
    run = list(takewhile(is_row, reversed(above)))[::-1]
    rule = next((at for at, line in enumerate(run) if is_rule(line)), None)
    return run[: rule + 1] if rule is not None else []


def _signed_at(line: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        line = line[:start] + _signed(Piece(line[start:end], is_name=True)) + line[end:]
    return line


def _signed(piece: Piece) -> str:
    """A name that goes from cell to cell is marked in each."""
    if not piece.is_name:
        return piece.text
    parts = piece.text.split("|")
    return "|".join(f"{_BEGINS}{part}{_ENDS}" if part.strip() else part for part in parts)


def _with_marks(text: str) -> SafeString:
    marked = escape(text).replace(_BEGINS, "<mark>").replace(_ENDS, "</mark>")
    return mark_safe(marked)  # noqa: S308  (escaped above)


def _text(lines: list[str], said: Said) -> SafeString:
    text = "\n".join(lines).strip("\n")
    if not text.strip():
        return SafeString("")
    return format_html('<div class="kb-text">{}</div>', said(text))


def _table(lines: list[str], said: Said) -> SafeString:
    """Rows above the rule are its header; without a rule it has none."""
    lines = [line.strip() for line in lines]
    rule = next((at for at, line in enumerate(lines) if _RULE.match(line)), None)
    head = lines[:rule] if rule is not None else []
    body = lines[rule + 1 :] if rule is not None else lines
    return format_html(
        '<div class="kb-scroll"><table class="kb-grid"><thead>{}</thead><tbody>{}</tbody>'
        "</table></div>",
        _rows(head, partial(_cells, tag="th", said=said)),
        _rows(body, partial(_cells, tag="td", said=said)),
    )


def _rows(lines: list[str], cells: Said) -> SafeString:
    return format_html_join("", "<tr>{}</tr>", ((cells(line),) for line in lines))


def _cells(line: str, *, tag: str, said: Said) -> SafeString:
    opening, closing = mark_safe(f"<{tag}>"), mark_safe(f"</{tag}>")  # noqa: S308
    cells = ((opening, said(cell), closing) for cell in cells_of(line))
    return format_html_join("", "{}{}{}", cells)
