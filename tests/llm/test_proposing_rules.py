"""What the rules read in a sentence, and what they leave alone."""

from __future__ import annotations

import time
from itertools import product

import pytest

from governance.actions.graph_default import RELATION_TYPES
from llm.naming.meanings import LANGUAGES, meanings_in, shipped
from llm.naming.mentions import Finder
from llm.proposing.patterns import FIRST, reading
from llm.proposing.rules import Rules

LINES = {
    "drug": [
        "华法林\twarfarin",
        "阿司匹林\taspirin",
        "利伐沙班\trivaroxaban",
        "酮康唑\tketoconazole",
    ],
    "drug_class": [
        "抗凝药\tanticoagulant",
        "非甾体抗炎药\tnonsteroidal anti-inflammatory drug|NSAID",
    ],
    "disease": [
        "房颤|心房颤动\tatrial fibrillation",
        "库欣病\tCushing’s disease",
        "艾滋病\tAIDS",
        "消化性溃疡\tpeptic ulcer",
    ],
    "finding": ["出血\tbleeding", "肝毒性\thepatotoxicity", "皮疹\trash"],
    "test": ["国际标准化比值|INR\tinternational normalized ratio"],
    "population": ["孕妇\tpregnant women"],
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    meanings = [
        meaning for type_, lines in LINES.items() for meaning in meanings_in(lines, type_=type_)
    ]
    allowed = {
        code: frozenset((s, o) for subjects, objects in blocks for s in subjects for o in objects)
        for code, _zh, _en, _is_hierarchy, _qualifiers, blocks in RELATION_TYPES
    }
    return Rules(Finder(meanings), allowed)


def read(rules: Rules, text: str, *headings: str) -> set[tuple[str, str, str]]:
    stated = rules.read(text, headings)
    return {(str(s.subject), s.relation, str(s.object)) for s in stated}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("华法林可用于房颤的治疗。", {("华法林", "treats", "房颤")}),
        ("酮康唑治疗库欣病时应监测肝功能。", {("酮康唑", "treats", "库欣病")}),
        (
            "利伐沙班、华法林禁用于孕妇。",
            {("利伐沙班", "contraindicated_in", "孕妇"), ("华法林", "contraindicated_in", "孕妇")},
        ),
        ("孕妇禁用华法林。", {("华法林", "contraindicated_in", "孕妇")}),
        (
            "酮康唑可引起肝毒性和皮疹。",
            {("酮康唑", "causes", "肝毒性"), ("酮康唑", "causes", "皮疹")},
        ),
        ("避免华法林与阿司匹林合用。", {("华法林", "interacts_with", "阿司匹林")}),
        ("消化性溃疡是出血的独立危险因素。", {("消化性溃疡", "raises_risk_of", "出血")}),
        ("使用华法林期间应定期监测INR。", {("华法林", "monitored_by", "国际标准化比值")}),
        (
            "抗凝药（华法林、利伐沙班）",
            {("华法林", "is_a", "抗凝药"), ("利伐沙班", "is_a", "抗凝药")},
        ),
        (
            "Warfarin is recommended for patients with atrial fibrillation.",
            {("华法林", "treats", "房颤")},
        ),
        (
            "Warfarin is contraindicated in pregnant women.",
            {("华法林", "contraindicated_in", "孕妇")},
        ),
        (
            "Ketoconazole may cause hepatotoxicity and rash.",
            {("酮康唑", "causes", "肝毒性"), ("酮康唑", "causes", "皮疹")},
        ),
        ("NSAIDs increase the risk of bleeding.", {("非甾体抗炎药", "raises_risk_of", "出血")}),
        (
            "anticoagulants such as warfarin and rivaroxaban",
            {("华法林", "is_a", "抗凝药"), ("利伐沙班", "is_a", "抗凝药")},
        ),
    ],
)
def test_what_is_stated_is_read(rules: Rules, text: str, said: set[tuple[str, str, str]]) -> None:
    assert read(rules, text) == said


@pytest.mark.parametrize(
    "text",
    [
        "华法林是否可用于房颤的治疗尚不明确。",
        "尚无证据表明酮康唑可引起肝毒性。",
        "It is unclear whether warfarin is effective for atrial fibrillation.",
        "There is insufficient evidence that ketoconazole causes hepatotoxicity.",
        "Warfarin was not associated with an increased risk of bleeding.",
        "抗房颤药物可引起皮疹。",
        "Nonwarfarin anticoagulation aids recovery from atrial fibrillation.",
    ],
)
def test_doubt_denial_and_parts_of_other_words_state_nothing(rules: Rules, text: str) -> None:
    assert read(rules, text) == set()


def test_the_words_that_say_so_are_a_sentence_of_the_text(rules: Rules) -> None:
    text = "A first sentence.  \nKetoconazole may cause rash [3,4]. Another."

    (stated,) = rules.read(text)

    assert text[stated.start : stated.end] == "Ketoconazole may cause rash [3,4]."


