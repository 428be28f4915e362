"""Use is sealed into a tree of its own, kept as long as the law wants, and verified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from governance import clock
from governance.merkle import CompactRange, verify_inclusion
from governance.models import AuditEntry, Client, Version
from governance.trail import SYSTEM, changing
from governance.verification import verify_trail
from llm.actions import use
from llm.models import Feedback, ReportedAnswer, Usage, UsageLeaf, UsagePassage, UsageTree
from llm.retrieval import Answer, Question
from llm.usage import record
from llm.use_proofs import inclusion
from tests.llm.reporting import answered, asked, tier
from tests.llm.test_feedback import give
from tests.support.databases import triggers_away
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database


def found() -> list[str]:
    return [str(finding) for finding in verify_trail()]


@pytest.fixture
def sealed(active: Version) -> str:
    """One retrieval with an answer and feedback."""
    caller = tier()
    usage, passages = asked(caller)
    assert answered(caller, usage, "Start low [1].", passages[:1]).status_code == 201
    assert give(caller, usage, comment="Too low.").status_code == 201
    assert use.seal() == 3
    return usage


def old(days: int, name: str = "tier") -> Usage:
    """A retrieval of so many days ago, sealed."""
    client = Client.objects.filter(name=name).first()
    assert client
    at = clock.now() - timedelta(days=days)
    made = record(Question("Start low."), Answer([], 0, 0, 0), client=client, at=at)
    use.seal()
    return made


def test_all_of_it_has_its_place_and_all_is_well(sealed: str) -> None:
    numbers = UsageLeaf.objects.order_by("number").values_list("number", flat=True)

    assert list(numbers) == [1, 2, 3]
    assert found() == []
    assert use.seal() == 0


def test_leaf_is_proved_to_stand_in_the_tree(sealed: str) -> None:
    leaf, tree = UsageLeaf.objects.get(number=2), UsageTree.objects.get()

    path = inclusion(2, tree.size)

    assert verify_inclusion(bytes(leaf.hash), 1, tree.size, path, tree.root)


def test_trail_says_how_far_the_tree_has_come(sealed: str) -> None:
    use.seal()

    [entry] = AuditEntry.objects.filter(action="usage.sealed")
    assert UsageTree.objects.get().root.hex() in bytes(entry.leaf).decode()


@pytest.mark.parametrize(
    ("model", "changed"),
    [
        (Usage, {"query": "Other"}),
        (UsagePassage, {"score": 0.1}),
        (ReportedAnswer, {"text": "Other"}),
        (Feedback, {"verdict": "accepted"}),
        (UsageLeaf, {"hash": b"x" * 32}),
    ],
)
def test_what_was_written_is_not_changed(sealed: str, model: Any, changed: dict[str, Any]) -> None:
    with database_refuses("written once"):
        model.objects.update(**changed)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE llm_usage SET query = 'x'", "not what its leaf"),
        ("DELETE FROM llm_usagepassage", "not what its leaf"),
        ("UPDATE llm_reportedanswer SET uncited = 9", "not what"),
        ("DELETE FROM llm_usageleaf WHERE number = 3", "cut off"),
        ("UPDATE llm_usagenode SET level = 40", "not fit"),
    ],
)
def test_what_was_changed_behind_the_triggers_is_found(
    sealed: str, statement: str, says: str
) -> None:
    with triggers_away(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert any(says in each for each in found())


def test_tree_that_was_made_anew_does_not_fit_the_trail(sealed: str) -> None:
    with changing(by=SYSTEM) as changes:
        changes.note("usage.sealed", UsageTree.objects.get(), size=2, root="00" * 32)

    assert "leaf 2: The trail tells of another tree." in found()


def test_nothing_is_lost_before_its_time(sealed: str) -> None:
    with database_refuses("this is kept"):
        Usage.objects.all().delete()


def test_what_is_too_old_goes_and_its_leaf_stays(sealed: str, settings: Any) -> None:
    settings.USAGE_DAYS = 184
    gone, kept = old(185), old(183)

    assert use.purge(now=clock.now()) == 1

    assert not Usage.objects.filter(pk=gone.pk).exists()
    assert Usage.objects.filter(pk=kept.pk).exists()
    assert found() == []
    assert UsageLeaf.objects.count() == 5


def test_nothing_younger_than_the_law_wants_is_purged_whatever_is_set(
    sealed: str, settings: Any
) -> None:
    settings.USAGE_DAYS = 1
    old(100)

    assert use.purge(now=clock.now()) == 0


def test_use_from_before_there_was_a_tree_is_taken_in(active: Version) -> None:
    usage, _passages = asked(tier())
    with triggers_away(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM llm_usageleaf")

    assert use.seal() == 1
    assert str(UsageLeaf.objects.get().row) == usage


def test_root_is_that_of_the_leaves(sealed: str) -> None:
    tree = CompactRange()
    for leaf in UsageLeaf.objects.order_by("number"):
        tree, _nodes = tree.append(bytes(leaf.hash))

    assert UsageTree.objects.get().root == tree.root()
