"""The passage that carries a relation, found by its words on the pages that ask for one."""

from __future__ import annotations

from typing import Any

import pytest

from governance import wording
from governance.admin import passage_choice
from governance.models import Account, ChangeSet, Passage, Relation, Version
from tests.support import graph, knowledge
from tests.support.visiting import Visitor, words


@pytest.fixture
def guideline(ana: Account, ben: Account) -> Version:
    return graph.guideline(ana, ben)


@pytest.fixture
def passage(guideline: Version) -> Passage:
    return guideline.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def at(row: Any, page: str = "change") -> str:
    return f"/admin/governance/{row._meta.model_name}/{row.pk}/{page}/"


def found(by: Account, edge: Relation, find: str, **fields: Any) -> str:
    return words(Visitor(by).press(at(edge, "add-evidence"), find=find, look="1", **fields))


def numbers_in(page: str, version: Version) -> list[int]:
    """Which of the passages the page lets one choose, by their places."""
    places = [p.pk for p in version.passages.current()]
    return [n for n, pk in enumerate(places) if f'name="found" value="{pk}"' in page]


@pytest.mark.parametrize(
    ("find", "places"),
    [
        ("alteplase", [0, 1, 2]),
        ("alteplase 0.9", [0, 2]),
        ("ＡＬＴＥＰＬＡＳＥ disability", [1]),
        ("缺血性卒中", [1]),
        ("mg/kg   4.5", [0]),
        ("heparin", []),
        ("%", []),
        ("<script>alert(1)</script>", []),
        ("a\0b \u202e ' \" \\", []),
        ("x" * 5000, []),
    ],
)
def test_passages_are_found_by_words_in_whatever_width(
    find: str, places: list[int], edge: Relation, guideline: Version, ana: Account
) -> None:
    page = found(ana, edge, find)

    assert numbers_in(page, guideline) == places
    assert "<script>alert" not in page


def test_passage_that_is_found_says_where_it_stands(edge: Relation, ana: Account) -> None:
    page = found(ana, edge, "disability")

    assert "Stroke guideline · 2024" in page
    assert "<mark>disability</mark>" in page


def test_sentence_that_holds_most_of_the_words_is_shown(
    edge: Relation, ana: Account, ben: Account
) -> None:
    texts = ["华法林的剂量见表。出血风险高者减少华法林剂量并监测。"]
    knowledge.active(knowledge.source(ana, title="Notes"), ana, ben, texts=texts)

    page = found(ana, edge, "华法林 出血")

    assert "<mark>出血</mark>风险高者减少<mark>华法林</mark>剂量并监测。</label>" in page


def test_row_of_a_table_is_shown_under_its_head(edge: Relation, ana: Account) -> None:
    page = found(ana, edge, "aspirin 300")

    row = "<td><mark>aspirin</mark></td><td><mark>300</mark> mg</td>"
    assert f"<th>Drug</th><th>Dose</th></tr></thead><tbody><tr>{row}" in page


def test_what_nothing_holds_is_said(edge: Relation, ana: Account) -> None:
    assert "No passage in force holds all of this: heparin" in found(ana, edge, "heparin")


def test_passage_that_is_not_in_force_is_not_found(
    edge: Relation, guideline: Version, ana: Account
) -> None:
    knowledge.quarantine(guideline.passages.current()[1], ana)

    assert numbers_in(found(ana, edge, "alteplase"), guideline) == [0, 2]


def test_no_more_are_shown_than_one_looks_through(
    edge: Relation, ana: Account, ben: Account
) -> None:
    texts = [f"Warfarin, note {n}." for n in range(passage_choice.MOST_FOUND + 1)]
    many = knowledge.active(knowledge.source(ana, title="Notes"), ana, ben, texts=texts)

    page = found(ana, edge, "warfarin")

    assert len(numbers_in(page, many)) == passage_choice.MOST_FOUND
    assert "There are more than these 20." in page


def test_words_side_by_side_come_first(edge: Relation, ana: Account, ben: Account) -> None:
    texts = ["Dose: low.", "Low. The dose is as above.", "Take a low dose."]
    three = knowledge.active(knowledge.source(ana, title="Notes"), ana, ben, texts=texts)

    page = found(ana, edge, "low dose")

    places = [page.index(f'value="{p.pk}"') for p in three.passages.current()]
    assert places[2] == min(places)


