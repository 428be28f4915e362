"""Writes the graph out as lists that are read back the same: what is current, in force or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from governance.models import Concept, Evidence, Relation, RelationType
from ingest.graph_lists import sheets_out, standing
from ingest.graph_lists.cells import codes_cell
from ingest.graph_lists.layout import COLUMNS, NAME_COLUMNS, QUALIFIER, Sheet
from ingest.graph_lists.places import written
from ingest.graph_lists.sheets_out import Cells, Out
from ingest.graph_lists.standing import CHUNK


def write_workbook(path: Path) -> dict[str, int]:
    """Returns the count of rows of each sheet."""
    return sheets_out.write_workbook(path, _tables())


def write_folder(path: Path) -> dict[str, int]:
    """A CSV file for each sheet. Returns the count of rows of each."""
    return sheets_out.write_folder(path, _tables())


def _tables() -> list[Out]:
    codes = RelationType.objects.values_list("qualifiers", flat=True)
    qualifiers = sorted({_column_of(code) for some in codes for code in some})
    relations = (*COLUMNS[Sheet.RELATIONS], *qualifiers)
    return [
        Out(Sheet.CONCEPTS, COLUMNS[Sheet.CONCEPTS], _concepts()),
        Out(Sheet.NAMES, COLUMNS[Sheet.NAMES], _names()),
        Out(Sheet.RELATIONS, relations, _relations()),
    ]


def _concepts() -> Iterator[Cells]:
    for numbers in _numbers(Concept.objects.current()):
        for told in standing.told_of(numbers):
            preferred = told.preferred()
            names = {column: preferred.get(code, "") for code, column in NAME_COLUMNS.items()}
            codes = codes_cell(sorted(told.codes))
            yield {"key": f"#{told.named}", "type": told.type, "codes": codes} | names


def _names() -> Iterator[Cells]:
    for numbers in _numbers(Concept.objects.current()):
        for told in standing.told_of(numbers):
            for (language, name), is_preferred in told.names.items():
                if not is_preferred:
                    yield {"concept": f"#{told.named}", "language": language, "name": name}


def _relations() -> Iterator[Cells]:
    """A row for each piece of evidence, those of one relation together."""
    for numbers in _numbers(Relation.objects.current()):
        rows = Relation.objects.filter(pk__in=numbers).values_list(
            "pk", "subject", "type__code", "object", "qualifiers"
        )
        said = {number: _said(*told) for number, *told in rows}
        evidence = Evidence.objects.current().filter(relation__in=numbers)
        spans = evidence.order_by("relation", "pk").values_list(
            "relation", "passage", "start", "end", "passage__text"
        )
        for number, passage, start, end, text in spans:
            words, place = written(text, start, end)
            yield said[number] | {"passage": str(passage), "words": words, "place": place}


def _said(subject: int, type_: str, object_: int, qualifiers: dict[str, str]) -> Cells:
    told = {_column_of(code): value for code, value in qualifiers.items()}
    return {"subject": f"#{subject}", "type": type_, "object": f"#{object_}"} | told


def _column_of(qualifier: str) -> str:
    is_taken = qualifier in COLUMNS[Sheet.RELATIONS]
    return QUALIFIER + qualifier if is_taken else qualifier


def _numbers(rows: Any) -> Iterator[list[int]]:
    """So many at a time, in their order."""
    every = rows.order_by("pk").values_list("pk", flat=True).iterator()
    while some := list(islice(every, CHUNK)):
        yield some
