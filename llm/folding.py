"""Writes alike what people write differently: width, case, Chinese script, units, word endings.

Only what compares texts is folded; what is shown and cited stays as it stands in the source.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

# Whatever is changed here changes the terms of passages: the name goes into the profile.
PROFILE = "fold-2"

# After a number alone: 克 is a part of names too. The longest first.
UNITS: Mapping[str, str] = {
    "毫克": "mg",
    "微克": "μg",
    "千克": "kg",
    "公斤": "kg",
    "毫升": "ml",
    "分升": "dl",
    "毫米汞柱": "mmhg",
    "毫摩尔": "mmol",
    "微摩尔": "μmol",
    "毫米": "mm",
    "厘米": "cm",
    "国际单位": "iu",
    "摄氏度": "℃",
    "毫安": "ma",
    "克": "g",
    "升": "l",
}
# Spellings of Latin units that mean the same; whole words only, after a number.
SPELT: Mapping[str, str] = {
    **dict.fromkeys(("mcg", "ug", "microgram", "micrograms"), "μg"),
    **dict.fromkeys(("milligram", "milligrams"), "mg"),
    **dict.fromkeys(("millilitre", "millilitres", "milliliter", "milliliters", "cc"), "ml"),
    **dict.fromkeys(("kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("hour", "hours", "hrs", "hr"), "h"),
    **dict.fromkeys(("minutes", "minute", "mins"), "min"),
}
_CHINESE_UNIT = re.compile(
    rf"(?<=\d)\s*({'|'.join(sorted(UNITS, key=len, reverse=True))})(?![a-z])"
)
_LATIN_UNIT = re.compile(rf"(?<=\d)([\s-]*)({'|'.join(sorted(SPELT, key=len, reverse=True))})\b")
# Letters alone, long enough to have an ending.
_ENGLISH = re.compile(r"[a-z]{4,}")
_each_thread = threading.local()


def folded(text: str) -> str:
    """One width and case (NFKC), simplified characters, one spelling of units after numbers."""
    # Case folding can undo a composition, hence the second pass.
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = simplified(plain)
    plain = _CHINESE_UNIT.sub(lambda found: f" {UNITS[found[1]]} ", plain)
    return _LATIN_UNIT.sub(lambda found: f"{found[1]}{SPELT[found[2]]}", plain)


def simplified(text: str) -> str:
    """Traditional Chinese as simplified, by OpenCC's tables; anything else as it is."""
    return text if text.isascii() else str(_converter().convert(text))


def stem(word: str) -> str:
    """An English word without its endings, by Porter's second algorithm ("English" of Snowball)."""
    return _stemmed(word) if _ENGLISH.fullmatch(word) else word


@lru_cache(maxsize=100_000)
def _stemmed(word: str) -> str:
    # One a thread: a stemmer keeps its word while it works.
    if not hasattr(_each_thread, "stemmer"):
        _each_thread.stemmer = _new_stemmer()
    return str(_each_thread.stemmer.stemWord(word))


def _new_stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
