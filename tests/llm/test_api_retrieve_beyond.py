"""Retrieval over HTTP where the store is away, and what an answer costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from governance.models import Account, Source, Version
from llm import clients
from llm.models import Usage
from tests.llm.asking import ask, found
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.away import truth_away
from tests.support.callers import Caller, code
from tests.support.following import interposed, moody


def test_store_that_is_away_is_no_empty_answer(active: Version, tier: Caller) -> None:
    follow()
    interposed().is_away = True

    assert code(ask(tier)) == (503, "store_unreachable")


def test_store_that_was_never_built_is_no_empty_answer(active: Version, tier: Caller) -> None:
    assert code(ask(tier)) == (503, "store_unreachable")


def test_engine_of_another_process_is_no_empty_answer(
    active: Version, tier: Caller, home: Any
) -> None:
    from llm.stores.edge import EdgeStore

    follow()
    clients.close()
    owner = EdgeStore.open(home / "vectors")

    assert code(ask(tier)) == (503, "store_unreachable")
    owner.close()


def test_encoder_that_is_away_is_no_empty_answer(active: Version, tier: Caller) -> None:
    encoder = moody()
    follow()
    encoder.is_away = True

    assert code(ask(tier)) == (503, "encoder_unreachable")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_truth_that_is_away_is_no_empty_answer(
    active: Version, tier: Caller, error: type[Exception]
) -> None:
    follow()

    with truth_away(error):
        assert code(ask(tier)) == (503, "truth_unreachable")


def test_what_was_not_answered_is_not_written_down(active: Version, tier: Caller) -> None:
    follow()
    interposed().is_away = True

    ask(tier)

    assert not Usage.objects.exists()


# What it costs


def _statements(caller: Caller, **given: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask(caller, **given).status_code == 200
    return len(captured)


def test_number_of_queries_does_not_grow_with_the_answer(
    active: Version, tier: Caller, ana: Account, ben: Account
) -> None:
    texts = [f"Start low, step {n}." for n in range(12)]
    knowledge.active(knowledge.source(ana), ana, ben, texts=texts)
    follow()

    assert len(found(ask(tier, top_k=14))) == 14
    assert _statements(tier, top_k=1) == _statements(tier, top_k=14) <= 22


def test_source_of_the_answer_may_be_asked_for(
    active: Version, tier: Caller, ana: Account, ben: Account
) -> None:
    other: Source = knowledge.source(ana)
    knowledge.active(other, ana, ben)
    follow()

    passages = found(ask(tier, filters={"source": [other.pk]}))

    assert {p["citation"]["source"] for p in passages} == {other.pk}
