"""Lines joined to paragraphs, over columns and over pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_layout import Flow, Line
from ingest.parsing.pdf_text import BULLET, CAPTION, NUMBERED, ends_sentence, is_marked, is_wide

_SIZE_STEP = 0.08
_PITCH_STEP = 1.25
# Without a second line to compare with, lines further apart than this many sizes are apart.
_OPEN_PITCH = 2.4
_NEAR = 6
_WIDEST_LETTER = 0.7
_MUCH_ROOM = 0.25
# Two centred lines of ordinary size are two headings where the first left this share free.
_CENTRED_ROOM = 0.4
_TITLE_SIZE = 13.0
_DECIMAL = re.compile(r"^\d{1,2}(?:\s*[.．]\s*\d{1,2})+\s*[^\d\s.%]")
# A quantity has one point; what has two numbers a section.
_DEEP = re.compile(
    r"^\d{1,2}(?:\s?[.．]\s?\d{1,2}){2,4}(?!\d)\s*[.．]?\s*(?=[^\s\d%.．,，;；:：)）\]])"
)
# What stands before its rest: "> 1" before "month", a comma, an open bracket.
_LEAVES_OPEN = re.compile(r"[，、(（]$|[<>≤≥＜＞=±×~～]\s*[\d.]*$")
# A Latin word behind such a mark is not broken, though the mark itself is Chinese.
_OPENING = "（［【《「“‘"
_NEVER_FIRST = "，。、；：？！）】》”’〕」』％%,.;:)!?]"


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; `places` says where they stand, page by page, and `firsts`
    which line is the first in each of the places."""

    lines: list[Line]
    places: list[tuple[int, Rect]]
    flow: Rect
    firsts: list[int] = field(default_factory=lambda: [0])

    @property
    def size(self) -> float:
        return max(self.lines, key=lambda line: line.letters).size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    @property
    def italic(self) -> bool:
        return all(line.italic for line in self.lines)

    @property
    def letters(self) -> int:
        return sum(line.letters for line in self.lines)

    def take_on(self, rest: Paragraph) -> None:
        """Go on with what stands in another column or on another page."""
        self.firsts += [len(self.lines) + first for first in rest.firsts]
        self.lines += rest.lines
        self.places += rest.places


@dataclass(slots=True)
class _Around:
    """A line with what stands before and after it in its flow."""

    before: Line
    line: Line
    after: Line | None
    right: float
    wide: float
    paragraph: list[Line] = field(default_factory=list)

    @property
    def em(self) -> float:
        return max(self.line.size, 1.0)

    @property
    def room(self) -> float:
        return self.right - self.before.rect.right

    @property
    def has_room(self) -> bool:
        """The line's first word would have stood on the line before: so it begins something."""
        first = self.line.text[0]
        if first in _NEVER_FIRST:
            return False
        inside = self.line.text.lstrip(_OPENING)[:1]
        broken = is_wide(first) and (is_wide(inside) or not inside.isalpha())
        word = 2.5 if broken else _width_of_first_word(self.line) / self.em + 1.0
        # A formula or an address that cannot be broken leaves room too, so a line that ends no
        # sentence must leave much, unless it is bold and what follows is not.
        titled = self.before.bold and not self.line.bold
        ended = titled or ends_sentence(self.before.text)
        if not ended and _LEAVES_OPEN.search(self.before.text):
            return False
        return self.room > max(word * self.em, 0.0 if ended else _MUCH_ROOM * self.wide)


def paragraphs_of(flow: Flow, page: int) -> list[Paragraph]:
    """The paragraphs of one column of one page."""
    groups: list[list[Line]] = []
    for number, line in enumerate(flow.lines):
        after = flow.lines[number + 1] if number + 1 < len(flow.lines) else None
        if groups:
            right, wide = _right_edge(flow, number), flow.rect.right - flow.rect.left
            around = _Around(flow.lines[number - 1], line, after, right, wide, groups[-1])
            if not _begins(around):
                groups[-1].append(line)
                continue
        groups.append([line])
    return [Paragraph(lines, [(page, _rect_of(lines))], Rect(*flow.rect)) for lines in groups]


