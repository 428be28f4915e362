"""Passages as HTML: text as it stands, tables in pipe form as tables. Everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import groupby

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# How words become HTML: escaped, and perhaps marked.
Said = Callable[[str], SafeString]
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(\s*:?-{3,}:?\s*\|)+\s*$")


def shown(text: str, said: Said = escape) -> SafeString:
    """Runs of lines that begin with a bar become tables; the others stay text."""
    lines = text.split("\n")
    parts = [
        _table(list(run), said) if is_table else _text(list(run), said)
        for is_table, run in groupby(lines, key=is_row)
    ]
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped)


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
