"""The questions over real files: what answers each still stands there, and in other words.

`questions/*.jsonl` hold them: one to a line, with the passages that answer it by file and by the
beginning of the SHA-256 of their text. No text of the files stands in the repository.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Any

from ingest import parsing
from ingest.splitting import split
from tests.prove import Proof, arguments, say
from tests.prove.__main__ import SKIPPED

FOLDER = Path(__file__).parent / "questions"
KINDS = ("known-item", "cross-language", "unanswerable-near", "unanswerable-far")
# So much of a question in the words of its passage asks for the words, not for the meaning.
CLOSE = 0.5
_DIGITS = 16
_STEM = 6
_IDEOGRAPHS = re.compile(r"[\u4e00-\u9fff]+")
_SMALL_WORDS = (
    "a an and any are as at be before being but by can could did do does each for from get "
    "had has have how if in into is it its long many may might more most much must need not "
    "of off on or other out over should so some such than that the their them then there "
    "these they this those to under up was were what when where which while who whom whose "
    "why will with within without would you your"
)
_SMALL = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True)
class Answer:
    """A passage that answers. `starts` helps a reader alone."""

    file: str
    sha256: str
    starts: str

    @property
    def key(self) -> tuple[str, str]:
        return self.file, self.sha256


@dataclass(frozen=True)
class Asked:
    """`expected` is every passage known to answer it; the first is the one it was written for."""

    id: str
    language: str
    question: str
    expected: tuple[Answer, ...]
    kind: str
    split: str


Texts = dict[tuple[str, str], str]


def load(folder: Path = FOLDER) -> list[Asked]:
    """In the order of the files' names and of their lines."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in _lines(path))
    return [_asked(json.loads(line)) for line in lines]


def flaws(questions: Iterable[Asked]) -> list[str]:
    """What is wrong with them in themselves, whatever the files say."""
    given = list(questions)
    ids = Counter(each.id for each in given)
    asked = Counter((each.language, each.question) for each in given)
    splits: dict[str, set[str]] = defaultdict(set)
    for each in given:
        for answer in each.expected:
            splits[answer.file].add(each.split)
    return [
        *(f"{id_} is given {n} times" for id_, n in ids.items() if n > 1),
        *(f"“{text}” is asked {n} times" for (_, text), n in asked.items() if n > 1),
        *(f"{file} is in two splits" for file, found in splits.items() if len(found) > 1),
        *(f"{each.id} is ill formed" for each in given if not _is_well_formed(each)),
    ]


def texts_of(folder: Path, file: str) -> Texts:
    """The passages that the product makes of a file, by what names them."""
    path = folder / file
    made = split(parsing.read(path, path.name, lambda share: None)).passages
    return {(file, sha256(each.text.encode()).hexdigest()[:_DIGITS]): each.text for each in made}


def gone(questions: Iterable[Asked], texts: Texts) -> list[str]:
    """The answers that no longer stand in those of the files that were read."""
    read = {file for file, _ in texts}
    return [
        f"{each.id}: {answer.file} has no passage {answer.sha256} (“{answer.starts}…”)"
        for each in questions
        for answer in each.expected
        if answer.file in read and answer.key not in texts
    ]


def overlap(question: str, text: str, language: str) -> float:
    """How much of the question stands in the text: pairs of characters in Chinese, beginnings of
    words that mean something in English. From 0 to 1."""
    units = _pairs if language == "zh" else _stems
    asked = units(question)
    return len(asked & units(text)) / len(asked) if asked else 0.0


def main(given: list[str]) -> int:
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, default=os.environ.get("KB_TEST_DATA"))
    asked = parser.parse_args(given)
    if asked.folder is None:
        say("KB_TEST_DATA names no folder of real files.")
        return SKIPPED
    proof = Proof("asked")
    prove(asked.folder, proof)
    return proof.verdict()


def prove(folder: Path, proof: Proof) -> None:
    questions = load()
    for flaw in flaws(questions):
        proof.check(False, flaw)
    texts: Texts = {}
    for file in sorted({answer.file for each in questions for answer in each.expected}):
        found = texts_of(folder, file)
        texts |= found
        missing = gone(questions, found)
        proof.check(not missing, "\n  ".join(missing))
    _say_counts(questions)
    for language in ("zh", "en"):
        _say_overlap([each for each in questions if each.language == language], texts)


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("utf-8").splitlines() if line.strip())


def _asked(told: dict[str, Any]) -> Asked:
    return Asked(**told | {"expected": tuple(Answer(**each) for each in told["expected"])})


def _is_well_formed(each: Asked) -> bool:
    return (
        each.kind in KINDS
        and each.split in ("tune", "report")
        and each.language in ("zh", "en")
        and bool(each.question.strip())
        and bool(each.expected) == (not each.kind.startswith("unanswerable"))
    )


def _pairs(text: str) -> set[str]:
    runs = _IDEOGRAPHS.findall(text)
    return {run[at : at + 2] for run in runs for at in range(len(run) - 1)}


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{2,}", text.lower())
    return {word[:_STEM] for word in words if word not in _SMALL}


def _say_counts(questions: list[Asked]) -> None:
    counts = Counter((each.kind, each.language, each.split) for each in questions)
    for (kind, language, part), count in sorted(counts.items()):
        say(f"{kind:18} {language} {part:6} {count:4}")


def _say_overlap(questions: list[Asked], texts: Texts) -> None:
    """On the average; and each question that is close to what it was written for."""
    shares = {
        each: overlap(each.question, texts[each.expected[0].key], each.language)
        for each in questions
        if each.kind == "known-item" and each.expected[0].key in texts
    }
    close = [each for each, share in shares.items() if share > CLOSE]
    if shares:
        language = questions[0].language
        say(f"{language}: {mean(shares.values()):.0%} in common, {len(close)} above {CLOSE:.0%}")
    for each in close:
        say(f"  {each.id} {shares[each]:.0%} {each.question}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
