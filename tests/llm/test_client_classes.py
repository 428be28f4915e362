"""A program that may be given some classes of sources is given nothing of the others."""

from __future__ import annotations

from typing import Any

import pytest

from governance import clock
from governance.actions import clients as keys
from governance.actions.clients import Limits
from governance.duties import Scope
from governance.models import Account, Client, Relation, Version
from governance.trail import SHELL
from llm.models import Usage
from llm.retrieval import Question
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.callers import V1, Caller, code, program

pytestmark = pytest.mark.django_db
GUIDELINE, TEXTBOOK = "clinical_guideline", "textbook"


@pytest.fixture
def textbook(ana: Account, ben: Account) -> Version:
    isbn = [("isbn", "9780306406157")]
    source = knowledge.source(ana, title="Book", source_class=TEXTBOOK, identifiers=isbn)
    return knowledge.active(source, ana, ben, texts=["Start low, says the book."])


@pytest.fixture
def narrow(active: Version, textbook: Version) -> Caller:
    caller = program(*Scope)
    limits = Limits([GUIDELINE])
    keys.set_limits(client=Client.objects.get(), limits=limits, reason="A ward.", by=SHELL)
    follow()
    return caller


def classes(caller: Caller, **more: Any) -> set[str]:
    answer = caller.send("retrieve/", {"query": "Start low", **more})
    assert answer.status_code == 200, answer.json()
    return {p["citation"]["source_class"] for p in answer.json()["passages"]}


def test_without_limits_every_class_is_given(active: Version, textbook: Version) -> None:
    follow()

    assert classes(program(Scope.RETRIEVE)) == {GUIDELINE, TEXTBOOK}


def test_other_classes_are_not_given(narrow: Caller, textbook: Version) -> None:
    assert classes(narrow) == {GUIDELINE}
    assert classes(narrow, filters={"source_class": [GUIDELINE]}) == {GUIDELINE}
    assert classes(narrow, filters={"source": [textbook.source_id]}) == set()


def test_other_classes_are_not_given_of_the_past(narrow: Caller) -> None:
    past = clock.now().isoformat()

    assert classes(narrow, as_of=past) == {GUIDELINE}


def test_asking_for_another_class_is_refused_by_name(narrow: Caller) -> None:
    body = {"query": "Start", "filters": {"source_class": [GUIDELINE, TEXTBOOK]}}

    answer = narrow.send("retrieve/", body)

    assert code(answer) == (403, "class_not_open")
    assert answer.json()["detail"].endswith("classes: textbook.")


def test_what_a_store_offers_of_another_class_is_fenced(textbook: Version) -> None:
    passage = textbook.passages.get()

    asked = [Question("Start", source_classes=(c,)) for c in (GUIDELINE, TEXTBOOK)]

    assert [each.admits(passage) for each in asked] == [False, True]


def test_facts_that_other_classes_carry_are_not_told(
    stroke: Relation, active: Version, narrow: Caller
) -> None:
    body = {"query": "alteplase", "expand": True}
    assert narrow.send("retrieve/", body).json()["facts"]["relations"]
    limits = Limits([TEXTBOOK])
    keys.set_limits(client=Client.objects.get(), limits=limits, reason="A book.", by=SHELL)

    facts = narrow.send("retrieve/", body).json()["facts"]

    assert facts["relations"] == []
    assert len(facts["concepts"]) == 1


def test_graph_is_read_as_far_as_its_classes_carry_it(stroke: Relation, narrow: Caller) -> None:
    around, way = (f"concepts/{stroke.subject_id}/{name}/" for name in ("neighbourhood", "paths"))
    there = {"to": stroke.object_id}
    open_ = [
        len(narrow.ask(around).json()["relations"]),
        len(narrow.ask(way, **there).json()["paths"]),
    ]
    limits = Limits([TEXTBOOK])
    keys.set_limits(client=Client.objects.get(), limits=limits, reason="A book.", by=SHELL)

    told = narrow.ask(around).json()

    assert open_ == [1, 1]
    assert (told["relations"], len(told["concepts"])) == ([], 1)
    assert narrow.ask(way, **there).json()["paths"] == []


def test_objects_of_other_classes_are_refused_in_the_corpus(
    stroke: Relation, textbook: Version, narrow: Caller
) -> None:
    follow()
    told = narrow.ask("corpus/").json()
    names = [row["object"] for row in [*told["versions"], *told["relations"]]]

    answers = [narrow.get(f"{V1}corpus/objects/{name}").status_code for name in names]

    assert sorted(answers) == [200, 403, 403]


def test_use_is_found_by_the_number_of_its_request(narrow: Caller) -> None:
    body = '{"query": "Start low"}'
    narrow.post(f"{V1}retrieve/", body, content_type="application/json", HTTP_X_REQUEST_ID="ward-3")

    assert Usage.objects.get().request_id == "ward-3"
