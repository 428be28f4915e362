"""`retrieve/` beyond one plain question: several at once, one passage, reasons, what is around."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions.sources import Licence
from governance.duties import Scope
from governance.models import Account, Passage, Version
from llm.models import Usage, UsagePassage
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.callers import Caller, code, program

pytestmark = pytest.mark.django_db


def asked(tier: Caller, **sent: Any) -> Any:
    follow()
    answer = tier.send("retrieve/", {"query": "Start low.", **sent})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def passage_of(version: Version, text: str) -> Passage:
    return version.passages.get(text=text)


# Several at once


def test_several_questions_are_answered_each_by_itself(active: Version, tier: Caller) -> None:
    follow()
    questions = [{"query": "Start low.", "top_k": 1}, {"query": "Go slow.", "top_k": 1}]

    answers = tier.send("retrieve/many/", {"questions": questions}).json()["answers"]

    assert [a["passages"][0]["text"] for a in answers] == ["Start low.", "Go slow."]
    assert Usage.objects.filter(pk__in=[a["usage"] for a in answers]).count() == 2


@pytest.mark.parametrize(
    "questions",
    [[], [{"query": "x"}] * 21, "x", [{"query": "x", "as_of": "2026-01-01"}], [{}], None],
)
def test_what_is_no_list_of_questions_is_malformed(
    active: Version, tier: Caller, questions: Any
) -> None:
    answer = tier.send("retrieve/many/", {"questions": questions})

    assert code(answer) == (400, "malformed")
    assert not Usage.objects.exists()


def test_one_question_that_is_refused_leaves_none_recorded(active: Version, tier: Caller) -> None:
    follow()
    questions = [{"query": "Start low."}, {"query": "Go slow.", "release": "none"}]

    answer = tier.send("retrieve/many/", {"questions": questions})

    assert code(answer) == (404, "no_such_release")
    assert not Usage.objects.exists()


def test_program_without_the_scope_asks_nothing_at_all(active: Version) -> None:
    other = program(Scope.CORPUS)

    assert code(other.send("retrieve/many/", {"questions": [{"query": "x"}]}))[0] == 403
    assert code(other.ask("retrieve/passages/1/"))[0] == 403


# One passage


def test_passage_in_force_is_given_by_its_number_and_recorded(
    active: Version, tier: Caller
) -> None:
    passage = passage_of(active, "Start low.")

    told = tier.ask(f"retrieve/passages/{passage.pk}/?neighbours=1").json()

    assert (told["text"], told["citation"]["version"]) == ("Start low.", active.pk)
    assert [near["text"] for near in told["around"]["after"]] == ["Go slow."]
    assert set(
        UsagePassage.objects.filter(usage=told["usage"]).values_list("passage", flat=True)
    ) == {p.pk for p in active.passages.all()}


def test_passage_that_left_force_is_gone(active: Version, ben: Account, tier: Caller) -> None:
    passage = passage_of(active, "Start low.")
    knowledge.retire(active, ben)

    assert code(tier.ask(f"retrieve/passages/{passage.pk}/")) == (410, "left_force")


def test_what_was_never_approved_is_not_there(draft: Version, tier: Caller) -> None:
    passage = passage_of(draft, "Start low.")

    assert code(tier.ask(f"retrieve/passages/{passage.pk}/"))[0] == 404
    assert code(tier.ask(f"retrieve/passages/{'9' * 18}/"))[0] == 404


@pytest.mark.parametrize("query", ["neighbours=4", "neighbours=-1", "whole_table=2", "other=1"])
def test_odd_words_in_the_address_are_malformed(active: Version, tier: Caller, query: str) -> None:
    passage = passage_of(active, "Start low.")

    assert code(tier.ask(f"retrieve/passages/{passage.pk}/?{query}")) == (400, "malformed")


# Reasons, and what is around


def test_reasons_say_places_and_shared_terms(active: Version, tier: Caller) -> None:
    best = asked(tier, explain=True)["passages"][0]

    assert (best["reasons"]["rank_by_meaning"], best["reasons"]["rank_by_words"]) == (1, 1)
    assert set(best["reasons"]["terms"]) == {"start", "low"}
    assert all(weight > 0 for weight in best["reasons"]["terms"].values())


def test_what_is_shown_around_is_recorded_as_given(active: Version, tier: Caller) -> None:
    answer = asked(tier, top_k=1, neighbours=1)

    (around,) = [found["around"] for found in answer["passages"]]
    shown = [near["passage"] for near in [*around["before"], *around["after"]]]
    rows = UsagePassage.objects.filter(usage=answer["usage"], passage__in=shown)
    assert shown
    assert set(rows.values_list("score", flat=True)) == {None}


def test_contradictions_are_told_of_both(ana: Account, ben: Account, tier: Caller) -> None:
    said = "Give alteplase to adults within {} hours after the onset of ischaemic stroke."
    for hours in ("4.5", "3"):
        knowledge.active(knowledge.source(ana), ana, ben, texts=[said.format(hours)])

    one, other = asked(tier, query=said.format("4.5"))["passages"]

    assert [c["passage"] for c in one["conflicts"]] == [other["passage"]]
    assert [c["other_says"] for c in other["conflicts"]] == [one["text"]]


def test_what_may_not_be_quoted_is_no_sentence_of_a_contradiction(
    ana: Account, ben: Account, tier: Caller
) -> None:
    said = "Give alteplase to adults within {} hours after the onset of ischaemic stroke."
    hidden = knowledge.source(ana, licence=Licence("in house", quote=False))
    knowledge.active(hidden, ana, ben, texts=[said.format("3")])
    knowledge.active(knowledge.source(ana), ana, ben, texts=[said.format("4.5")])

    answer = asked(tier, query=said.format("4.5"))

    assert "within 3 hours" not in str(answer)
