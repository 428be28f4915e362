"""What the rules read in real guidelines, of which every statement was held against the text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from governance.actions.graph_default import RELATION_TYPES
from ingest import parsing, splitting
from llm.naming.meanings import shipped
from llm.naming.mentions import Finder
from llm.proposing.rules import Rules, Statement

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("KB_TEST_DATA" not in os.environ, reason="KB_TEST_DATA is not set"),
]

CUSHING = "zh/guidelines/ChinaXiv-202207.00055V1.pdf"
COVID = "zh/guidelines/nhc-covid-19-protocol.zh.docx"


@pytest.fixture(scope="module")
def rules() -> Rules:
    allowed = {
        code: frozenset((s, o) for subjects, objects in blocks for s in subjects for o in objects)
        for code, _zh, _en, _is_hierarchy, _qualifiers, blocks in RELATION_TYPES
    }
    return Rules(Finder(shipped()), allowed)


def read(rules: Rules, name: str) -> list[tuple[str, Statement]]:
    file = Path(os.environ["KB_TEST_DATA"]) / name
    parsed = splitting.split(parsing.read(file, file.name, lambda *_: None))
    paths = {section.position: section.path for section in parsed.sections}
    return [
        (passage.text, statement)
        for passage in parsed.passages
        for statement in rules.read(
            passage.text, paths[passage.section], is_table=passage.kind == "table"
        )
    ]


def said(stated: list[tuple[str, Statement]]) -> set[str]:
    return {f"{s.subject} {s.relation} {s.object}" for _text, s in stated}


@pytest.mark.parametrize(
    ("name", "some"),
    [
        (
            CUSHING,
            {
                "卡麦角林 is_a 多巴胺受体激动剂",
                "卡麦角林 treats 库欣病",
                "帕瑞肽 causes 高血糖",
                "库欣病 causes 满月脸",
                "酮康唑 causes 男性乳房发育",
                "奥西卓司他 causes 关节痛",
            },
        ),
        (COVID, {"新型冠状病毒感染 causes 干咳", "托珠单抗 treats 新型冠状病毒感染"}),
    ],
)
def test_relations_of_a_guideline_are_read(rules: Rules, name: str, some: set[str]) -> None:
    assert some <= said(read(rules, name))


def test_what_says_so_is_in_the_passage_and_names_both_or_stands_below_one(rules: Rules) -> None:
    for text, statement in read(rules, CUSHING):
        words = text[statement.start : statement.end]
        named = {mention.meaning for mention in rules.finder.mentions(words)}
        assert words == words.strip()
        assert named & {statement.subject, statement.object}


def test_nothing_is_read_in_references(rules: Rules) -> None:
    assert not any("[J]" in text[s.start : s.end] for text, s in read(rules, CUSHING))
