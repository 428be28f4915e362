"""The shared cache is good to have: with its server away everything goes on without it."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from governance.models import Account, Quarantine, Version
from tests.support.visiting import Visitor, version_at


@pytest.fixture
def away(settings: Any) -> None:
    """A cache at a port where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    settings.CACHES = {
        "default": {
            "BACKEND": "kbadmin.caching.ForgivingRedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
        }
    }


def test_what_is_doubted_is_quarantined_without_it(
    active: Version, ben: Account, away: None
) -> None:
    answer = Visitor(ben).press(version_at(active, "quarantine"), reason="The dose is doubted.")

    assert answer.status_code == 302
    assert Quarantine.objects.get().version == active


def test_form_that_comes_twice_without_it_is_refused_by_the_action(
    active: Version, ben: Account, away: None
) -> None:
    for _click in range(2):
        Visitor(ben).press(version_at(active, "quarantine"), reason="The dose is doubted.")

    assert Quarantine.objects.count() == 1


def test_it_is_like_an_empty_one(away: None) -> None:
    cache = caches["default"]

    cache.set("a", 1, 60)

    assert cache.get("a", "none") == "none"
    assert cache.add("a", 1, 60)
    assert cache.swap("a", lambda old: 1, 60) is None  # type: ignore[attr-defined]
    assert not cache.delete("a")
    with pytest.raises(ValueError, match="a"):
        cache.incr("a")


def test_health_says_that_it_is_away(db: None, away: None) -> None:
    told = Client().get("/health/ready/").json()

    assert told["status"] == "degraded"
    assert told["components"]["cache"] == {"ok": False, "detail": "out of reach: the shared cache"}
