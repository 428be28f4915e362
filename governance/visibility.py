"""Whether there is anything to see in a text."""

from __future__ import annotations

import unicodedata

# Control and format characters, private and unassigned ones; separators; marks without a letter.
_UNSEEN = frozenset("CZM")
# Letters and symbols by their category that are drawn as nothing: Hangul fillers, empty braille.
_EMPTY = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def says_something(text: str) -> bool:
    """False for what would look like an empty field to whoever reads it."""
    return any(unicodedata.category(c)[0] not in _UNSEEN and c not in _EMPTY for c in text)
