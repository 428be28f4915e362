"""Health: every part by name, and 503 only where the truth is out of reach."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from governance import clock, originals
from governance.models import Account, Version
from ingest import incoming
from ingest.models import Incoming
from kbadmin import health
from llm import clients
from llm.embedding import Encoder, Unavailable
from llm.models import Cursor, Parked
from llm.stores.port import StoreAway
from tests.support import knowledge
from tests.support.away import truth_away
from tests.support.databases import triggers_away
from tests.support.encoders import FakeEncoder
from tests.support.following import days_later, follow, interposed

pytestmark = pytest.mark.usefixtures("stores")


def ready() -> tuple[int, Any]:
    answer = Client().get("/health/ready/")
    return answer.status_code, answer.json()


def part(name: str) -> Any:
    return ready()[1]["components"][name]


def test_process_that_answers_is_alive_without_asking_the_truth(db: None) -> None:
    with truth_away():
        answer = Client().get("/health/live/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_every_part_is_named(active: Version) -> None:
    follow()

    status, told = ready()

    assert (status, told["status"]) == (200, "ok")
    assert list(told["components"]) == [
        *("truth", "worker", "vector_store", "corpus", "vectors", "uploads", "incoming")
    ]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_truth_out_of_reach_makes_it_unavailable(db: None, error: type[Exception]) -> None:
    with truth_away(error):
        status, told = ready()

    assert (status, told["status"]) == (503, "unavailable")
    assert list(told["components"]) == ["truth"]
    assert told["components"]["truth"]["detail"] == f"out of reach: {error.__name__}"


def test_missing_trigger_is_named(db: None) -> None:
    with triggers_away():
        assert part("truth")["detail"].startswith("triggers missing: ")
        assert not part("truth")["ok"]


def test_store_out_of_reach_is_degraded_and_no_more(active: Version) -> None:
    follow()
    interposed().is_away = True

    status, told = ready()

    assert (status, told["status"]) == (200, "degraded")
    assert not told["components"]["vector_store"]["ok"]


class AwayEncoder(FakeEncoder):
    """One whose endpoint must be asked for its profile, and is away."""

    @property
    def profile(self) -> Any:
        raise Unavailable("told to be away")

    @profile.setter
    def profile(self, value: Any) -> None:
        """The constructor's is of no use."""


def test_encoder_out_of_reach_is_degraded_and_no_more(active: Version) -> None:
    follow()
    clients.install(with_encoder=cast(Encoder, AwayEncoder(1)))

    status, told = ready()

    assert (status, told["status"]) == (200, "degraded")
    assert told["components"]["vector_store"]["detail"] == "out of reach: Unavailable"


def test_store_of_another_model_asks_for_a_rebuild(active: Version) -> None:
    follow()
    clients.install(with_encoder=FakeEncoder(seed=2))

    assert "rebuild vectors" in part("vector_store")["detail"]


def test_store_without_a_collection_is_ill(db: None) -> None:
    clients.vector_store()

    assert part("vector_store")["detail"] == "no collection yet"


def test_store_of_another_process_is_left_alone(db: None) -> None:
    assert part("vector_store") == {"ok": True, "detail": "in the serving process"}


def test_followers_say_how_far_they_are_behind(active: Version, ben: Account) -> None:
    follow()
    knowledge.quarantine(active, ben)

    told = part("vectors")

    assert (told["behind"], told["parked"], told["ok"]) == (1, 0, True)


def test_follower_that_has_not_begun_is_ill(db: None) -> None:
    assert part("corpus")["detail"] == "has not begun to follow the trail"


def test_parked_version_makes_its_follower_ill(active: Version) -> None:
    follow()
    Parked.objects.park("corpus", active.pk, ValueError("x"), at=clock.now())

    assert (part("corpus")["ok"], part("corpus")["parked"]) == (False, 1)
    assert part("vectors")["ok"]


def test_error_of_a_follower_is_shown(active: Version) -> None:
    follow()
    Cursor.objects.filter(name="vectors").update(error="The store is full.")

    assert part("vectors")["detail"] == "The store is full."


def test_worker_that_works_is_well(active: Version) -> None:
    follow()

    assert part("worker") == {"ok": True, "detail": ""}


def test_worker_that_fell_silent_is_ill(active: Version) -> None:
    follow()

    with days_later(0.01):
        assert not part("worker")["ok"]


def test_uploads_are_counted_by_their_state(draft: Version, source: Any, ana: Account) -> None:
    knowledge.unread(source, ana)

    assert {k: part("uploads")[k] for k in ("queued", "running", "failed")} == {
        **{"queued": 1, "running": 0, "failed": 0}
    }


def test_figures_count_what_is_in_force_and_what_is_not(
    active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)
    knowledge.quarantine(other, ben)

    figures = health.in_figures()

    assert (figures["versions_in_force"], figures["quarantines_open"]) == (1, 1)
    assert figures["versions_overdue"] == 0


def test_figures_count_what_is_overdue(active: Version) -> None:
    with days_later(200):
        figures = health.in_figures()

    assert (figures["versions_in_force"], figures["versions_overdue"]) == (0, 1)


def test_figures_count_exits_that_no_store_has_confirmed(active: Version, ben: Account) -> None:
    follow()
    knowledge.retire(active, ben)
    interposed().is_away = True

    with pytest.raises(StoreAway):
        follow("vectors")

    assert health.in_figures()["exits_unconfirmed"] == 1


def test_files_that_wait_without_a_reader_are_told(ana: Account, stores: None) -> None:
    incoming.receive(originals.keep([b"# Asthma"], "asthma.md"), by=ana)

    fresh = part("incoming")
    Incoming.objects.update(beat_at=clock.now() - 2 * incoming.STALLED)
    late = part("incoming")

    assert (fresh["ok"], fresh["waiting"]) == (True, 1)
    assert (late["ok"], late["detail"]) == (False, "files wait, and none was read for a minute")
