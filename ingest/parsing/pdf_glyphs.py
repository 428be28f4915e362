"""The characters of a PDF page as pdfium finds them, with where they stand and how they look."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from governance import radicals

_BOLD_NAME = re.compile(r"bold|black|heavy|semib|demi(?!tion)|bx(ti)?\d|hei|fzht|黑", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obliq|cmti|sfti|slant", re.IGNORECASE)
_SYMBOL_NAME = re.compile(r"^(?:[A-Z]{6}\+)?symbol", re.IGNORECASE)
_FORCE_BOLD = 0x40000
_ITALIC_FLAG = 0x40
# Text further from a quarter turn than this share of one is slanted.
_LEVEL = 0.1

# Adobe's Symbol encoding, as far as clinical text uses it: Word maps the font into the private
# area, and a "≤" lost there would turn a dose limit into something else.
_SYMBOL = dict(
    zip(
        "abgdezhqiklmnxoprstufcyw" + "ABGDEZHQIKLMNXOPRSTUFCYW",
        "αβγδεζηθικλμνξοπρστυφχψω" + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
        strict=True,
    )
) | {
    "\xa3": "≤", "\xb3": "≥", "\xb1": "±", "\xb4": "×", "\xb8": "÷", "\xb9": "≠", "\xbb": "≈",
    "\xa5": "∞", "\xab": "↔", "\xac": "←", "\xad": "↑", "\xae": "→", "\xaf": "↓", "\xb0": "°",
    "\xb7": "•", "\xd6": "√", "\xd7": "⋅", "\xa2": "′", "\xb2": "″", "\xa7": "♣", "\xe5": "∑",
    "\xc5": "⊕", "\xce": "∈", "\xb5": "∝", "\xba": "≡", "\xde": "⇒", "\xd2": "®", "\xe2": "®",
    "\xd3": "©", "\xe3": "©", "\xd4": "™", "\xe4": "™", "\xf2": "∫", "\xb6": "∂", "\xd1": "∇",
}  # fmt: skip
# Wingdings and its like draw bullets and arrows; these are the ones Word puts before list items.
_DINGBATS = {
    0xF06C: "●", 0xF06E: "■", 0xF06F: "□", 0xF071: "❑", 0xF075: "◆", 0xF076: "❖", 0xF077: "◆",
    0xF09F: "•", 0xF0A7: "▪", 0xF0A8: "◻", 0xF0B7: "•", 0xF0D8: "➢", 0xF0E0: "→", 0xF0FB: "✗",
    0xF0FC: "✓", 0xF0FE: "☑", 0xF0E8: "➔", 0xF06D: "○", 0xF0A1: "○", 0xF0B2: "✧", 0xF046: "☞",
}  # fmt: skip
_INVISIBLE = {0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x9, 0xA, 0xD}
_SPACES = {0x20, 0xA0, 0x9, *range(0x2000, 0x200B), 0x202F, 0x205F}
# Forms of other characters that only a font's table chose: ligatures, radicals, ideographs kept
# for old encodings, letters of formulas ("𝑚𝑔"). Full-width punctuation is not among them.
_FORMS = (
    range(0xFB00, 0xFB07),
    range(0x2E80, 0x2FE0),
    range(0xF900, 0xFB00),
    range(0x1D400, 0x1D800),
)
_PRIVATE = range(0xE000, 0xF900)
_PRIVATE_BYTES = range(0xF020, 0xF100)
_HIGH = range(0xD800, 0xDC00)
_LOW = range(0xDC00, 0xE000)
_REPLACEMENT = 0xFFFD
_FIRST_PRIVATE_PLANE = 0xF0000


class Rect(NamedTuple):
    """A rectangle whose top is smaller than its bottom, in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def joined(self, other: Rect) -> Rect:
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def meets(self, other: Rect) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Frame:
    """A page turned clockwise by quarter turns: from a PDF's own axes to left and top."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        wide, high = self.right - self.left, self.top - self.bottom
        return (high, wide) if self.turns % 2 else (wide, high)

    def place(self, x: float, y: float) -> tuple[float, float]:
        match self.turns:
            case 0:
                return x - self.left, self.top - y
            case 1:
                return y - self.bottom, x - self.left
            case 2:
                return self.right - x, y - self.bottom
            case _:
                return self.top - y, self.right - x

    def back(self, x: float, y: float) -> tuple[float, float]:
        match self.turns:
            case 0:
                return x + self.left, self.top - y
            case 1:
                return y + self.left, x + self.bottom
            case 2:
                return self.right - x, y + self.bottom
            case _:
                return self.right - y, self.top - x

    def rect(self, x0: float, y0: float, x1: float, y1: float) -> Rect:
        (a, b), (c, d) = self.place(x0, y0), self.place(x1, y1)
        return Rect(min(a, c), min(b, d), max(a, c), max(b, d))

    def rect_in(self, other: Frame, rect: Rect) -> Rect:
        """This frame's rectangle, as the same page's other frame has it."""
        return other.rect(*self.back(rect.left, rect.top), *self.back(rect.right, rect.bottom))


class Style(NamedTuple):
    """How a text object looks. `turns` is the quarter turns that set its text upright."""

    size: float
    bold: bool
    italic: bool
    turns: int
    slanted: bool
    symbol: bool


class Glyph(NamedTuple):
    """A character, its box and where its baseline begins, in a PDF's own axes."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    x: float
    y: float
    style: Style


