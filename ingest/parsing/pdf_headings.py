"""Which paragraphs are headings, and how deep: by size, weight, numbers and bookmarks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import NamedTuple

from ingest.parsing.headings import rank
from ingest.parsing.pdf_paragraphs import Paragraph
from ingest.parsing.pdf_text import BULLET, is_wide

_LARGER = 1.12
_LONGEST = 200
_LONGEST_BOLD = 180
# What is longer is cut to be a section's title, at a clause after the first of these letters.
_LONGEST_TITLE = 120
_SHORTEST_TITLE = 40
_LONGEST_NUMBERED = 40
_MOST_LINES = 5
# A look that sets more of the text than this is how the text is set, not its headings.
_COMMON = 0.25
_DEEPEST = 6
_STOPS = tuple("。；;，,、：:．")
_ENDS_SENTENCE = re.compile(r"[.!][\"”’)\]]?$|\)[.]$")

# Recommendations are numbered "R.1.2" and "A1.2" too.
_LETTER = re.compile(r"^[A-Z]\s?[.．]?\s?(?=\d)")
_NUMBER = re.compile(r"(?:[A-Z]\s?[.．]?\s?)?\d{1,2}(?:\s*[.．]\s*\d{1,2})*[.．、]?\s*")
_LOOSE_POINT = re.compile(r"(?<=\d)\s*[.．]\s*(?=\d)")
# A letter that was recognised in the place of a figure: "6. s 诊断标准".
_MISREAD = re.compile(r"^(\d{1,2}\s?[.．]\s?)([sSlIOo])(?=\s?[\u4e00-\u9fff])")
_FIGURE_OF = {"s": "5", "l": "1", "i": "1", "o": "0"}
# Ranks of numbers that only headings carry, even where nothing else sets them off: chapters,
# sections, "一、", "1.1" and deeper.
_TELLING = (1, 2, 3, 6, 7, 8)
# What has no number stands with the outermost kind of number used, or else with "1".
_TOP_RANK = 5
_TITLE = (-1, 0)

# A recommendation set in bold opens what is said about it: "9. When prescribing", "推荐意见3：".
_NUMBERED = re.compile(r"(\d{1,2})\s?[.．、](?=\D)")
_NAMED = re.compile(
    r"(?:推荐意见|推荐|Recommendations?|Statement)\s?\d{1,3}(?:[.．]\d{1,2})*(?=\s?[.:：．、\s])",
    re.I,
)
_RECOMMENDS = re.compile(r"推荐|建议|recommend", re.I)
_CLAUSE_END = re.compile(r"[，；：。,;:]|[.!?](?=\s)|\s[–—-]")
_FIGURES = re.compile(r"\d{1,2}(?:\.\d{1,2})*")
# A heading with its text right behind it: "7.1.3 Prevention: give …".
_RUN_IN = re.compile(r"([^\W\d_][^，。；：:;.!?！？]{1,39}?)[：:]")
# What ends a document; it belongs to no chapter, unless every chapter has one of its own.
REFERENCES = re.compile(r"references|bibliography|参考文献|参考资料", re.I)
_BACK_MATTER = re.compile(
    rf"{REFERENCES.pattern}|acknowledge?ments?|appendix|appendices|致谢|附录", re.I
)

Bookmarks = Mapping[tuple[int, str], int]


@dataclass(slots=True)
class Look:
    """What sets a document's ordinary text: what a heading has to differ from."""

    size: float
    bold: bool
    letters: Counter[tuple[float, bool]] = field(default_factory=Counter)

    def share(self, paragraph: Paragraph) -> float:
        total = self.letters.total() or 1
        return self.letters[_look(paragraph)] / total


def look_of(paragraphs: Sequence[Paragraph]) -> Look:
    letters: Counter[tuple[float, bool]] = Counter()
    for paragraph in paragraphs:
        letters[_look(paragraph)] += paragraph.letters
    if not letters:
        return Look(0.0, False)
    size, bold = max(letters, key=lambda look: letters[look])
    return Look(size, bold, letters)


def rank_of(text: str) -> int | None:
    """How deep the number a heading begins with puts it; looser typing than `rank` knows."""
    return rank(_typed(text))


def _typed(text: str) -> str:
    """The text as it is typed where care is taken: 1.2 for "R. 1. 2"."""
    head = _MISREAD.sub(lambda found: found[1] + _FIGURE_OF[found[2].lower()], text[:_LONGEST])
    return _LOOSE_POINT.sub(".", _LETTER.sub("", head))


class Opening(NamedTuple):
    """The title of the section that a paragraph opens; `says_more` where it is text of it too."""

    title: str
    says_more: bool


