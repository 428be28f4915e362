"""The house rules over the whole code, and that each of them catches what it is there for."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from functools import partial

import pytest

from tests.support.rules import (
    GOVERNED,
    MAY_WRITE,
    catches_of_everything,
    files,
    governed_writes,
    tree_of,
    uses_of_signals,
)

# What fails here is parked with its error, whatever it was, and never holds up the others.
PARKS = ("llm/projections/advance.py", "llm/drafts.py", "llm/proposing/reading.py")


def parsed(code: str) -> ast.Module:
    return ast.parse(textwrap.dedent(code))


def offences(paths: list[str], rule: Callable[[ast.Module], list[int]]) -> list[str]:
    return [f"{path}:{line}" for path in paths for line in rule(tree_of(path))]


@pytest.mark.slow
def test_only_actions_and_the_trail_write_to_the_truth() -> None:
    assert offences(files(but=MAY_WRITE), governed_writes) == []


def test_doors_of_the_truth_save_nothing_at_all() -> None:
    doors = [path for path in files(but=MAY_WRITE) if path.startswith("governance/")]

    assert offences(doors, partial(governed_writes, strictly=True)) == []


def test_no_signal_is_used() -> None:
    assert offences(files(), uses_of_signals) == []


def test_nothing_catches_everything() -> None:
    assert offences(files(but=PARKS), catches_of_everything) == []


def test_who_parks_what_fails_catches_everything_once() -> None:
    assert len(offences(list(PARKS), catches_of_everything)) == len(PARKS)


def test_rules_look_at_code_of_every_app() -> None:
    looked_at = {path.split("/")[0] for path in files(but=MAY_WRITE)}

    assert looked_at == {"governance", "ingest", "llm", "kbadmin"}


def test_rules_know_what_is_governed() -> None:
    assert {"Version", "Review", "Passage", "AuditEntry", "TrailHead", "Account"} <= GOVERNED


@pytest.mark.parametrize(
    "code",
    [
        "Version.objects.filter(pk=1).update(status='active')",
        "Version.objects.create(label='x')",
        "Version(label='x').save()",
        "AuditEntry.objects.bulk_create([])",
        "Passage.objects.all().delete()",
        "def f(version: Version): version.save(update_fields=['status'])",
        "def f(version: Version | None): version.delete()",
        "def f(found: list[Version]):\n    for one in found:\n        one.save()",
        "def f():\n    version = Version.objects.get(pk=1)\n    version.save()",
        "def f():\n    rows = Version.objects.all()\n    rows.update(label='x')",
        "def f():\n    for term in Term.objects.all():\n        term.delete()",
        "def f(version: Version): version.terms.all().delete()",
        "def f(version: Version): version.reviews.create(kind='approve')",
        "def f(version: Version):\n    source = version.source\n    source.save()",
        "f = lambda: Account.objects.update(is_active=True)",
        "cursor.execute('UPDATE governance_version SET status = 1')",
        "cursor.execute('''delete  from\n governance_review''')",
    ],
)
def test_write_behind_the_trail_is_caught(code: str) -> None:
    assert governed_writes(parsed(code)) != []


@pytest.mark.parametrize(
    "code",
    [
        "Version.objects.filter(pk=1).exists()",
        "Cursor.objects.filter(name='x').update(number=2)",
        "def f(version: Version): versions.approve(version=version)",
        "def f(store: Store): store.delete(1)",
        "digest.update(b'x')",
        "class Section: ...\ndef f(section: Section): section.removed.remove(1)",
        "cursor.execute('SELECT 1 FROM governance_version')",
    ],
)
def test_what_writes_nothing_governed_is_let_be(code: str) -> None:
    assert governed_writes(parsed(code)) == []


def test_any_saving_in_a_door_of_the_truth_is_caught() -> None:
    assert governed_writes(parsed("def f(thing): thing.save()"), strictly=True) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "from django.db.models.signals import post_save",
        "from django.db.models import signals",
        "import django.dispatch",
        "from django.dispatch import receiver",
        "from django.contrib.auth.signals import user_logged_in",
    ],
)
def test_signal_is_caught(code: str) -> None:
    assert uses_of_signals(parsed(code)) == [1]


@pytest.mark.parametrize(
    "handler",
    ["except Exception: pass", "except: pass", "except (ValueError, Exception) as e: print(e)",
     "except BaseException: raise ValueError"],
)  # fmt: skip
def test_catching_of_everything_is_caught(handler: str) -> None:
    assert catches_of_everything(parsed(f"try: f()\n{handler}")) == [2]


@pytest.mark.parametrize(
    "handler", ["except ValueError: pass", "except BaseException:\n    tidy()\n    raise"]
)
def test_catching_of_something_is_let_be(handler: str) -> None:
    assert catches_of_everything(parsed(f"try: f()\n{handler}")) == []
