"""How often a program may ask: a bucket of tokens that fills at a rate, in the shared cache.

A bucket is kept as the one instant at which it will be full again (the virtual scheduling of
ITU-T I.371, known as GCRA), so that a request is one exchange of a whole number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Protocol, cast

from django.core.cache import cache

from governance.models import Client

MINUTE = 60_000_000  # microseconds


class Swapping(Protocol):
    def swap(self, key: str, change: Callable[[int | None], int], seconds: int) -> int | None: ...


@dataclass(frozen=True)
class Bucket:
    """`rate` tokens a minute flow in, and `burst` fit in."""

    rate: int
    burst: int

    @property
    def token(self) -> int:
        """How long one takes to flow in, in microseconds."""
        return MINUTE // self.rate

    @property
    def window(self) -> int:
        """In how many seconds an empty one is full."""
        return ceil(self.burst * self.token / 1_000_000)

    def asked(self, full_at: int | None, now: int) -> Verdict:
        """What becomes of a request where the bucket would have been full at that instant."""
        taken = max(full_at or 0, now) + self.token
        over = taken - (now + self.burst * self.token)
        if over > 0:
            return Verdict(self, max(full_at or 0, now), remaining=0, wait=over)
        return Verdict(self, taken, remaining=-over // self.token, wait=0)


@dataclass(frozen=True)
class Verdict:
    """`remaining` requests may follow at once; `wait` is until the next is let in, in
    microseconds, and 0 where this one is."""

    bucket: Bucket
    full_at: int
    remaining: int
    wait: int

    @property
    def seconds(self) -> int:
        return max(1, ceil(self.wait / 1_000_000))

    def headers(self, now: int) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-09 says: the policy, and how it stands."""
        reset = ceil(max(0, self.full_at - now) / 1_000_000)
        reset = self.seconds if self.wait else reset
        bucket = self.bucket
        return {
            "RateLimit-Policy": f'"key";q={bucket.burst};w={bucket.window}',
            "RateLimit": f'"key";r={self.remaining};t={reset}',
        }


def ask(client: Client, *, at: datetime) -> Verdict | None:
    """Take a token for one request. None where the program has no limit."""
    if client.rate is None or client.burst is None:
        return None
    bucket, now = Bucket(client.rate, client.burst), microseconds(at)
    # By its limits too: new ones begin with a full bucket.
    key = f"rate:{client.pk}:{client.rate}:{client.burst}"
    buckets = cast(Swapping, cache)
    full_at = buckets.swap(key, lambda old: bucket.asked(old, now).full_at, bucket.window + 1)
    return bucket.asked(full_at, now)


def microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
