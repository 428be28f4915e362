"""The shared cache, without which everything still works.

It holds what is good to know: which form was sent already, how far a job is. Were it as strict as a
database, knowledge could not be taken out of service while its server is away.
"""

from __future__ import annotations

import logging
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
T = TypeVar("T")
# A server that does not answer is away; nobody waits longer for it than for a page.
SECONDS = 1.0


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

    def answers(self) -> bool:
        try:
            self._cache.get_client().ping()
        except RedisError:
            return False
        return True


def _away(error: RedisError, instead: T) -> T:
    logger.warning("the shared cache is away: %s", type(error).__name__)
    return instead
