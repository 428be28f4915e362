"""The dry run of a list: every row as the form would take it, an error for each cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as say

from governance.actions import sources
from governance.actions.sources import Description
from governance.admin.source_forms import SourceForm, described
from governance.admin.version_pages import address_of_source
from governance.classes import SourceClass
from governance.errors import Malformed
from governance.identifiers import IdentifierKind, normalised
from governance.models import Identifier, Language, Source
from ingest.bringing.list_words import column_name, flaw_sentence
from ingest.listing.table import FLAGS, NUMBERS, Row, code_of

_YES, _NO = frozenset({"yes", "y", "是", "true", "1"}), frozenset({"no", "n", "否", "false", "0"})
_USUAL = {"may_serve": True, "may_quote": True, "may_train": False}
_FIELDS = ("title", "source_class", "issuer", "language", "department", "licence_text")
_OF_ACTION = {"licence.text": "licence_text", "licence.train": "may_train"}


@dataclass(frozen=True)
class Problem:
    """Where in the list, what stands there, and what is wrong with it."""

    row: int
    column: str
    value: str
    sentence: str

    @property
    def column_name(self) -> str:
        return column_name(self.column)


@dataclass(frozen=True)
class Known:
    """A row whose work is registered already, and by which cell it was known again."""

    row: int
    title: str
    column: str
    value: str
    source: Source

    @property
    def address(self) -> str:
        return address_of_source(self.source.pk)

    def problem(self) -> Problem:
        told = say("A source with this is registered already: “%(title)s”.")
        return Problem(self.row, self.column, self.value, told % {"title": self.source.title})


@dataclass
class DryRun:
    """`known` is what is registered already: left out, or a problem each."""

    described: dict[int, Description] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)

    @property
    def descriptions(self) -> list[Description]:
        return list(self.described.values())


def dry_run(rows: Iterable[Row], usual: Mapping[str, str], *, leave_out: bool = False) -> DryRun:
    """`usual` is what holds for rows that leave a cell empty.

    Only what is registered already is left out, and only if asked to: a wrong cell is wrong.
    """
    found, seen = DryRun(), dict[tuple[str, str], int]()
    labels = _labels()
    for row in rows:
        cells = {**{name: value for name, value in usual.items() if value}, **_filled(row)}
        flawed = {each.column for each in row.flaws}
        problems = [
            Problem(
                row.number, each.column, row.cells.get(each.column, ""), flaw_sentence(each.code)
            )
            for each in row.flaws
        ]
        # An entry that cannot be read at all has nothing in it that could be missed.
        whole = all(each.code != "broken_entry" for each in row.flaws)
        description, more = _described(row.number, cells, labels) if whole else (None, [])
        problems += [each for each in more if each.column not in flawed]
        if description and not problems:
            problems += _twice(row.number, description, seen)
        found.problems += problems
        if description and not problems:
            found.described[row.number] = description
    found.known += _there_already(found.described, seen)
    for known in found.known:
        if leave_out:
            found.described.pop(known.row, None)
        else:
            found.problems.append(known.problem())
    return found


def _filled(row: Row) -> dict[str, str]:
    return {name: value for name, value in row.cells.items() if value}


def _described(
    number: int, cells: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[Description | None, list[Problem]]:
    problems: list[Problem] = []

    def wrong(column: str, sentence: object) -> None:
        problems.append(Problem(number, column, cells.get(column, ""), str(sentence)))

    given: dict[str, Any] = {name: cells.get(name, "") for name in _FIELDS}
    for name in ("source_class", "language"):
        given[name] = labels.get(code_of(given[name]).casefold(), code_of(given[name]))
    for name in FLAGS:
        said = cells.get(name, "").casefold()
        given[name] = said in _YES if said else _USUAL[name]
        if said and said not in _YES | _NO:
            wrong(name, say("Say yes or no."))
    form = SourceForm(given)
    for name, errors in form.errors.items():
        wrong(name, " ".join(map(str, errors)))
    identifiers = list(_identifiers(cells, wrong))
    if problems:
        return None, problems
    description = described(form.cleaned_data, identifiers)
    try:
        sources.check(description)
    except Malformed as refusal:
        name = str(refusal.facts["field"])
        wrong(_OF_ACTION.get(name, name), refusal.facts["problem"])
    return description, problems


def _identifiers(cells: Mapping[str, str], wrong: Any) -> Iterator[tuple[str, str]]:
    """Several of a kind stand in one cell with a semicolon between."""
    for kind in NUMBERS:
        for value in cells.get(kind, "").replace("；", ";").split(";"):
            if not value.strip():
                continue
            try:
                yield kind, normalised(kind, value)
            except ValueError as error:
                wrong(kind, error)


def _twice(
    number: int, description: Description, seen: dict[tuple[str, str], int]
) -> Iterator[Problem]:
    keys = [("title", f"{description.title}\n{description.issuer}".casefold())]
    keys += [each for each in description.identifiers if each[0] != IdentifierKind.ISSN]
    for key in keys:
        first = seen.setdefault(key, number)
        if first != number:
            value = description.title if key[0] == "title" else key[1]
            sentence = say("The same stands in row %(row)s already.") % {"row": first}
            yield Problem(number, key[0], value, sentence)


def _there_already(
    described: Mapping[int, Description], seen: Mapping[tuple[str, str], int]
) -> Iterator[Known]:
    """Sources of the same number, or of the same title and issuer, are not registered again."""
    told = described.values()
    numbers = {value for each in told for _kind, value in each.identifiers}
    rows = Identifier.objects.filter(value__in=numbers).select_related("source")
    for row in rows.order_by("pk"):
        number = seen.get((row.kind, row.value), 0)
        if number in described:
            title = described[number].title
            yield Known(number, title, row.kind, row.value, row.source)
    titles = Source.objects.filter(title__in={each.title for each in told})
    for source in titles.order_by("pk"):
        number = seen.get(("title", f"{source.title}\n{source.issuer}".casefold()), 0)
        if number in described:
            yield Known(number, described[number].title, "title", source.title, source)


def _labels() -> dict[str, str]:
    """The codes of classes and languages by their names in every language of the screens."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for each in (*SourceClass, *Language):
                found[str(each.label).casefold()] = each.value
    return found
