"""Which concept a row means: by key, number, code, type and name, or name alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from governance.models import CodeSystem
from governance.wording import folded
from ingest.graph_lists import standing
from ingest.graph_lists.cells import code_in, codes_in
from ingest.graph_lists.layout import NAME_COLUMNS
from ingest.graph_lists.lines import Line
from ingest.graph_lists.standing import Pair, Schema, Told

MISSING = _("Say which concept is meant.")
NO_SUCH = _(
    "There is no concept “%(told)s”, neither in the graph nor in the sheet concepts. Add it there,"
    " or write its number (#12), its code (atc:B01AC06), or its type and name (drug:aspirin)."
)
SEVERAL = _("Several concepts are called “%(told)s”: %(these)s. Write the number of one.")
MERGED = _("Concept #%(number)s was merged into #%(into)s. Write that.")
RETIRED = _("Concept #%(number)s is not in the graph any more. Write another.")
MOST_NAMED = 5
_NUMBER = re.compile(r"#(\d{1,15})")


def number_in(told: str) -> int:
    """That of “#12”; 0 for all else."""
    found = _NUMBER.fullmatch(told)
    return int(found[1]) if found else 0


@lru_cache(maxsize=100_000)
def fold(name: str) -> str:
    """As names are compared: one width and one case, without what cannot be seen."""
    return folded("".join(c for c in name if c.isprintable()))[0].strip()


class Naming:
    """The concepts that the lists may mean: those of the graph, and those of the rows so far."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.by_number: dict[int, Told] = {}
        self.by_code: dict[Pair, Told] = {}
        self.gone: dict[int, int | None] = {}
        self._keys: dict[str, Told] = {}
        self._names: dict[str, list[Told]] = {}
        self._typed: dict[Pair, list[Told]] = {}
        self._whole: dict[tuple[str, str, str], list[Told]] = {}
        self._one: dict[tuple[str, str, str], list[Told]] = {}
        self._doubtful: dict[str, Told] = {}

    def read(self, lines: Iterable[Line], references: Iterable[str]) -> None:
        """Everything of the graph that these may mean."""
        numbers, codes, names = set[int](), set[str](), set[str]()
        for line in lines:
            numbers.add(number_in(line["key"]))
            codes.update(code for _system, code in codes_in(line["codes"]))
            names.update(fold(line[column]) for column in NAME_COLUMNS.values())
        for told in set(references):
            numbers.add(number_in(told))
            codes.add(code_in(told)[1])
            names.update((fold(told), fold(code_in(told)[1])))
        for concept in standing.concepts(numbers - {0}, codes - {""}, names - {""}):
            self.enter(concept)
        self.gone = standing.gone(numbers - {0})

    def enter(self, concept: Told) -> None:
        if isinstance(concept.named, int):
            self.by_number[concept.named] = concept
        for pair in concept.codes:
            self.by_code[pair] = concept
        self.call(concept, concept.preferred())

    def call(self, concept: Told, names: dict[str, str]) -> None:
        """It is known by these preferred names from now on."""
        for name in {fold(each) for each in names.values()}:
            self._names.setdefault(name, []).append(concept)
            self._typed.setdefault((concept.type, name), []).append(concept)
        zh, en = _both(concept.preferred())
        self._whole.setdefault((concept.type, zh, en), []).append(concept)
        for place in ((concept.type, "zh", zh), (concept.type, "en", en)):
            if place[2]:
                self._one.setdefault(place, []).append(concept)

    def key(self, key: str, concept: Told) -> None:
        self._keys[key] = concept

    def keyed(self, key: str) -> Told | None:
        return self._keys.get(key)

    def doubt(self, line: Line, concept: Told) -> None:
        """A row that is wrong itself: what refers to it is not wrong for that."""
        for told in (line["key"], *(line[column] for column in NAME_COLUMNS.values())):
            self._doubtful.setdefault(fold(told), concept)
        for _system, code in codes_in(line["codes"]):
            self._doubtful.setdefault(fold(code), concept)

    def alike(self, type_: str, names: dict[str, str]) -> list[Told]:
        """Those of the type that are called the same in every language that both have a name in,
        and have one in common.
        """
        zh, en = _both(names)
        if zh and en:
            places = ((type_, zh, en), (type_, zh, ""), (type_, "", en))
            found = [each for place in places for each in _few(self._whole.get(place))]
        else:
            found = _few(self._one.get((type_, "zh", zh) if zh else (type_, "en", en)))
        return list(dict.fromkeys(found))

    def meant(self, line: Line, column: str) -> Told | None:
        """The concept that a cell names. None where it is wrong, and says so."""
        told = line[column]
        if column in line.wrong_columns:
            return None
        found = self._found(told)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            line.wrong(column, SEVERAL, told=told, these=listed(found))
        elif not (doubtful := self._doubted(told)):
            self._refuse(line, column, told)
        else:
            return doubtful
        return None

    def refuse_merged(self, line: Line, column: str, number: int) -> None:
        if into := self.gone.get(number):
            line.wrong(column, MERGED, number=number, into=into)

    def _found(self, told: str) -> list[Told]:
        if known := self._keys.get(told) or self.by_number.get(number_in(told)):
            return [known]
        before, after = code_in(told)
        if before in CodeSystem.values and (known := self.by_code.get((before, after))):
            return [known]
        type_ = self.schema.concept_types.get(before, "")
        typed = self._typed.get((type_, fold(after)))
        return list(dict.fromkeys(_few(typed or self._names.get(fold(told)))))

    def _doubted(self, told: str) -> Told | None:
        return self._doubtful.get(fold(told)) or self._doubtful.get(fold(code_in(told)[1]))

    def _refuse(self, line: Line, column: str, told: str) -> None:
        number = number_in(told)
        self.refuse_merged(line, column, number)
        if not told:
            line.wrong(column, MISSING)
        elif number in self.gone:
            line.wrong(column, RETIRED, number=number)
        else:
            line.wrong(column, NO_SUCH, told=told)


def listed(concepts: Iterable[Told]) -> str:
    """The first few of them, by number and name."""
    told = [str(each) for each in concepts]
    more = "…" if len(told) > MOST_NAMED else ""
    return ", ".join(told[:MOST_NAMED]) + more


def _few(concepts: list[Told] | None) -> list[Told]:
    """Enough to see that it is not one, of a name that thousands may share."""
    return (concepts or [])[: 4 * MOST_NAMED]


def _both(names: dict[str, str]) -> tuple[str, str]:
    return fold(names.get("zh", "")), fold(names.get("en", ""))
