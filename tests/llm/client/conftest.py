"""A mirror at the other end of a wire to the real views."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance.actions import clients
from governance.duties import Scope
from governance.models import Account, Version
from governance.trail import SHELL
from llm.client import Mirror, Outcome
from llm.client.folder import Folder
from tests.llm.client.passes import Once, approved, follow_trail
from tests.support.wire import Wire, WiredServer


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def key(db: None) -> str:
    scopes = [Scope.CORPUS, Scope.CHANGES]
    return clients.create(name="gpu", scopes=scopes, by=SHELL)[1]


@pytest.fixture
def server(wire: Wire, key: str) -> WiredServer:
    return WiredServer(wire, key)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "mirror")


@pytest.fixture
def once(server: WiredServer, folder: Folder, active: Version) -> Once:
    """One pass, in a process that knows nothing of the one before."""

    def go(*, verify: bool = False, **given: Any) -> Outcome:
        with Mirror(server, folder, **given) as mirror:
            return mirror.once(verify=verify)

    follow_trail()
    return go


@pytest.fixture
def newer(once: Once, ana: Account, ben: Account) -> Version:
    """Comes into force after a first pass."""
    once()
    return approved(ana, ben, "Stop early.")
