"""How rare a word is, the truth knows: what is not in force does not count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from governance import clock
from governance.clock import start_of, today
from governance.models import Account, Source, Version
from llm import drafts, words
from llm.models import WordCount
from llm.wording import statistics_of
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.following import amended

pytestmark = pytest.mark.database


def noon(days: int) -> datetime:
    return start_of(today() + timedelta(days=days)) + timedelta(hours=12)


def statistics(word: str, *, at: datetime | None = None) -> tuple[int, int]:
    found = statistics_of(words.term_ids(word), at=at or clock.now())
    return sum(found.holding.values()), found.passages


def test_statistics_count_what_is_in_force(active: Version, ana: Account, ben: Account) -> None:
    knowledge.active(knowledge.source(ana), ana, ben, texts=["Start high."])
    follow()

    assert statistics("start") == (2, 3)


def test_a_retired_version_counts_no_more_before_anything_followed(
    active: Version, ben: Account
) -> None:
    follow()
    knowledge.retire(active, ben)

    assert statistics("start") == (0, 0)


def test_drafts_do_not_count(active: Version, source: Source, ana: Account) -> None:
    knowledge.draft(source, ana, texts=["Start, start, start."])
    drafts.prepare_waiting()
    follow()

    assert statistics("start") == (1, 2)
    assert WordCount.objects.values("version").distinct().count() == 2


def test_statistics_follow_a_correction(active: Version, ana: Account, ben: Account) -> None:
    follow()
    amended(active, ana, ben, "Start low.", "Begin low.")
    follow()

    assert (statistics("start"), statistics("begin")) == ((0, 2), (1, 2))


def test_what_takes_effect_later_counts_from_then(
    active: Version, ana: Account, ben: Account
) -> None:
    later = today() + timedelta(days=5)
    knowledge.active(knowledge.source(ana), ana, ben, effective_from=later)
    follow()

    assert statistics("start", at=noon(4)) == (1, 2)
    assert statistics("start", at=noon(5)) == (2, 4)
