"""Signs set as "<" or ">" with a line beneath, so that "≥6" never reads as ">6"."""

from __future__ import annotations

WITH_LINE = {"<": "≤", ">": "≥"}


def underlined(text: str) -> str:
    """Text that is underlined as a whole: a sign alone is another sign, words stay words."""
    sign = text.strip()
    return text.replace(sign, WITH_LINE[sign]) if sign in WITH_LINE else text
