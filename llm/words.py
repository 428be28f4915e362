"""Search by words as sparse vectors whose ranks do not remember what was deleted.

The weights are BM25's (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond", 2009), parted in two: how often a term stands in a passage is on the passage's side,
how rare it is among the passages in force on the query's side, from statistics derived from the
truth. The engine only multiplies and adds; left to itself it would count deleted passages. The
mean length is fixed for the same reason: a measured one would move with every change.
"""

from __future__ import annotations

import hashlib
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from llm import folding
from llm.folding import folded, stem

K1 = 1.2
B = 0.75
AVERAGE = 120  # terms of a passage of middling size: 150 Chinese characters, 700 letters
# Changes with whatever makes the same passage another vector; collections are named by it.
PROFILE = f"words-2:k1={K1}:b={B}:average={AVERAGE}:{folding.PROFILE}"

_HAN = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # with 々 and 〇
    "\U00020000-\U0002fa1f\U00030000-\U0003347f"
)
_LETTER = rf"(?:(?![{_HAN}])[^\W\d_])"
_PART = rf"(?:(?![{_HAN}])[^\W_])+"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)*"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    rf"|(?P<joined>(?:(?<![.\d])\d{{1,3}}[-\u2010])?{_LETTER}(?:{_PART})?(?:[-\u2010/]{_PART})*)"
    rf"|(?P<number>{_NUMBER})"
)
_HAN_SIGN = re.compile(rf"[{_HAN}]")


@dataclass(frozen=True)
class Sparse:
    """Term numbers in ascending order, each once, and a weight for each."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


def profile_name() -> str:
    """8 hexadecimal digits, the same everywhere; part of collections' names."""
    return hashlib.sha256(PROFILE.encode()).hexdigest()[:8]


def terms(text: str) -> list[str]:
    """What is compared, in the text's order and as often as it stands there. No word is left
    out.

    Width, case, script and units are folded, English words lose their endings (`llm.folding`).
    Chinese gives pairs of neighbouring characters, a character alone gives itself. A number parts
    from the unit behind it, so `4.5h` is `4.5 h`, and loses its thousands' commas. What a hyphen
    or slash joins gives its parts and the whole: `COVID-19` also is found as `COVID19` and as
    `covid`, `mg/kg` also as `mg`.
    """
    return list(_terms(text))


def of_passage(text: str) -> Sparse:
    """BM25's weight of each term by how often it stands in the passage and how long that is."""
    found = Counter(map(number_of, _terms(text)))
    norm = K1 * (1 - B + B * found.total() / AVERAGE)
    return _sparse({term: often * (K1 + 1) / (often + norm) for term, often in found.items()})


def of_query(shares: Mapping[int, float], holding: Mapping[int, int], passages: int) -> Sparse:
    """BM25's inverse document frequency of each term, never below 0, times the term's share.

    `holding` tells in how many of the `passages` in force a term stands; a term it does not
    know stands in none.
    """
    return _sparse(
        {term: share * rarity(holding.get(term, 0), passages) for term, share in shares.items()}
    )


def term_ids(text: str) -> set[int]:
    """The numbers of the terms, from 0 to 2**32 - 1, the same on every machine.

    Two terms may share a number: one pair among some 90,000 terms is to be expected. Both then
    count as one.
    """
    return {number_of(term) for term in _terms(text)}


def has_han(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return _HAN_SIGN.search(text) is not None


def counts(texts: Iterable[str]) -> Counter[int]:
    """In how many of the texts each term stands; adds up over versions."""
    return Counter(term for text in texts for term in term_ids(text))


def _terms(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(folded(text)):
        token = match.group()
        if match.lastgroup == "han":
            yield from (token[at : at + 2] for at in range(max(len(token) - 1, 1)))
        elif match.lastgroup == "number":
            yield token.replace(",", "")
        else:
            yield from map(stem, _joined(token))


def _joined(token: str) -> Iterator[str]:
    """`il-6/il-8` gives il6, il, 6, il8, il, 8 and il6/il8."""
    sides = [re.split("[-\u2010]", side) for side in token.split("/")]
    for parts in sides:
        yield "".join(parts)
        if len(parts) > 1:
            yield from parts
    if len(sides) > 1:
        yield "/".join("".join(parts) for parts in sides)


def number_of(term: str) -> int:
    return zlib.crc32(term.encode())


def rarity(holding: int, passages: int) -> float:
    """BM25's inverse document frequency of a term that stands in so many of the passages."""
    # Statistics read while they change may name more holders than passages; a rarity below 0
    # would punish a hit.
    held = min(holding, passages)
    return math.log(1 + (passages - held + 0.5) / (held + 0.5))


def _sparse(weights: Mapping[int, float]) -> Sparse:
    ordered = sorted(weights.items())
    return Sparse(tuple(term for term, _ in ordered), tuple(value for _, value in ordered))
