"""Raised and lowered characters as Unicode has them, so that 10⁹ never reads as 109."""

from __future__ import annotations

import re

_RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyz",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
)
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_PLAIN = re.compile(r"[\d+\-−–=(),;\[\]*\sa-pr-z]*")
_MINUS = re.compile(r"^–(?=\d)")


def raised(text: str) -> str:
    """Text set as superscript. What Unicode cannot raise keeps its letters, after a caret
    where digits are among them."""
    return _shifted(text, _RAISED, "^")


def lowered(text: str) -> str:
    """Text set as subscript; likewise, after a low line."""
    return _shifted(text, _LOWERED, "_")


def _shifted(text: str, table: dict[int, int], mark: str) -> str:
    text = _MINUS.sub("−", text)
    if _PLAIN.fullmatch(text):
        return text.translate(table)
    if re.search(r"\d", text):
        return f"{mark}({text})"
    return text
