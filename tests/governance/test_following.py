"""Which evidence a new edition left behind, and when it is asked about no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from governance import clock, following
from governance.actions import change_sets, notices, versions
from governance.admin.evidence_nearest import around, closest, nearest
from governance.models import Account, Evidence, Notice, Passage, Relation, Source, Version
from tests.support import knowledge
from tests.support.graph import (
    applied,
    decide,
    relation,
    span,
    stroke,
    submitted,
    written,
)

pytestmark = pytest.mark.database

OLD = "Alteplase is given within 3 h of onset. The dose is 0.9 mg/kg."
NEW = "Alteplase is given within 4.5 h of onset. The dose is 0.9 mg/kg, at most 90 mg."
OTHER = "Blood pressure is kept below 185/110 mmHg."


@pytest.fixture
def old(source: Source, ana: Account, ben: Account) -> Version:
    return knowledge.active(source, ana, ben, texts=[OLD, OTHER])


@pytest.fixture
def edge(old: Version, ana: Account, ben: Account) -> Relation:
    return stroke(ana, ben, old.passages.current()[0])


def edition(source: Source, by: Account, reviewer: Account, **given: Any) -> Version:
    given = {"texts": [OTHER, NEW], "label": "2026"} | given
    return knowledge.active(source, by, reviewer, **given)


@pytest.fixture
def new(edge: Relation, source: Source, ana: Account, ben: Account) -> Version:
    return edition(source, ana, ben)


def asked() -> list[following.Left]:
    return following.asked(clock.now())


def test_words_that_the_new_edition_does_not_repeat_are_asked_about(
    new: Version, edge: Relation
) -> None:
    (left,) = asked()

    assert (left.relation, left.source, left.holds) == (edge.pk, new.source_id, False)
    assert list(left.numbers) == [edge.evidence.get().pk]


def test_words_that_are_repeated_follow_by_themselves(
    edge: Relation, source: Source, ana: Account, ben: Account
) -> None:
    edition(source, ana, ben, texts=[OLD])

    assert asked() == []


def test_edition_in_force_leaves_nothing_behind(edge: Relation) -> None:
    assert asked() == []


def test_what_was_retired_without_a_new_edition_is_not_asked_about(
    edge: Relation, old: Version, ben: Account
) -> None:
    knowledge.retire(old, ben)

    assert asked() == []


def test_edition_that_came_back_in_force_has_left_nothing_behind(
    new: Version, edge: Relation, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.retire(new, ben)

    assert asked() == []


def test_relation_that_nothing_carries_comes_first(
    new: Version, edge: Relation, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=["Aspirin helps."])
    step = relation(edge.subject_id, "prevents", edge.object_id, span(other.passages.get()))
    applied(ana, ben, step, ("evidence.add", {"relation": edge.pk, **span(other.passages.get())}))
    edition(other.source, ana, ben, texts=["Aspirin does not help."])
    knowledge.active(knowledge.source(ana), ana, ben, texts=["Alteplase helps."])
    carrying = Passage.objects.get(text="Alteplase helps.")

    applied(ana, ben, ("evidence.add", {"relation": edge.pk, **span(carrying)}))

    assert [each.holds for each in asked()] == [False, True, True]


def test_words_of_many_editions_are_asked_about_once(
    edge: Relation, source: Source, ana: Account, ben: Account
) -> None:
    edition(source, ana, ben, texts=[OLD], label="2025")
    edition(source, ana, ben)

    (left,) = asked()

    assert list(left.numbers) == list(edge.evidence.order_by("pk").values_list("pk", flat=True))


def test_scheduled_edition_leaves_nothing_behind_before_it_takes_effect(
    edge: Relation, source: Source, ana: Account, ben: Account
) -> None:
    day = clock.today() + timedelta(days=9)
    edition(source, ana, ben, effective_from=day)
    now = asked()

    with time_machine.travel(clock.start_of(day), tick=False):
        then = asked()

    assert (len(now), len(then)) == (0, 1)


@pytest.mark.parametrize("deed", ["relation.end", "evidence.end", "evidence.add"])
def test_what_an_open_set_decides_is_not_asked_again(
    deed: str, new: Version, edge: Relation, ana: Account
) -> None:
    there = span(new.passages.current()[1])
    contents = {
        "relation.end": {"relation": edge.pk},
        "evidence.end": {"evidence": edge.evidence.get().pk},
        "evidence.add": {"relation": edge.pk, **there},
    }
    made = written(ana, (deed, contents[deed]))

    assert asked() == []
    assert [each.proposed for each in following.left(clock.now())] == [made.pk]


def test_what_was_given_up_is_asked_again(new: Version, edge: Relation, ana: Account) -> None:
    made = written(ana, ("relation.end", {"relation": edge.pk}))

    change_sets.withdraw(change_set=made, reason="Not so.", by=ana)

    assert len(asked()) == 1


def test_relation_that_was_ended_is_gone(
    new: Version, edge: Relation, ana: Account, ben: Account
) -> None:
    applied(ana, ben, ("relation.end", {"relation": edge.pk}))

    assert following.left(clock.now()) == []


def test_evidence_that_was_moved_by_a_person_is_gone(
    new: Version, edge: Relation, ana: Account, ben: Account
) -> None:
    there = span(new.passages.current()[1])
    moved = submitted(
        ana,
        ("evidence.add", {"relation": edge.pk, **there}),
        ("evidence.end", {"evidence": edge.evidence.get().pk}),
    )

    decide(moved, ben)

    assert following.left(clock.now()) == []
    assert Relation.objects.in_force(clock.now()).get() == edge


def test_moving_is_undone_although_the_old_words_are_not_in_force(
    new: Version, edge: Relation, ana: Account, ben: Account
) -> None:
    there = span(new.passages.current()[1])
    moved = submitted(
        ana,
        ("evidence.add", {"relation": edge.pk, **there}),
        ("evidence.end", {"evidence": edge.evidence.get().pk}),
    )
    done = decide(moved, ben)

    back = change_sets.undo(change_set=done, title="Take it back", by=ana)
    decide(change_sets.submit(change_set=back, by=ana), ben)

    assert [each.relation for each in following.left(clock.now())] == [edge.pk]


@pytest.mark.parametrize("content", [{}, {"relation": "x"}, {"relation": True}, {"evidence": []}])
def test_step_that_nobody_could_mean_proposes_nothing(
    content: dict[str, Any], new: Version, ana: Account
) -> None:
    deed = "evidence.end" if "evidence" in content else "relation.end"
    written(ana, (deed, content))

    assert len(asked()) == 1


def test_questions_do_not_grow_with_what_was_left(
    new: Version, edge: Relation, ana: Account, ben: Account, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        asked()
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=["Aspirin helps."])
    step = relation(edge.subject_id, "prevents", edge.object_id, span(other.passages.get()))
    applied(ana, ben, step)
    edition(other.source, ana, ben, texts=["Aspirin does not help."])

    with django_assert_num_queries(2):
        assert len(asked()) == 2


# What may say it now.


def test_likest_passage_is_offered_first(new: Version, edge: Relation) -> None:
    evidence = Evidence.objects.select_related("passage__version").get()

    near = nearest(evidence, new, at=clock.now())

    assert near[0].passage.text == NEW


def test_passage_that_is_quarantined_is_not_offered(
    new: Version, edge: Relation, ana: Account
) -> None:
    knowledge.quarantine(new.passages.current()[1], ana)
    evidence = Evidence.objects.select_related("passage__version").get()

    assert NEW not in [near.passage.text for near in nearest(evidence, new, at=clock.now())]


TABLE = "| Drug | Dose |\n|---|---|\n| heparin | 5000 IU twice a day |\n| aspirin | 300 mg |"


@pytest.mark.parametrize(
    ("sentence", "text", "words"),
    [
        ("Given within 3 h of onset.", NEW, "Alteplase is given within 4.5 h of onset."),
        (
            "发病 3 小时内用药。",
            "禁忌须排除。发病 4.5 小时内用药。剂量不变。",
            "发病 4.5 小时内用药。",
        ),
        ("| aspirin | 100 mg |", TABLE, "| aspirin | 300 mg |"),
        (OLD, NEW, NEW),
        ("x", "y", "y"),
    ],
)
def test_sentence_or_row_most_like_the_one_before_is_found(
    sentence: str, text: str, words: str
) -> None:
    start, end = closest(sentence, text)

    assert text[start:end] == words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("within 4.5 h", "Alteplase is given within 4.5 h of onset."),
        ("5000 IU", "| heparin | 5000 IU twice a day |"),
        ("twice a day |\n| aspirin", "\n".join(TABLE.split("\n")[2:])),
    ],
)
def test_words_are_compared_with_what_stands_around_them(words: str, sentence: str) -> None:
    text = NEW if words in NEW else TABLE
    start = text.index(words)

    assert around(text, start, start + len(words)) == sentence


def proposed(old: str, quote: str, new: str, ana: Account, ben: Account) -> list[str]:
    """What is proposed where a new edition says something else."""
    before = knowledge.active(knowledge.source(ana), ana, ben, texts=[old])
    start = old.index(quote)
    after = edition(before.source, ana, ben, texts=[new])
    words = Evidence(passage=before.passages.get(), start=start, end=start + len(quote))
    return [near.words for near in nearest(words, after, at=clock.now()) if near.is_alike]


def test_words_that_stand_there_as_before_are_proposed_as_they_are(
    ana: Account, ben: Account
) -> None:
    assert proposed(OLD, "The dose is 0.9 mg/kg", NEW, ana, ben) == ["The dose is 0.9 mg/kg"]


def test_row_of_another_drug_is_never_proposed(ana: Account, ben: Account) -> None:
    new = TABLE.replace("| heparin |", "| dalteparin |")

    assert proposed(TABLE, "5000 IU twice a day", new, ana, ben) == []


def test_what_is_like_nothing_is_given_no_words(ana: Account, ben: Account) -> None:
    assert proposed(OLD, "within 3 h", "Alteplase: see the annex.", ana, ben) == []


# Who is told.


def told(account: Account) -> list[Notice]:
    notices.tell()
    return list(Notice.objects.filter(person=account.person, code="evidence_left"))


def test_owner_is_told_of_what_a_new_edition_left_behind(new: Version, ana: Account) -> None:
    (notice,) = told(ana)

    assert (notice.version, notice.facts) == (new, {"count": 1})


def test_edition_that_leaves_nothing_behind_tells_nobody(
    edge: Relation, source: Source, ana: Account, ben: Account
) -> None:
    edition(source, ana, ben, texts=[OLD])

    assert told(ana) == []


def test_owner_is_told_as_a_scheduled_edition_takes_effect(
    edge: Relation, source: Source, ana: Account, ben: Account
) -> None:
    day = clock.today() + timedelta(days=9)
    edition(source, ana, ben, effective_from=day)
    before = len(told(ana))

    with time_machine.travel(clock.start_of(day), tick=False):
        versions.write_down_superseded()
        after = len(told(ana))

    assert (before, after) == (0, 1)
