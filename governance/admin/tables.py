"""Passages as HTML: text as it stands, tables in pipe form as tables. Everything is escaped."""

from __future__ import annotations

import re
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(\s*:?-{3,}:?\s*\|)+\s*$")


def shown(text: str) -> SafeString:
    """Runs of lines that begin with a bar become tables; the others stay text."""
    lines = text.split("\n")
    parts = [
        _table(list(run)) if is_table else _text(list(run))
        for is_table, run in groupby(lines, key=_is_row)
    ]
    return mark_safe("".join(parts))  # noqa: S308  (each part is escaped)


def _is_row(line: str) -> bool:
    line = line.strip()
    return len(line) > 1 and line.startswith("|") and line.endswith("|")


def _text(lines: list[str]) -> SafeString:
    text = "\n".join(lines).strip("\n")
    return format_html('<div class="kb-text">{}</div>', text) if text.strip() else SafeString("")


def _table(lines: list[str]) -> SafeString:
    """Rows above the rule are its header; without a rule it has none."""
    lines = [line.strip() for line in lines]
    rule = next((at for at, line in enumerate(lines) if _RULE.match(line)), None)
    head = lines[:rule] if rule is not None else []
    body = lines[rule + 1 :] if rule is not None else lines
    return format_html(
        '<div class="kb-scroll"><table class="kb-grid"><thead>{}</thead><tbody>{}</tbody>'
        "</table></div>",
        _rows(head, "th"),
        _rows(body, "td"),
    )


def _rows(lines: list[str], tag: str) -> SafeString:
    return format_html_join("", "<tr>{}</tr>", ((_cells(line, tag),) for line in lines))


def _cells(line: str, tag: str) -> SafeString:
    cells = (cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1])
    opening, closing = mark_safe(f"<{tag}>"), mark_safe(f"</{tag}>")  # noqa: S308
    return format_html_join("", "{}{}{}", ((opening, cell, closing) for cell in cells))
