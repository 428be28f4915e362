"""What crosses from the child: the same on both sides, or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import wire
from ingest.parsing.document import Block, Box, Document, Unreadable, Warning  # noqa: A004
from ingest.parsing.outcomes import ERRORS, WARNINGS
from ingest.splitting import Parsed, split

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
PAGE = st.none() | st.integers(0, 5000)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
BOXES = st.builds(Box, st.integers(0, 9), NUMBER, NUMBER, NUMBER, NUMBER)
FACTS = st.dictionaries(TEXT, st.integers() | TEXT, max_size=2)


def tuples(each: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=most).map(tuple)


BLOCKS = st.builds(
    Block,
    kind=st.sampled_from(["heading", "text", "table"]),
    text=TEXT,
    page=PAGE,
    boxes=tuples(BOXES),
    level=st.integers(0, 9),
    rows=tuples(tuples(TEXT)),
    header_rows=st.integers(0, 3),
    starts=tuples(st.integers(0, 99)),
)
WARNED = st.builds(Warning, st.sampled_from(sorted(WARNINGS)), PAGE, FACTS)
DOCUMENTS = st.builds(Document, TEXT, PAGE, tuples(BLOCKS), tuples(WARNED))

BLOCK = Block("text", "口服。", 1, (Box(1, 0, 0, 10, 10),))
DOCUMENT = Document("text/plain", 1, (BLOCK,), (Warning("figure_left_out", 1, {"count": 2}),))


def over(value: Any) -> Any:
    """As it arrives at the other end."""
    return json.loads(json.dumps(value))


def spoiled(value: Any, path: str, to: Any) -> Any:
    """The message with one thing in it put otherwise: "blocks.0.text"."""
    message = over(value)
    *ways, last = [int(way) if way.isdecimal() else way for way in path.split(".")]
    inside = message
    for way in ways:
        inside = inside[way]
    inside[last] = to
    return message


@given(DOCUMENTS)
def test_document_arrives_as_it_was_sent(document: Document) -> None:
    assert wire.document_from_json(over(wire.document_to_json(document))) == document


@given(DOCUMENTS)
def test_drafts_arrive_as_they_were_sent(document: Document) -> None:
    parsed = split(document)

    assert wire.parsed_from_json(over(wire.parsed_to_json(parsed))) == parsed


@given(st.sampled_from(sorted(ERRORS)))
def test_refusal_arrives_as_it_was_sent(code: str) -> None:
    found = wire.unreadable_from_json(over(wire.unreadable_to_json(Unreadable(code, pages=3))))

    assert (found.code, found.facts) == (code, {"pages": 3})


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("media_type", 5),
        ("pages", "1"),
        ("pages", -1),
        ("pages", True),
        ("blocks", {}),
        ("blocks.0", []),
        ("blocks.0.kind", "picture"),
        ("blocks.0.text", None),
        ("blocks.0.text", "a\0b"),
        ("blocks.0.level", -1),
        ("blocks.0.level", 1.5),
        ("blocks.0.rows", "ab"),
        ("blocks.0.rows", [[1]]),
        ("blocks.0.extra", 1),
        ("blocks.0.boxes.0.left", "0"),
        ("blocks.0.boxes.0.page", None),
        ("warnings.0.code", "all_is_well"),
        ("warnings.0.code", ["figure_left_out"]),
        ("warnings.0.facts", []),
        ("warnings.0.facts", {"count": 1.5}),
        ("warnings.0.facts", {"count": {"a": 1}}),
    ],
)
def test_document_that_is_spoiled_is_nonsense(path: str, to: Any) -> None:
    message = spoiled(wire.document_to_json(DOCUMENT), path, to)

    with pytest.raises(wire.Nonsense):
        wire.document_from_json(message)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("sections", None),
        ("sections.0.position", 1),
        ("sections.0.path", []),
        ("sections.0.path", [1]),
        ("sections.0.title", None),
        ("sections.0.level", "0"),
        ("passages.0.position", 4),
        ("passages.0.section", 1),
        ("passages.0.section", -1),
        ("passages.0.kind", "heading"),
        ("passages.0.text", 1),
        ("passages.0.page", 1.0),
        ("passages.0.boxes", None),
    ],
)
def test_drafts_that_are_spoiled_are_nonsense(path: str, to: Any) -> None:
    message = spoiled(wire.parsed_to_json(split(DOCUMENT)), path, to)

    with pytest.raises(wire.Nonsense):
        wire.parsed_from_json(message)


@pytest.mark.parametrize("message", [None, 1, "x", [], {}, {"media_type": "x"}])
def test_what_is_no_document_is_nonsense(message: Any) -> None:
    with pytest.raises(wire.Nonsense):
        wire.document_from_json(message)


@pytest.mark.parametrize(
    "message",
    [
        None,
        {},
        {"code": "made_up", "facts": {}},
        {"code": "no_text", "facts": None},
        {"code": 1, "facts": {}},
    ],
)
def test_what_is_no_refusal_is_nonsense(message: Any) -> None:
    with pytest.raises(wire.Nonsense):
        wire.unreadable_from_json(message)


def test_empty_document_arrives_empty() -> None:
    empty = Document("text/plain", None, ())

    assert wire.document_from_json(over(wire.document_to_json(empty))) == empty
    assert wire.parsed_from_json(over(wire.parsed_to_json(split(empty)))) == Parsed((), ())
