"""The rate of a program where several processes share a cache."""

from __future__ import annotations

import os

import pytest
from django.core.cache import CacheHandler

from tests.support.crowds import let_in

pytestmark = [pytest.mark.slow, pytest.mark.servers]


def test_of_a_hundred_at_once_exactly_the_burst_is_let_in_by_redis() -> None:
    location = os.environ.get("KB_TEST_REDIS_URL") or pytest.skip("needs KB_TEST_REDIS_URL")
    given = {"BACKEND": "kbadmin.caching.ForgivingRedisCache", "LOCATION": location}

    shared = CacheHandler({"default": given})["default"]

    assert let_in(shared, of=100, burst=7) == 7
