"""Following the trail: what cannot be settled waits, a store away stops, one writer at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance import clock
from governance.models import Account, TrailHead, Version
from llm import clients
from llm.corpus import CorpusFolder
from llm.embedding import Unavailable
from llm.models import LEASE, Cursor, LostLease, Parked
from llm.projections import registry
from llm.projections.advance import advance, behind, last_knowledge
from llm.projections.corpus import Corpus
from llm.stores.port import StoreAway
from tests.support import knowledge
from tests.support.following import (
    days_later,
    follow,
    interposed,
    lose,
    moody,
    passages_in_store,
    points,
    put_foreign,
    take_over,
)

pytestmark = pytest.mark.database


def at(name: str = "vectors") -> Cursor:
    return Cursor.objects.get(name=name)


def in_force(ana: Account, ben: Account, text: str = "Rest.") -> Version:
    return knowledge.active(knowledge.source(ana), ana, ben, texts=[text])


@dataclass(frozen=True)
class SlowFolder(CorpusFolder):
    """Something happens between a manifest's making and its writing."""

    meanwhile: Callable[[], None] = lambda: None

    def publish(self, manifest: dict[str, Any]) -> str:
        self.meanwhile()
        return super().publish(manifest)


# What cannot be settled.


def test_what_cannot_be_settled_is_parked_with_its_error(active: Version) -> None:
    moody().refuses = "Start low."

    follow("vectors")

    parked = Parked.objects.get(projection="vectors", number=active.pk)
    assert "told to refuse" in parked.error
    assert parked.retry_at > clock.now()


def test_what_is_parked_does_not_hold_the_cursor(active: Version) -> None:
    moody().refuses = "Start low."

    follow("vectors")

    assert at().number == last_knowledge()


def test_parked_work_is_not_tried_before_its_pause_is_over(active: Version) -> None:
    encoder = moody()
    encoder.refuses = "Start low."
    follow("vectors")
    encoder.refuses = ""

    follow("vectors")

    assert passages_in_store() == set()


def test_parked_work_is_done_after_its_pause_and_forgotten(active: Version) -> None:
    encoder = moody()
    encoder.refuses = "Start low."
    follow("vectors")
    encoder.refuses = ""

    with days_later(1):
        follow("vectors")

    assert not Parked.objects.exists()
    assert len(points()) == 2


def test_a_new_entry_about_a_parked_version_settles_it_at_once(
    active: Version, ben: Account
) -> None:
    encoder = moody()
    encoder.refuses = "Start low."
    follow("vectors")
    encoder.refuses = ""
    knowledge.retire(active, ben)

    follow("vectors")

    assert not Parked.objects.exists()


def test_the_pause_doubles_up_to_a_quarter_of_an_hour(active: Version) -> None:
    now = timezone.now()
    pauses = []
    for _ in range(10):
        Parked.objects.park("vectors", active.pk, ValueError("no"), at=now)
        pauses.append((Parked.objects.get().retry_at - now).total_seconds())

    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_version_parked_for_a_year_can_be_parked_again(active: Version) -> None:
    Parked.objects.park("vectors", active.pk, ValueError("no"), at=timezone.now())
    Parked.objects.update(attempts=35_000)

    Parked.objects.park("vectors", active.pk, ValueError("no"), at=timezone.now())

    assert Parked.objects.get().attempts == 35_001


# A store that is away.


def test_a_store_away_parks_nothing_and_moves_nothing(active: Version) -> None:
    between = interposed()
    between.is_away = True

    with pytest.raises(StoreAway):
        follow("vectors")

    assert not Parked.objects.exists()
    assert at().number == 0


def test_the_cursor_keeps_what_is_wrong_with_the_store(active: Version) -> None:
    interposed().is_away = True

    with pytest.raises(StoreAway):
        follow("vectors")

    assert "told to be away" in at().error
    assert at().holder is None


def test_the_error_goes_when_the_store_is_back(active: Version) -> None:
    between = interposed()
    between.is_away = True
    with pytest.raises(StoreAway):
        follow("vectors")
    between.is_away = False

    follow("vectors")

    assert at().error == ""
    assert len(points()) == 2


def test_an_encoder_away_parks_nothing(active: Version) -> None:
    moody().is_away = True

    with pytest.raises(Unavailable):
        follow("vectors")

    assert not Parked.objects.exists()


