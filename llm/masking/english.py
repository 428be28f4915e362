"""English names, by their title, by "patient" or "name" before them, or by age and sex behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm.masking.spans import Span, spans_of, words_of

_WORD = (
    r"[A-Z][a-zà-öø-ÿ]+(?:['’-][A-Z]?[a-z]+)*|(?:Mc|Mac|O['’]|De|Van|Von|Di|La)[A-Z][a-z]+|[A-Z]\."
)
_NAME = rf"(?:{_WORD})(?:\s(?:(?:van|von|de|der|bin|al|la|el)\s)?(?:{_WORD})){{0,3}}"
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Nurse|Sister)\b\.?\s+(?P<it>{_NAME})"
)
_STATED = re.compile(
    rf"\b(?:[Nn]ame(?:\s+of\s+patient)?\s*(?:[:=]|is|was)|[Nn]amed|[Cc]alled|NAME\s*[:=]?|[Pp]atient['’]s name is"
    rf"|[Nn]ext of kin\s*[:=]?|[Ss]igned(?: by)?\s*[:=]?|[Ee]mergency contact\s*[:=]?)\s*(?P<it>{_NAME}|[A-Z]{{2,}}(?:,?\s[A-Z]{{2,}})+)"
)
_AFTER = re.compile(
    rf"\b(?:[Pp]atients?|PATIENT|[Pp]t|[Hh]usband|[Ww]ife|[Mm]other|[Ff]ather|[Dd]aughter|[Ss]on|[Ss]ister|[Bb]rother"
    rf"|[Cc]olleague|[Ff]or|[Aa]bout|[Ss]aw|[Tt]reating)\b[\s,:(-]+(?P<it>{_NAME})"
)
_PERSON = re.compile(
    rf"(?P<it>(?:{_WORD})(?:\s(?:{_WORD})){{1,2}})(?:['’]s)?,?\s*(?:\(|is an?\s|an?\s)?\s*"
    r"(?=\d{1,3}[- ]?(?:y/?o|years?[- ]old|yo\b|yr)|(?:aged?\s\d)|[MF],?\s\d|\d{1,3}\s?[MF]\b)"
)
_POSSESSIVE = re.compile(
    rf"(?P<it>(?:{_WORD})(?:\s(?:{_WORD})){{1,2}})['’]s\s(?=(?:last|latest|blood|lab|potassium|INR|HbA1c|creatinine"
    r"|results?|dose|chart|medication|CT|MRI|scan|wife|husband|mother|father|son|daughter))"
)
_GIVEN = words_of("english_names.txt")
_CHINESE = words_of("pinyin_surnames.txt")
# A syllable of Chinese as it is written in English, up to three of them in a word.
_SYLLABLES = re.compile(
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ue|ai|ei|ao|ou|an|en|in|un"
    r"|ia|ie|iu|ua|ui|uo|er|a|o|e|i|u|v)){1,3}",
    re.I,
)
_TITLES_OF_PAPERS = frozenset(
    [
        "Safety",
        "Education",
        "Care",
        "Health",
        "Clinical",
        "Outcomes",
        "With",
        "Rights",
        "Information",
        "Reported",
        "Population",
        "Centered",
        "Group",
    ]
)


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
    if words[0] in _TITLES_OF_PAPERS:
        return 0
    if words[0] in _GIVEN:
        return len(name)
    pair = words[:2]
    if len(pair) == 2 and any(w in _CHINESE for w in pair) and all(map(_is_chinese, pair)):
        return len(" ".join(pair))
    return 0


def _is_chinese(word: str) -> bool:
    return bool(_SYLLABLES.fullmatch(word.replace("-", "").replace("'", "")))
