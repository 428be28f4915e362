"""What is looked for by words: the question's own, and other names of what it names.

The names come from the graph and from the lexicon, in both languages, so that a Chinese question
finds an English passage by its words. How much another name counts was set on questions that are
not those the figures are reported on: `tests/prove/retrieval.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from django.db.models import Max

from governance.models import AuditEntry, Language, Version
from llm import words
from llm.models import VersionWords, WordCount
from llm.naming.initials import Initials
from llm.naming.meanings import Meaning, known_meanings, vocabulary
from llm.naming.mentions import Finder
from llm.stores.port import Sparse

# What a word of another name counts, beside one that was asked for: in the question's language and
# in the other; of concepts, and of the words that clinical talk is made of otherwise.
OF_CONCEPTS = (0.7, 2.0)
OF_WORDS = (0.4, 1.0)
PROFILE = "names-1:" + ",".join(map(str, (*OF_CONCEPTS, *OF_WORDS)))
# Names of one concept that are looked for in a language: the preferred ones first.
MOST_NAMES = 6

_lock = threading.Lock()
_kept: dict[bytes, _Known] = {}


@dataclass(frozen=True)
class _Known:
    """Whatever a question may name, by the names of today."""

    concepts: Finder
    initials: Initials


@dataclass(frozen=True)
class Statistics:
    """In how many passages in force each term stands, and how many passages those are."""

    holding: dict[int, int]
    passages: int

    def rarity(self, term: int) -> float:
        return words.rarity(self.holding.get(term, 0), self.passages)

    def weights(self, shares: dict[int, float]) -> Sparse:
        found = words.of_query(shares, self.holding, self.passages)
        return Sparse(found.indices, found.values)


@dataclass(frozen=True)
class Wording:
    """A question with the concepts it names, and the other words it says, each by its meaning."""

    query: str
    meanings: tuple[Meaning, ...] = ()
    words: tuple[Meaning, ...] = ()

    @property
    def language(self) -> str:
        return language_of(self.query)

    @cached_property
    def own(self) -> frozenset[int]:
        return frozenset(words.term_ids(self.query))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The other names of what it names, without those whose words it says already."""
        return tuple(name for name, _share in self._others)

    @cached_property
    def shares(self) -> dict[int, float]:
        """How much each term counts: its own wholly, another name's by what it is a name of."""
        shares: dict[int, float] = {}
        for name, share in self._others:
            for term in words.term_ids(name):
                shares[term] = max(share, shares.get(term, 0.0))
        return shares | dict.fromkeys(self.own, 1.0)

    @cached_property
    def _others(self) -> list[tuple[str, float]]:
        told = [
            (name, counts[language != self.language])
            for meanings, counts in ((self.meanings, OF_CONCEPTS), (self.words, OF_WORDS))
            for meaning in meanings
            for language, name in _foremost(meaning)
        ]
        return [each for each in told if not self.own.issuperset(words.term_ids(each[0]))]


def wording_of(query: str) -> Wording:
    """What the question says, and what it names by the names known today."""
    known = _known()
    named = [mention.meaning for mention in known.concepts.mentions(query)]
    named += known.initials.named(query).values()
    said = [mention.meaning for mention in _vocabulary().mentions(query)]
    return Wording(query, tuple(dict.fromkeys(named)), tuple(dict.fromkeys(said)))


def language_of(text: str) -> str:
    """Chinese where a Chinese character stands in it."""
    return Language.ZH if words.has_han(text) else Language.EN


def statistics_of(terms: Iterable[int], *, at: datetime) -> Statistics:
    """From the truth at the instant, never from an engine, which would count what was deleted."""
    versions = Version.objects.in_force(at).servable().values("pk")
    counts: dict[int, int] = {}
    rows = WordCount.objects.filter(term__in=terms, version__in=versions)
    for term, passages in rows.values_list("term", "passages"):
        counts[term] = counts.get(term, 0) + passages
    totals = VersionWords.objects.filter(version__in=versions).values_list("passages", flat=True)
    return Statistics(counts, sum(totals))


def _foremost(meaning: Meaning) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    for language in Language.values:
        told += [pair for pair in meaning.names if pair[0] == language][:MOST_NAMES]
    return told


@cache
def _vocabulary() -> Finder:
    return Finder(vocabulary())


def _known() -> _Known:
    """Made anew where a concept was changed since: the trail's last entry of any tells."""
    last = AuditEntry.objects.filter(governs_type="concept").aggregate(last=Max("number"))["last"]
    told = AuditEntry.objects.filter(pk=last).values_list("leaf_hash", flat=True).first()
    state = bytes(told or b"")
    with _lock:
        if state not in _kept:
            meanings = known_meanings()
            _kept.clear()
            _kept[state] = _Known(Finder(meanings), Initials(meanings))
        return _kept[state]
