"""A relation of a concept that the same change set would add."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from governance.actions.graph_ground import Step
from governance.models import Account, ChangeSet, Passage, Relation, Version
from tests.governance.canvas_pages import HOSTILE, led, shown, states
from tests.support import graph
from tests.support.graph import concept, decide, named, written
from tests.support.visiting import Visitor, words

PAGE = "/admin/canvas/relate/"
HEPARIN = concept("h", "drug", "heparin", "肝素")


@pytest.fixture
def passage(active: Version) -> Passage:
    graph.begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def between(subject: Any, object_: Any, type_: str = "treats") -> str:
    ends = urlencode({"subject": subject, "object": object_, "type": type_})
    return led(f"{PAGE}?{ends}", "concept=1")


def test_new_concept_and_what_is_said_of_it_go_into_one_set(
    edge: Relation, passage: Passage, ana: Account, ben: Account
) -> None:
    made, visitor = written(ana, HEPARIN), Visitor(ana)

    answer = visitor.press(between("new:h", edge.object_id), type="treats", passage=passage.pk)

    assert answer.headers["Location"] == "/admin/canvas/?concept=1"
    assert states(shown(visitor)) == {"heparin": "added", "treats": "added"}
    visitor.press(f"/admin/governance/changeset/{made.pk}/submit/")
    decide(ChangeSet.objects.get(pk=made.pk), ben)
    assert Relation.objects.get(subject=named("heparin")).object_id == edge.object_id


def test_two_new_concepts_are_related(passage: Passage, ana: Account) -> None:
    written(ana, HEPARIN, concept("p", "finding", "pain"))

    Visitor(ana).press(between("new:h", "new:p"), type="treats", passage=passage.pk)

    content = ChangeSet.objects.latest("pk").edits.get(deed="relation.add").content
    assert (content["subject"], content["object"]) == ("new:h", "new:p")


def test_page_says_of_what_it_speaks_and_offers_what_the_schema_allows(
    edge: Relation, ana: Account
) -> None:
    written(ana, HEPARIN)

    page = Visitor(ana).read(between("new:h", edge.object_id))

    assert "Of “heparin”, to “ischaemic stroke”." in page
    assert '<option value="treats" selected>' in page
    assert 'value="scores"' not in page


def test_passages_that_name_both_are_found_at_once(passage: Passage, ana: Account) -> None:
    written(ana, concept("l", "drug", "low"), concept("s", "finding", "Start"))

    page = Visitor(ana).read(between("new:l", "new:s"))

    assert f'id="found-{passage.pk}"' in page


def test_relation_that_the_schema_forbids_is_refused(
    edge: Relation, passage: Passage, ana: Account
) -> None:
    made = written(ana, HEPARIN)

    answer = Visitor(ana).press(between("new:h", edge.object_id), type="scores", passage=passage.pk)

    assert (answer.status_code, made.edits.count()) == (400, 1)


@pytest.mark.parametrize("subject", ["new:x", "new:", "", "x", "0", "9" * 40, "\x00", *HOSTILE[:9]])
def test_end_that_there_is_not_is_said(subject: str, edge: Relation, ana: Account) -> None:
    made = written(ana, HEPARIN)

    answer = Visitor(ana).send(between(subject, edge.object_id), type="treats")

    assert answer.status_code in (400, 409)
    assert "One of the two is not in your change set any more." in words(answer)
    assert made.edits.count() == 1


def test_concept_of_somebody_elses_draft_is_not_spoken_of(
    edge: Relation, ana: Account, ben: Account
) -> None:
    written(ana, HEPARIN)

    page = Visitor(ben).read(between("new:h", edge.object_id))

    assert "One of the two is not in your change set any more." in page
    assert "heparin" not in page


@pytest.mark.parametrize(
    "step", [concept("h", "nothing", "x"), ("concept.add", {"ref": "h", "type": 5, "names": 5})]
)
def test_step_that_cannot_be_meant_breaks_nothing(step: Step, edge: Relation, ana: Account) -> None:
    written(ana, step)

    assert Visitor(ana).open(between("new:h", edge.object_id)).status_code == 200


def test_table_leads_to_it(edge: Relation, ana: Account) -> None:
    written(ana, HEPARIN)

    page = Visitor(ana).read("/admin/canvas/table/", concept=edge.object_id, **{"from": "nnew:h"})

    assert "heparin – treats → ischaemic stroke…" in page
    assert f"{PAGE}?type=treats&amp;object={edge.object_id}&amp;subject=new%3Ah" in page
