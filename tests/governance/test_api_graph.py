"""The graph over HTTP: read by people and programs, changed by sets that two people make."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from governance import graph
from governance.clock import now
from governance.duties import Scope
from governance.models import Account, ChangeSet, Passage, Relation, Version
from tests.support import knowledge
from tests.support.callers import code, log_in, program
from tests.support.graph import applied, begin_schema, concept, named, relation, span, stroke
from tests.support.knowledge import PASSWORD


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return stroke(ana, ben, passage)


@pytest.fixture
def chain(edge: Relation, ana: Account, ben: Account) -> Relation:
    """alteplase treats stroke, which the drug heparin treats too, which is a drug of a class."""
    where = span(edge.evidence.get().passage)
    applied(
        ana,
        ben,
        concept("h", "drug", "heparin", codes=[{"system": "atc", "code": "B01AB01"}]),
        concept("c", "drug_class", "anticoagulants"),
        concept("x", "drug", "aspirin"),
        relation("new:h", "treats", edge.object_id, where),
        relation("new:h", "is_a", "new:c", where),
    )
    return edge


def names(answer: Any) -> set[str]:
    return {c["names"][0]["name"] for c in answer.json()["concepts"]}


# Changing.


def test_set_goes_from_one_person_to_another_and_into_the_graph(
    passage: Passage, ana: Account, ben: Account
) -> None:
    writer, reader = log_in(ana), log_in(ben)
    steps = [
        {"deed": deed, "content": content}
        for deed, content in (
            concept("d", "drug", "alteplase"),
            concept("s", "disease", "stroke"),
            relation("new:d", "treats", "new:s", span(passage)),
        )
    ]
    made = writer.send("change_sets/", {"title": "Stroke", "steps": steps}).json()
    assert writer.ask(f"change_sets/{made['id']}/trial/").json() == []
    asked = writer.send(f"change_sets/{made['id']}/submit/").json()

    body = {"reason": "Read.", "password": PASSWORD, "digest": asked["digest"]}
    done = reader.send(f"change_sets/{made['id']}/apply/", body)

    assert (done.status_code, done.json()["status"]) == (200, "applied")
    assert str(Relation.objects.get()) == "alteplase – treats → stroke"


def test_own_set_is_not_applied(passage: Passage, ben: Account) -> None:
    writer = log_in(ben)
    steps = [{"deed": "concept.add", "content": concept("d", "drug", "alteplase")[1]}]
    made = writer.send("change_sets/", {"title": "Mine", "steps": steps}).json()
    asked = writer.send(f"change_sets/{made['id']}/submit/").json()

    body = {"reason": "Read.", "password": PASSWORD, "digest": asked["digest"]}

    assert code(writer.send(f"change_sets/{made['id']}/apply/", body)) == (
        409,
        "second_person_needed",
    )


def test_trial_names_the_step_that_would_be_refused(edge: Relation, ana: Account) -> None:
    caller = log_in(ana)
    steps = [{"deed": "concept.retire", "content": {"concept": edge.subject_id}}]
    made = caller.send("change_sets/", {"title": "Gone", "steps": steps}).json()

    told = caller.ask(f"change_sets/{made['id']}/trial/").json()

    assert [(each["position"], each["code"]) for each in told] == [(1, "concept_in_use")]


def test_applied_set_is_undone_by_another(edge: Relation, ana: Account) -> None:
    done = ChangeSet.objects.get()

    answer = log_in(ana).send(f"change_sets/{done.pk}/undo/", {"title": "Take it back"})

    assert answer.status_code == 201
    assert answer.json()["undoes"] == done.pk
    assert [step["deed"] for step in answer.json()["steps"]] == [
        "relation.end",
        "concept.retire",
        "concept.retire",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"title": ""},
        {"title": "A\nB"},
        {"title": "x", "steps": {}},
        {"title": "x", "steps": [{"deed": "concept.add"}]},
        {"title": "x", "steps": [{"deed": "concept.add", "content": {"names": 1, "evil": 2}}]},
        {"title": "x", "steps": [{"deed": "drop", "content": {}}]},
        {"title": "x", "also": 1},
    ],
)
def test_nonsense_is_no_change_set(body: Any, passage: Passage, ana: Account) -> None:
    answer = log_in(ana).send("change_sets/", body)

    assert answer.status_code == 400
    assert not ChangeSet.objects.exists()


def test_program_changes_nothing(passage: Passage) -> None:
    caller = program(Scope.RETRIEVE)

    assert caller.send("change_sets/", {"title": "x"}).status_code == 403


# Reading.


def test_program_finds_a_concept_by_a_part_of_any_name(chain: Relation) -> None:
    found = program(Scope.RETRIEVE).ask("concepts/", search="缺血")

    assert [each["id"] for each in found.json()["results"]] == [chain.object_id]


def test_concepts_come_in_pages_of_the_size_asked_for(chain: Relation) -> None:
    caller = program(Scope.RETRIEVE)

    first = caller.ask("concepts/", limit=2).json()
    second = caller.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"])] == [2, 2]
    assert first["results"][0] not in second["results"]


def test_concept_is_found_by_its_code(chain: Relation) -> None:
    found = program(Scope.RETRIEVE).ask("concepts/", system="atc", code="B01AB01")

    assert [each["id"] for each in found.json()["results"]] == [named("heparin").pk]


def test_key_without_the_scope_reads_no_graph(chain: Relation) -> None:
    assert program(Scope.CORPUS).ask("concepts/").status_code == 403


def test_merged_concept_is_answered_as_what_it_was_merged_into(
    chain: Relation, ana: Account, ben: Account
) -> None:
    gone = named("aspirin").pk
    applied(ana, ben, ("concept.merge", {"concept": gone, "into": chain.subject_id}))

    told = log_in(ana).ask(f"concepts/{gone}/").json()

    assert told["id"] == chain.subject_id
    assert "aspirin" in {each["name"] for each in told["names"]}


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (1, {"alteplase", "ischaemic stroke"}),
        (2, {"alteplase", "ischaemic stroke", "heparin"}),
        (3, {"alteplase", "ischaemic stroke", "heparin", "anticoagulants"}),
    ],
)
def test_neighbourhood_goes_so_many_steps(
    depth: int, expected: set[str], chain: Relation, ana: Account
) -> None:
    answer = log_in(ana).ask(f"concepts/{chain.subject_id}/neighbourhood/", depth=depth)

    assert names(answer) == expected
    assert answer.json()["relations"][0]["evidence"][0]["quote"] == "Start low."


@pytest.mark.parametrize("depth", ["0", "4", "99", "x", "-1", "1.5", ""])
def test_depth_that_is_none_is_malformed(depth: str, chain: Relation, ana: Account) -> None:
    answer = log_in(ana).ask(f"concepts/{chain.subject_id}/neighbourhood/", depth=depth)

    assert code(answer) == (400, "malformed")


def test_shortest_path_is_told_with_its_evidence(chain: Relation, ana: Account) -> None:
    end = named("anticoagulants").pk

    told = log_in(ana).ask(f"concepts/{chain.subject_id}/paths/", to=end).json()

    assert [len(way) for way in told["paths"]] == [3]
    assert len(told["relations"]) == 3
    assert all(each["evidence"] for each in told["relations"])


def test_what_is_not_connected_has_no_path(chain: Relation, ana: Account) -> None:
    told = log_in(ana).ask(f"concepts/{chain.subject_id}/paths/", to=named("aspirin").pk).json()

    assert told == {"paths": [], "concepts": [], "relations": []}


def test_what_left_force_is_in_no_neighbourhood_but_of_the_past(
    chain: Relation, ana: Account
) -> None:
    before = now()
    knowledge.quarantine(chain.evidence.get().passage.version, ana)
    address = f"concepts/{chain.subject_id}/neighbourhood/"

    told = log_in(ana).ask(address).json()["relations"]
    past = log_in(ana).ask(address, as_of=before.isoformat()).json()["relations"]

    assert (len(told), len(past)) == (0, 1)


@pytest.mark.parametrize("at", ["yesterday", "2026-01-01", "2999-01-01T00:00:00Z", "\0"])
def test_instant_that_is_none_is_malformed(at: str, chain: Relation, ana: Account) -> None:
    answer = log_in(ana).ask(f"concepts/{chain.subject_id}/neighbourhood/", as_of=at)

    assert code(answer) == (400, "malformed")


@pytest.mark.parametrize("number", ["0", "999", "9" * 18])
def test_concept_that_is_not_there_is_not_found(
    number: str, passage: Passage, ana: Account
) -> None:
    assert log_in(ana).ask(f"concepts/{number}/").status_code == 404


def test_concept_holds_by_its_own_review_for_half_a_year(
    chain: Relation, ana: Account, ben: Account
) -> None:
    alone = named("aspirin")
    assert not graph.is_in_force(alone, now())

    applied(ana, ben, ("concept.review", {"concept": alone.pk}))

    alone.refresh_from_db()
    assert graph.is_in_force(alone, now())
    with time_machine.travel("2027-12-01"):
        assert not graph.is_in_force(alone, now())


def test_neighbourhood_of_many_is_cut_and_says_so(chain: Relation) -> None:
    told = graph.neighbourhood(chain.subject, at=now(), depth=3, most=3)

    assert (len(told.concepts), told.is_cut) == (3, True)
