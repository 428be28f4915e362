"""A store built anew is the same store; readers never wait, and nothing meanwhile is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from governance import clock
from governance.models import Account, Version
from llm import clients, words
from llm.found import Found
from llm.models import Cursor, Exit, Parked, VersionWords
from llm.projections import registry
from llm.projections.rebuild import Busy, NotEqual, rebuild_corpus, rebuild_vectors, silent
from llm.retrieval import Question, retrieve
from llm.stores.port import NoCollection
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import (
    follow,
    interposed,
    lose,
    moody,
    passages_in_store,
    points,
    put_foreign,
    take_over,
)

NOW = timedelta(0)


def ask() -> list[Found]:
    return retrieve(Question("Start low."), at=clock.now()).found


def once(act: Callable[[], object]) -> Callable[[int, int], None]:
    """A progress that lets something happen at the first step."""
    waiting = [act]

    def progress(_done: int, _of: int) -> None:
        if waiting:
            waiting.pop()()

    return progress


def keys(*versions: Version) -> set[int]:
    return {pk for v in versions for pk in v.passages.values_list("pk", flat=True)}


def test_the_new_collection_holds_the_same_points(active: Version) -> None:
    follow()
    before = points()

    assert rebuild_vectors(registry.vectors()) == 2

    assert points() == before


def test_readers_move_and_the_old_collection_goes(active: Version) -> None:
    follow()
    store = clients.vector_store()
    old = store.live()

    rebuild_vectors(registry.vectors())

    assert store.live() != old
    assert store.collections() == {store.live()}


def test_what_nobody_can_vouch_for_is_not_taken_along(active: Version) -> None:
    follow()
    foreign = put_foreign()

    rebuild_vectors(registry.vectors())

    assert foreign not in points()


def test_what_an_earlier_rebuild_left_behind_goes_too(active: Version) -> None:
    follow()
    store = clients.vector_store()
    store.create(f"{clients.encoder().profile.name}-77", 384)

    rebuild_vectors(registry.vectors())

    assert store.collections() == {store.live()}


def test_progress_is_told_version_by_version(active: Version, ana: Account, ben: Account) -> None:
    knowledge.active(knowledge.source(ana), ana, ben)
    told: list[tuple[int, int]] = []

    rebuild_vectors(registry.vectors(), lambda done, of: told.append((done, of)))

    assert told == [(1, 2), (2, 2)]


def test_an_approval_meanwhile_is_in_the_new_collection(
    active: Version, ana: Account, ben: Account
) -> None:
    follow()
    approved: list[Version] = []
    source = knowledge.source(ana)
    act = once(lambda: approved.append(knowledge.active(source, ana, ben)))

    rebuild_vectors(registry.vectors(), act)

    assert passages_in_store() == keys(active, *approved)


def test_a_retirement_meanwhile_is_in_the_new_collection(active: Version, ben: Account) -> None:
    follow()

    rebuild_vectors(registry.vectors(), once(lambda: knowledge.retire(active, ben)))

    assert points() == {}


def test_a_retirement_meanwhile_has_its_exit_record(active: Version, ben: Account) -> None:
    follow()

    rebuild_vectors(registry.vectors(), once(lambda: knowledge.retire(active, ben)))

    assert Exit.objects.get(projection="vectors", version=active).confirmed_at


def test_a_quarantine_lifted_meanwhile_ends_right(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=["Another text."])
    follow()

    rebuild_vectors(registry.vectors(), once(lambda: knowledge.lift(active, ben, dora)))

    assert passages_in_store() == keys(active, other)


def test_changes_meanwhile_reach_the_old_collection_too(active: Version, ben: Account) -> None:
    follow()
    seen: list[int] = []

    def retire_and_look() -> None:
        knowledge.retire(active, ben)
        follow("vectors")
        seen.append(len(points()))

    rebuild_vectors(registry.vectors(), once(retire_and_look))

    assert seen == [0]


def test_retrieval_answers_before_during_and_after(active: Version) -> None:
    follow()
    answers = [len(ask())]

    rebuild_vectors(registry.vectors(), once(lambda: answers.append(len(ask()))))

    assert [*answers, len(ask())] == [2, 2, 2]


def test_before_the_rebuild_another_model_finds_by_words_alone(active: Version) -> None:
    follow()

    clients.install(with_encoder=FakeEncoder(seed=2))

    assert [(f.passage.text, f.similarity) for f in ask()] == [("Start low.", None)]


def test_after_the_rebuild_another_model_finds_by_both(active: Version) -> None:
    follow()
    clients.install(with_encoder=FakeEncoder(seed=2, dimension=64))

    rebuild_vectors(registry.vectors())

    assert len(ask()) == 2
    assert all(f.similarity is not None for f in ask())


def test_before_the_rebuild_words_cut_otherwise_find_by_meaning_alone(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    by_both = [f.score for f in ask()]
    monkeypatch.setattr(words, "PROFILE", "words-2")

    assert max(by_both) == 1
    assert [f.score for f in ask()] == [0.5, 0]


def test_the_rebuild_counts_words_anew_too(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    monkeypatch.setattr(words, "PROFILE", "words-2")

    rebuild_vectors(registry.vectors())

    assert VersionWords.objects.get().profile == "words-2"
    assert max(f.score for f in ask()) == 1


def test_what_waited_for_the_rebuild_is_settled_by_it(
    active: Version, ana: Account, ben: Account
) -> None:
    follow()
    clients.install(with_encoder=FakeEncoder(seed=2))
    later = knowledge.active(knowledge.source(ana), ana, ben)
    follow("vectors")

    rebuild_vectors(registry.vectors())

    assert passages_in_store() == keys(active, later)
    assert not Parked.objects.exists()


def test_a_second_rebuild_at_the_same_time_is_refused(active: Version) -> None:
    follow()

    def again() -> None:
        with pytest.raises(Busy):
            rebuild_vectors(registry.vectors())

    rebuild_vectors(registry.vectors(), once(again))

    assert len(points()) == 2


def test_a_cursor_that_never_comes_free_ends_the_rebuild_and_leaves_nothing(
    active: Version,
) -> None:
    follow()
    store, before = clients.vector_store(), clients.vector_store().collections()
    take_over("vectors")

    with pytest.raises(Busy):
        rebuild_vectors(registry.vectors(), patience=NOW)

    assert store.collections() == before


def test_a_rebuild_waits_for_a_worker_that_is_nearly_done(active: Version) -> None:
    follow()
    holder = take_over("vectors")
    Cursor.objects.filter(pk=holder.pk).update(leased_until=clock.now() + timedelta(seconds=0.3))

    assert rebuild_vectors(registry.vectors()) == 2


def test_a_text_that_cannot_be_embedded_ends_the_rebuild_and_readers_stay(active: Version) -> None:
    follow()
    before = points()
    clients.install(with_encoder=FakeEncoder(seed=1))
    knowledge_refuser = moody()
    clear_cache()
    knowledge_refuser.refuses = "Start low."

    with pytest.raises(ValueError, match="told to refuse"):
        rebuild_vectors(registry.vectors())

    assert points() == before
    assert len(clients.vector_store().collections()) == 1


def clear_cache() -> None:
    from llm.models import CachedVector

    CachedVector.objects.all().delete()


def test_readers_do_not_move_to_what_is_not_equal(active: Version) -> None:
    between = interposed()
    follow()
    old = between.live()
    new = registry.vectors().new_name()

    def harm() -> None:
        store = between.store
        store.drop_points(new, [s.id for s in store.scan(new)][:1])

    with pytest.raises(NotEqual):
        rebuild_vectors(registry.vectors(), once(harm))

    assert between.live() == old
    with pytest.raises(NoCollection):
        between.count(new)


def test_who_dies_right_after_the_switch_has_lost_nothing(active: Version, ben: Account) -> None:
    between = interposed()
    follow()

    def die() -> None:
        raise KeyboardInterrupt

    between.after["switch"] = die
    with pytest.raises(KeyboardInterrupt):
        rebuild_vectors(registry.vectors(), once(lambda: knowledge.retire(active, ben)))
    follow()

    assert points() == {}
    assert Exit.objects.get(projection="vectors").confirmed_at


def test_what_another_worker_did_to_the_old_collection_is_done_to_the_new(
    active: Version, ben: Account
) -> None:
    between = interposed()
    follow()

    def another_takes_over_and_retires() -> None:
        take_over("vectors").release()
        knowledge.retire(active, ben)
        follow("vectors")

    between.before["switch"] = another_takes_over_and_retires
    rebuild_vectors(registry.vectors())

    assert points() == {}


def test_the_corpus_built_anew_is_the_same_bytes(active: Version) -> None:
    follow()
    folder = registry.corpus().folder
    before = folder.newest()

    assert rebuild_corpus(registry.corpus()) == 1

    assert folder.newest() == before


def test_the_corpus_is_built_from_nothing(active: Version) -> None:
    follow()
    before = registry.corpus().folder.newest()
    lose("corpus")

    rebuild_corpus(registry.corpus())

    assert registry.corpus().folder.newest() == before


def test_a_retirement_while_the_corpus_is_built_ends_right(active: Version, ben: Account) -> None:
    follow()

    rebuild_corpus(registry.corpus(), once(lambda: knowledge.retire(active, ben)))

    assert b'"versions":[]' in registry.corpus().folder.newest()
    assert registry.corpus().folder.objects() == set()


def test_files_that_nobody_wants_go_when_the_corpus_is_built(active: Version) -> None:
    follow()
    extra = registry.corpus().folder.put_object(b"extra")

    rebuild_corpus(registry.corpus(), silent)

    assert extra not in registry.corpus().folder.objects()


def test_the_corpus_is_not_built_while_another_worker_writes_it(active: Version) -> None:
    follow()
    take_over("corpus")

    with pytest.raises(Busy):
        rebuild_corpus(registry.corpus(), patience=NOW)
