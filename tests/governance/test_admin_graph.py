"""The graph on screen: proposed step by step, read by another, applied, and undone."""

from __future__ import annotations

from typing import Any

import pytest

from governance.models import Account, ChangeSet, Concept, Passage, Relation, Version
from tests.support.graph import applied, begin_schema, concept, named, stroke, submitted
from tests.support.visiting import Visitor

ADD = "/admin/governance/concept/add/"


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return stroke(ana, ben, passage)


def at(row: Any, page: str = "change") -> str:
    return f"/admin/governance/{row._meta.model_name}/{row.pk}/{page}/"


def newest_set() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def test_concept_goes_from_a_form_into_the_graph(
    passage: Passage, ana: Account, ben: Account
) -> None:
    writer, reader = Visitor(ana), Visitor(ben)
    writer.press(
        ADD, type="drug", names_zh="肝素\n普通肝素", names_en="heparin", codes="ATC B01AB01"
    )
    made = newest_set()
    assert "Add the concept “heparin · 肝素 · 普通肝素”, a Drug" in writer.read(at(made))
    writer.press(at(made, "submit"))

    reader.decide(at(made, "apply"), reason="As in the pharmacopoeia.")

    heparin = named("heparin")
    assert (str(heparin.codes.get()), heparin.names.count()) == ("ATC B01AB01", 3)
    assert "Applied: the graph has changed." in reader.read(at(made))


def test_relation_is_proposed_by_the_words_of_a_passage(
    edge: Relation, passage: Passage, ana: Account, ben: Account
) -> None:
    applied(ana, ben, concept("h", "drug", "heparin"))
    writer = Visitor(ana)

    writer.press(
        at(named("heparin"), "relate"),
        type="treats",
        object=edge.object_id,
        passage=passage.pk,
        words="ｌｏｗ",
        qualifiers="dose：5000 U",
    )

    page = writer.read(at(newest_set()))
    assert "Say: heparin – treats → ischaemic stroke" in page
    assert "dose: 5000 U" in page
    assert newest_set().edits.get().content["evidence"] == [
        {"passage": passage.pk, "start": 6, "end": 9}
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"passage": 10**15}, "There is no such passage."),
        ({"words": "Go fast"}, "These words are not in the passage."),
        ({"qualifiers": "five mg"}, "“five mg” has no name with a colon before it."),
        ({"object": "x"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    given: dict[str, Any], sentence: str, edge: Relation, passage: Passage, ana: Account
) -> None:
    fields = {"type": "treats", "object": edge.object_id, "passage": passage.pk} | given

    answer = Visitor(ana).press(at(edge.subject, "relate"), **fields)

    assert sentence in answer.content.decode()
    assert ChangeSet.objects.count() == 1


def test_second_step_goes_into_the_set_that_is_open(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(edge.subject, "rename"), names_zh="", names_en="rt-PA")

    visitor.press(at(edge.subject, "recode"), codes="atc B01AD02")

    assert [e.deed for e in newest_set().edits.order_by("position")] == [
        "concept.name",
        "concept.code",
    ]


def test_retiring_ends_the_relations_first(edge: Relation, ana: Account, ben: Account) -> None:
    writer = Visitor(ana)
    writer.press(at(edge.subject, "retire"))
    writer.press(at(newest_set(), "submit"))

    Visitor(ben).decide(at(newest_set(), "apply"), reason="Not used here.")

    edge.refresh_from_db()
    assert edge.ended_at
    assert "Retired" in writer.read(at(edge.subject))


def test_step_that_would_be_refused_says_why_before_it_is_submitted(
    edge: Relation, ana: Account
) -> None:
    visitor = Visitor(ana)
    visitor.press(at(edge.subject, "retype"), type="disease")

    for page in ("change", "submit"):
        assert "stands in a relation that would not hold" in visitor.read(at(newest_set(), page))


def test_step_is_taken_out(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(edge.subject, "retype"), type="disease")
    step = newest_set().edits.get()

    visitor.press(f"{at(newest_set(), 'remove-step')}?step={step.pk}")

    assert not newest_set().edits.exists()


def test_applied_set_is_undone_by_two(edge: Relation, ana: Account, ben: Account) -> None:
    writer = Visitor(ana)
    writer.press(at(newest_set(), "undo"), title="Take it back")
    writer.press(at(newest_set(), "submit"))

    Visitor(ben).decide(at(newest_set(), "apply"), reason="Agreed.")

    assert not Relation.objects.current().exists()
    assert not Concept.objects.current().exists()


def test_writer_is_told_that_another_decides(edge: Relation, ben: Account) -> None:
    made = submitted(ben, concept("x", "drug", "aspirin"))

    assert "You wrote some of it; another person must decide on it." in Visitor(ben).read(at(made))


def test_concept_shows_what_is_said_of_it_and_by_which_words(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(at(edge.object))

    assert "alteplase" in page
    assert "Start low." in page


def test_concept_is_found_by_any_of_its_names(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read("/admin/governance/concept/", q="阿替普酶")

    assert "alteplase" in page
    assert "ischaemic stroke" not in page


def test_names_stay_text(passage: Passage, ana: Account, ben: Account) -> None:
    applied(ana, ben, concept("x", "drug", "<script>alert(1)</script>"))

    for page in (at(Concept.objects.get()), "/admin/governance/concept/", at(newest_set())):
        assert "<script>alert(1)" not in Visitor(ana).read(page)


def test_a_long_set_is_read_page_by_page_and_tried_when_it_is_applied(
    ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.admin.change_sets.A_PAGE", 2)
    monkeypatch.setattr("governance.admin.change_sets.MOST_TRIED", 2)
    begin_schema()
    steps = [concept(f"c{n}", "drug", f"drug {n}") for n in range(5)]
    made = submitted(ana, *steps)
    reader = Visitor(ben)

    first, last = reader.read(at(made)), reader.read(f"{at(made)}?page=3")

    assert ("drug 1" in first, "drug 4" in first) == (True, False)
    assert ("drug 1" in last, "drug 4" in last) == (False, True)
    assert "only when the change set is applied" in first
    reader.decide(at(made, "apply"), reason="As in the pharmacopoeia.")
    assert Concept.objects.current().count() == 5


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 400, "", "1.5"])
def test_whatever_page_of_steps_is_asked_for_one_is_shown(
    edge: Relation, ana: Account, page: str
) -> None:
    assert "alteplase" in Visitor(ana).read(f"{at(newest_set())}?page={page}")
