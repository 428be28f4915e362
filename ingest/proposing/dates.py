"""The day, the month or the year of publication, as YYYY-MM-DD, YYYY-MM or YYYY."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Line, Opening, proposal

_Y, _M, _D = r"((?:19|20)\d{2})", r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
_MONTHS = "january february march april may june july august september october november december"
_NAMES = {name[:3]: at for at, name in enumerate(_MONTHS.split(), start=1)}
_MONTH = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_FORMS = (
    (re.compile(rf"{_Y}\s?年\s?{_M}\s?月\s?{_D}\s?日"), "ymd"),
    (re.compile(rf"{_Y}\s?年\s?{_M}\s?月"), "ym"),
    (re.compile(rf"(?<!\d){_Y}[-/.]{_M}[-/.]{_D}(?!\d)"), "ymd"),
    (re.compile(rf"\b{_MONTH}\s{_D}(?:st|nd|rd|th)?,?\s{_Y}\b", re.I), "Mdy"),
    (re.compile(rf"\b{_D}\s{_MONTH},?\s{_Y}\b", re.I), "dMy"),
    (re.compile(rf"\b{_MONTH}\s{_Y}\b", re.I), "My"),
    (re.compile(rf"{_Y}\s?年"), "y"),
)
_PUBLISHED = re.compile(
    r"(?:发布|出版|印发|公布|颁布|施行|实施|刊出|核准日期|"
    r"published|issued|released|effective|publication)\D{0,20}$",
    re.IGNORECASE,
)
# The name under which a file says it: before the day stands nothing else.
_NAMED = re.compile(
    r"\W*(?:(?:首次|正式)?(?:发布|出版|印发|公布|颁布|发文|刊出)(?:(?:日期|时间)\s*[:：]?|\s*[:：])|"
    r"(?:first )?(?:published|issued|released)(?: (?:on|date))?\s*[:：]|"
    r"(?:publication|release|issue) date\s*[:：]?|"
    r"date (?:published|issued|of (?:publication|issue|release))\s*[:：]?)\s*",
    re.IGNORECASE,
)
# Of another thing than the publication: received, revised, visited, searched, born.
_OTHER = re.compile(
    r"(?:收稿|修回|接受|录用|预出版|检索|访问|截至|截止|引用|自|从|"
    r"received|revised|accepted|accessed|retrieved|since|until|as of)\D{0,12}$",
    re.IGNORECASE,
)
# The end of a span that was studied is no year of publication.
_SPAN = re.compile(r"(?:[-–—~～至到]|\b(?:to|through|and|in))\s*$", re.IGNORECASE)
_CITED = re.compile(rf"[,，.·]\s*{_Y}\s*[,，;；]\s*\d{{1,3}}\s*[（(]")
_TITLE_YEAR = re.compile(
    rf"[（(]?{_Y}\s*(?:年?版)?[）)]?\s*$|[（(]{_Y}\s*(?:年?版)?[)）]|[,，]\s*{_Y}\b"
)
_IN_NAME = re.compile(rf"(?<!\d){_Y}[-_.]?(0[1-9]|1[0-2])?(?!\d{{3}})")
_LETTER = re.compile(r"[^\W\d_]")
_FEW_LETTERS = 4
_NEAR = 12
_SHORT = 40


def dates(opening: Opening, filename: str) -> Iterator[Proposal]:
    this_year = date.today().year
    # Before the guesses of the text, for who named the file meant this one.
    if found := _IN_NAME.search(filename):
        value = "-".join(filter(None, found.groups()))
        yield Proposal("published_on", value, Certainty.GUESS, "filename")
    for place, line in enumerate(opening.lines):
        for value, start, is_short in _days(line):
            before = line.text[:start]
            certainty = _certainty(before, place, is_short)
            if certainty and value[:4] <= str(this_year) and not _OTHER.search(before):
                yield proposal("published_on", value, certainty, line)
        if place < _NEAR and (found := _CITED.search(line.text)):
            yield proposal("published_on", found[1], Certainty.LIKELY, line)
    for line in opening.headings()[:3]:
        found = _TITLE_YEAR.search(line.text)
        if found and not _SPAN.search(line.text[: found.start()]):
            year = next(filter(None, found.groups()))
            yield proposal("published_on", year, Certainty.LIKELY, line)


def is_day(text: str) -> bool:
    """Whether it says a day, a month or a year and hardly more."""
    rest = text
    for pattern, _order in _FORMS:
        rest = pattern.sub("", rest)
    return rest != text and len(_LETTER.findall(rest)) < _FEW_LETTERS


def written(year: int, month: int = 0, day: int = 0) -> str:
    """In the one way that is kept; empty where there is no such day."""
    try:
        whole = date(year, month or 1, day or 1).isoformat()
    except ValueError:
        return ""
    return whole if day else whole[:7] if month else whole[:4]


def _certainty(before: str, place: int, is_short: bool) -> Certainty | None:
    """None in the midst of a text that does not say so: there a day is one of the study."""
    if _NAMED.fullmatch(before):
        return Certainty.SURE if place < 2 * _NEAR else Certainty.LIKELY
    if _PUBLISHED.search(before):
        return Certainty.LIKELY if place < _NEAR else Certainty.GUESS
    if not is_short:
        return None
    return Certainty.LIKELY if place < _NEAR else Certainty.GUESS


def _days(line: Line) -> Iterator[tuple[str, int, bool]]:
    """Days in a line: the value, where it begins, and whether the line is hardly more."""
    taken: list[tuple[int, int]] = []
    for pattern, order in _FORMS:
        for found in pattern.finditer(line.text):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            taken.append(found.span())
            told = dict(zip(order, found.groups(), strict=True))
            month = int(told.get("m") or _NAMES.get(told.get("M", "")[:3].lower(), 0))
            value = written(int(told["y"]), month, int(told.get("d") or 0))
            is_span = order == "y" and _SPAN.search(line.text[: found.start()])
            if value and not is_span and (order != "y" or len(line.text) <= _SHORT):
                yield value, found.start(), len(line.text) <= _SHORT