def test_looking_keeps_what_was_typed_and_writes_nothing(
    edge: Relation, guideline: Version, ana: Account
) -> None:
    fields = {"type": "treats", "object": edge.object_id, "find": "alteplase", "words": "half"}
    fields |= {"found": guideline.passages.current()[2].pk, "qualifiers": "dose: 1"}

    page = words(Visitor(ana).press(at(edge.subject, "relate"), **fields, look="1"))

    for typed in (
        "\nhalf</textarea>",
        "\ndose: 1</textarea>",
        'value="treats" selected',
        "checked",
    ):
        assert typed in page
    assert "kb-error" not in page
    assert ChangeSet.objects.count() == 1


def test_chosen_passage_stays_to_be_chosen_where_others_are_found(
    edge: Relation, guideline: Version, ana: Account
) -> None:
    second = guideline.passages.current()[1]

    page = found(ana, edge, "4.5", found=second.pk)

    assert numbers_in(page, guideline) == [0, 1]


@pytest.mark.parametrize("nonsense", ["", "-1", "9" * 40, "a\0b", "1.5", "<b>"])
def test_nonsense_is_no_passage_to_look_for(nonsense: str, edge: Relation, ana: Account) -> None:
    fields = dict.fromkeys(("find", "found", "passage", "words", "object", "type"), nonsense)

    answers = [
        Visitor(ana).press(at(row, page), **fields, look="1").status_code
        for row, page in ((edge, "add-evidence"), (edge.subject, "relate"))
    ]

    assert answers == [200, 200]


def test_who_may_not_draw_finds_no_passage(edge: Relation, cleo: Account) -> None:
    answer = Visitor(cleo).send(at(edge, "add-evidence"), find="alteplase", look="1")

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": "x"}, "Choose a passage that was found, or type the number of one."),
        ({"passage": 10**15}, "There is no such passage."),
        ({"found": "abc"}, "Enter a whole number."),
        ({"passage": 1, "found": 2}, "Another passage is chosen above."),
        ({"passage": "{0}", "words": "Give heparin"}, "These words are not in the passage. Copy"),
        ({"passage": "{0}", "words": "…"}, "These words are not in the passage. Copy"),
        ({"passage": "{0}"}, "These words carry it already."),
    ],
)
def test_evidence_that_cannot_be_meant_is_refused(
    fields: dict[str, Any], sentence: str, edge: Relation, passage: Passage, ana: Account
) -> None:
    sent = {name: str(value).format(passage.pk) for name, value in fields.items()}

    answer = Visitor(ana).press(at(edge, "add-evidence"), **sent)

    assert (answer.status_code, sentence in words(answer)) == (400, True)
    assert ChangeSet.objects.count() == 1


def test_passage_that_left_force_carries_nothing(
    edge: Relation, guideline: Version, ana: Account
) -> None:
    last = guideline.passages.current()[2]
    knowledge.quarantine(last, ana)

    answer = Visitor(ana).press(at(edge, "add-evidence"), passage=last.pk)

    assert f"Passage {last.pk} is not in force, so it carries no relation." in words(answer)


def test_form_that_comes_twice_is_one_step(edge: Relation, passage: Passage, ana: Account) -> None:
    visitor = Visitor(ana)
    fields = {"passage": passage.pk, "words": "0.9 mg/kg", "once": "the-same-token"}

    for _time in range(2):
        visitor.send(at(edge, "add-evidence"), **fields)

    assert ChangeSet.objects.latest("pk").edits.count() == 1


@pytest.mark.parametrize(
    ("copied", "quote"),
    [
        ("急性缺血性卒中。 alteplase", "急性缺血性卒中。\nＡＬＴＥＰＬＡＳＥ"),
        ("ＬＯＷＥＲＳ   disability", "lowers disability"),
    ],
)
def test_words_are_found_where_a_line_ends_between_them(copied: str, quote: str) -> None:
    start, end = wording.found_across_lines(graph.TEXTS[1], copied)[0]

    assert graph.TEXTS[1][start:end] == quote


def test_words_are_found_across_the_cells_of_a_table() -> None:
    start, end = wording.found_across_lines(graph.TEXTS[2], "alteplase\t0.9 mg/kg")[0]

    assert graph.TEXTS[2][start:end] == "alteplase | 0.9 mg/kg"
