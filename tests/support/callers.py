"""People and programs who call the API, in the way they do in life."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from governance.actions import clients
from governance.duties import Scope
from governance.models import Account
from governance.trail import SHELL
from tests.support.knowledge import PASSWORD

V1 = "/api/v1/"


class Caller(APIClient):
    """Speaks JSON to addresses under `/api/v1/`; forgery checks are on."""

    def __init__(self, **given: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **given)

    def ask(self, path: str, **query: Any) -> Any:
        return self.get(V1 + path, query)

    def send(self, path: str, body: Any = None, *, by: str = "post") -> Any:
        """The body as JSON in ASCII, so that any text at all can be sent."""
        return self.send_raw(path, json.dumps(body if body is not None else {}), by=by)

    def send_raw(self, path: str, body: str, *, by: str = "post") -> Any:
        return getattr(self, by)(V1 + path, body, content_type="application/json")

    def upload(self, path: str, **fields: Any) -> Any:
        given = {"label": "2024", "published_on": "2024-05", "file": file(), **fields}
        form = {name: value for name, value in given.items() if value is not None}
        return self.post(V1 + path, form, format="multipart")


def log_in(account: Account) -> Caller:
    caller = Caller()
    answer = caller.send("session/", {"username": account.username, "password": PASSWORD})
    assert answer.status_code == 201
    caller.credentials(HTTP_X_CSRFTOKEN=answer.cookies["csrftoken"].value)
    return caller


def program(*scopes: Scope, name: str = "tier") -> Caller:
    _client, key = clients.create(name=name, scopes=scopes, by=SHELL)
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return caller


def file(content: bytes = b"Start low.", name: str = "guideline.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def code(answer: Any) -> tuple[int, str]:
    """Status and code of an error, as they are compared in tests."""
    return answer.status_code, answer.json()["code"]
