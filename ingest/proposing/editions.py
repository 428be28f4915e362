"""What this edition is called, by its title, else by its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.proposing.found import Certainty, Proposal

_EDITION = re.compile(
    r"(试行第[一二三四五六七八九十\d]+版|第\s?[一二三四五六七八九十\d]+\s?版|(?:19|20)\d{2}\s?年?版|"
    r"\b\d{1,2}(?:st|nd|rd|th) edition\b|\bversion \d+(?:\.\d+)*\b)",
    re.IGNORECASE,
)
LONGEST_LABEL = 60


def labels(found: Sequence[Proposal]) -> list[Proposal]:
    titles = [each for each in found if each.field == "title"][:1]
    days = [each for each in found if each.field == "published_on"]
    named = [
        replace(each, field="label", value=edition[1][:LONGEST_LABEL], around=each.value)
        for each in titles
        if (edition := _EDITION.search(each.value))
    ]
    by_day = [replace(each, field="label", certainty=_at_most_likely(each)) for each in days[:2]]
    return named + by_day


def _at_most_likely(day: Proposal) -> Certainty:
    """Where nothing is printed, an edition is called by its day, as sure as that is."""
    return Certainty.LIKELY if day.certainty == Certainty.SURE else day.certainty
