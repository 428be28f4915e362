"""The numbers that Word prints before paragraphs and keeps nowhere in the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.markup import local

_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN: tuple[tuple[int, str], ...] = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
)
_ROMAN += ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LAST_CIRCLED = 20
_LEVELS = 9
_BULLET = "•"
_COUNTED = 10_000


@dataclass(frozen=True)
class Level:
    """How one level of a list counts: `pattern` holds %1 … %9 for the levels' numbers."""

    form: str
    pattern: str
    start: int = 1
    legal: bool = False


class Numbering:
    """Counts along the document. `label` is to be called once a paragraph, in order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                self._levels[_attribute(element, "abstractNumId")] = _levels(element)
            elif local(element) == "num":
                self._read_list(element)

    def label(self, number: str, depth: int) -> str:
        """What Word prints before this paragraph of list `number`: "3." or "（二）" or "•"."""
        abstract = self._lists.get(number)
        level = self._levels.get(abstract or "", {}).get(depth)
        if abstract is None or level is None:
            return ""
        self._count(number, abstract, depth, level)
        if level.form == "bullet":
            return _BULLET if level.pattern.strip() else ""
        return re.sub(
            r"%(\d)",
            lambda found: self._number(abstract, int(found[1]) - 1, level),
            level.pattern,
        ).strip()

    def _read_list(self, element: etree._Element) -> None:
        number = _attribute(element, "numId")
        self._starts[number] = {}
        for child in element:
            if local(child) == "abstractNumId":
                self._lists[number] = _value(child)
            elif local(child) == "lvlOverride":
                self._override(number, child)

    def _override(self, number: str, override: etree._Element) -> None:
        depth = _integer(_attribute(override, "ilvl"), 0)
        for child in override:
            if local(child) == "startOverride":
                self._starts[number][depth] = _integer(_value(child), 1)
            elif local(child) == "lvl":
                own = f"{number}/{self._lists.get(number)}"
                levels = self._levels.setdefault(
                    own, dict(self._levels.get(self._lists.get(number, ""), {}))
                )
                levels[depth] = _level(child)
                self._lists[number] = own

    def _count(self, number: str, abstract: str, depth: int, level: Level) -> None:
        counts = self._counts[abstract]
        restart = self._starts.get(number, {}).pop(depth, None)
        if restart is not None:
            counts[depth] = restart
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]

    def _number(self, abstract: str, depth: int, shown_in: Level) -> str:
        level = self._levels[abstract].get(depth, shown_in)
        value = self._counts[abstract].setdefault(depth, level.start)
        form = "decimal" if shown_in.legal else level.form
        return FORMS.get(form, str)(value)


def _levels(abstract: etree._Element) -> dict[int, Level]:
    found = [child for child in abstract if local(child) == "lvl"]
    return {_integer(_attribute(child, "ilvl"), 0): _level(child) for child in found[:_LEVELS]}


def _level(element: etree._Element) -> Level:
    values = {local(child): _value(child) for child in element}
    return Level(
        values.get("numFmt", "decimal"),
        values.get("lvlText", ""),
        _integer(values.get("start", ""), 1),
        "isLgl" in values and values["isLgl"] not in {"0", "false"},
    )


def _attribute(element: etree._Element, name: str) -> str:
    found = (str(value) for key, value in element.attrib.items() if str(key).endswith(f"}}{name}"))
    return next(found, "")


def _value(element: etree._Element) -> str:
    return _attribute(element, "val")


def _integer(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else otherwise


def chinese(number: int) -> str:
    """Counting as in 十二 and 一百零三, below ten thousand; figures from there on."""
    if not 0 < number < _COUNTED:
        return str(number)
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + name
        zero = not digit
    return text.removeprefix("一") if text.startswith("一十") else text


def roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def letters(number: int) -> str:
    """a … z, then aa, bb, as Word counts."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else "0"


def circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 0 < number <= _LAST_CIRCLED else f"({number})"


def _of(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)]


FORMS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "upperRoman": lambda number: roman(number).upper(),
    "lowerRoman": roman,
    "upperLetter": lambda number: letters(number).upper(),
    "lowerLetter": letters,
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": _of(_STEMS),
    "ideographZodiac": _of(_BRANCHES),
    "decimalEnclosedCircle": circled,
    "decimalEnclosedCircleChinese": circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalFullWidth": lambda number: str(number).translate(
        {48 + at: 0xFF10 + at for at in range(10)}
    ),
    "none": lambda number: "",
}
