"""The sample knowledge: complete, well formed, and plainly not for clinical use."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kbadmin
from governance.classes import POLICIES
from governance.identifiers import normalised
from ingest.parsing import docx, html_page, jats, markdown, pdf, plain
from ingest.parsing.document import Block, Document
from ingest.splitting import split

FOLDER = Path(kbadmin.__file__).parent / "sample"
READERS: dict[str, Callable[..., Document]] = {
    ".md": markdown.read,
    ".txt": plain.read,
    ".docx": docx.read,
    ".pdf": pdf.read,
    ".html": html_page.read,
    ".xml": jats.read,
}
SOURCES: list[dict[str, Any]] = json.loads((FOLDER / "sample.json").read_text("utf-8"))
QUESTIONS: list[dict[str, str]] = json.loads((FOLDER / "questions.json").read_text("utf-8"))
# Of the others nothing here is the answer: their `file` and `contains` are null.
ANSWERED = [question for question in QUESTIONS if question["file"]]
VERSIONS: list[dict[str, str]] = [v for source in SOURCES for v in source["versions"]]
FILES = [version["file"] for version in VERSIONS]
BY_FILE = {v["file"]: (source, v) for source in SOURCES for v in source["versions"]}

IN_FORCE = {"active", "due"}

every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda s: s["title"])
every_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda v: v["file"])
every_file = pytest.mark.parametrize("file", FILES)


@functools.cache
def read(file: str) -> Document:
    path = FOLDER / file
    return READERS[path.suffix](path, lambda done: None)


def words_of(block: Block) -> str:
    return "\n".join([block.text, *("\t".join(row) for row in block.rows)])


@functools.cache
def text_of(file: str) -> str:
    """The text as a reader sees it, every run of white space as one space."""
    return " ".join("\n".join(map(words_of, read(file).blocks)).split())


@every_source
def test_a_source_says_all_that_a_registration_asks_for(source: dict[str, Any]) -> None:
    words = ("title", "issuer", "language", "department")

    assert all(source[field].strip() for field in words)


@every_source
def test_a_class_has_one_of_the_identifiers_it_asks_for(source: dict[str, Any]) -> None:
    kinds = {identifier["kind"] for identifier in source["identifiers"]}

    assert kinds & set(POLICIES[source["source_class"]].identified_by)


@every_source
def test_identifiers_are_valid_and_in_canonical_spelling(source: dict[str, Any]) -> None:
    identifiers = [(each["kind"], each["value"]) for each in source["identifiers"]]

    assert [(kind, normalised(kind, value)) for kind, value in identifiers] == identifiers


@every_source
def test_the_licence_lets_anybody_use_the_text(source: dict[str, Any]) -> None:
    free = {"text": "CC0 1.0", "serve": True, "quote": True, "train": True}

    assert source["licence"] == free


@every_version
def test_a_version_has_nothing_a_loader_would_not_know(version: dict[str, str]) -> None:
    needed = {"file", "label", "published_on", "state"}

    assert needed <= set(version) <= needed | {"effective_from", "reason", "comments"}


@every_version
def test_days_are_written_as_the_interface_takes_them(version: dict[str, str]) -> None:
    assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", version["published_on"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", version.get("effective_from", "2000-01-01"))


def test_every_file_beside_the_lists_belongs_to_exactly_one_version() -> None:
    there = {path.name for path in FOLDER.iterdir() if path.is_file()}

    assert sorted(FILES) == sorted(there - {"sample.json", "questions.json", "graph.json"})


def test_both_languages_and_eight_classes_are_shown() -> None:
    assert {source["language"] for source in SOURCES} == {"zh", "en"}
    assert len({source["source_class"] for source in SOURCES}) == 8


def test_every_format_that_people_have_is_there() -> None:
    assert {Path(file).suffix for file in FILES} == set(READERS)


def test_each_state_that_a_newcomer_should_see_is_there() -> None:
    states = Counter(version["state"] for version in VERSIONS)

    assert states.pop("active") > 1
    assert states == dict.fromkeys(
        ("superseded", "overdue", "due", "quarantined", "sent_back", "in_review"), 1
    )


def test_a_superseded_version_stands_before_the_active_one_of_its_source() -> None:
    states = [[version["state"] for version in source["versions"]] for source in SOURCES]

    assert ["superseded", "active"] in states
    assert all(states == ["superseded", "active"] or len(states) == 1 for states in states)


@every_file
def test_a_file_is_read_without_a_warning(file: str) -> None:
    """But of an article it is always said that names and addresses are left out."""
    codes = {warning.code for warning in read(file).warnings}

    assert codes == ({"front_matter_left_out"} if file.endswith(".xml") else set())


@every_file
def test_a_file_says_in_its_first_lines_that_it_is_an_example(file: str) -> None:
    beginning = text_of(file)[:400]

    assert re.search("不得用于临床|not for clinical use", beginning)
    assert re.search("为试用本软件而编写的示例|example for trying out the software", beginning)


@every_file
def test_a_file_has_headings(file: str) -> None:
    headings = [block for block in read(file).blocks if block.kind == "heading"]

    assert len(headings) > 5


@pytest.mark.parametrize("file", [file for file in FILES if not file.endswith(".txt")])
def test_a_table_keeps_its_caption_and_all_its_cells(file: str) -> None:
    tables = [block for block in read(file).blocks if block.kind == "table"]

    assert tables
    assert all(table.text and len({len(row) for row in table.rows}) == 1 for table in tables)


@every_file
def test_a_file_is_small(file: str) -> None:
    assert (FOLDER / file).stat().st_size < 60_000


def test_the_chapter_in_pdf_has_several_pages() -> None:
    document = read("clinical-pharmacology-renal-dosing.en.pdf")

    assert document.pages == 3
    assert {block.page for block in document.blocks} == {1, 2, 3}


def test_the_newer_edition_says_the_opposite_of_the_older_where_it_matters() -> None:
    older, newer = (text_of(f"vte-prevention-{year}.zh.md") for year in (2024, 2026))

    assert "低分子肝素预防7～10天。（弱推荐" in older
    assert "延长至术后28天。（强推荐" in newer
    assert "低分子肝素预防7～10天" not in newer


def test_identifiers_that_a_reader_can_see_are_those_of_the_list() -> None:
    assert "国药准字H00000000" in text_of("enoxaparin-label.zh.txt")
    assert "示例医院医务〔2024〕1号" in text_of("vte-prevention-2026.zh.md")
    assert "978-0-00-000000-2" in text_of("clinical-pharmacology-renal-dosing.en.pdf")


def test_there_are_questions_in_each_language_across_them_and_with_no_answer() -> None:
    counts = Counter(kind_of(question) for question in QUESTIONS)

    least = {"zh → zh": 50, "en → en": 45, "zh → en": 10, "en → zh": 8, "zh": 10, "en": 10}
    assert set(counts) == set(least)
    assert all(counts[kind] >= number for kind, number in least.items())


def kind_of(question: dict[str, str]) -> str:
    """The language of the question, then that of the source where one answers it."""
    if not question["file"]:
        return question["language"]
    return f"{question['language']} → {BY_FILE[question['file']][0]['language']}"


def test_a_question_is_asked_once_and_has_both_or_neither() -> None:
    asked = Counter(question["question"] for question in QUESTIONS)

    assert max(asked.values()) == 1
    assert all(bool(q["file"]) == bool(q["contains"]) for q in QUESTIONS)


def test_a_question_is_answered_by_a_version_in_force() -> None:
    assert {BY_FILE[q["file"]][1]["state"] for q in ANSWERED} <= IN_FORCE


def test_the_answer_stands_in_one_passage_of_the_expected_file() -> None:
    found = {q["question"]: sum(q["contains"] in t for t in passages(q["file"])) for q in ANSWERED}

    assert {question: number for question, number in found.items() if number != 1} == {}


@functools.cache
def passages(file: str) -> list[str]:
    return [passage.text for passage in split(read(file)).passages]


def test_no_other_version_in_force_has_the_answer() -> None:
    in_force = {version["file"] for version in VERSIONS if version["state"] in IN_FORCE}

    having = [(q, {f for f in in_force if q["contains"] in text_of(f)}) for q in ANSWERED]

    assert [q["question"] for q, files in having if files != {q["file"]}] == []
