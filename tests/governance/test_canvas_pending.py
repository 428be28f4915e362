"""What a change set would do, drawn on the graph as it is: in colours, and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from governance.actions import change_sets
from governance.actions.graph_ground import Step
from governance.admin import canvas_pending
from governance.models import Account, ChangeSet, Passage, Relation, Version
from tests.governance.canvas_pages import HOSTILE, labels, led, shown, states
from tests.support import graph
from tests.support.graph import applied, concept, named, relation, span, submitted, written
from tests.support.visiting import Visitor


@pytest.fixture
def passage(active: Version) -> Passage:
    graph.begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def drawn(by: Account, *steps: Step, **query: Any) -> Any:
    """What the canvas shows of a draft of these steps."""
    written(by, *steps)
    return shown(Visitor(by), **query)


def test_concept_that_would_be_added_is_drawn(passage: Passage, ana: Account) -> None:
    told = drawn(ana, concept("h", "drug", "heparin", "肝素"))

    assert states(told) == {"heparin": "added"}
    assert [(n["number"], n["type"]) for n in told["nodes"]] == [(None, "drug")]


def test_relation_to_a_concept_that_would_be_added_is_drawn(
    edge: Relation, passage: Passage, ana: Account
) -> None:
    said = relation("new:h", "treats", edge.object_id, span(passage))

    told = drawn(ana, concept("h", "drug", "heparin"), said)

    assert states(told) == {"heparin": "added", "treats": "added"}
    assert set(labels(told)) == {"heparin", "ischaemic stroke"}


def test_relation_that_would_be_ended_is_drawn_with_its_ends(edge: Relation, ana: Account) -> None:
    told = drawn(ana, ("relation.end", {"relation": edge.pk}))

    assert states(told) == {"treats": "ended"}
    assert set(labels(told)) == {"alteplase", "ischaemic stroke"}


def test_merger_is_drawn_as_an_arrow(ana: Account, ben: Account) -> None:
    one, other = graph.two_drugs(ana, ben)

    told = drawn(ana, ("concept.merge", {"concept": one.pk, "into": other.pk}))

    assert states(told) == {"heparin": "merged", "aspirin": "changed", "merges into": "merged"}
    assert [(e["source"], e["target"]) for e in told["edges"]] == [(f"c{one.pk}", f"c{other.pk}")]


def test_split_is_drawn_from_what_it_is_taken_out_of(ana: Account, ben: Account) -> None:
    one, _other = graph.two_drugs(ana, ben)
    names = [{"language": "en", "name": "enoxaparin", "preferred": True}]

    told = drawn(ana, ("concept.split", {"concept": one.pk, "names": names, "type": "drug"}))

    assert states(told) == {"heparin": "changed", "enoxaparin": "added", "split off": "added"}


@pytest.mark.parametrize(
    ("deed", "content", "state"),
    [
        ("concept.name", {"names": []}, "changed"),
        ("concept.code", {"codes": []}, "changed"),
        ("concept.retype", {"type": "disease"}, "changed"),
        ("concept.review", {}, "changed"),
        ("concept.retire", {}, "ended"),
        ("concept.revive", {}, "added"),
    ],
)
def test_concept_is_drawn_as_what_would_become_of_it(
    deed: str, content: dict[str, Any], state: str, ana: Account, ben: Account
) -> None:
    one, _other = graph.two_drugs(ana, ben)

    told = drawn(ana, (deed, {"concept": one.pk, **content}))

    assert states(told) == {"heparin": state}


@pytest.mark.parametrize("deed", ["evidence.end", "evidence.add", "relation.qualify"])
def test_relation_is_drawn_as_changed(
    deed: str, edge: Relation, passage: Passage, ana: Account
) -> None:
    contents: dict[str, dict[str, Any]] = {
        "evidence.end": {"evidence": edge.evidence.get().pk},
        "evidence.add": {"relation": edge.pk, **span(passage)},
        "relation.qualify": {"relation": edge.pk, "qualifiers": {}},
    }

    assert states(drawn(ana, (deed, contents[deed]))) == {"treats": "changed"}


def test_relation_that_would_be_said_again_is_drawn(
    edge: Relation, ana: Account, ben: Account
) -> None:
    applied(ana, ben, ("relation.end", {"relation": edge.pk}))

    told = drawn(ana, ("relation.restore", {"relation": edge.pk}))

    assert states(told) == {"treats": "added"}


def test_what_is_left_out_by_its_type_is_drawn_where_it_would_change(
    edge: Relation, ana: Account
) -> None:
    told = drawn(ana, ("relation.end", {"relation": edge.pk}), type="drug", relation="causes")

    assert states(told) == {"treats": "ended"}


def test_draft_of_somebody_else_is_shown_when_asked_for(
    edge: Relation, ana: Account, cleo: Account
) -> None:
    asked = submitted(ana, ("relation.end", {"relation": edge.pk}))

    told = shown(Visitor(cleo), set=asked.pk)

    assert states(told) == {"treats": "ended"}
    assert (told["set"]["isPending"], told["set"]["isMine"]) == (True, False)
    assert told["steps"][0]["takeOut"] == ""


def test_draft_of_somebody_else_is_not_shown_unasked(
    edge: Relation, ana: Account, ben: Account
) -> None:
    written(ana, ("relation.end", {"relation": edge.pk}))

    assert shown(Visitor(ben), concept=edge.subject_id)["set"] is None


def test_canvas_is_shown_without_what_is_pending(edge: Relation, ana: Account) -> None:
    told = drawn(ana, ("relation.end", {"relation": edge.pk}), concept=edge.subject_id, set="0")

    assert (states(told), told["set"]) == ({}, None)


def test_of_a_set_that_was_applied_nothing_is_pending(edge: Relation, ana: Account) -> None:
    told = shown(Visitor(ana), set=ChangeSet.objects.get().pk)

    assert (states(told), set(labels(told))) == ({}, {"alteplase", "ischaemic stroke"})
    assert told["set"]["isPending"] is False


def test_step_is_told_in_words_with_what_it_is_about(edge: Relation, ana: Account) -> None:
    told = drawn(ana, ("relation.end", {"relation": edge.pk}))

    (step,) = told["steps"]
    assert step["sentence"] == "End: alteplase – treats → ischaemic stroke"
    assert step["about"] == [f"r{edge.pk}"]
    assert "/remove-step/?step=" in step["takeOut"]


def test_step_is_taken_out_and_leads_back(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(led(f"/admin/governance/relation/{edge.pk}/end/"))
    (step,) = shown(visitor, concept=edge.subject_id)["steps"]

    answer = visitor.press(step["takeOut"])

    assert answer.headers["Location"] == f"/admin/canvas/?concept={edge.subject_id}"
    assert shown(visitor)["steps"] == []


@pytest.mark.parametrize(
    "step",
    [
        ("concept.retire", {"concept": 10**15}),
        ("concept.retire", {"concept": "new:nobody"}),
        ("concept.merge", {"concept": [], "into": {}}),
        ("relation.end", {"relation": "x"}),
        ("evidence.end", {"evidence": True}),
        ("relation.add", {}),
        ("concept.add", {"ref": {"a": 1}, "names": 5}),
        ("concept_type.set", {"code": "x"}),
    ],
)
def test_step_that_names_nothing_is_told_and_not_drawn(
    step: Step, passage: Passage, ana: Account
) -> None:
    told = drawn(ana, step)

    assert len(told["steps"]) == 1
    assert [each["number"] for each in [*told["nodes"], *told["edges"]] if each["number"]] == []


@pytest.mark.slow
def test_hostile_names_and_refs_are_drawn_as_they_are(passage: Passage, ana: Account) -> None:
    told = drawn(ana, *(concept(name, "drug", name) for name in HOSTILE))

    assert labels(told) == HOSTILE
    assert len({node["id"] for node in told["nodes"]}) == len(HOSTILE)


@pytest.mark.slow
def test_last_steps_of_a_long_set_are_drawn_and_the_rest_is_said(
    passage: Passage, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canvas_pending, "MOST_STEPS", 3)

    told = drawn(ana, *(concept(f"h{n}", "drug", f"drug {n}") for n in range(5)))

    assert labels(told) == ["drug 2", "drug 3", "drug 4"]
    assert told["remarks"] == ["Of the change set the last 3 steps are shown."]


@pytest.mark.slow
def test_database_is_asked_as_often_for_many_steps_as_for_few(
    edge: Relation,
    ana: Account,
    ben: Account,
    django_assert_max_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    applied(ana, ben, *(concept(f"d{n}", "drug", f"drug {n}") for n in range(30)))
    steps: list[Step] = [("concept.review", {"concept": named(f"drug {n}").pk}) for n in range(30)]
    visitor = Visitor(ana)
    shown(visitor)
    draft = written(ana, *steps[:2], ("evidence.end", {"evidence": edge.evidence.get().pk}))

    with django_assert_max_num_queries(60) as of_few:
        shown(visitor)
    change_sets.add_all(change_set=draft, steps=steps[2:], by=ana)
    with django_assert_max_num_queries(60) as of_many:
        shown(visitor)

    assert len(of_many) == len(of_few)
