"""Proofs of the trail, against another implementation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pymerkle
import pytest
import time_machine

from governance import merkle, proofs
from governance.actions import versions
from governance.models import (
    Account,
    AuditEntry,
    TrailHead,
    Version,
)
from tests.support import knowledge

pytestmark = pytest.mark.database

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def last() -> AuditEntry:
    return AuditEntry.objects.latest("number")


def content(entry: AuditEntry) -> dict[str, Any]:
    return dict(json.loads(bytes(entry.leaf)))


@pytest.fixture
def long_trail(active: Version, ana: Account, ben: Account) -> list[bytes]:
    """The leaves of a real trail."""
    for label in ("2025", "2026"):
        knowledge.draft(active.source, ana, label=label)
    knowledge.quarantine(active, ben)
    return [bytes(e.leaf) for e in AuditEntry.objects.order_by("number")]


def second_opinion(leaves: list[bytes]) -> Any:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    return tree


def test_root_of_the_trail_is_what_another_library_makes_of_its_leaves(
    long_trail: list[bytes],
) -> None:
    tree = second_opinion(long_trail)

    assert TrailHead.objects.get().root == tree.get_root()
    for count in range(1, len(long_trail) + 1):
        assert proofs.root_of(count) == tree.get_root(count)


def test_every_entry_is_proved_to_stand_in_the_trail(long_trail: list[bytes]) -> None:
    count = len(long_trail)
    tree, root = second_opinion(long_trail), proofs.root_of(count)

    for number, leaf in enumerate(long_trail, start=1):
        path = proofs.inclusion(number, count)
        theirs = [bytes.fromhex(p) for p in tree.prove_inclusion(number).serialize()["path"][1:]]
        assert path == theirs
        assert merkle.verify_inclusion(merkle.leaf_hash(leaf), number - 1, count, path, root)


def test_every_state_of_the_trail_is_proved_to_grow_into_the_last(
    long_trail: list[bytes],
) -> None:
    new = len(long_trail)
    root = proofs.root_of(new)

    for old in range(new + 1):
        proof = proofs.consistency(old, new)
        assert merkle.verify_consistency(old, new, proofs.root_of(old), root, proof)


def test_another_entry_is_not_proved(long_trail: list[bytes]) -> None:
    count = len(long_trail)
    path, root = proofs.inclusion(3, count), proofs.root_of(count)

    assert not merkle.verify_inclusion(merkle.leaf_hash(long_trail[3]), 2, count, path, root)


@pytest.mark.parametrize(("number", "beyond"), [(0, 0), (-1, 0), (1, 1), (10_000, 0)])
def test_nothing_outside_the_trail_is_proved(
    long_trail: list[bytes], number: int, beyond: int
) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        proofs.inclusion(number, len(long_trail) + beyond)


def test_size_that_the_trail_has_not_reached_has_no_root(long_trail: list[bytes]) -> None:
    with pytest.raises(ValueError, match="has no node"):
        proofs.root_of(len(long_trail) + 1)


def test_submission_is_noted_with_the_digest_that_will_be_read(
    draft: Version, ana: Account
) -> None:
    version = versions.submit(version=draft, reason="Ready.", by=ana)

    assert content(last())["facts"]["digest"] == version.digest_now()
