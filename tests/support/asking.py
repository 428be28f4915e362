"""A question as its terms, each with the whole of its weight."""

from __future__ import annotations

from llm import words


def asked(text: str) -> dict[int, float]:
    return dict.fromkeys(words.term_ids(text), 1.0)
