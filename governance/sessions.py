"""How long a session lives, and which of an account do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session

from governance.models import Account

# What a session says of itself, in seconds since 1970.
BEGAN, SEEN = "began_at", "seen_at"
# Seconds. A session is written when it was last written so long ago, and not at every request.
GRAIN = 60


@dataclass(frozen=True)
class Living:
    """How many sessions, and when one of them was last used, to the minute."""

    count: int
    last_active: datetime | None


def is_over(session: SessionBase | Mapping[str, Any], now: float) -> bool:
    """Nobody has used it for a while, or it is as old as one may become."""
    idle = now - session.get(SEEN, now)
    age = now - session.get(BEGAN, now)
    return bool(
        idle > settings.SESSION_IDLE_MINUTES * 60 + GRAIN or age > settings.SESSION_COOKIE_AGE
    )


def living(account: Account, at: datetime) -> Living:
    """Sessions by which somebody is in as this account, if its browser still keeps them.

    There is no list of them by account: every session of the last eight hours is looked into.
    """
    mine = {SESSION_KEY: str(account.pk), HASH_SESSION_KEY: account.get_session_auth_hash()}
    used = []
    for row in Session.objects.filter(expire_date__gt=at).iterator():
        told = row.get_decoded()
        if mine.items() <= told.items() and not is_over(told, at.timestamp()):
            # A use of it writes it, and a write puts its expiry off, so that this is when.
            used.append(row.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return Living(len(used), max(used, default=None))
