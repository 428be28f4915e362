"""One way of writing a value as bytes, so that equal values have equal digests everywhere."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence

import rfc8785

Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]

SALT_BYTES = 32


def dumps(value: Value) -> bytes:
    """The value in the JSON Canonicalization Scheme (RFC 8785), as UTF-8.

    Takes None, truth values, numbers, strings, lists, tuples, and dictionaries whose keys
    are strings. Whatever another program could not read back the same is refused with
    ValueError: an integer beyond ±(2**53 - 1), NaN, an infinity, half a surrogate pair, any
    other type. Text is taken as it is, not normalised. A float beyond the same bound is
    written as the RFC says, but Python reads it back as an integer that is refused here.
    """
    return rfc8785.dumps(value)


def digest(value: Value) -> str:
    """SHA-256 of the canonical bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(dumps(value)).hexdigest()


def commitment(value: Value, salt: bytes) -> str:
    """SHA-256 of the salt followed by the canonical bytes, in hexadecimal.

    It binds to the value without telling it: once value and salt are both erased, nobody
    can find even a short value again by trying. While the salt is kept, anybody who has it
    can, so what is to be erased apart needs salts apart. A salt that is not 32 bytes long
    is refused with ValueError.
    """
    return commitment_to_bytes(dumps(value), salt)


def commitment_to_bytes(written: bytes, salt: bytes) -> str:
    """The same of a value whose canonical bytes are at hand, for what is committed to often."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A salt is {SALT_BYTES} bytes long, not {len(salt)}.")
    return hashlib.sha256(salt + written).hexdigest()


def new_salt() -> bytes:
    """32 bytes from the operating system's generator, never the same twice."""
    return secrets.token_bytes(SALT_BYTES)
