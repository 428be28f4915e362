"""Terms against an oracle that never looks at a term, over random lives of a source."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db.models import Exists, F, OuterRef
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from governance.models import Account, Quarantine, Source, Term, Version
from tests.support import knowledge, lives
from tests.support.databases import rolled_back
from tests.support.lives import Life, moves
from tests.support.oracle import TICK, Oracle
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database

# The slice that always runs, and the long run: HYPOTHESIS_PROFILE=prove.
PROVING = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "2000" if PROVING else "25"))

some_lives = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
classes = st.sampled_from(["clinical_guideline", "clinical_guideline", "clinical_experience"])

Answer = Callable[[Source, datetime], set[int]]
DAY = timedelta(days=1)
# A scheduled successor takes over; it is quarantined, freed, expires, and is reaffirmed late.
EVENTFUL = [
    lives.edition(None, None),
    lives.wait(20 * DAY),
    lives.edition(20, None),
    lives.wait(30 * DAY),
    lives.write_down,
    lives.quarantine(0),
    lives.wait(DAY),
    lives.lift(1),
    lives.wait(200 * DAY),
    lives.reaffirm(0),
    lives.wait(DAY),
]


@contextmanager
def lived(source_class: str, story: list[Any]) -> Iterator[Life]:
    with rolled_back(), time_machine.travel(lives.BIRTH, tick=False) as clock:
        yield Life.begin(clock, source_class).go(story)


def truth(source: Source, at: datetime) -> set[int]:
    return set(Version.objects.filter(source=source).in_force(at).values_list("pk", flat=True))


def by_hand(source: Source, at: datetime) -> set[int]:
    """The same comparison made by the rows themselves, outside the database."""
    kept = Quarantine.objects.filter(version__source=source, passage=None)
    away = {q.version_id for q in kept if q.holds(at)}
    return {t.version_id for t in source.terms.all() if t.holds(at)} - away


def disagreements(life: Life, answer: Answer) -> list[datetime]:
    oracle = Oracle(life.source)
    return [at for at in oracle.instants() if answer(life.source, at) != oracle.in_force(at)]


def tell(life: Life) -> None:
    """What kinds of life the examples led, for the statistics of a long run."""
    for code in set(life.refused):
        event(f"refused: {code}")
    event(f"terms: {min(life.source.terms.count(), 6)}")
    late = life.source.versions.filter(terms__starts_at__gt=F("approved_at") + 100 * DAY)
    event(f"late terms: {late.exists()}")


@pytest.mark.slow
@settings(some_lives, max_examples=6)
@given(classes, moves())
def test_terms_say_at_every_instant_what_the_decisions_say(
    db: None, source_class: str, story: list[Any]
) -> None:
    compare(source_class, story)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(7200)
@some_lives
@given(classes, moves())
def test_terms_say_so_over_many_lives(db: None, source_class: str, story: list[Any]) -> None:
    compare(source_class, story)


def compare(source_class: str, story: list[Any]) -> None:
    with lived(source_class, story) as life:
        tell(life)

        assert disagreements(life, truth) == []
        assert disagreements(life, by_hand) == []
        assert [at for at, seen in life.seen if life.in_force(at) != seen] == []
        assert overlaps(life.source) == []


def overlaps(source: Source) -> list[tuple[Term, Term]]:
    terms = source.terms.order_by("starts_at", "ends_at")
    return [(one, other) for one, other in pairwise(terms) if other.starts_at < one.ends_at]


def without_quarantines(source: Source, at: datetime) -> set[int]:
    return {t.version_id for t in source.terms.all() if t.holds(at)}


def with_the_end(source: Source, at: datetime) -> set[int]:
    holding = source.terms.filter(starts_at__lte=at, ends_at__gte=at)
    return set(holding.values_list("version", flat=True)) & by_hand(source, at - TICK)


def without_the_start(source: Source, at: datetime) -> set[int]:
    holding = source.terms.filter(starts_at__lt=at, ends_at__gt=at)
    return set(holding.values_list("version", flat=True)) & by_hand(source, at)


def by_the_latest_term_alone(source: Source, at: datetime) -> set[int]:
    later = Term.objects.filter(version=OuterRef("version"), starts_at__gt=OuterRef("starts_at"))
    latest = source.terms.filter(~Exists(later))
    return {t.version_id for t in latest if t.holds(at)} & by_hand(source, at)


def by_the_status(source: Source, at: datetime) -> set[int]:
    return set(source.versions.active().values_list("pk", flat=True))


@pytest.mark.parametrize(
    "fault",
    [
        without_quarantines,
        with_the_end,
        without_the_start,
        by_the_latest_term_alone,
        by_the_status,
    ],
)
def test_oracle_catches_a_planted_fault(db: None, fault: Answer) -> None:
    with lived("clinical_guideline", EVENTFUL) as life:
        assert disagreements(life, truth) == []

        assert disagreements(life, fault) != []


def test_oracle_catches_a_term_that_somebody_moved(db: None) -> None:
    with lived("clinical_guideline", EVENTFUL) as life:
        life.source.terms.filter(pk=life.source.terms.latest("pk").pk).update(
            ends_at=F("ends_at") + DAY
        )

        assert disagreements(life, truth) != []


@pytest.fixture
def later(active: Version, ana: Account) -> Term:
    """A term of another version of the source, right after the one that runs."""
    draft = knowledge.draft(active.source, ana, label="2026")
    end = active.terms.get().ends_at
    return Term.objects.create(
        version=draft, source=active.source, starts_at=end, ends_at=end + DAY
    )


def test_database_takes_a_term_that_begins_where_another_ends(later: Term) -> None:
    assert later.source.terms.count() == 2


def test_database_refuses_a_term_that_overlaps_another(later: Term) -> None:
    with database_refuses("terms_never_overlap"):
        Term.objects.create(
            version=later.version,
            source=later.source,
            starts_at=later.ends_at - TICK,
            ends_at=later.ends_at + DAY,
        )


def test_database_refuses_to_move_a_term_into_another(later: Term) -> None:
    with database_refuses("terms_never_overlap"):
        Term.objects.filter(pk=later.pk).update(starts_at=later.starts_at - TICK)


def test_database_refuses_a_term_around_another(later: Term) -> None:
    with database_refuses("terms_never_overlap"):
        Term.objects.create(
            version=later.version,
            source=later.source,
            starts_at=later.starts_at - 400 * DAY,
            ends_at=later.ends_at + DAY,
        )


def test_database_refuses_a_term_that_holds_nothing(later: Term) -> None:
    with database_refuses("term_begins_before_it_ends"):
        Term.objects.filter(pk=later.pk).update(ends_at=later.starts_at)


def test_database_lets_terms_of_two_sources_overlap(active: Version, ana: Account) -> None:
    ben = Account.objects.get(username="ben")
    other = knowledge.active(knowledge.source(ana), ana, ben)

    assert active.is_in_force(other.terms.get().starts_at)
