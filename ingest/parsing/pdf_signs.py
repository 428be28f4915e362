"""Signs of which a part is drawn on the page: "≥" set as ">" with a line of its own beneath."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingest.parsing.pdf_glyphs import Frame, Glyph, Rect
from ingest.parsing.pdf_rules import Rules
from ingest.parsing.underlined import WITH_LINE

# How far the line may reach beside the sign, and how short it may be, in widths of the sign.
_BESIDE = 0.4
_SHORTEST = 0.6
# How far above and below the baseline the line may lie, in heights of the type.
_ABOVE = 0.1
_BELOW = 0.35


def with_lines_beneath(glyphs: Iterable[Glyph], rules: Rules, frame: Frame) -> list[Glyph]:
    """The characters, "<" and ">" read together with a line that belongs to them alone.

    A line that runs on under other characters underlines words and says nothing of the sign.
    """
    level = [edge for edge in rules.edges if edge["orientation"] == "h"]
    return [
        glyph._replace(text=WITH_LINE[glyph.text])
        if glyph.text in WITH_LINE and any(_belongs(edge, glyph, frame) for edge in level)
        else glyph
        for glyph in glyphs
    ]


def _belongs(edge: dict[str, Any], glyph: Glyph, frame: Frame) -> bool:
    sign: Rect = frame.rect(glyph.left, glyph.bottom, glyph.right, glyph.top)
    baseline = frame.place(glyph.x, glyph.y)[1]
    wide, high = sign.right - sign.left, glyph.style.size
    return bool(
        edge["x0"] >= sign.left - _BESIDE * wide
        and edge["x1"] <= sign.right + _BESIDE * wide
        and edge["x1"] - edge["x0"] >= _SHORTEST * wide
        and baseline - _ABOVE * high <= edge["top"] <= baseline + _BELOW * high
    )