def test_an_unforeseen_failure_gives_the_lease_back_and_is_told(active: Version) -> None:
    def fail() -> None:
        raise RuntimeError("a defect")

    interposed().before["live"] = fail

    with pytest.raises(RuntimeError):
        follow("vectors")

    assert at().holder is None
    assert "stopped unexpectedly" in at().error


# One writer at a time.


def test_nobody_gets_a_cursor_that_is_leased(active: Version) -> None:
    assert Cursor.objects.lease("vectors")

    assert Cursor.objects.lease("vectors") is None
    assert not advance(registry.vectors())


def test_a_lease_that_ran_out_is_taken_over(active: Version) -> None:
    first = Cursor.objects.lease("vectors")
    Cursor.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    second = Cursor.objects.lease("vectors")

    assert second.fence == first.fence + 1


def test_a_lease_lasts_its_twenty_seconds(active: Version) -> None:
    Cursor.objects.lease("vectors")

    left = at().leased_until - timezone.now()
    assert LEASE - timedelta(seconds=2) < left <= LEASE


def test_who_lost_the_lease_cannot_move_the_cursor(active: Version) -> None:
    stale = Cursor.objects.lease("vectors")
    take_over("vectors")

    with pytest.raises(LostLease):
        stale.move(99, epoch="")

    assert at().number == 0


def test_who_lost_the_lease_cannot_give_it_back(active: Version) -> None:
    stale = Cursor.objects.lease("vectors")
    successor = take_over("vectors")

    stale.release(error="mine")

    assert (at().holder, at().error) == (successor.holder, "")


def test_the_worker_taken_over_in_mid_batch_stops(active: Version) -> None:
    between = interposed()
    between.before["ids"] = lambda: take_over("vectors")

    assert not advance(registry.vectors())

    assert at().number == 0


def test_what_was_written_after_the_lease_was_lost_is_settled_again(
    active: Version, ben: Account
) -> None:
    between = interposed()
    follow("vectors")
    between.store.drop_versions(between.live(), [active.pk])

    def another_worker_retires_it() -> None:
        take_over("vectors").release()
        knowledge.retire(active, ben)
        follow("vectors")

    between.before["put"] = another_worker_retires_it
    knowledge.reaffirm(active, ben)
    follow("vectors")
    assert len(points()) == 2

    follow("vectors")

    assert points() == {}


def test_a_manifest_written_after_the_lease_was_lost_is_written_again(
    active: Version, ben: Account
) -> None:
    def another_worker_retires_it() -> None:
        take_over("corpus").release()
        knowledge.retire(active, ben)
        follow("corpus")

    folder = SlowFolder(registry.corpus().folder.path, another_worker_retires_it)
    assert not advance(Corpus(folder, clients.encoder()))

    follow("corpus")

    assert b'"versions":[]' in folder.newest()


def test_what_comes_while_the_lease_is_held_is_followed_before_the_end(
    active: Version, ana: Account, ben: Account
) -> None:
    between = interposed()
    between.after["put"] = lambda: in_force(ana, ben)

    follow("vectors")

    assert behind(at()) == 0
    assert len(points()) == 3


# Beginning afresh.


def test_a_new_epoch_is_followed_from_the_beginning(active: Version, ben: Account) -> None:
    follow("vectors")
    store = clients.vector_store()
    store.drop_versions(store.live(), [active.pk])
    TrailHead.objects.update(epoch="another")

    follow("vectors")

    assert len(points()) == 2
    assert at().epoch == "another"


def test_points_of_versions_that_a_restore_lost_go_with_the_new_epoch(active: Version) -> None:
    follow("vectors")
    before = points()
    put_foreign(version=999)
    TrailHead.objects.update(epoch="another")

    follow("vectors")

    assert points() == before


def test_objects_of_versions_that_a_restore_lost_go_with_the_new_epoch(active: Version) -> None:
    follow("corpus")
    folder = registry.corpus().folder
    lost = folder.put_object(b"of a version that is not known any more")
    TrailHead.objects.update(epoch="another")

    follow("corpus")

    assert lost not in folder.objects()
    assert b'"epoch":"another"' in folder.newest()


def test_who_dies_after_making_the_empty_store_leaves_it_to_be_filled(active: Version) -> None:
    follow("vectors")
    lose("vectors")
    between = interposed()

    def die() -> None:
        raise KeyboardInterrupt

    between.after["switch"] = die
    with pytest.raises(KeyboardInterrupt):
        follow("vectors")

    follow("vectors")

    assert len(points()) == 2
