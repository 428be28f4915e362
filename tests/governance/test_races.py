"""Two persons at the same moment, with real transactions: what the lock of the trail decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from governance.actions import quarantines
from governance.clock import now
from governance.duties import Role
from governance.errors import Refused
from governance.models import Account, AuditEntry, Review, Source, Version
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.databases import own_copy

pytestmark = pytest.mark.slow
Act = Callable[[], object]


@pytest.fixture
def apart(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database of the test's own, whose transactions are seen by every thread."""
    with django_db_blocker.unblock(), own_copy(tmp_path):
        yield


# Only a test that is marked so makes the database that the others copy.
@pytest.mark.django_db
def test_database_is_there_to_be_copied() -> None:
    assert not Version.objects.exists()


def at_once(*acts: Act) -> list[str]:
    """Do each on a thread of its own, all let go together; what each came to."""
    came: list[str] = []
    gate = threading.Barrier(len(acts))

    def run(act: Act) -> None:
        gate.wait()
        try:
            act()
            came.append("done")
        except Refused as refusal:
            came.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


def people() -> tuple[Account, Account, Account]:
    return (
        knowledge.account("ana", Role.CURATOR),
        knowledge.account("ben", Role.REVIEWER),
        knowledge.account("dora", Role.REVIEWER),
    )


def drafts(ana: Account, count: int) -> list[Version]:
    source = knowledge.source(ana)
    return [knowledge.in_review(source, ana, label=f"20{n}") for n in range(count)]


def in_force(source: Source) -> int:
    return Version.objects.filter(source=source).in_force(now()).count()


def test_version_approved_by_two_at_once_is_approved_once(apart: None) -> None:
    ana, ben, dora = people()
    [version] = drafts(ana, 1)

    came = at_once(
        lambda: knowledge.approve(version, ben), lambda: knowledge.approve(version, dora)
    )

    assert came == ["done", "illegal_move"]
    assert Review.objects.count() == 1


def test_two_drafts_approved_at_once_are_never_both_in_force(apart: None) -> None:
    ana, ben, dora = people()
    one, other = drafts(ana, 2)

    came = at_once(lambda: knowledge.approve(one, ben), lambda: knowledge.approve(other, dora))

    assert came == ["done", "predecessor_changed"]
    assert in_force(one.source) == 1


def test_quarantine_begun_by_two_at_once_is_begun_once(apart: None) -> None:
    ana, ben, dora = people()
    version = knowledge.approve(drafts(ana, 1)[0], ben)

    came = at_once(
        *(lambda by=by: quarantines.begin(subject=version, reason="Doubts.", by=by)
          for by in (ana, ben, dora))
    )  # fmt: skip

    assert came == ["already_quarantined", "already_quarantined", "done"]


def test_trail_written_by_many_at_once_has_no_gap_and_no_fork(apart: None) -> None:
    ana, *_ = people()
    at_once(*(lambda: knowledge.source(ana) for _ in range(6)))

    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert list(verify_trail()) == []
