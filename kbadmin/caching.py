"""The shared cache, without which everything still works.

It holds what is good to know: which form was sent already, how much a program has asked. Were it as
strict as a database, knowledge could not be taken out of service while its server is away.

Each kind has `swap`: read a whole number, work out the next and keep it, with nobody in between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.db import connection, transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
T = TypeVar("T")
# A server that does not answer is away; nobody waits longer for it than for a page.
SECONDS = 1.0
Change = Callable[[int | None], int]
_swapping = Lock()


class OwnCache(LocMemCache):
    """In the one process there is."""

    def swap(self, key: str, change: Change, seconds: int) -> int | None:
        with _swapping:
            old: int | None = self.get(key)
            self.set(key, change(old), seconds)
        return old


class TableCache(DatabaseCache):
    """In a table of the database."""

    def swap(self, key: str, change: Change, seconds: int) -> int | None:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])
            old: int | None = self.get(key)
            self.set(key, change(old), seconds)
        return old


class ForgivingRedisCache(RedisCache):
    """Like an empty cache while its server is away: nothing is found, and nobody came before."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        waits = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
        super().__init__(server, {**params, "OPTIONS": {**waits, **params.get("OPTIONS", {})}})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().add(*args, **kwargs))
        except RedisError as error:
            return _away(error, True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return _away(error, default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(*args, **kwargs)
        except RedisError as error:
            _away(error, None)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().delete(*args, **kwargs))
        except RedisError as error:
            return _away(error, False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where there is nothing to count on, as it does for an unknown key."""
        try:
            return int(super().incr(key, delta, version))
        except RedisError as error:
            _away(error, None)
            raise ValueError(key) from error

    def swap(self, key: str, change: Change, seconds: int) -> int | None:
        """Again and again, until nobody wrote between. With the server away nothing was there."""
        name, old = self.make_and_validate_key(key), None

        def attempt(pipe: Any) -> None:
            nonlocal old
            found = pipe.get(name)
            old = None if found is None else int(found)
            pipe.multi()
            pipe.set(name, change(old), ex=seconds)

        try:
            self._cache.get_client(name, write=True).transaction(attempt, name)
        except RedisError as error:
            return _away(error, None)
        return old

    def answers(self) -> bool:
        try:
            self._cache.get_client().ping()
        except RedisError:
            return False
        return True


def _away(error: RedisError, instead: T) -> T:
    logger.warning("the shared cache is away: %s", type(error).__name__)
    return instead
