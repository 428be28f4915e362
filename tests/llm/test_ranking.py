"""Ranks depend on the truth alone: not on the history of a store, nor on its order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from governance import clock
from governance.models import Account, Version
from llm import clients, fusing
from llm.models import CachedVector
from llm.projections import registry
from llm.projections.rebuild import rebuild_vectors
from llm.retrieval import Question, retrieve
from llm.stores.port import Hit
from tests.prove import ranking
from tests.prove.worlds import Violation, people
from tests.support import knowledge
from tests.support.following import follow

SMALL = ranking.Size(passages=200, retirements=16, per_version=20, queries=40)


def served(query: str, **given: int) -> list[int]:
    """Each passage, behind it those that say the same."""
    found = retrieve(Question(query, **given), at=clock.now()).found
    return [passage.pk for each in found for passage in ranking.said_by(each)]


def several(ana: Account, ben: Account, *classes: str, text: str = "Rest.") -> list[Version]:
    found = []
    for name in classes:
        source = knowledge.source(ana, source_class=name, identifiers=IDENTIFIED.get(name, DOI))
        found.append(knowledge.active(source, ana, ben, texts=[text]))
    return found


DOI = [("doi", "10.1000/rest")]
IDENTIFIED = {
    "textbook": [("isbn", "9787117266031")],
    "law": [("document_number", "国令〔2020〕1号")],
}


def keys(versions: Sequence[Version]) -> list[int]:
    return [v.passages.get().pk for v in versions]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.django_db
def test_step_by_step_and_afresh_rank_alike() -> None:
    told = ranking.prove(people(1), SMALL, forget=False)

    assert "200 passages" in told


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.django_db
def test_ranks_are_the_same_with_every_vector_worked_out_again() -> None:
    ranking.prove(people(2), SMALL, forget=True)

    assert CachedVector.objects.exists()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.django_db
def test_a_ranking_in_the_order_of_the_store_is_caught() -> None:
    mend = ranking.plant()
    try:
        with pytest.raises(Violation, match="differs from place"):
            ranking.prove(people(1), SMALL, forget=False)
    finally:
        mend()


def test_the_same_text_in_two_sources_ranks_by_authority(ana: Account, ben: Account) -> None:
    textbook, consensus = several(ana, ben, "textbook", "expert_consensus")
    follow()

    assert served("Rest.") == keys([consensus, textbook])


def test_the_same_text_and_authority_ranks_by_passage(ana: Account, ben: Account) -> None:
    alike = several(ana, ben, *["expert_consensus"] * 4)
    follow()

    assert served("Rest.") == keys(alike)


def test_ties_at_the_pools_cut_are_looked_at_whole(
    ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = several(ana, ben, *["textbook"] * 5, "expert_consensus")
    follow()
    monkeypatch.setattr(fusing, "POOL", 2)

    assert served("Rest.", top_k=1)[0] == keys(alike[-1:])[0]


def test_a_tie_beyond_the_deepest_search_is_left_out_whole() -> None:
    hits = [Hit("1", 0.9), *(Hit(str(n), 0.5) for n in range(2, 9_000))]

    assert fusing.whole_ties(lambda depth: hits[:depth]) == hits[:1]


def test_a_list_that_ends_before_the_cut_is_whole() -> None:
    hits = [Hit("1", 0.9), Hit("2", 0.9)]

    assert fusing.whole_ties(lambda depth: hits[:depth]) == hits


def test_scores_that_differ_by_rounding_alone_are_ties(ana: Account, ben: Account) -> None:
    textbook, consensus = several(ana, ben, "textbook", "expert_consensus")
    allowed = {p.pk: p for v in (textbook, consensus) for p in v.passages.all()}
    near = [Hit(str(keys([textbook])[0]), 0.5000001), Hit(str(keys([consensus])[0]), 0.5)]

    order = [pk for pk, _score in fusing._ranked(near, [], allowed)]

    assert order == keys([consensus, textbook])


def test_meaning_and_words_are_half_of_a_score_each(active: Version) -> None:
    first, second = active.passages.current()
    allowed = {first.pk: first, second.pk: second}
    near = [Hit(str(first.pk), 0.9), Hit(str(second.pk), 0.8)]
    worded = [Hit(str(second.pk), 8.0), Hit(str(first.pk), 2.0)]

    assert fusing._ranked(near, worded, allowed) == [(first.pk, 0.625), (second.pk, 0.5)]


def test_what_may_not_be_served_has_no_say_in_a_score(active: Version) -> None:
    first, second = active.passages.current()
    near = [Hit(str(second.pk), 0.99), Hit(str(first.pk), 0.8)]

    assert fusing._ranked(near, [], {first.pk: first}) == [(first.pk, 0.5)]


def test_retirements_do_not_move_the_scores_of_those_that_stay(
    active: Version, ana: Account, ben: Account
) -> None:
    follow()
    before = retrieve(Question("Start low."), at=clock.now()).found
    for gone in several(ana, ben, *["literature"] * 5, text="Start low."):
        follow()
        knowledge.retire(gone, ben)
    follow()

    assert retrieve(Question("Start low."), at=clock.now()).found == before


def test_a_rebuild_does_not_move_a_score(active: Version, ana: Account, ben: Account) -> None:
    several(ana, ben, "textbook", "literature", text="Start low.")
    follow()
    before = retrieve(Question("Start low."), at=clock.now()).found

    rebuild_vectors(registry.vectors())

    assert retrieve(Question("Start low."), at=clock.now()).found == before
    assert clients.vector_store().live().endswith("-2")
