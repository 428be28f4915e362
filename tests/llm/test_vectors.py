"""The vectors' projection: one point a passage that belongs into the store, with its term."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.actions.sources import Licence
from governance.clock import today
from governance.models import Account, Source, Version
from llm import clients, words
from llm.models import Cursor, Parked
from llm.projections import registry
from llm.projections.advance import last_knowledge
from llm.projections.vectors import microseconds, profile_of
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import (
    amended,
    days_later,
    follow,
    lose,
    moody,
    passages_in_store,
    points,
)

pytestmark = pytest.mark.database


def keys(version: Version) -> set[int]:
    return set(version.passages.values_list("pk", flat=True))


def test_every_passage_in_force_is_a_point(active: Version) -> None:
    follow("vectors")

    assert passages_in_store() == keys(active)


def test_a_point_carries_the_latest_term(active: Version) -> None:
    follow("vectors")

    term = active.latest_term
    wanted = (microseconds(term.starts_at), microseconds(term.ends_at))
    assert {(p.starts, p.ends) for p in points().values()} == {wanted}


def test_a_draft_is_no_point(draft: Version) -> None:
    follow("vectors")

    assert points() == {}


def test_a_version_approved_for_later_is_there_already(
    source: Source, ana: Account, ben: Account
) -> None:
    later = today() + timedelta(days=9)
    version = knowledge.active(source, ana, ben, effective_from=later)

    follow("vectors")

    assert passages_in_store() == keys(version)


def test_what_may_not_be_served_is_no_point(ana: Account, ben: Account) -> None:
    source = knowledge.source(ana, licence=Licence("in house", serve=False))
    knowledge.active(source, ana, ben)

    follow("vectors")

    assert points() == {}


def test_settling_twice_changes_nothing(active: Version) -> None:
    follow("vectors")
    before = points()

    registry.vectors().settle(active.pk, lambda: None)

    assert points() == before


def test_a_retired_version_has_no_points(active: Version, ben: Account) -> None:
    follow("vectors")
    knowledge.retire(active, ben)

    follow("vectors")

    assert points() == {}


def test_a_quarantined_passage_goes_and_its_neighbour_stays(active: Version, ana: Account) -> None:
    follow("vectors")
    first, second = active.passages.current()
    knowledge.quarantine(first, ana)

    follow("vectors")

    assert passages_in_store() == {second.pk}


def test_a_lifted_quarantine_brings_the_points_back(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    follow("vectors")
    before = points()
    knowledge.quarantine(active, ana)
    follow("vectors")
    knowledge.lift(active, ben, dora)

    follow("vectors")

    assert points() == before


def test_an_amended_passage_replaces_the_one_before(
    active: Version, ana: Account, ben: Account
) -> None:
    follow("vectors")
    corrected = amended(active, ana, ben, "Start low.", "Start lower.")

    follow("vectors")

    assert passages_in_store() == {p.pk for p in corrected.passages.current()}


def test_reaffirming_moves_the_end_in_the_store(active: Version, ben: Account) -> None:
    follow("vectors")
    before = {p.ends for p in points().values()}
    with days_later(30):
        knowledge.reaffirm(active, ben)
        follow("vectors")

    assert min(p.ends for p in points().values()) > max(before)


def test_an_emptied_folder_is_filled_again(active: Version) -> None:
    follow("vectors")
    before = points()
    lose("vectors")

    follow("vectors")

    assert points() == before


def test_vectors_of_two_models_never_mix(active: Version, ana: Account, ben: Account) -> None:
    follow("vectors")
    clients.install(with_encoder=FakeEncoder(seed=2))
    later = knowledge.active(knowledge.source(ana), ana, ben)

    follow("vectors")

    assert passages_in_store() == keys(active)
    assert "RebuildDue" in Parked.objects.get(number=later.pk).error


def test_what_leaves_goes_though_the_model_was_changed(active: Version, ben: Account) -> None:
    follow("vectors")
    clients.install(with_encoder=FakeEncoder(seed=2))
    knowledge.retire(active, ben)

    follow("vectors")

    assert points() == {}


def test_one_text_that_cannot_be_embedded_leaves_the_others_in_the_store(
    active: Version, ana: Account, ben: Account
) -> None:
    moody().refuses = "Start low."
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=["Go on."])

    follow("vectors")

    assert passages_in_store() == keys(other)


def test_the_collection_is_named_by_encoder_and_words(active: Version) -> None:
    follow("vectors")

    live = clients.vector_store().live()
    assert profile_of(live) == f"{clients.encoder().profile.name}-{words.profile_name()}"


def test_nothing_is_added_to_what_was_made_of_words_cut_otherwise(
    active: Version, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow("vectors")
    monkeypatch.setattr(words, "PROFILE", "words-2")
    later = knowledge.active(knowledge.source(ana), ana, ben)

    follow("vectors")

    assert passages_in_store() == keys(active)
    assert "RebuildDue" in Parked.objects.get(number=later.pk).error


def test_the_cursor_ends_where_knowledge_ends(active: Version) -> None:
    follow("vectors")

    assert Cursor.objects.get(name="vectors").number == last_knowledge()
