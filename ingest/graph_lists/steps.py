"""What was checked, as the steps of a change set: concepts first, then what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from governance.actions.graph_ground import NEW, Step
from governance.actions.graph_relations import Span
from ingest.graph_lists.lines import Line
from ingest.graph_lists.relations import Telling
from ingest.graph_lists.standing import Told

Made = Iterator[tuple[Step, Line]]


def of_concepts(touched: Iterable[Told]) -> Made:
    """Each step with the row that it is made for first."""
    for concept in touched:
        lines = [*concept.added_names.values(), *concept.added_codes.values()]
        if isinstance(concept.named, str):
            content = {"ref": concept.named, "type": concept.type}
            yield ("concept.add", content | _names(concept) | _codes(concept)), lines[0]
            continue
        if concept.added_names:
            step = ("concept.name", {"concept": concept.named} | _names(concept))
            yield step, next(iter(concept.added_names.values()))
        if concept.added_codes:
            step = ("concept.code", {"concept": concept.named} | _codes(concept))
            yield step, next(iter(concept.added_codes.values()))


def of_relations(told: Iterable[Telling]) -> Made:
    for each in told:
        spans = [(_span(span), line) for span, line in each.spans.items()]
        if each.number is not None:
            for span, line in spans:
                yield ("evidence.add", {"relation": each.number} | span), line
        elif spans:
            yield ("relation.add", _relation(each, [span for span, _line in spans])), each.line


def _relation(told: Telling, evidence: list[dict[str, int]]) -> dict[str, Any]:
    return {
        "type": told.type.code,
        "subject": _reference(told.subject),
        "object": _reference(told.object),
        "qualifiers": told.qualifiers,
        "evidence": evidence,
    }


def _reference(concept: Told) -> int | str:
    """What is new is named by the step of this set that adds it."""
    return concept.named if isinstance(concept.named, int) else f"{NEW}{concept.named}"


def _span(span: Span) -> dict[str, int]:
    passage, start, end = span
    return {"passage": passage, "start": start, "end": end}


def _names(concept: Told) -> dict[str, Any]:
    names = [
        {"language": language, "name": name, "preferred": first}
        for (language, name), first in concept.names.items()
    ]
    return {"names": names}


def _codes(concept: Told) -> dict[str, Any]:
    return {"codes": [{"system": system, "code": code} for system, code in sorted(concept.codes)]}
