"""The small world most tests live in. Ana writes, Ben reviews, Cleo audits.

Things reach a state here the way they do in life: through actions.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import translation

from governance.counting import counted
from governance.duties import Role
from governance.models import Account, Source, Version
from tests.support import knowledge

MEMORY = Path("/dev/shm")
ENOUGH = 6 * 2**30  # bytes


IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def pytest_configure() -> None:
    """Two things that make all tests a quarter faster.

    Throw-away files lie in memory where there is plenty, for stores wait for the disk at every
    write; and garbage is looked for more rarely, for Django's tests make much and keep little.

    The folder is this run's own: a run that keeps nothing clears away those beside it.
    """
    gc.set_threshold(100_000, 50, 50)
    if not IS_WORKER:
        os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="kb-tests-", dir=_memory())
        tempfile.tempdir = None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole installations, which take minutes, are begun first: else all others wait for them."""
    items.sort(key=lambda item: "integration" not in item.path.parts)


def _memory() -> Path | None:
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ENOUGH else None


def pytest_sessionfinish() -> None:
    shutil.rmtree(django_settings.KB_HOME, ignore_errors=True)


def pytest_unconfigure() -> None:
    if not IS_WORKER:
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Every byte of state in a folder of the test's own."""
    settings.KB_HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def english(settings: Any) -> Iterator[None]:
    """Tests read the sentences as they are written; what is Chinese asks for it."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """What an earlier test's programs asked is none of this one's."""
    counted.take()


@pytest.fixture
def ana(db: None) -> Account:
    """Ana writes."""
    return knowledge.account("ana", Role.CURATOR)


@pytest.fixture
def ben(db: None) -> Account:
    """Ben reviews."""
    return knowledge.account("ben", Role.REVIEWER)


@pytest.fixture
def dora(db: None) -> Account:
    """Dora reviews too."""
    return knowledge.account("dora", Role.REVIEWER)


@pytest.fixture
def cleo(db: None) -> Account:
    """Cleo audits."""
    return knowledge.account("cleo", Role.COMPLIANCE)


@pytest.fixture
def sue(db: None) -> Account:
    """Sue manages accounts and keys."""
    return knowledge.account("sue", Role.SECURITY_ADMIN)


@pytest.fixture
def sam(db: None) -> Account:
    """Sam runs the system."""
    return knowledge.account("sam", Role.SYSTEM_ADMIN)


@pytest.fixture
def source(ana: Account) -> Source:
    return knowledge.source(ana)


@pytest.fixture
def draft(source: Source, ana: Account) -> Version:
    return knowledge.draft(source, ana)


@pytest.fixture
def in_review(source: Source, ana: Account) -> Version:
    return knowledge.in_review(source, ana)


@pytest.fixture
def active(source: Source, ana: Account, ben: Account) -> Version:
    return knowledge.active(source, ana, ben)
