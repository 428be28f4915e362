"""Reading what a mirror holds, and keeping it up to date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from governance.actions import clients
from governance.duties import Scope
from governance.models import Account, Relation, Version
from governance.trail import SHELL
from llm.client import Corpus, Mirror, Moved, follow
from llm.client.folder import Folder
from tests.llm.client.passes import Once, approved, follow_trail, once_before, texts
from tests.support import knowledge
from tests.support.wire import Wire, WiredServer

# Reading


def test_reader_of_what_has_moved_on_is_told_to_open_again(
    once: Once, folder: Folder, active: Version, ben: Account
) -> None:
    once()
    open_before = Corpus(folder.path)
    knowledge.retire(active, ben)
    follow_trail()
    once()

    with pytest.raises(Moved):
        list(open_before.passages())


def test_facts_are_read_with_evidence_that_is_in_force(
    once: Once, folder: Folder, stroke: Relation
) -> None:
    follow_trail()
    once()

    (fact,) = Corpus(folder.path).facts()

    assert fact["relation"] == stroke.pk
    assert list(Corpus(folder.path).facts(datetime.now(UTC) + timedelta(days=200))) == []


# Following


def test_follower_sees_what_changed_while_it_waited(
    server: WiredServer, folder: Folder, wire: Wire, once: Once, ana: Account, ben: Account
) -> None:
    wire.before = once_before("changes/", lambda: approved(ana, ben, "Stop early."))
    with Mirror(server, folder) as mirror:
        follow(mirror, rounds=2)

    assert "wait=30" in wire.asked("changes/")[0]
    assert "Stop early." in texts(folder)
    # The first time there was news; the second it was not held, and makes no haste.
    assert server.slept == [0.0, 15.0]


def test_follower_without_the_changes_looks_now_and_then(
    folder: Folder, wire: Wire, once: Once
) -> None:
    _client, key = clients.create(name="poor", scopes=[Scope.CORPUS], by=SHELL)
    server = WiredServer(wire, key)
    with Mirror(server, folder) as mirror:
        follow(mirror, rounds=2, every=9)

    assert server.slept == [9, 9]


def test_follower_goes_on_after_what_passes(
    folder: Folder, wire: Wire, once: Once, server: WiredServer
) -> None:
    said: list[str] = []
    wire.cuts = iter([0] * 9)
    with Mirror(server, folder, say=said.append) as mirror:
        follow(mirror, rounds=1)

    assert "Trying again" in said[0]
    assert texts(folder)
