"""One served sample for all browser tests, and people who log in to it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs requirements/browser.txt")

from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import Person, arrive, log_in
from tests.support.calling import wait_until
from tests.support.served import ROOT, Installation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_ACCOUNT = re.compile(r"^  ([a-z-]+) +(\S+)$", re.M)
PICTURES = Path(os.environ.get("KB_SCREENSHOTS") or ROOT / "var" / "screenshots")

Arriving = Callable[..., Person]


@dataclass(frozen=True)
class Sample:
    base: str
    passwords: dict[str, str]


@pytest.fixture(scope="session")
def sample() -> Iterator[Sample]:
    """The sample, served; its passwords are read where a newcomer reads them."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder), {"LANGUAGE_CODE": "zh-hans"})
        web = installation.serve("--demo")
        wait_until(lambda: not _orders_left(installation), seconds=300, pause=2)
        said = (Path(folder) / "web.log").read_text("utf-8")
        yield Sample(installation.address, dict(_ACCOUNT.findall(said)))
        web.kill()


def _orders_left(installation: Installation) -> bool:
    """Its questions are asked and its release is tested while it is served."""
    told = "from llm.models import Job; print(Job.objects.exclude(state='done').count())"
    return installation.run("shell", "-v", "0", "-c", told).stdout.strip() != "0"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as driver:
        window = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield window
        window.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """The cookies of who has logged in once."""
    return {}


@pytest.fixture
def person(browser: Browser, sample: Sample, sessions: dict[str, Any]) -> Iterator[Arriving]:
    """`person("curator", language="zh-hans", width=1440)`, logged in; without a name, nobody."""
    there: list[Person] = []

    def come(name: str = "", *, language: str = "zh-hans", width: int = 1440) -> Person:
        session = sessions.get(name)
        who = arrive(
            browser, sample.base, PICTURES, language=language, width=width, session=session
        )
        there.append(who)
        if name and not session:
            log_in(who, name, sample.passwords[name])
            sessions[name] = who.context.storage_state()
        return who

    yield come
    strayed = [url for who in there for url in who.strayed]
    noise = [words for who in there for words in who.noise]
    for who in there:
        who.leave()
    assert (strayed, noise) == ([], [])
