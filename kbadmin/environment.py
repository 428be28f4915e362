"""Reads the environment. Nonsense stops the start with one sentence."""

from __future__ import annotations

import os
import re
import secrets
import sys
import tempfile
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from llm.webhooks.entries import Entry, entry_of

# What the description of the API begins with.
ADVICE_TO_PROGRAMS = """Curation for people, retrieval, corpus and changes for programs.

Wait 10 s for an answer of `retrieve/` and 30 s for any other. Send again what timed out or was
answered 429 or 503, after `Retry-After` or after 1, 2, 4 … up to 60 s with some chance in it, five
times at most; never what was answered 400, 401, 403, 404, 409, 410 or 422. Reading may always be
asked again; what writes with an `Idempotency-Key`. Every answer has an `X-Request-Id`, yours if you
sent one; name it when you ask about an error. 503 is no empty answer: tell the clinician that the
knowledge base is away. An address that is to go says so in `Deprecation` and `Sunset`.
"""

BASE_DIR = Path(__file__).resolve().parent.parent


def stop(sentence: str) -> NoReturn:
    sys.exit(f"The start is refused: {sentence}")


def text(name: str, default: str = "") -> str:
    """What the variable says, or the file that `NAME_FILE` names: secrets need not be in the
    environment, where every child and `/proc` shows them.
    """
    return os.environ.get(name, "").strip() or _in_file(f"{name}_FILE") or default


def _in_file(name: str) -> str:
    path = os.environ.get(name, "").strip()
    if not path:
        return ""
    try:
        said = Path(path).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        stop(f"{name} “{path}” cannot be read: {error}.")
    return said or stop(f"{name} “{path}” is empty.")


def whole_number(name: str, default: int, *, least: int = 1, most: int = 1_000_000) -> int:
    value = text(name, str(default))
    digits = value.isascii() and value.isdigit() and len(value) <= len(str(most))
    if not digits or not least <= int(value) <= most:
        stop(f"{name} must be a whole number from {least} to {most}, not “{value}”.")
    return int(value)


def names(name: str, default: list[str]) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()] or default


def home() -> Path:
    folder = Path(text("KB_HOME", str(BASE_DIR / "var"))).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"KB_HOME “{folder}” cannot be made: {error.strerror}.")
    if not os.access(folder, os.W_OK | os.X_OK):
        stop(f"KB_HOME “{folder}” cannot be written to.")
    return folder


def time_zone() -> str:
    name = text("TIME_ZONE", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        stop(f"TIME_ZONE “{name}” is no time zone, such as Asia/Shanghai.")
    return name


def language() -> str:
    code = text("LANGUAGE_CODE", "zh-hans")
    if code not in ("zh-hans", "en"):
        stop(f"LANGUAGE_CODE must be zh-hans or en, not “{code}”.")
    return code


def precision() -> str:
    """Whether the processor has it, only the encoder can tell."""
    name = text("EMBEDDING_PRECISION", "auto")
    if name not in ("auto", "f32", "bf16"):
        stop(f"EMBEDDING_PRECISION must be auto, f32 or bf16, not “{name}”.")
    return name


def secret_key(folder: Path) -> str:
    """The one given; else one made once and kept, readable by its owner alone."""
    given = text("SECRET_KEY")
    if given:
        return given
    kept = folder / "secret_key"
    if not kept.exists():
        _keep(secrets.token_urlsafe(50), kept)
    try:
        secret = kept.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        stop(f"“{kept}” cannot be read: {error}.")
    return secret or stop(f"“{kept}” is empty; put a copy back, or remove it for a new one.")


def _keep(secret: str, place: Path) -> None:
    """Whole or not at all: another process may look at the same moment, or make its own."""
    with tempfile.NamedTemporaryFile("w", dir=place.parent, prefix=".secret-") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, place)


# `s` is TLS with a certificate that is known, `ssc` with one that signed itself.
BOLT = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


def url(name: str, schemes: tuple[str, ...]) -> str:
    value = text(name)
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in schemes and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        fits = False
    if not fits:
        stop(f"{name} must be a URL that begins with {' or '.join(s + '://' for s in schemes)}.")
    return value


def database(name: str, folder: Path) -> dict[str, Any]:
    value = url(name, ("postgresql", "postgres"))
    if value:
        return _postgresql(value)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / "db.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            ),
        },
    }


def _postgresql(value: str) -> dict[str, Any]:
    parts = urlsplit(value)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or stop("DATABASE_URL names no database."),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


def cache() -> dict[str, Any]:
    """Which forms were sent, tries of links, and how much each program has asked, are known to
    every process that answers."""
    value, room = text("CACHE_URL"), {"MAX_ENTRIES": 20_000}
    if not value:
        return {"BACKEND": "kbadmin.caching.OwnCache", "OPTIONS": room}
    if value == "database":
        return {"BACKEND": "kbadmin.caching.TableCache", "LOCATION": "cache", "OPTIONS": room}
    value = url("CACHE_URL", ("redis", "rediss"))
    return {"BACKEND": "kbadmin.caching.ForgivingRedisCache", "LOCATION": value}


def email() -> dict[str, Any]:
    value = url("EMAIL_URL", ("smtp", "smtps", "smtp+tls"))
    if not value:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(value)
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


def mail_sender(host: str) -> str:
    """Who notices come from; a name at the public host where none is given."""
    address = text("EMAIL_FROM", f"knowledge-base@{host or 'localhost'}")
    if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", address):
        stop(f"EMAIL_FROM must be an address such as kb@hospital.cn, not “{address}”.")
    return address


def webhook_hosts() -> list[Entry]:
    """Where messages may go; nowhere without it."""
    return [_entry(each) for each in names("WEBHOOK_HOSTS", [])]


def _entry(value: str) -> Entry:
    try:
        return entry_of(value)
    except ValueError:
        stop(
            "WEBHOOK_HOSTS must be hosts or networks such as ehr.hospital.cn or"
            f" 10.1.0.0/16:443+8443, not “{value}”."
        )


def trusted_proxies() -> list[str]:
    """Addresses, in the one spelling by which callers are compared with them.

    A name or a network would be believed of nobody.
    """
    return [_address("TRUSTED_PROXIES", each) for each in names("TRUSTED_PROXIES", [])]


def _address(name: str, value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        stop(f"{name} must be addresses such as 10.0.0.1, no names or networks, not “{value}”.")


def public_url(proxies: list[str]) -> str:
    """Under which people and programs call the site, through a proxy that speaks TLS."""
    value = url("PUBLIC_URL", ("https",)).rstrip("/")
    if value and (urlsplit(value).path or urlsplit(value).query or "@" in value):
        stop("PUBLIC_URL names a host alone, such as https://kb.hospital.cn, and no path.")
    if value and not proxies:
        stop("with PUBLIC_URL set, TRUSTED_PROXIES must name the proxy that speaks TLS.")
    return value


def check_full_mode(*, embedded: bool, qdrant_url: str) -> None:
    """Several processes share what one process may keep to itself."""
    if embedded:
        return
    if not qdrant_url:
        stop("with CELERY_BROKER_URL set, QDRANT_URL must be: the engine in-process has one owner.")
    for name in ("SECRET_KEY", "CACHE_URL"):
        if not text(name):
            stop(f"with CELERY_BROKER_URL set, {name} must be: every process needs the same.")
