"""Signs a message so that its receiver knows who sent it, and when.

The scheme is that of Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks): what
is signed is `id.timestamp.body`, by HMAC-SHA256 with a secret that is shown as `whsec_` and base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.conf import settings

PREFIX = "whsec_"


def new_salt() -> str:
    return secrets.token_hex(32)


def secret_of(salt: str) -> str:
    """The secret that a salt stands for. It is kept nowhere: without the secret of the
    installation the salt, and whoever reads the database, say nothing.
    """
    return PREFIX + base64.b64encode(_key(salt)).decode()


def headers(name: str, body: bytes, salts: Iterable[str], *, seconds: int) -> dict[str, str]:
    """What is sent with a message; one signature for each secret that holds now."""
    signed = b".".join([name.encode(), str(seconds).encode(), body])
    return {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(_signature(signed, salt) for salt in salts),
    }


def _signature(signed: bytes, salt: str) -> str:
    digest = hmac.new(_key(salt), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(salt: str) -> bytes:
    told = f"webhook:{salt}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).digest()
