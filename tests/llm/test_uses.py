"""Which programs were given what of late is told from the rows of use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from governance import clock
from governance.models import Client, Version
from governance.uses import Use, uses_of
from llm.models import Usage
from tests.llm.conftest import follow
from tests.support.callers import Caller

pytestmark = pytest.mark.database


def ask(tier: Caller) -> None:
    assert tier.send("retrieve/", {"query": "Start low."}).status_code == 200


def passages_of(version: Version) -> dict[int, int]:
    return dict.fromkeys(version.passages.values_list("pk", flat=True), version.pk)


def used(version: Version, *, at: datetime) -> list[Use]:
    told = uses_of(passages_of(version), at=at)
    assert told
    return list(told.found)


def test_retrieval_is_counted_once_a_version_with_its_program(
    active: Version, tier: Caller
) -> None:
    follow()
    for _time in range(2):
        ask(tier)

    last = Usage.objects.latest("at").at
    name = Client.objects.get().name
    assert used(active, at=clock.now()) == [Use(active.pk, name, 2, last)]


def test_what_was_given_long_ago_is_not_counted(active: Version, tier: Caller) -> None:
    follow()
    ask(tier)

    assert used(active, at=clock.now() + timedelta(days=31)) == []


def test_other_passages_are_not_counted(active: Version, tier: Caller) -> None:
    follow()
    ask(tier)

    told = uses_of({10**9: active.pk}, at=clock.now())

    assert told
    assert told.found == []