def test_references_and_brackets_between_the_words_do_not_hide_them(rules: Rules) -> None:
    text = "酮康唑（每日一次）[12,13]可引起肝毒性［5］和皮疹。"

    assert read(rules, text) == {("酮康唑", "causes", "肝毒性"), ("酮康唑", "causes", "皮疹")}


def test_a_heading_says_what_a_choice_of_treatment_is_for(rules: Rules) -> None:
    assert read(rules, "首选酮康唑。", "库欣病", "药物治疗") == {("酮康唑", "treats", "库欣病")}


def test_no_heading_of_treatment_leaves_a_choice_without_its_disease(rules: Rules) -> None:
    assert read(rules, "首选酮康唑。", "库欣病", "流行病学") == set()


def test_nothing_is_read_in_a_list_of_references(rules: Rules) -> None:
    assert read(rules, "Ketoconazole may cause rash.", "References") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Clinicians should not treat atrial fibrillation with warfarin.",
        "Atrial fibrillation drugs may cause bleeding.",
        "Treatment with warfarin for AIDS is associated with an increased risk of bleeding."
        " Bleeding is not caused by aspirin.",
        "Use aspirin rather than treating atrial fibrillation with warfarin.",
        "不应使用华法林治疗房颤。",
    ],
)
def test_the_contrary_is_not_read(rules: Rules, text: str) -> None:
    assert read(rules, text) == set()


def test_what_the_schema_does_not_allow_is_not_stated(rules: Rules) -> None:
    assert read(rules, "库欣病可用于房颤的治疗。") == set()


def test_an_abbreviation_is_read_in_capitals_alone(rules: Rules) -> None:
    assert read(rules, "Aids may cause rash.") == set()
    assert read(rules, "AIDS may cause rash.") == {("艾滋病", "causes", "皮疹")}


def test_signs_of_private_use_in_a_text_are_no_concepts(rules: Rules) -> None:
    assert read(rules, "\ue000 may cause rash. \ue001可引起\ue000。") == set()


def test_a_name_of_two_concepts_means_neither() -> None:
    finder = Finder(
        [*meanings_in(["铁\tiron"], type_="drug"), *meanings_in(["铁\tiron test"], type_="test")]
    )

    assert finder.named("铁") is None
    assert [m.meaning.names[1][1] for m in finder.mentions("铁 iron test iron")] == [
        "iron test",
        "iron",
    ]


def test_a_name_within_another_is_not_meant(rules: Rules) -> None:
    found = rules.finder.mentions("nonsteroidal anti-inflammatory drugs and unaspirinlike")

    assert [str(mention.meaning) for mention in found] == ["非甾体抗炎药"]


def test_every_line_of_the_lexicon_is_a_concept_with_names_of_its_own() -> None:
    named: dict[str, object] = {}
    for meaning in shipped():
        assert meaning.names
        for name in meaning.folded_names():
            assert named.setdefault(name, meaning) is meaning, name


TABLE = """表1 不良反应
| 药品 | 类别 | 特点和不良反应 |
| --- | --- | --- |
| 华法林（每日一次） | 抗凝药 | 出血 |
| 酮康唑 | 其他 | 特点：用于皮疹；副作用：肝毒性 |
| 华法林和酮康唑 | 抗凝药 | 皮疹 |
| 阿司匹林 | 非甾体抗炎药 | 皮疹 | 多了一格 |"""


def test_a_column_is_said_of_the_one_thing_that_begins_its_row(rules: Rules) -> None:
    stated = rules.read(TABLE, is_table=True)

    assert {(str(s.subject), s.relation, str(s.object)) for s in stated} == {
        ("华法林", "is_a", "抗凝药"),
        ("华法林", "causes", "出血"),
        ("酮康唑", "causes", "肝毒性"),
    }
    assert TABLE[stated[0].start : stated[0].end] == "| 华法林（每日一次） | 抗凝药 | 出血 |"


@pytest.mark.parametrize("table", ["", "|", "| --- |", "| a |\n| --- |", "a\n|---|\n||\n| x | y |"])
def test_what_is_no_table_has_no_rows(rules: Rules, table: str) -> None:
    assert rules.read(table, is_table=True) == []


def test_a_long_row_of_signs_is_read_in_reasonable_time(rules: Rules) -> None:
    """Nested repeats must not try every way of cutting a row into concepts."""
    rules.read("、".join(["华法林", "阿司匹林"] * 50))
    rules.read(" and ".join(["warfarin", "rash"] * 25))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_way_of_saying_something_again_can_be_read_in_two_ways(language: str) -> None:
    forms = reading(language).patterns
    again = ["以及", "及", "每年重点", "每每每每", "both ", "moderate ", "long-term ", "acute or "]
    heads = ["", f"{FIRST}应", f"{FIRST}治疗期间应", "avoid ", f"{FIRST} causes "]
    texts = [
        head + f"{said}{sign}" * 22 for head in heads for said in again for sign in ("", FIRST)
    ]

    started = time.process_time()
    for form, text in product(forms, texts):
        list(form.form.finditer(text))

    assert time.process_time() - started < 2
