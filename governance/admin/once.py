"""A form that is sent twice is done once."""

from __future__ import annotations

import hashlib
import secrets

from django.core.cache import cache

from governance.models import Account

REMEMBERED_SECONDS = 3600
FIELD = "once"


def new_token() -> str:
    """Goes into a form when it is shown, and comes back with it."""
    return secrets.token_urlsafe(16)


def begin(account: Account, token: str) -> str | None:
    """None for the first to come with this token; else where the first was led, "" if unknown."""
    if not token or cache.add(_key(account, token), "", REMEMBERED_SECONDS):
        return None
    return str(cache.get(_key(account, token), ""))


def finish(account: Account, token: str, address: str) -> None:
    if token:
        cache.set(_key(account, token), address, REMEMBERED_SECONDS)


def forget(account: Account, token: str) -> None:
    """What was refused may be sent again."""
    if token:
        cache.delete(_key(account, token))


def _key(account: Account, token: str) -> str:
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    return f"once:{account.pk}:{digest}"
