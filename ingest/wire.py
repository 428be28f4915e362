"""Documents and drafts as JSON and back, for crossing from a process that is not trusted.

What comes back is checked field by field: the process that read a hostile file may say anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from ingest import parsing
from ingest.parsing.document import Block, Box, Document, Unreadable, Warning  # noqa: A004
from ingest.parsing.outcomes import ERRORS, WARNINGS
from ingest.splitting import Parsed, PassageDraft, SectionDraft

_T = TypeVar("_T")


class Nonsense(ValueError):
    """What came over the wire is not what was agreed."""


def document_to_json(document: Document) -> dict[str, Any]:
    return asdict(document)


def parsed_to_json(parsed: Parsed) -> dict[str, Any]:
    return asdict(parsed)


def unreadable_to_json(error: Unreadable) -> dict[str, Any]:
    return {"code": error.code, "facts": error.facts}


def document_from_json(value: Any) -> Document:
    """Raises `Nonsense`."""
    fields = _fields(value, "media_type", "pages", "blocks", "warnings")
    return Document(
        _text(fields["media_type"]),
        _page(fields["pages"]),
        _each(fields["blocks"], _block),
        _each(fields["warnings"], _warning),
    )


def parsed_from_json(value: Any) -> Parsed:
    """Raises `Nonsense`, also where sections and passages do not fit each other."""
    fields = _fields(value, "sections", "passages")
    sections = _each(fields["sections"], _section)
    passages = _each(fields["passages"], _passage)
    if [each.position for each in sections] != list(range(len(sections))):
        raise Nonsense("sections are not numbered in order")
    if [each.position for each in passages] != list(range(len(passages))):
        raise Nonsense("passages are not numbered in order")
    if any(not 0 <= each.section < len(sections) for each in passages):
        raise Nonsense("a passage is in no section")
    return Parsed(sections, passages)


def unreadable_from_json(value: Any) -> Unreadable:
    """Raises `Nonsense` for a code that is not on the list."""
    fields = _fields(value, "code", "facts")
    return Unreadable(_listed(fields["code"], ERRORS), **_facts(fields["facts"]))


def _block(value: Any) -> Block:
    names = ("kind", "text", "page", "boxes", "level", "rows", "header_rows", "starts")
    fields = _fields(value, *names)
    kind = _text(fields["kind"])
    if kind not in {"heading", "text", "table"}:
        raise Nonsense("a block of no known kind")
    return Block(
        kind,  # type: ignore[arg-type]
        _text(fields["text"]),
        _page(fields["page"]),
        _each(fields["boxes"], _box),
        _count(fields["level"]),
        _each(fields["rows"], _cells),
        _count(fields["header_rows"]),
        _each(fields["starts"], _count),
    )


def _box(value: Any) -> Box:
    fields = _fields(value, "page", "left", "top", "right", "bottom")
    sides = [_number(fields[side]) for side in ("left", "top", "right", "bottom")]
    return Box(_count(fields["page"]), *sides)


def _warning(value: Any) -> Warning:
    fields = _fields(value, "code", "page", "facts")
    code = _listed(fields["code"], WARNINGS)
    return Warning(code, _page(fields["page"]), _facts(fields["facts"]))


def _section(value: Any) -> SectionDraft:
    fields = _fields(value, "position", "level", "title", "path", "page")
    path = _each(fields["path"], _text)
    if not path:
        raise Nonsense("a section without a path")
    return SectionDraft(
        _count(fields["position"]),
        _count(fields["level"]),
        _text(fields["title"]),
        path,
        _page(fields["page"]),
    )


def _passage(value: Any) -> PassageDraft:
    fields = _fields(value, "position", "section", "kind", "page", "boxes", "text")
    kind = _text(fields["kind"])
    if kind not in {"text", "table"}:
        raise Nonsense("a passage of no known kind")
    return PassageDraft(
        _count(fields["position"]),
        _count(fields["section"]),
        kind,  # type: ignore[arg-type]
        _page(fields["page"]),
        _each(fields["boxes"], _box),
        _text(fields["text"]),
    )


def _fields(value: Any, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise Nonsense(f"not an object of {', '.join(names)}")
    return value


def _each(value: Any, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise Nonsense("not a list")
    return tuple(read(each) for each in value)


def _cells(value: Any) -> tuple[str, ...]:
    return _each(value, _text)


def _text(value: Any) -> str:
    if not isinstance(value, str) or parsing.NOT_STORABLE.search(value):
        raise Nonsense("not a text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Nonsense("not a count")
    return value


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Nonsense("not a number")
    return float(value)


def _page(value: Any) -> int | None:
    return None if value is None else _count(value)


def _listed(value: Any, codes: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in codes:
        raise Nonsense("a code that is not on the list")
    return value


def _facts(value: Any) -> dict[str, int | str]:
    if not isinstance(value, dict):
        raise Nonsense("facts are no object")
    if not all(type(each) in {int, str} for each in value.values()):
        raise Nonsense("a fact that is neither a number nor a text")
    return value
