"""Terms against an oracle that never looks at a term, over random lives of a source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from governance.models import Quarantine, Term
from tests.support import lives
from tests.support.databases import rolled_back
from tests.support.lives import Life, moves
from tests.support.oracle import Oracle

# The slice that always runs, and the long run: HYPOTHESIS_PROFILE=prove.
PROVING = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "2000" if PROVING else "25"))

some_lives = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
classes = st.sampled_from(["clinical_guideline", "clinical_guideline", "clinical_experience"])


@contextmanager
def lived(source_class: str, story: list[Any]) -> Iterator[Life]:
    with rolled_back(), time_machine.travel(lives.BIRTH, tick=False) as clock:
        yield Life.begin(clock, source_class).go(story)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@some_lives
@given(classes, moves())
def test_terms_and_quarantines_say_at_every_instant_what_the_decisions_say(
    db: None, source_class: str, story: list[Any]
) -> None:
    with lived(source_class, story) as life:
        oracle = Oracle(life.source)
        for code in set(life.refused):
            event(code)

        for at in oracle.instants():
            assert life.in_force(at) == by_hand(life, at) == oracle.in_force(at), at
        for at, seen in life.seen:
            assert life.in_force(at) == seen, at
        assert_no_overlap(life)


def by_hand(life: Life, at: Any) -> set[int]:
    """The same comparison made by the rows themselves, outside the database."""
    terms = Term.objects.filter(source=life.source)
    kept = Quarantine.objects.filter(version__source=life.source, passage=None)
    away = {q.version_id for q in kept if q.holds(at)}
    return {t.version_id for t in terms if t.holds(at)} - away


def assert_no_overlap(life: Life) -> None:
    terms = Term.objects.filter(source=life.source).order_by("starts_at")
    for one, next_one in pairwise(terms):
        assert one.ends_at <= next_one.starts_at
