"""What masking misses in made-up questions with personal data, and what it masks in clinical text.

The questions are made from a seed by templates that know nothing of the rules: names from lists of
their own, numbers made afresh. A piece of personal data counts as missed where any of it that
tells something is left. Clinical text is every file in `KB_TEST_DATA`, in which nothing is personal
but the names of authors and addresses of institutes, which are listed apart.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from ingest.parsing import read
from ingest.parsing.document import Unreadable
from llm.masking import found, masked
from tests import prove
from tests.prove import say

PLANTS = {"blind": "nothing is masked"}
WORDS = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
WIDE = {ord("0") + n: ord("０") + n for n in range(10)}


@dataclass(frozen=True)
class Case:
    """A question, and what of it must not be left, by kind."""

    text: str
    secrets: list[tuple[str, str]]


class Maker:
    """Questions with personal data that nobody has; the same from the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)

    def case(self) -> Case:
        language = self.dice.choice(["zh", "zh", "en"])
        question, parts, secrets = self.dice.choice(WORDS["questions"][language]), [], []
        kinds = self.dice.sample(WORDS["said"][language], k=self.dice.randint(1, 3))
        for kind, made_by, ways in kinds:
            secret = self._as_typed(kind, getattr(self, made_by)())
            way = self.dice.choice(ways).replace("[title]", self.dice.choice(WORDS["titles"]))
            parts.append(way.format(secret))
            secrets.append((kind, secret))
        return Case(("，" if language == "zh" else ", ").join([*parts, question]), secrets)

    def _as_typed(self, kind: str, secret: str) -> str:
        """Sometimes in digits of full width, as an input method leaves them."""
        is_wide = kind != "name" and self.dice.random() < 0.15
        return secret.translate(WIDE) if is_wide else secret

    def _digits(self, count: int) -> str:
        return "".join(self.dice.choices("0123456789", k=count))

    def _day(self) -> date:
        return date(1930, 1, 1) + timedelta(days=self.dice.randrange(32000))

    def name(self) -> str:
        return str(self.dice.choice(WORDS["surnames"]) + self.dice.choice(WORDS["given"]))

    def surname(self) -> str:
        return str(self.dice.choice(WORDS["surnames"]))

    def identity(self) -> str:
        place = self.dice.choice(["110105", "320102", "440304", "510107"])
        body = f"{place}{self._day():%Y%m%d}{self._digits(3)}"
        total = sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True))
        return body + "10X98765432"[total % 11]

    def mobile(self) -> str:
        return f"1{self.dice.choice('3456789')}{self._digits(9)}"

    def landline(self) -> str:
        return f"0{self.dice.randint(10, 29)}-{self.dice.randint(2, 8)}{self._digits(7)}"

    def record(self) -> str:
        return self._digits(8)

    def long_record(self) -> str:
        return f"ZY{self._digits(10)}"

    def bed(self) -> str:
        return f"{self.dice.randint(1, 60)}床"

    def insurance(self) -> str:
        return self._digits(10)

    def road(self) -> str:
        street = f"{self.dice.choice(WORDS['cities'])}{self.dice.choice(WORDS['streets'])}"
        house, flat = self.dice.randint(1, 300), self.dice.randint(101, 2004)
        return f"{street}{house}号{self.dice.randint(1, 9)}栋{flat}室"

    def mail(self) -> str:
        return f"user{self._digits(3)}@hospital.cn"

    def chinese_day(self) -> str:
        day = self._day()
        return f"{day.year}年{day.month}月{day.day}日"

    def iso_day(self) -> str:
        return self._day().isoformat()

    def passport(self) -> str:
        return f"E{self._digits(8)}"

    def plate(self) -> str:
        return f"京A{self._digits(5)}"

    def english_name(self) -> str:
        return str(self.dice.choice(WORDS["english_names"]))

    def last_name(self) -> str:
        return self.english_name().split()[-1]

    def american(self) -> str:
        area, exchange = self.dice.randint(201, 789), self.dice.randint(200, 989)
        return f"({area}) {exchange}-{self._digits(4)}"

    def british(self) -> str:
        return f"+44 20 7{self._digits(3)} {self._digits(4)}"

    def social(self) -> str:
        group = self.dice.randint(10, 99)
        return f"{self.dice.randint(100, 665)}-{group}-{self.dice.randint(1000, 9999)}"

    def policy(self) -> str:
        return f"XK{self._digits(9)}"

    def english_road(self) -> str:
        return f"{self.dice.randint(10, 9999)} Maple Street, Springfield"

    def american_day(self) -> str:
        return f"{self._day():%m/%d/%Y}"

    def english_day(self) -> str:
        return f"{self._day():%d %B %Y}"

    def english_bed(self) -> str:
        return f"bed {self.dice.randint(1, 40)}"


def missed(case: Case, mask: Callable[[str], str]) -> list[str]:
    left = mask(case.text)
    return [kind for kind, secret in case.secrets if _is_left(kind, secret, left)]


def _is_left(kind: str, secret: str, left: str) -> bool:
    """Of a name also where half of it is left, or its last character behind the mask."""
    if kind != "name" or secret[0].isascii():
        return secret in left
    if len(secret) == 1:
        return any(f"{secret}{title}" in left for title in WORDS["titles"])
    halves = {secret[:2], secret[-2:]}
    return f"⟨name⟩{secret[-1]}" in left or any(half in left for half in halves)


def of_questions(
    seed: int, count: int, mask: Callable[[str], str]
) -> tuple[Counter[str], Counter[str], list[str]]:
    maker, asked, lost, shown = Maker(seed), Counter[str](), Counter[str](), []
    for _ in range(count):
        case = maker.case()
        asked.update(kind for kind, _secret in case.secrets)
        gone = missed(case, mask)
        lost.update(gone)
        if gone:
            shown.append(f"{','.join(gone)}: {mask(case.text)}")
    return asked, lost, shown


def texts(folder: Path) -> Iterator[str]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            document = read(path, path.name, lambda *_done: None)
        except Unreadable:
            continue
        for block in document.blocks:
            yield from (block.text, *(cell for row in block.rows for cell in row))


def of_clinical_text(folder: Path, examples: int) -> None:
    kinds, size, shown = Counter[str](), 0, Counter[str]()
    for text in texts(folder):
        size += len(text)
        for span in found(text):
            kinds[span.kind] += 1
            around = text[max(0, span.start - 12) : span.end + 8].replace("\n", " ")
            shown[f"{span.kind}: {around}"] += 1
    say(f"clinical text: {size} characters, masked: {dict(kinds)}")
    for line, times in shown.most_common(examples):
        say(f"  {times:4} {line}")


def main() -> int:
    parser = prove.arguments(__doc__ or "", *PLANTS)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--examples", type=int, default=20)
    parser.add_argument("--most", type=float, default=0.05, help="the share that may be missed")
    given = parser.parse_args()
    mask = (lambda text: text) if given.plant == "blind" else masked
    began = time.perf_counter()
    asked, lost, shown = of_questions(given.seed, given.questions, mask)
    say(
        f"{given.questions} questions in {time.perf_counter() - began:.1f} s with seed {given.seed}"
    )
    for kind, count in sorted(asked.items()):
        say(f"  {kind:10} {count:4} asked, {lost[kind]:3} missed")
    for line in shown[: given.examples]:
        say(f"  {line}")
    if folder := os.environ.get("KB_TEST_DATA"):
        of_clinical_text(Path(folder), given.examples)
    return int(lost.total() > given.most * asked.total())


if __name__ == "__main__":
    sys.exit(main())
