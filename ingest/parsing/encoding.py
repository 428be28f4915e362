"""Text files: which encoding, decided by what the bytes can be and not by what they are called."""

from __future__ import annotations

import codecs

from ingest.parsing.document import Unreadable

_LEAST_COMMON = 0.9
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\x1b")


def decode(data: bytes) -> str:
    """The text, with lines ending in a newline.

    UTF-8, UTF-16 where a mark says so, else GB18030 where what comes out is Chinese: nearly
    any bytes are GB18030, and Latin-1 or Big5 would turn into rare characters.
    Raises `Unreadable`: wrong_type for what is no text, wrong_encoding.
    """
    text = decoded(data)
    if any(control in text for control in _CONTROLS):
        raise Unreadable("wrong_type")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")


def decoded(data: bytes) -> str:
    """The same with whatever lines end in and control characters there are in it."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise Unreadable("wrong_type")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Unreadable("wrong_encoding") from error
    if _share_common(text) < _LEAST_COMMON:
        raise Unreadable("wrong_encoding")
    return text


def _share_common(text: str) -> float:
    """The share of characters beyond ASCII that the common set, GB 2312, holds."""
    beyond = [character for character in text if ord(character) > 127]  # noqa: PLR2004
    common = sum(1 for character in beyond if character.encode("gb2312", "ignore"))
    return common / len(beyond) if beyond else 1.0
