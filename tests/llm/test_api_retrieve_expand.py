"""`expand`: what a question names is found by its other names, and what is said of it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from governance import clock, graph
from governance.duties import Scope
from governance.models import Account, Passage, Relation, Version
from llm.models import Usage
from tests.llm.conftest import follow
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.callers import Caller, code, program
from tests.support.following import days_later

pytestmark = pytest.mark.django_db
QUERY = "阿替普酶的剂量"


@pytest.fixture
def guideline(ana: Account, ben: Account) -> Version:
    texts = ["Give alteplase within 4.5 h of an ischaemic stroke.", "Call the ward.", "Wash hands."]
    return knowledge.active(knowledge.source(ana, title="Stroke"), ana, ben, texts=texts)


@pytest.fixture
def stroke(guideline: Version, ana: Account, ben: Account) -> Relation:
    return drawing.stroke(ana, ben, first(guideline))


def first(version: Version) -> Passage:
    found = version.passages.current().first()
    assert found
    return found


def ask(tier: Caller, query: str = QUERY, **more: Any) -> Any:
    follow()
    answer = tier.send("retrieve/", {"query": query, **more})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_unasked_nothing_is_widened(tier: Caller, stroke: Relation) -> None:
    assert "facts" not in ask(tier)
    assert "facts" not in ask(tier, expand=False)


def test_the_other_names_of_what_is_asked_about_are_looked_for(
    tier: Caller, stroke: Relation, guideline: Version
) -> None:
    found = ask(tier, explain=True)["passages"]

    assert found[0]["passage"] == first(guideline).pk
    assert "alteplase" in found[0]["reasons"]["names"]
    assert found[0]["cross_language"]


def test_facts_are_told_with_both_concepts_and_what_carries_them(
    tier: Caller, stroke: Relation, guideline: Version
) -> None:
    facts = ask(tier, expand=True)["facts"]

    (fact,) = facts["relations"]
    assert (fact["id"], fact["type"]) == (stroke.pk, "treats")
    assert {c["id"] for c in facts["concepts"]} == {stroke.subject_id, stroke.object_id}
    (carried,) = fact["evidence"]
    assert (carried["passage"], carried["version"]) == (first(guideline).pk, guideline.pk)
    assert carried["quote"] == first(guideline).text


def test_a_question_that_names_nothing_has_no_facts(tier: Caller, stroke: Relation) -> None:
    facts = ask(tier, "Wash hands", expand=True)["facts"]

    assert facts == {"concepts": [], "relations": [], "is_cut": False}


def test_what_left_force_carries_no_fact_any_more(
    tier: Caller, stroke: Relation, guideline: Version, ana: Account
) -> None:
    knowledge.quarantine(guideline, ana)

    facts = ask(tier, expand=True)["facts"]

    assert facts["relations"] == []


def test_the_past_has_the_facts_of_then(
    stroke: Relation, guideline: Version, ana: Account, ben: Account
) -> None:
    auditor = program(Scope.AUDIT)
    then = clock.now() + timedelta(days=1)
    with days_later(2):
        knowledge.retire(guideline, ben)
    with days_later(3):
        facts = ask(auditor, expand=True, as_of=then.isoformat())["facts"]

    assert [fact["id"] for fact in facts["relations"]] == [stroke.pk]


def test_what_carries_a_fact_was_used(tier: Caller, stroke: Relation, guideline: Version) -> None:
    told = ask(tier, expand=True, top_k=1, filters={"language": "zh"})

    assert told["passages"] == []
    given = Usage.objects.get(pk=told["usage"]).given.values_list("passage", flat=True)
    assert list(given) == [first(guideline).pk]


@pytest.mark.parametrize("value", ["yes", 1, None, [], {}, "true"])
def test_expand_is_true_or_false(tier: Caller, stroke: Relation, value: Any) -> None:
    follow()

    answer = tier.send("retrieve/", {"query": QUERY, "expand": value})

    assert code(answer)[0] == 400


@pytest.fixture
def names(ana: Account, ben: Account) -> None:
    drawing.begin_schema()
    drawing.applied(
        ana,
        ben,
        drawing.concept("t", "disease", "thrombosis", "血栓"),
        drawing.concept("d", "disease", "deep vein thrombosis", "深静脉血栓"),
        drawing.concept("a", "disease", "AF", "房颤"),
        drawing.concept("p", "drug", "50% glucose_x", "五成糖"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deep Vein  Thrombosis?", ["deep vein thrombosis"]),
        ("深静脉血栓与房颤", ["deep vein thrombosis", "AF"]),
        ("thrombosis after deep vein thrombosis", ["thrombosis", "deep vein thrombosis"]),
        ("after the afternoon", []),
        ("AF after a stroke", ["AF"]),
        ("ＡＦ", ["AF"]),
        ("give 50% glucose_x", ["50% glucose_x"]),
        ("%", []),
        ("deep-vein\u200b throm\u00adbosis", ["deep vein thrombosis"]),
        ("deep\u2011vein\nthromboses", []),
        ("several deep vein  thrombosis cases of AFs", ["deep vein thrombosis", "AF"]),
        ("", []),
    ],
)
def test_concepts_are_recognised_by_their_names(
    names: None, text: str, expected: list[str]
) -> None:
    assert [each.name_in("en") for each in graph.recognised(text)] == expected


def test_what_is_retired_is_not_recognised(names: None, ana: Account, ben: Account) -> None:
    drawing.applied(ana, ben, ("concept.retire", {"concept": drawing.named("AF").pk}))

    assert graph.recognised("AF") == []


def test_concepts_of_one_name_are_all_meant(names: None, ana: Account, ben: Account) -> None:
    drawing.applied(
        ana,
        ben,
        drawing.concept("i", "drug", "insulin"),
        drawing.concept("j", "test", "Insulin"),
    )

    assert [each.type.code for each in graph.recognised("insulin dose")] == ["drug", "test"]


def test_a_fact_that_leaves_while_it_is_told_is_not_told(
    tier: Caller,
    stroke: Relation,
    guideline: Version,
    ana: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follow()
    told = graph.facts_about
    waiting = [lambda: knowledge.quarantine(guideline, ana)]

    def between(*args: Any, **kwargs: Any) -> Any:
        facts = told(*args, **kwargs)
        if waiting:
            waiting.pop()()
        return facts

    monkeypatch.setattr(graph, "facts_about", between)

    assert (
        tier.send("retrieve/", {"query": QUERY, "expand": True}).json()["facts"]["relations"] == []
    )


def test_recognising_takes_no_longer_by_more_than_the_names_there_are(
    names: None, ana: Account, ben: Account
) -> None:
    """Of a text of names alone the longest are looked at, each place once."""
    letters = "abcdefghijklmnopqrst"
    made = [f"{a}{b}{c}" for a in letters for b in letters[:5] for c in letters[:4]]
    for start in range(0, len(made), 100):
        steps = [drawing.concept(n, "drug", n) for n in made[start : start + 100]]
        drawing.applied(ana, ben, *steps)

    assert len(graph.recognised(" ".join(made))) == graph.MOST_RECOGNISED
