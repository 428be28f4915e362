"""Where everything stands, and what is said where nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from governance.api.permissions import Nobody
from kbadmin import failures, urls


def test_front_page_leads_to_the_admin(db: None) -> None:
    answer = Client().get("/")

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"


def test_unknown_address_of_the_api_is_told_in_json(db: None) -> None:
    answer = Client().get("/api/v1/nowhere/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_unknown_address_elsewhere_is_a_page(db: None) -> None:
    answer = Client().get("/nowhere/")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def fail(request: HttpRequest, kind: str) -> None:
    raise {
        "broken": ZeroDivisionError("secret of the house"),
        "denied": PermissionDenied("secret of the house"),
        "suspicious": SuspiciousOperation("secret of the house"),
    }[kind]


class Failing:
    """The addresses as they are, and one that fails as it is told."""

    urlpatterns = [path("api/v1/fail/<kind>/", fail), path("fail/<kind>/", fail), *urls.urlpatterns]
    handler400, handler403 = urls.handler400, urls.handler403
    handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def client(db: None, settings: Any) -> Client:
    settings.ROOT_URLCONF = Failing
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("broken", 500, "our_fault"),
        ("denied", 403, "not_allowed"),
        ("suspicious", 400, "malformed"),
    ],
)
def test_failure_under_the_api_is_told_in_json_without_its_cause(
    client: Client, kind: str, status: int, code: str
) -> None:
    answer = client.get(f"/api/v1/fail/{kind}/")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert b"secret" not in answer.content


@pytest.mark.parametrize(("kind", "status"), [("broken", 500), ("denied", 403)])
def test_failure_elsewhere_is_a_page_without_its_cause(
    client: Client, kind: str, status: int
) -> None:
    answer = client.get(f"/fail/{kind}/")

    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert b"secret" not in answer.content


def test_failures_are_told_in_letters_people_can_read() -> None:
    request = HttpRequest()
    request.path = "/api/v1/x/"

    answer = cast(HttpResponse, failures.not_found(request, Exception()))
    assert b"\\u" not in answer.content


def _calls(patterns: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _calls(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None:
                yield prefix + str(pattern.pattern), view


OPEN = {"api/v1/schema/", "api/v1/docs/", "api/v1/session/"}


def test_no_call_but_the_description_and_the_login_is_open_to_all(db: None) -> None:
    opened = []
    for address, view in _calls(get_resolver("kbadmin.urls").url_patterns):
        if getattr(view, "deeds", None) is None and address not in OPEN:
            classes = view.permission_classes
            opened += [address] if not classes or classes == [Nobody] else []

    assert opened == []


def test_every_call_of_a_door_says_whom_it_lets_in(db: None) -> None:
    for _address, view in _calls(get_resolver("kbadmin.urls").url_patterns):
        if deeds := getattr(view, "deeds", None):
            extra = {action.__name__ for action in view.get_extra_actions()}
            usual = {"list", "retrieve", "create", "partial_update", "update", "destroy"}
            offered = extra | {name for name in usual if hasattr(view, name)}
            assert offered <= set(deeds) <= {name for name in deeds if hasattr(view, name)}
