"""A form that is sent twice is done once."""

from __future__ import annotations

import hashlib
import secrets
import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from governance.models import Account

REMEMBERED_SECONDS = 3600
# A second click comes with the first; who comes back later has read what the first one did.
CLICK_SECONDS = 10
EVERY_SECONDS = 0.1
LOOKS = 100
FIELD = "once"


def new_token() -> str:
    """Goes into a form when it is shown, and comes back with it."""
    return secrets.token_urlsafe(16)


def begin(account: Account, token: str) -> str | None:
    """None for the first to come with this token; else where the first was led, "" if unknown."""
    if not token or cache.add(_key(account, token), "", REMEMBERED_SECONDS):
        return None
    return str(cache.get(_key(account, token), ""))


def begin_in_turn(account: Account, token: str, *, looks: int = LOOKS) -> str | None:
    """As `begin`, after the first has ended: what was refused to it, this one may do."""
    led_to = begin(account, token)
    for _look in range(looks):
        if led_to != "":
            break
        time.sleep(EVERY_SECONDS)
        led_to = begin(account, token)
    return led_to


def finish(account: Account, token: str, address: str) -> None:
    if token:
        cache.set(_key(account, token), address, REMEMBERED_SECONDS)


def tell_of_clicks(account: Account, token: str) -> None:
    """For a while a second is a click too many: it is told what the first was told."""
    if token:
        cache.set(f"{_key(account, token)}:click", True, CLICK_SECONDS)


def is_click(account: Account, token: str) -> bool:
    return bool(cache.get(f"{_key(account, token)}:click", False))


def remember(account: Account, token: str, sent: str) -> None:
    """What was done with this token, by what `content_of` says of it."""
    if token:
        cache.set(f"{_key(account, token)}:sent", sent, REMEMBERED_SECONDS)


def was_other(account: Account, token: str, sent: str) -> bool:
    """Whether what was done with this token is known, and is not this."""
    return bool(cache.get(f"{_key(account, token)}:sent", sent) != sent)


def content_of(request: HttpRequest) -> str:
    """A digest of what a form was filled in with, files by their names and sizes."""
    typed = sorted((k, v) for k, v in request.POST.lists() if k != "csrfmiddlewaretoken")
    files = [(k, [(f.name, f.size) for f in v]) for k, v in sorted(request.FILES.lists())]
    return salted_hmac("governance.once", repr((typed, files))).hexdigest()


def forget(account: Account, token: str) -> None:
    """What was refused may be sent again."""
    if token:
        cache.delete(_key(account, token))


def _key(account: Account, token: str) -> str:
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    return f"once:{account.pk}:{digest}"
