"""A person at the admin: opens pages, fills in forms as they were shown, presses buttons."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

from governance.models import Account, Passage, Source, Version
from tests.support.knowledge import PASSWORD

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
BACKEND = "kbadmin.accounts.AccountBackend"


class Visitor:
    """Logged in as one account; without one, nobody."""

    def __init__(self, account: Account | None = None, *, language: str = "en") -> None:
        self.client = Client(headers={"accept-language": language})
        if account:
            self.client.force_login(account, backend=BACKEND)

    def open(self, address: str, **query: Any) -> Any:
        return self.client.get(address, query)

    def read(self, address: str, **query: Any) -> str:
        """The page's words, after whatever redirects there are."""
        response = self.client.get(address, query, follow=True)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    def send(self, address: str, **fields: Any) -> Any:
        """Send without having looked."""
        return self.client.post(address, fields)

    def press(self, address: str, **fields: Any) -> Any:
        """Open the page, fill in the fields, and send it with what it holds hidden."""
        shown = self.client.get(address).content.decode()
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(shown)}
        return self.client.post(address, hidden | fields)

    def decide(self, address: str, **fields: Any) -> Any:
        """Press with the person's own password."""
        return self.press(address, password=PASSWORD, **fields)


def version_at(version: Version, page: str = "change") -> str:
    return f"/admin/governance/version/{version.pk}/{page}/"


def source_at(source: Source, page: str = "change") -> str:
    return f"/admin/governance/source/{source.pk}/{page}/"


def passage_at(passage: Passage, page: str = "change") -> str:
    return f"/admin/governance/passage/{passage.pk}/{page}/"


def words(response: Any) -> str:
    text: str = response.content.decode()
    return text


def passages_of(version: Version) -> list[Passage]:
    return list(version.passages.current())
