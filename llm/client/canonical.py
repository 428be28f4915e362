"""The canonical form of a manifest (RFC 8785), for as much of JSON as manifests hold."""

from __future__ import annotations

import hashlib
import json
from typing import Any

LARGEST = 2**53 - 1


def loads(content: bytes) -> Any:
    """JSON, of which no reader could make anything else. Raises `ValueError`."""
    return json.loads(content, object_pairs_hook=_once, parse_float=_no, parse_constant=_no)


def dumps(value: Any) -> bytes:
    """Raises `ValueError` for what would not have one form everywhere."""
    _must_be_plain(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(value: Any) -> str:
    return hashlib.sha256(dumps(value)).hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no(number: str) -> Any:
    raise ValueError(f"{number} is no whole number")


def _must_be_plain(value: Any) -> None:
    if isinstance(value, dict):
        # Python sorts by characters, the RFC by UTF-16: the same for ASCII.
        if not all(isinstance(name, str) and name.isascii() for name in value):
            raise ValueError("a name is not in ASCII")
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            _must_be_plain(each)
    elif not _is_plain(value):
        raise ValueError(f"{value!r:.40} is not understood")


def _is_plain(value: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) <= LARGEST
    return value is None or isinstance(value, str | bool)
