"""English names, by their title, by "patient" or "name" before them, or by age and sex behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm.masking.spans import Span, spans_of, words_of

_WORD = (
    r"(?:[A-Z][a-zà-öø-ÿ]+(?:['’-][A-Z]?[a-z]+)*|(?:Mc|Mac|O['’]|De|Van|Von|Di|La)[A-Z][a-z]+"
    r"|[A-Z]\.)"
)
_NAME = rf"{_WORD}(?:\s(?:(?:van|von|de|der|bin|al|la|el)\s)?{_WORD}){{0,3}}"
_TITLE = r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Nurse|Sister)\b\.?"
_TITLED = re.compile(rf"{_TITLE}\s+(?P<it>{_NAME})")
# Not the name of a drug or a file: "generic name: …".
_STATED = re.compile(
    r"(?:(?<![a-z]\s)\b|[Pp]atient(?:['’]s)? |[Ff]ull |[Ff]irst |[Ll]ast |[Hh]is |[Hh]er |[Mm]y )"
    r"(?:[Nn]ame(?: of patient)?\s*(?:[:=]|is|was)|[Nn]amed|NAME\s*[:=]?|[Nn]ext of kin\s*[:=]?"
    r"|[Ss]igned by\s*[:=]?|[Ee]mergency contact\s*[:=]?)"
    rf"\s*(?P<it>{_NAME}|[A-Z]{{2,}}(?:,?\s[A-Z]{{2,}})+)"
)
_WHOM = (
    r"\b(?:[Pp]atients?|PATIENT|[Pp]t|[Hh]usband|[Ww]ife|[Mm]other|[Ff]ather|[Dd]aughter|[Ss]on"
    r"|[Ss]ister|[Bb]rother|[Cc]olleague|[Ff]or|[Aa]bout|[Ss]aw|[Tt]reating)\b"
)
_AFTER = re.compile(rf"{_WHOM}[\s,:(-]+(?P<it>{_NAME})")
_PERSON = re.compile(
    rf"(?P<it>{_WORD}(?:\s{_WORD}){{1,2}})(?:['’]s)?,?\s*(?:\(|is an?\s|an?\s)?\s*"
    r"(?=\d{1,3}[- ]?(?:y/?o|years?[- ]old|yo\b|yr)|(?:aged?\s\d)|[MF],?\s\d|\d{1,3}\s?[MF]\b)"
)
_HAVE = (
    r"(?:last|latest|blood|lab|potassium|INR|HbA1c|creatinine|results?|dose|chart|medication|CT|MRI"
    r"|scan|wife|husband|mother|father|son|daughter)"
)
_POSSESSIVE = re.compile(rf"(?P<it>{_WORD}(?:\s{_WORD}){{1,2}})['’]s\s(?={_HAVE})")
_GIVEN = words_of("english_names.txt")
_CHINESE = words_of("pinyin_surnames.txt")
# A syllable of Chinese as it is written in English, up to three of them in a word.
_SYLLABLE = (
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ue|ai"
    r"|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|er|a|o|e|i|u|v)"
)
_SYLLABLES = re.compile(rf"(?:{_SYLLABLE}){{1,3}}", re.I)


def names_in_english(text: str) -> Iterator[Span]:
    yield from spans_of(_TITLED, text, "name")
    yield from spans_of(_STATED, text, "name")
    for pattern in (_AFTER, _PERSON, _POSSESSIVE):
        for hit in pattern.finditer(text):
            if size := _size(hit["it"]):
                yield Span(hit.start("it"), hit.start("it") + size, "name")


def _size(name: str) -> int:
    """How much of it is a name: it begins with a given name, or two words are Chinese ones."""
    words = name.split(" ")
    if words[0] in _GIVEN:
        return len(name)
    first, *others = words
    if others and not _CHINESE.isdisjoint(words[:2]) and all(map(_is_chinese, words[:2])):
        return len(f"{first} {others[0]}")
    return 0


def _is_chinese(word: str) -> bool:
    return bool(_SYLLABLES.fullmatch(word.replace("-", "").replace("'", "")))