@dataclass
class Glyphs:
    """A page's characters in the file's order, and how many of them have no meaning."""

    found: list[Glyph] = field(default_factory=list)
    meaningless: int = 0

    @property
    def turns(self) -> int:
        """The quarter turns that set most of the page's text upright."""
        counted = Counter(glyph.style.turns for glyph in self.found if not glyph.style.slanted)
        return counted.most_common(1)[0][0] if counted else 0


def glyphs_of(textpage: Any) -> Glyphs:
    """Every character pdfium finds, cleaned; what says nothing is counted, not kept."""
    out = Glyphs()
    seen: dict[int, Style] = {}
    for index, code, hyphen in _codes(textpage):
        style = _style_at(textpage, index, seen)
        text = "-" if hyphen else cleaned(code, style.symbol)
        if text is None:
            out.meaningless += 1
        elif text:
            out.found.append(_glyph(textpage, index, text, style))
    return out


@cache
def cleaned(code: int, symbol: bool = False) -> str | None:
    """What a code point says: "" for what is invisible by design, None for what says nothing."""
    if code in _SPACES:
        return " "
    if code in _INVISIBLE:
        return ""
    if code in _PRIVATE:
        return _private(code, symbol)
    if any(code in forms for forms in _FORMS):
        return unicodedata.normalize("NFKC", radicals.whole(chr(code)))
    return None if _says_nothing(code) else chr(code)


def _private(code: int, symbol: bool) -> str | None:
    if symbol and code in _PRIVATE_BYTES:
        low = chr(code & 0xFF)
        return _SYMBOL.get(low, low if low.isdigit() or low in "()[]{}+-=<>.,/%|" else None)
    return _DINGBATS.get(code)


def _says_nothing(code: int) -> bool:
    return (
        code == _REPLACEMENT
        or code in _HIGH
        or code in _LOW
        or code >= _FIRST_PRIVATE_PLANE
        or unicodedata.category(chr(code)) in ("Cc", "Cn")
    )


def _codes(textpage: Any) -> Iterator[tuple[int, int, bool]]:
    high = 0
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if code in _HIGH:
            high = code
            continue
        if high and code in _LOW:
            code = 0x10000 + ((high - _HIGH.start) << 10) + code - _LOW.start
        high = 0
        hyphen = code in (2, 0xFFFE) and pdfium.FPDFText_IsHyphen(textpage, index) == 1
        yield index, code, hyphen


_rect = pdfium.FS_RECTF()
_matrix = pdfium.FS_MATRIX()
_x, _y = ctypes.c_double(), ctypes.c_double()


def _glyph(textpage: Any, index: int, text: str, style: Style) -> Glyph:
    # The buffers above are shared: pdfium itself is not safe on several threads.
    pdfium.FPDFText_GetLooseCharBox(textpage, index, _rect)
    pdfium.FPDFText_GetCharOrigin(textpage, index, _x, _y)
    left, right, x, y = _rect.left, _rect.right, _x.value, _y.value
    return Glyph(text, left, _rect.bottom, right, _rect.top, x, y, style)


_PLAIN = Style(0.0, False, False, 0, False, False)


def _style_at(textpage: Any, index: int, seen: dict[int, Style]) -> Style:
    owner = pdfium.FPDFText_GetTextObject(textpage, index)
    if not owner:
        return _PLAIN
    key = ctypes.addressof(owner.contents)
    if key not in seen:
        seen[key] = _read_style(textpage, index)
    return seen[key]


def _read_style(textpage: Any, index: int) -> Style:
    pdfium.FPDFText_GetMatrix(textpage, index, _matrix)
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(textpage, index, name, 128, flags)
    font = name.value.decode("utf-8", "replace")
    quarter = math.atan2(_matrix.b, _matrix.a) / (math.pi / 2)
    scale = math.hypot(_matrix.c, _matrix.d) or 1.0
    return Style(
        size=round(pdfium.FPDFText_GetFontSize(textpage, index) * scale, 1),
        bold=bool(_BOLD_NAME.search(font)) or bool(flags.value & _FORCE_BOLD),
        italic=bool(_ITALIC_NAME.search(font)) or bool(flags.value & _ITALIC_FLAG),
        turns=round(quarter) % 4,
        slanted=abs(quarter - round(quarter)) > _LEVEL,
        symbol=bool(_SYMBOL_NAME.search(font)),
    )