def go_on(before: Paragraph, paragraph: Paragraph) -> bool:
    """Whether a column's or page's first paragraph is the rest of the last one's."""
    last, first = before.lines[-1], paragraph.lines[0]
    if not _same_look(last, first):
        return False
    if last.text.rfind("(") > last.text.rfind(")"):  # a date range's "–" is no bullet
        return True
    if is_marked(first.text) or _is_numbered(first):
        return False
    if ends_sentence(last.text):
        return False
    indented = len(paragraph.lines) > 1 and (
        first.rect.left > paragraph.lines[1].rect.left + 0.9 * first.size
    )
    return not indented and not _fell_short(before, first)


def _fell_short(before: Paragraph, first: Line) -> bool:
    last = before.lines[-1]
    right = max(line.rect.right for line in before.lines)
    right = max(right, before.flow.right)
    wide = before.flow.right - before.flow.left
    return _Around(last, first, None, right, wide).has_room and not first.text[0].islower()


def _rect_of(lines: Sequence[Line]) -> Rect:
    rect = lines[0].rect
    for line in lines[1:]:
        rect = rect.joined(line.rect)
    return rect


def _width_of_first_word(line: Line) -> float:
    word = line.text.split(" ", 1)[0]
    letter = (line.rect.right - line.rect.left) / max(1, len(line.text))
    return len(word) * min(letter, _WIDEST_LETTER * line.size)


def _right_edge(flow: Flow, number: int) -> float:
    """How far lines like this one reach around here; a list in a box ends before the page does."""
    size = flow.lines[number].size
    near = flow.lines[max(0, number - _NEAR) : number + _NEAR]
    reach = max(
        (line.rect.right for line in near if abs(line.size - size) <= 1),
        default=flow.rect.right,
    )
    wide = flow.rect.right - flow.rect.left
    return reach if reach > flow.rect.left + 0.7 * wide else flow.rect.right


def _begins(around: _Around) -> bool:
    before, line = around.before, around.line
    if _is_set_off(around) or _is_item(around):
        return True
    if _is_centred_pair(before, line, around):
        return line.size < _TITLE_SIZE and around.room > 0.5 * _CENTRED_ROOM * around.wide
    return around.has_room or _is_shifted(around)


def _is_set_off(around: _Around) -> bool:
    before, line = around.before, around.line
    if not _same_size(before, line) or line.baseline <= before.baseline or _is_apart(around):
        return True
    return before.is_spread and (line.is_spread or around.has_room)


def _is_item(around: _Around) -> bool:
    before, text = around.before.text, around.line.text
    if BULLET.match(text) or (around.line.size >= _TITLE_SIZE and _DECIMAL.match(text)):
        return True
    begins = NUMBERED.match(text) or CAPTION.match(text) or _DEEP.match(text)
    return bool(begins) and (around.has_room or ends_sentence(before))


def _is_numbered(line: Line) -> bool:
    large = line.size >= _TITLE_SIZE and _DECIMAL.match(line.text)
    return bool(large or _DEEP.match(line.text))


def _is_apart(around: _Around) -> bool:
    step = around.line.baseline - around.before.baseline
    if len(around.paragraph) > 1:
        usual = around.paragraph[-1].baseline - around.paragraph[-2].baseline
    elif around.after and _same_size(around.line, around.after):
        usual = around.after.baseline - around.line.baseline
    else:
        usual = 0.0
    if usual > 0.8 * around.em:
        return step > _PITCH_STEP * usual + 0.5
    return step > _OPEN_PITCH * around.em


def _is_shifted(around: _Around) -> bool:
    """An indent or its end, where it is a new paragraph's and not the rest of the same one."""
    before, left, step = around.before, around.line.rect.left, 0.9 * around.em
    if len(around.paragraph) > 1:
        return abs(left - around.paragraph[1].rect.left) > step
    if left - before.rect.left <= step or is_marked(before.text):
        return False
    if before.bold != around.line.bold:
        return True
    # One line, then an indent: a hanging one when the lines after it keep it, or when the
    # line's sentence is not over.
    kept = around.after is not None and around.after.rect.left >= left - step
    return ends_sentence(before.text) and not kept


def _is_centred_pair(before: Line, line: Line, around: _Around) -> bool:
    # All that stands before must be centred too: two lines of a hanging list may look so by chance.
    sums = [each.rect.left + each.rect.right for each in (*around.paragraph, line)]
    level = abs(before.rect.left - line.rect.left) > around.em
    return level and max(sums) - min(sums) < 0.6 * around.em and before.bold == line.bold


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= max(0.8, _SIZE_STEP * max(one.size, other.size))


def _same_look(one: Line, other: Line) -> bool:
    return _same_size(one, other) and one.bold == other.bold