def opening_of(
    paragraph: Paragraph, text: str, look: Look, last: tuple[int, ...] = (), *, marked: bool = False
) -> Opening | None:
    """What section the paragraph opens, if any: as its heading, or as a recommendation, or with
    a heading before its text. `last` is the number of the heading before; `marked` is one that
    a bookmark names."""
    run_in = "" if marked else run_in_title(paragraph, text, look, last)
    if run_in:
        return Opening(run_in, says_more=True)
    if marked or is_heading(paragraph, text, look):
        title = title_of(text, statement=False)
        return Opening(title, says_more=title != text)
    if is_statement(paragraph, text, look):
        return Opening(title_of(text, statement=True), says_more=True)
    return None


def is_heading(paragraph: Paragraph, text: str, look: Look) -> bool:
    if not _could_be(paragraph, text):
        return False
    size = round(paragraph.size * 2) / 2
    if size >= _LARGER * look.size and look.share(paragraph) < _COMMON:
        return len(text) <= _LONGEST
    sentence = bool(_ENDS_SENTENCE.search(text)) or text.endswith(_STOPS)
    if sentence or size < 0.6 * look.size:
        return False
    if paragraph.bold and not look.bold and look.share(paragraph) < _COMMON:
        return len(text) <= _LONGEST_BOLD
    alone = len(paragraph.lines) == 1 and len(text) <= _LONGEST_NUMBERED
    return alone and size >= 0.95 * look.size and rank_of(text) in _TELLING


def is_statement(paragraph: Paragraph, text: str, look: Look) -> bool:
    """Whether the paragraph is a recommendation in bold, with its number before it."""
    bold = paragraph.bold and not look.bold and look.share(paragraph) < _COMMON
    numbered = _NUMBERED.match(text) or _NAMED.match(text)
    tabbed = any(line.is_tabbed for line in paragraph.lines)
    return bool(numbered) and bold and not tabbed and paragraph.size >= 0.9 * look.size


def run_in_title(paragraph: Paragraph, text: str, look: Look, last: tuple[int, ...]) -> str:
    """The heading before a paragraph's own text, if its number is the one due after the last;
    else nothing, since what looks like a number may be a quantity."""
    if paragraph.bold or paragraph.size >= _LARGER * look.size:
        return ""
    number = number_of(text)
    due = len(number) > 1 and number in _due_after(last)
    figures = _NUMBER.match(text)
    found = _RUN_IN.match(text, figures.end()) if due and figures else None
    return text[: found.end(1)] if found and text[found.end() :].strip() else ""


