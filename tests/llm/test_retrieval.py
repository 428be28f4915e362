"""Retrieval asks the truth once more: what is not in force is not served, however stale a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance import clock
from governance.actions.sources import Licence
from governance.clock import start_of, today
from governance.models import Account, AuditEntry, Passage, Source, TrailHead, Version
from llm import clients
from llm.embedding import Rows
from llm.models import CachedVector, Cursor
from llm.retrieval import Answer, Question, retrieve
from llm.stores.port import NotBuilt, StoreAway
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import amended, days_later, interposed, lose, put_foreign

pytestmark = pytest.mark.database


def ask(query: str = "Start low.", *, at: datetime | None = None, **given: Any) -> Answer:
    return retrieve(Question(query, **given), at=at or clock.now())


def texts(answer: Answer) -> list[str]:
    return [f.passage.text for f in answer.found]


def versions(answer: Answer) -> set[int]:
    return {f.passage.version_id for f in answer.found}


def noon(days: int) -> datetime:
    return start_of(today() + timedelta(days=days)) + timedelta(hours=12)


# What is found.


def test_passage_in_force_is_found(active: Version) -> None:
    follow()

    assert texts(ask())[0] == "Start low."


def test_draft_is_not_found(draft: Version, active: Version) -> None:
    follow()

    assert versions(ask()) == {active.pk}


def test_no_more_is_given_than_was_asked_for(active: Version) -> None:
    follow()

    assert len(ask(top_k=1).found) == 1


def test_a_query_without_a_word_is_answered_by_meaning(active: Version) -> None:
    follow()

    assert len(ask("?!").found) == 2


@pytest.mark.parametrize("query", ["", "\0", "溶栓" * 5000, "😀", "' OR 1=1 --", "\ud7ff"])
def test_no_query_is_too_odd_to_be_answered(active: Version, query: str) -> None:
    follow()

    assert versions(ask(query)) <= {active.pk}


def test_the_best_of_both_lists_has_the_full_score(active: Version) -> None:
    follow()
    passage = Passage.objects.get(text="Go slow.")

    best = ask(passage.embedded_text()).found[0]

    assert (best.passage, best.score, best.similarity) == (passage, 1.0, 1.0)


@pytest.mark.parametrize(
    ("wish", "hit"),
    [
        ({"source_classes": ("clinical_guideline",)}, True),
        ({"source_classes": ("law", "textbook")}, False),
        ({"language": "en"}, True),
        ({"language": "zh"}, False),
        ({"sources": (10**9,)}, False),
    ],
)
def test_filters_narrow_what_is_found(active: Version, wish: dict[str, Any], hit: bool) -> None:
    follow()

    assert bool(ask(**wish).found) is hit


def test_one_source_alone_can_be_asked(active: Version, ana: Account, ben: Account) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)
    follow()

    assert versions(ask(sources=(other.source_id,))) == {other.pk}


# What is in force is asked of the truth again, with the projections stopped.


def supersede(version: Version, ana: Account, ben: Account) -> None:
    draft = knowledge.in_review(version.source, ana, texts=["Start lower."], label="2026")
    knowledge.approve(draft, ben)


LEAVING: dict[str, Callable[[Version, Account, Account], object]] = {
    "superseded": supersede,
    "amended": lambda v, ana, ben: amended(v, ana, ben, "Go slow.", "Go slowly."),
    "retired": lambda v, _ana, ben: knowledge.retire(v, ben),
    "quarantined": lambda v, ana, _ben: knowledge.quarantine(v, ana),
}


@pytest.mark.parametrize("way", LEAVING)
def test_what_left_force_is_withheld_though_the_store_offers_it(
    active: Version, ana: Account, ben: Account, way: str
) -> None:
    follow()
    LEAVING[way](active, ana, ben)

    answer = ask()

    assert (answer.found, answer.withheld) == ([], 2)


def test_a_quarantined_passage_is_withheld_and_its_neighbour_served(
    active: Version, ana: Account
) -> None:
    follow()
    knowledge.quarantine(Passage.objects.get(text="Start low."), ana)

    answer = ask()

    assert (texts(answer), answer.withheld) == (["Go slow."], 1)


def test_a_lifted_passage_is_served_again_at_once(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    follow()
    passage = Passage.objects.get(text="Start low.")
    knowledge.quarantine(passage, ana)
    knowledge.lift(passage, ben, dora)

    assert len(ask().found) == 2


def test_what_is_overdue_is_not_served_and_no_job_ran(active: Version) -> None:
    follow()
    last_day = active.review_due - today()

    assert len(ask(at=noon(last_day.days)).found) == 2
    assert ask(at=noon(last_day.days + 1)).found == []


def test_the_term_ends_to_the_microsecond(active: Version) -> None:
    follow()
    end = active.latest_term.ends_at

    assert len(ask(at=end - timedelta(microseconds=1)).found) == 2
    assert ask(at=end).found == []


def test_what_ended_by_its_own_date_is_not_served(
    source: Source, ana: Account, ben: Account
) -> None:
    knowledge.active(source, ana, ben, effective_until=today() + timedelta(days=5))
    follow()

    assert len(ask(at=noon(5)).found) == 2
    assert ask(at=noon(6)).found == []


def test_what_takes_effect_later_is_served_then_without_a_job(
    source: Source, ana: Account, ben: Account
) -> None:
    knowledge.active(source, ana, ben, effective_from=today() + timedelta(days=5))
    follow()

    assert ask(at=noon(4)).found == []
    assert len(ask(at=noon(5)).found) == 2


def test_a_scheduled_successor_takes_over_without_a_job(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    later = today() + timedelta(days=5)
    successor = knowledge.active(source, ana, ben, label="2026", effective_from=later)
    follow()

    assert versions(ask(at=noon(4))) == {active.pk}
    assert versions(ask(at=noon(5))) == {successor.pk}


def test_a_late_reaffirmation_brings_it_back(active: Version, ben: Account) -> None:
    follow()
    with days_later(250):
        assert ask().found == []
        knowledge.reaffirm(active, ben)
        follow()

        assert len(ask().found) == 2


def test_a_store_that_says_a_longer_term_than_the_truth_is_not_believed(active: Version) -> None:
    follow()
    clients.vector_store().stamp(clients.vector_store().live(), active.pk, 0, 2**52)

    answer = ask(at=noon(400))

    assert (answer.found, answer.withheld) == ([], 2)


def test_what_may_not_be_served_is_withheld_whoever_put_it_there(
    active: Version, ana: Account, ben: Account
) -> None:
    source = knowledge.source(ana, licence=Licence("in house", serve=False))
    hidden = knowledge.active(source, ana, ben)
    follow()
    put_foreign(version=hidden.pk, passage=str(hidden.passages.first().pk))

    answer = ask()

    assert versions(answer) == {active.pk}
    assert answer.withheld == 1


@pytest.mark.parametrize("name", ["", "x", "-1", "9" * 40, "１２", "0", "1e3", "12345"])
def test_a_point_that_names_no_passage_of_ours_is_withheld(active: Version, name: str) -> None:
    follow()
    put_foreign(passage=name)

    answer = ask()

    assert (versions(answer), answer.withheld) == ({active.pk}, 1)


def test_a_machine_whose_clock_is_behind_serves_nothing_that_has_ended(
    active: Version, ben: Account
) -> None:
    follow()
    knowledge.retire(active, ben)

    assert ask(at=TrailHead.objects.get().at - timedelta(seconds=30)).found == []


# Numbers, and what an answer costs.


def test_an_answer_says_how_far_the_store_was_and_where_the_fence_looked(
    active: Version, ana: Account, ben: Account
) -> None:
    follow()
    came = AuditEntry.objects.knowledge().last_number()
    knowledge.active(knowledge.source(ana), ana, ben)

    answer = ask()

    assert (answer.trail, answer.truth) == (came, AuditEntry.objects.knowledge().last_number())


def test_the_numbers_are_told_where_nothing_is_found(active: Version, ben: Account) -> None:
    follow()
    knowledge.retire(active, ben)

    answer = ask()

    assert answer.truth == AuditEntry.objects.knowledge().last_number() > answer.trail


def test_before_anything_was_followed_the_number_is_none(active: Version) -> None:
    follow()
    Cursor.objects.filter(name="vectors").delete()

    assert ask().trail == 0


def queries_of_asking() -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ask(top_k=50)
    return len(asked)


def test_an_answer_costs_as_many_queries_for_many_hits_as_for_few(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    follow()
    ask()
    few = queries_of_asking()
    for _ in range(5):
        knowledge.active(knowledge.source(ana), ana, ben, texts=[f"Start {n}." for n in range(9)])
    follow()

    assert queries_of_asking() == few <= 10


def test_the_same_question_has_the_same_answer(active: Version) -> None:
    follow()

    first, second = ask(), ask()

    assert (first.found, first.truth, first.trail) == (second.found, second.truth, second.trail)


# Stores that are away, and another model.


def test_a_store_away_is_no_empty_answer(active: Version) -> None:
    follow()
    interposed().is_away = True

    with pytest.raises(StoreAway):
        ask()


def test_a_store_that_was_lost_is_no_empty_answer(active: Version) -> None:
    follow()
    lose("vectors")

    with pytest.raises(NotBuilt):
        ask()


def test_nothing_in_force_is_an_empty_answer(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)
    follow()

    assert (ask().found, ask().withheld) == ([], 0)


def test_similarity_is_left_open_where_the_cache_was_emptied(active: Version) -> None:
    follow()
    CachedVector.objects.all().delete()

    assert {f.similarity for f in ask().found} == {None}


def test_vectors_of_another_model_are_not_compared(active: Version) -> None:
    follow()
    clients.install(with_encoder=FakeEncoder(seed=2))

    assert texts(ask()) == ["Start low."]
    assert ask("?!").found == []


def test_what_left_force_while_the_query_was_embedded_is_not_served(
    active: Version, ana: Account
) -> None:
    follow()

    class Slow(FakeEncoder):
        def queries(self, texts: Sequence[str]) -> Rows:
            knowledge.quarantine(active, ana)
            return super().queries(texts)

    clients.install(with_encoder=Slow(seed=1))

    assert texts(ask()) == []
