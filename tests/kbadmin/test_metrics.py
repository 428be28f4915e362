"""Figures for Prometheus: the knowledge base's own, asked anew at every scrape."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from governance import clock
from governance.models import Account, TrailHead, Version
from llm.models import Parked
from tests.support import knowledge, using
from tests.support.away import truth_away
from tests.support.following import days_later, follow, interposed

pytestmark = pytest.mark.usefixtures("stores")


def scraped() -> Mapping[str, float]:
    """Our own figures, each under its name and the values of its labels."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
        if sample.name.startswith("kb_")
    }


def test_what_is_in_force_and_how_long_the_trail_is_are_told(active: Version) -> None:
    figures = scraped()

    assert figures["kb_up"] == 1
    assert figures["kb_versions_in_force"] == 1
    assert figures["kb_trail_entries"] == TrailHead.objects.get().size


def test_figures_are_asked_anew_at_every_scrape(active: Version, ben: Account) -> None:
    scraped()
    knowledge.quarantine(active, ben)

    figures = scraped()

    assert (figures["kb_versions_in_force"], figures["kb_quarantines_open"]) == (0, 1)


def test_feedback_that_waits_too_long_is_counted(active: Version) -> None:
    using.ticket(active)
    assert scraped()["kb_tickets_overdue"] == 0

    with days_later(60):
        assert scraped()["kb_tickets_overdue"] == 1


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_truth_out_of_reach_is_told_and_nothing_else(db: None, error: type[Exception]) -> None:
    with truth_away(error):
        figures = scraped()

    assert figures == {"kb_up": 0}


def test_every_part_says_whether_it_is_well(active: Version) -> None:
    follow()
    interposed().is_away = True

    figures = scraped()

    assert figures["kb_component_ok vector_store"] == 0
    assert figures["kb_component_ok truth"] == figures["kb_component_ok vectors"] == 1


def test_followers_say_how_far_they_are_behind(active: Version, ben: Account) -> None:
    follow()
    knowledge.quarantine(active, ben)
    follow("corpus")

    figures = scraped()

    assert (figures["kb_behind vectors"], figures["kb_behind corpus"]) == (1, 0)


def test_parked_versions_are_counted(active: Version) -> None:
    follow()
    Parked.objects.park("vectors", active.pk, ValueError("x"), at=clock.now())

    figures = scraped()

    assert (figures["kb_parked vectors"], figures["kb_parked corpus"]) == (1, 0)


def test_nothing_that_is_scraped_names_a_person_or_a_source(active: Version, ana: Account) -> None:
    follow()

    content = Client().get("/metrics").content.decode()

    assert "Asthma" not in content
    assert ana.person.display_name not in content.split()
