"""What tests of the truth share: a clock that stands, editions, a world to be tampered with.

The world is made once a module, and whole again after each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.utils.timezone import localdate
from pytest_django import DjangoDbBlocker

from governance.actions import (
    absences,
    assignments,
    clients,
    comments,
    passages,
    people,
    versions,
)
from governance.duties import Role, Scope
from governance.models import Account, ClassPolicy, Installation, Version
from governance.trail import SHELL, changing
from tests.governance.editions import NOON, SOON
from tests.support import graph, knowledge
from tests.support.databases import rolled_back

ATC = {"system": "atc", "code": "B01AD02"}
LATER = datetime(2026, 9, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands at noon until it is shifted."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def quarantined(active: Version, ana: Account) -> Version:
    knowledge.quarantine(active, ana)
    return active


@pytest.fixture
def drug(ana: Account, ben: Account) -> Version:
    """Names a drug in two of its three passages."""
    texts = ["Give aspirin at once.", "Then wait.", "Stop ＡＳＰＩＲＩＮ <b>before</b> surgery."]
    source = knowledge.source(ana, title="Stroke guideline")
    return knowledge.active(source, ana, ben, texts=texts)


@pytest.fixture
def experience(ana: Account) -> Version:
    """A version that needs two persons."""
    source = knowledge.source(
        ana, source_class="clinical_experience", identifiers=[("local_number", "E-1")]
    )
    return knowledge.in_review(source, ana)


@pytest.fixture
def scheduled(active: Version, ana: Account, ben: Account) -> Version:
    """The next edition, approved to take effect soon."""
    texts = ["Start lower.", "Go slower."]
    return knowledge.active(active.source, ana, ben, label="2026", texts=texts, effective_from=SOON)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A row of every governed kind and more than one of most, made once for all tests here."""
    with django_db_blocker.unblock(), rolled_back():
        _people_and_their_doings()
        connection.check_constraints()
        yield


@pytest.fixture
def tampered_world(world: None) -> Iterator[None]:
    """What a test does to the world is undone."""
    with rolled_back(), time_machine.travel(LATER, tick=False):
        yield


def _people_and_their_doings() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ana, ben, dora = (
            knowledge.account("ana", Role.CURATOR),
            knowledge.account("ben", Role.REVIEWER),
            knowledge.account("dora", Role.REVIEWER),
        )
        people.found_department(name="Pneumology", by=ana)
        clients.create(name="tier", scopes=[Scope.RETRIEVE], by=SHELL)
        with changing(by=SHELL) as changes:
            policy = ClassPolicy.objects.create(source_class="law", months=5)
            place = Installation.objects.create(pk=1, time_zone="Asia/Shanghai")
            changes.note("policy.set", policy)
            changes.note("installation.begun", place)
        _two_editions(ana, ben, dora, clock)


def _two_editions(ana: Account, ben: Account, dora: Account, clock: time_machine.Traveller) -> None:
    source = knowledge.source(ana)
    corrected = knowledge.draft(source, ana)
    first = corrected.passages.first()
    passages.correct(passage=first, text="Start lower.", reason="Typo.", by=ana)
    corrected = versions.submit(version=corrected, reason="Ready.", by=ana)
    knowledge.approve(corrected, ben)
    knowledge.quarantine(corrected, ben)
    knowledge.lift(corrected, ben, dora)
    clock.shift(60)
    newest = knowledge.active(source, ana, ben, label="2026")
    graph.stroke(ana, ben, newest.passages.current()[0])
    coded = graph.applied(
        ana,
        ben,
        ("concept.code", {"concept": graph.named("alteplase").pk, "codes": [ATC]}),
    )
    comments.make_on_set(change_set=coded, text="As in the register.", by=ben)
    next_one = knowledge.draft(source, ana, label="2027")
    assignments.assign(version=next_one, reviewer=ben.person, by=ana)
    day = localdate()
    absences.announce(stand_in=dora.person, starts_on=day, ends_on=day, by=ben)
