"""Relations that a passage states, found by the names it uses and the way it puts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from governance.sentences import sentences
from llm.naming.meanings import LANGUAGES, Meaning
from llm.naming.mentions import Finder, Mention
from llm.proposing.patterns import FIRST, SIGN, Pattern, Reading, reading
from llm.proposing.tables import rows_of

# Longer sentences are lists, tables that lost their lines, or references.
LONGEST = 600

_WIDE = re.compile(r"[\u3400-\u9fff]")
_SIGN = re.compile(SIGN)
_REFERENCE = re.compile(r"\s?[\[［〔][\d\s,，、\-–~～.]+[\]］〕]")
_BRACKETS = re.compile(r"\s?[(（][^()（）]*[)）]")


@dataclass(frozen=True)
class Statement:
    """That a passage says, in its characters `start` to `end`, a relation of two concepts."""

    subject: Meaning
    relation: str
    object: Meaning
    start: int
    end: int
    by: str


# Which relation may stand between which types of concepts.
Allowed = Mapping[str, frozenset[tuple[str, str]]]
# A subject, a relation, an object, and by which pattern they were found.
Said = tuple[Meaning, str, Meaning, str]


@dataclass(frozen=True)
class Rules:
    finder: Finder
    allowed: Allowed

    def read(
        self, text: str, headings: Sequence[str] = (), *, is_table: bool = False
    ) -> list[Statement]:
        """What the passage states, each relation once, with the sentence or the row that does."""
        if any(reading(each).no_headings.search(h) for each in LANGUAGES for h in headings):
            return []
        language = reading(language_of(text))
        said: dict[tuple[Meaning, str, Meaning], Statement] = {}
        plain = _SIGN.sub(" ", text)
        pieces = self._of_table(plain, language)
        if not is_table:
            pieces = self._of_text(plain, language, headings)
        for start, end, (subject, relation, object_, by) in pieces:
            statement = Statement(subject, relation, object_, start, end, by)
            said.setdefault((subject, relation, object_), statement)
        return list(said.values())

    def _of_text(
        self, text: str, language: Reading, headings: Sequence[str]
    ) -> Iterator[tuple[int, int, Said]]:
        topic, start = self._topic(headings), 0
        is_told = any(language.under.search(each) for each in headings)
        for sentence in sentences(text):
            for told in self._of_sentence(sentence, language, topic if is_told else []):
                yield *_trimmed(sentence, start), told
            start += len(sentence)

    def _of_table(self, text: str, language: Reading) -> Iterator[tuple[int, int, Said]]:
        """A column says something of the one thing that begins the row, or a row of a column's."""
        for row in rows_of(text):
            for head, cell in row.cells:
                for of_whom, column in ((row.first, head), (head, row.first)):
                    for said in self._of_cell(of_whom, column, cell, language):
                        yield row.start, row.end, said

    def _of_cell(self, of_whom: str, column: str, cell: str, language: Reading) -> Iterator[Said]:
        subjects = {mention.meaning for mention in self.finder.mentions(of_whom)}
        for relation, told in _columns(column, cell, language) if len(subjects) == 1 else ():
            objects = [mention.meaning for mention in self._mentions(told, language)]
            for subject, object_ in self._pairs(subjects, relation, objects):
                yield subject, relation, object_, f"{relation}.table"

    def _topic(self, headings: Sequence[str]) -> list[Meaning]:
        """The concept that the nearest heading which names one is about."""
        for heading in reversed(headings):
            found = list({mention.meaning for mention in self.finder.mentions(heading)})
            if found:
                return found if len(found) == 1 else []
        return []

    def _of_sentence(
        self, sentence: str, language: Reading, topic: Sequence[Meaning]
    ) -> Iterator[Said]:
        if len(sentence) > LONGEST or language.doubt.search(sentence):
            return
        mentions = self._mentions(sentence, language)
        if not mentions:
            return
        whole = _signed(sentence, mentions)
        bare = _BRACKETS.sub("", whole)
        for pattern in language.patterns:
            for found in pattern.form.finditer(whole if pattern.has_brackets else bare):
                if _is_denied(found, pattern, language):
                    continue
                subjects, objects = (_ends(found, end, pattern, mentions, topic) for end in "SO")
                for subject, object_ in self._pairs(subjects, pattern.relation, objects):
                    yield subject, pattern.relation, object_, pattern.name

    def _mentions(self, text: str, language: Reading) -> list[Mention]:
        return [m for m in self.finder.mentions(text) if _is_meant(m, text, language)]

    def _pairs(
        self, subjects: Iterable[Meaning], relation: str, objects: Sequence[Meaning]
    ) -> Iterator[tuple[Meaning, Meaning]]:
        may = self.allowed.get(relation, frozenset())
        for subject in subjects:
            for object_ in objects:
                if subject != object_ and (subject.type, object_.type) in may:
                    yield subject, object_


def _columns(head: str, cell: str, language: Reading) -> Iterator[tuple[str, str]]:
    """Which relations a column tells, and where: behind its name, if the cell repeats that."""
    if language.doubt.search(cell):
        return
    for relation, form in language.columns.items():
        if form.search(head):
            label = re.search(rf"(?:{form.pattern})\s*[:：]", cell, re.IGNORECASE)
            yield relation, cell[label.end() :] if label else cell


def language_of(text: str) -> str:
    """Chinese where it has a Chinese character for every ten others."""
    zh, en = LANGUAGES
    return zh if 10 * len(_WIDE.findall(text)) >= len(text) else en


def _is_meant(mention: Mention, sentence: str, language: Reading) -> bool:
    before, after = sentence[: mention.start], sentence[mention.end :]
    return not language.before.search(before[-12:]) and not language.after.match(after)


def _is_denied(found: re.Match[str], pattern: Pattern, language: Reading) -> bool:
    if pattern.relation in language.warnings:
        return False
    before = found.string[: found.start()][-60:]
    return bool(language.denied.search(before) or language.denied_within.search(found[0]))


def _signed(sentence: str, mentions: Sequence[Mention]) -> str:
    """With a sign in place of each concept, and no marks of references."""
    parts, done = [], 0
    for place, mention in enumerate(mentions):
        parts += [sentence[done : mention.start], chr(ord(FIRST) + place)]
        done = mention.end
    return _REFERENCE.sub("", "".join([*parts, sentence[done:]]))


def _ends(
    found: re.Match[str],
    end: str,
    pattern: Pattern,
    mentions: Sequence[Mention],
    topic: Sequence[Meaning],
) -> list[Meaning]:
    if pattern.lacks == end:
        return list(topic)
    meanings = [mentions[ord(sign) - ord(FIRST)].meaning for sign in _SIGN.findall(found[end])]
    wanted = pattern.types.get(end)
    return [meaning for meaning in meanings if wanted is None or meaning.type in wanted]


def _trimmed(sentence: str, start: int) -> tuple[int, int]:
    """Without blanks at its ends."""
    begins = start + len(sentence) - len(sentence.lstrip())
    return begins, start + len(sentence.rstrip())
