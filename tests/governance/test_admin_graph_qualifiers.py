"""Qualifiers of a relation, proposed on screen, and refused where it takes no such thing."""

from __future__ import annotations

from typing import Any

import pytest

from governance.models import Account, ChangeSet, GraphEdit, Passage, Relation, Version
from tests.support import graph
from tests.support.graph import applied, concept, named, relation, span
from tests.support.visiting import Visitor, words


@pytest.fixture
def passage(active: Version) -> Passage:
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def at(row: Any, page: str = "change") -> str:
    return f"/admin/governance/{row._meta.model_name}/{row.pk}/{page}/"


def test_relation_is_qualified_anew(edge: Relation, ana: Account, ben: Account) -> None:
    Visitor(ana).press(at(edge, "qualify"), qualifiers="Dose：0.9 mg/kg\npopulation: adults")
    made = ChangeSet.objects.latest("pk")
    Visitor(ana).press(at(made, "submit"))
    Visitor(ben).decide(at(made, "apply"), reason="Read.")

    said = Relation.objects.current().get(subject=edge.subject_id)
    assert said.qualifiers == {"dose": "0.9 mg/kg", "population": "adults"}
    assert said.evidence.current().count() == 1


def test_qualifiers_are_written_in_the_language_of_who_writes(edge: Relation, ana: Account) -> None:
    Visitor(ana, language="zh-hans").press(at(edge, "qualify"), qualifiers="剂量：0.9 mg/kg")

    assert GraphEdit.objects.latest("pk").content["qualifiers"] == {"dose": "0.9 mg/kg"}


def test_page_says_which_qualifiers_there_are(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(at(edge, "qualify"))

    assert "“treats” may take: dose, route, frequency, duration, population" in page


@pytest.mark.parametrize(
    ("qualifiers", "sentence"),
    [
        ("colour: blue", "“colour” is no qualifier of this relation. “treats” may take: dose,"),
        ("dose: 1 mg\nDOSE: 2 mg", "“DOSE” stands there twice."),
        ("dose:", "“dose:” has no name with a colon before it."),
        ("dose: " + "x" * 301, "One line of at most 300 characters"),
        ("dose: a\u202eb", "all of which can be seen"),
        ("", "This is what is said with it already."),
        ("<script>: 1", "“&lt;script&gt;” is no qualifier"),
    ],
)
def test_qualifiers_that_cannot_be_meant_are_refused(
    qualifiers: str, sentence: str, edge: Relation, ana: Account
) -> None:
    answer = Visitor(ana).press(at(edge, "qualify"), qualifiers=qualifiers)

    assert (answer.status_code, sentence in words(answer)) == (400, True)
    assert ChangeSet.objects.count() == 1


def test_relation_without_qualifiers_is_not_qualified(
    edge: Relation, ana: Account, ben: Account
) -> None:
    applied(ana, ben, concept("c", "drug_class", "thrombolytics"))
    where = span(edge.evidence.get().passage)
    applied(ana, ben, relation(edge.subject_id, "is_a", named("thrombolytics").pk, where))
    is_a = Relation.objects.get(type__code="is_a")

    assert "“is a” takes no qualifiers." in Visitor(ana).read(at(is_a, "qualify"))
    assert at(is_a, "qualify") not in Visitor(ana).read(at(is_a.subject))


def test_relation_that_is_proposed_takes_its_own_qualifiers_alone(
    edge: Relation, passage: Passage, ana: Account, ben: Account
) -> None:
    applied(ana, ben, concept("h", "drug", "heparin"))
    fields = {"type": "causes", "object": edge.object_id, "passage": passage.pk}

    answer = Visitor(ana).press(at(named("heparin"), "relate"), **fields, qualifiers="dose: 5 mg")

    assert "“dose” is no qualifier of this relation. “causes” may take: population" in words(answer)


def test_page_says_the_qualifiers_of_the_relation_that_is_chosen(
    edge: Relation, ana: Account
) -> None:
    page = words(Visitor(ana).press(at(edge.subject, "relate"), type="causes", look="1"))

    assert '<li data-of="causes">“causes” may take: population, severity' in page
    assert '<li data-of="treats" hidden>' in page
