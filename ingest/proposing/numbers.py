"""Numbers by which others find the work, where the work itself prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Line, Opening, proposal

_HAN = "\u4e00-\u9fff"
# It ends where Han begins. Its letters are told apart by case: in no case at all i, k and s are
# among the letters beyond ASCII too, and a DOI ended at the first of them.
_DOI = re.compile(
    r"(?i:(doi(?:\.org/|\s*[:：])?\s*))?(10\.\d{4,9}/[^\s\u0080-\U0010ffff\"'<>,;|]{3,100})"
)
# A place kept for the number that the journal has not given yet: 10.3969/j.issn.1674.2018.04.000.
_UNGIVEN = re.compile(r"\D0{3,}$")
_SPACED = re.compile(r"(10\.\d{4,9}/\s?[a-z])\s?\.\s?(issn|cnki|cma|cjch)\s?\.\s?", re.I)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("pmid", re.compile(r"(PMID\s*[:：]?\s*)([1-9]\d{5,7})\b", re.I)),
    ("isbn", re.compile(
        r"(ISBN(?:[- ]?1[03])?\s*[:：]?\s*)((?:97[89][- ]?)?(?:\d[- ]?){9}[\dX])\b", re.I)),
    ("issn", re.compile(r"(ISSN\s*[:：]?\s*)(\d{4}[-—–]\d{3}[\dX])\b", re.I)),
    ("document_number", re.compile(
        rf"(文\s?号\s*[:：]?\s*)?([{_HAN}]{{2,14}}[〔\[［(（]\s?(?:19|20)\d{{2}}\s?[〕\]］)）]\s?第?\s?\d{{1,5}}\s?号)")),
    ("approval_number", re.compile(r"()(国药准字\s?[HZSJBTFhzsjbtf][A-Z]?\s?\d{8})")),
    ("standard_number", re.compile(
        r"()\b((?:GB|WS|YY|YBB|MZ|DB\d{2})(?:/[TZ])?\s?\d{1,6}(?:\.\d{1,3})?\s?[-—–]\s?(?:19|20)\d{2})\b")),
    ("ndc", re.compile(r"(NDC\s*[:：#]?\s*)(\d{4,5}-\d{3,4}(?:-\d{1,2})?)\b")),
    ("spl_set_id", re.compile(
        r"(Set ID\s*[:：]\s*)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.I)),
)  # fmt: skip
# A document's own number stands near its title; further on it cites those of others.
_NEAR = 8
# A work's own number stands by itself; in the midst of a long paragraph it is cited.
_LONG = 120
# Words before a number that make it another work's.
_CITING = re.compile("根据|依据|按照|参照|参见|引自")
_OTHERS = re.compile(rf"(?:{_CITING.pattern}|《[^》]*》\s*[（(]?)\s*$")


def numbers(opening: Opening) -> Iterator[Proposal]:
    for place, line in enumerate(opening.lines):
        yield from _dois(line, place)
        for kind, pattern in _PATTERNS:
            for found in pattern.finditer(line.text):
                is_cited = _OTHERS.search(line.text[: found.start()]) or _CITING.match(found[2])
                if not is_cited:
                    alone = found[1] or len(line.text) <= _LONG
                    certainty = _certainty(found[1], place) if alone else Certainty.GUESS
                    yield proposal(kind, found[2], certainty, line)


def _dois(line: Line, place: int) -> Iterator[Proposal]:
    text = _SPACED.sub(r"\1.\2.", line.text)
    for found in _DOI.finditer(text):
        doi = _closed(found[2])
        ungiven = _UNGIVEN.search(doi)
        certainty = Certainty.GUESS if ungiven else _certainty(found[1], place)
        yield proposal("doi", doi, certainty, line)


def _certainty(named: str | None, place: int) -> Certainty:
    if place >= _NEAR:
        return Certainty.LIKELY if named and place < 2 * _NEAR else Certainty.GUESS
    return Certainty.SURE if named else Certainty.LIKELY


def _closed(doi: str) -> str:
    """Without what follows it: a full stop, a bracket that it did not open or does not close."""
    doi = doi.rstrip(".:/-([")
    while doi.endswith((")", "]")) and doi.count("(") + doi.count("[") < doi.count(")") + doi.count(
        "]"
    ):
        doi = doi[:-1].rstrip(".")
    return doi
