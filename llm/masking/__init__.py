"""Masks what names a person in a query, an answer or a comment, before any of it is kept.

Rules, not a model: what is masked can be said beforehand and is the same on every machine. The
known libraries want a language model of hundreds of megabytes and know no Chinese record numbers.
A name that nothing around it gives away stays; `docs/usage.md` says what is found and what is not.
"""

from __future__ import annotations

from llm.masking.english import names_in_english
from llm.masking.names import names_in_chinese
from llm.masking.numbers import numbers
from llm.masking.places import places
from llm.masking.spans import Span, flat, without_overlaps


def masked(text: str) -> str:
    """The text with a word such as `⟨name⟩` in place of whatever names a person."""
    pieces, done = [], 0
    for span in found(text):
        pieces += [text[done : span.start], f"⟨{span.kind}⟩"]
        done = span.end
    return "".join([*pieces, text[done:]])


def found(text: str) -> list[Span]:
    """Where they stand, in order and apart from each other."""
    plain = flat(text)
    spans = [
        *numbers(plain),
        *places(plain),
        *names_in_chinese(plain),
        *names_in_english(plain),
    ]
    return without_overlaps(spans)
