"""Killed at any line while it follows the trail, the corpus is whole after the next time."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction

from governance.duties import Scope
from governance.models import Account, Passage, Version
from llm.models import CorpusObject
from llm.projections import registry
from llm.projections.drift import Drift
from llm.projections.reconcile import reconcile_corpus
from tests.support import knowledge
from tests.support.callers import V1, program
from tests.support.following import amended, dies, follow

pytestmark = pytest.mark.slow

WRITERS = ("llm/corpus.py", "llm/projections/corpus.py")
# Each change dies at every eighth line, and each begins at another.
STRIDE = 8
CHANGES = ("amended", "passage quarantined", "retired", "approved", "reaffirmed")


def corpus_files() -> dict[str, bytes]:
    path = registry.corpus().folder.path
    files = (p for p in path.rglob("*") if p.is_file())
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in files}


def held() -> set[str]:
    return set(CorpusObject.objects.filter(is_held=True).values_list("sha256", flat=True))


def drift() -> list[Drift]:
    return reconcile_corpus(registry.corpus(), repair=False, beat=lambda: None)


def deaths(folder: Path, first: int) -> Iterator[int]:
    """Follow once for every line at which one can die, each time from where things stand now."""
    shutil.copytree(folder, kept := folder.with_name("kept"))
    for step in itertools.count(first, STRIDE):
        before = transaction.savepoint()
        if not dies(lambda: follow("corpus"), step=step, inside=WRITERS):
            return
        yield step
        transaction.savepoint_rollback(before)
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)


@pytest.fixture(params=CHANGES)
def folder(request: pytest.FixtureRequest, active: Version, ana: Account, ben: Account) -> Path:
    """A corpus that something of what it holds is about to leave, or to come to."""
    follow("corpus")
    changes: dict[str, Callable[[], object]] = {
        "amended": lambda: amended(active, ana, ben, "Go slow.", "Go slowly."),
        "passage quarantined": lambda: knowledge.quarantine(
            Passage.objects.get(text="Go slow."), ana
        ),
        "retired": lambda: knowledge.retire(active, ben),
        "approved": lambda: knowledge.active(knowledge.source(ana), ana, ben),
        "reaffirmed": lambda: knowledge.reaffirm(active, ben),
    }
    changes[request.param]()
    return registry.corpus().folder.path


@pytest.fixture
def first(request: pytest.FixtureRequest) -> int:
    """The line at which this change dies first."""
    return next(n for n, name in enumerate(CHANGES) if f"[{name}]" in request.node.name)


@pytest.mark.long
def test_what_a_kill_left_is_told_of_not_given_out_and_put_right(folder: Path, first: int) -> None:
    mirror, ends = program(Scope.CORPUS), set()

    for _step in deaths(folder, first):
        for sha256 in registry.corpus().folder.objects() - held():
            assert CorpusObject.objects.filter(sha256=sha256).exists()
            assert mirror.get(f"{V1}corpus/objects/{sha256}").status_code != 200
        follow("corpus")
        assert drift() == []
        ends.add(frozenset(corpus_files().items()))

    assert len(ends) == 1