def _due_after(last: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The numbers that can follow a number: 2.1.1, 2.2 and 3 after 2.1."""
    nexts = [(*last[:at], last[at] + 1) for at in range(len(last))]
    return [(*last, 1), *nexts]


def title_of(text: str, *, statement: bool) -> str:
    """A section's title: the heading, cut where it is long; of a recommendation, its number."""
    named, numbered = _NAMED.match(text), _NUMBERED.match(text)
    if statement and named:
        return named[0]
    if statement and numbered and _RECOMMENDS.search(text):
        return f"推荐意见{numbered[1]}" if is_wide(text[-1]) else f"Recommendation {numbered[1]}"
    return text if len(text) <= _LONGEST_TITLE else f"{_cut(text)}…"


def _cut(text: str) -> str:
    """The text's first clauses, or as many of its words as a title can have."""
    head = text[:_LONGEST_TITLE]
    ends = [found.start() for found in _CLAUSE_END.finditer(head, _SHORTEST_TITLE)]
    space = head.rfind(" ")
    return head[: ends[-1] if ends else max(space, _SHORTEST_TITLE)].rstrip()


def _could_be(paragraph: Paragraph, text: str) -> bool:
    letters = sum(letter.isalpha() for letter in text)
    return (
        len(paragraph.lines) <= _MOST_LINES
        and letters > 1
        and not any(line.is_tabbed for line in paragraph.lines)
        and not BULLET.match(text)
        and len({page for page, _ in paragraph.places}) == 1
    )


def _look(paragraph: Paragraph) -> tuple[float, bool]:
    return round(paragraph.size * 2) / 2, paragraph.bold


def levels(
    headings: Sequence[tuple[Paragraph, str]],
    given: Sequence[int | None],
    chapters: Collection[int] = (),
) -> list[int]:
    """How deep each heading is, 1 at the top; `given` is what bookmarks say, if they do.

    Between two decimal numbers the numbers decide, else the looks do, and numbers of one look;
    where all these are alike, what is none of the `chapters` stands below the last of them.
    """
    placed = _below_chapters(_placed(headings), chapters)
    stack: list[_Heading] = []
    found = []
    for heading, mark in zip(placed, given, strict=True):
        while stack and _ends(stack[-1], heading):
            stack.pop()
        stack.append(heading)
        found.append(min(_DEEPEST, mark or len(stack)))
    return found


def _below_chapters(placed: list[_Heading], chapters: Collection[int]) -> list[_Heading]:
    """What looks like the chapter before it, and is none, stands below; nothing does below back
    matter."""
    found: list[_Heading] = []
    look: int | None = None
    for at, heading in enumerate(placed):
        if heading.outermost or at in chapters:
            look = None if heading.outermost else heading.key[0]
        is_below = heading.key[0] == look and at not in chapters and not heading.number
        key = (heading.key[0], heading.key[1] + is_below)
        found.append(replace(heading, key=key))
    return found


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading's place in the order of looks, and of numbers within a look. `within` is the
    number of the chapter that it cannot end, since the next number belongs to it still."""

    key: tuple[int, int]
    number: tuple[int, ...] = ()
    within: tuple[int, ...] = ()
    outermost: bool = False


def _ends(above: _Heading, heading: _Heading) -> bool:
    """Whether the section above is over where this heading begins."""
    if heading.outermost:
        return above.key != _TITLE
    if above.number and heading.number:
        return above.number != heading.number[: len(above.number)] or above == heading
    if above.number and heading.within and above.key[0] <= heading.key[0]:
        return above.number != heading.within[: len(above.number)]
    if above.within and heading.number[: len(above.within)] == above.within:
        return len(heading.number) <= len(above.within) + 1
    return above.key >= heading.key


def _placed(headings: Sequence[tuple[Paragraph, str]]) -> list[_Heading]:
    ranks = _ranks([paragraph for paragraph, _ in headings])
    kinds = [rank_of(text) for _, text in headings]
    numbers = [number_of(text) for _, text in headings]
    last = _back_matter(headings)
    outermost: dict[int, int] = {}
    for look, kind in zip(ranks, kinds, strict=True):
        if kind is not None:
            outermost[look] = min(kind, outermost.get(look, kind))
    found = []
    for at, (look, kind) in enumerate(zip(ranks, kinds, strict=True)):
        key = (look, kind if kind is not None else outermost.get(look, _TOP_RANK))
        if at == 0 and kind is None and look == min(ranks):
            key = _TITLE
        within = _chapter_around(numbers, at) if kind is None else ()
        found.append(_Heading(key, numbers[at], within, at in last))
    return found


def _back_matter(headings: Sequence[tuple[Paragraph, str]]) -> set[int]:
    """Which headings are back matter, where the document has but one of the kind."""
    named = [(at, text.casefold()) for at, (_, text) in enumerate(headings)]
    found = [(at, text) for at, text in named if _BACK_MATTER.fullmatch(text)]
    times = Counter(text for _, text in found)
    return {at for at, text in found if times[text] == 1}


def number_of(text: str) -> tuple[int, ...]:
    """The decimal number that a heading begins with, as in "8.4.1"."""
    found = _FIGURES.match(_typed(text))
    if not found or rank_of(text) is None:
        return ()
    return tuple(int(part) for part in found[0].split("."))


def _chapter_around(numbers: Sequence[tuple[int, ...]], at: int) -> tuple[int, ...]:
    """What the numbers before and after a heading without any have in common."""
    before = next((number for number in reversed(numbers[:at]) if number), ())
    after = next((number for number in numbers[at + 1 :] if number), ())
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    return tuple(number for number, _ in pairs)


def _ranks(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Places in the order of looks: larger first, bold before light, upright before slanted,
    centred before what begins at the left."""
    looks = _alike([_Looks.of(paragraph) for paragraph in paragraphs])
    order = {look: rank for rank, look in enumerate(sorted(set(looks)))}
    return [order[look] for look in looks]


class _Looks(NamedTuple):
    size: int
    light: bool
    slanted: bool
    aside: bool

    @classmethod
    def of(cls, paragraph: Paragraph) -> _Looks:
        size, bold = round(paragraph.size), paragraph.bold
        return cls(-size, not bold, paragraph.italic, not _is_centred(paragraph))


def _is_centred(paragraph: Paragraph) -> bool:
    left, right = paragraph.flow.left, paragraph.flow.right
    em = paragraph.size
    rects = [line.rect for line in paragraph.lines]
    level = all(abs(rect.left + rect.right - left - right) < 4 * em for rect in rects)
    return level and any(rect.left - left > 2 * em for rect in rects)


def _alike(looks: Sequence[_Looks]) -> list[_Looks]:
    """The looks, where one that a single heading has counts as the one a little smaller.

    The first heading is the title, and may well be the only one of its kind.
    """
    times = Counter(looks)
    found = []
    for at, look in enumerate(looks):
        near = [
            other
            for other in times
            if other[1:] == look[1:] and look.size < other.size <= 0.9 * look.size
        ]
        single = at > 0 and times[look] == 1 and near
        found.append(min(near) if single else look)
    return found


def plain(title: str) -> str:
    """A title as it can be compared: without spaces, case and its number."""
    text = "".join(title.split()).casefold()
    return re.sub(r"^[\d.．、]+", "", text)
