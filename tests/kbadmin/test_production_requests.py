"""What a site with a public address answers, and how long a session lasts on any."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from governance.models import Account
from kbadmin import serving
from tests.support.served import ROOT
from tests.support.visiting import Visitor

pytestmark = pytest.mark.django_db
HOME = "/admin/"
THROUGH_TLS = {"x-forwarded-proto": "https", "x-forwarded-for": "10.1.2.3"}


@pytest.fixture
def public(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "kb.example"
    settings.SECURE_HSTS_SECONDS = 3600
    settings.ALLOWED_HOSTS = ["kb.example", "127.0.0.1"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def asked(
    path: str, *, proxies: list[str], caller: str, **headers: str
) -> tuple[str, dict[str, str]]:
    """What the application answers behind the server's doorkeeper."""
    told: dict[str, Any] = {}
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "REMOTE_ADDR": caller, "SERVER_NAME": "kb",
        "SERVER_PORT": "8000", "wsgi.url_scheme": "http", "HTTP_HOST": "kb.example",
        "wsgi.input": io.BytesIO(),
        **{f"HTTP_{k.upper()}": v for k, v in headers.items()},
    }  # fmt: skip

    def start_response(status: str, sent: list[tuple[str, str]], _error: Any = None) -> None:
        told.update(status=status, headers=dict(sent))

    body: Any = serving.behind_proxies(WSGIHandler(), proxies)(environ, start_response)
    list(body)
    return told["status"], told["headers"]


FORWARDED = {"x_forwarded_proto": "https", "x_forwarded_for": "10.1.2.3"}


def test_request_through_the_proxy_came_through_tls(public: None) -> None:
    status, headers = asked("/admin/login/", proxies=["10.0.0.9"], caller="10.0.0.9", **FORWARDED)

    assert status == "200 OK"
    assert headers["Strict-Transport-Security"] == "max-age=3600"


def test_nobody_else_can_say_that_it_came_through_tls(public: None) -> None:
    status, headers = asked("/admin/login/", proxies=["10.0.0.9"], caller="10.0.0.8", **FORWARDED)

    assert status.startswith("301")
    assert headers["Location"] == "https://kb.example/admin/login/"


def test_proxy_that_spoke_no_tls_itself_is_sent_there(public: None) -> None:
    status, _ = asked(
        "/admin/login/", proxies=["10.0.0.9"], caller="10.0.0.9", x_forwarded_proto="http"
    )

    assert status.startswith("301")


@pytest.mark.parametrize("path", ["/health/live/", "/metrics"])
def test_monitor_on_the_machine_needs_no_tls(public: None, path: str) -> None:
    status, _ = asked(path, proxies=["10.0.0.9"], caller="127.0.0.1")

    assert status == "200 OK"


def test_cookie_of_a_login_is_for_tls_alone(public: None, ana: Account) -> None:
    answer = Client().get("/admin/login/", secure=True, headers={"host": "kb.example"})

    assert answer.cookies["csrftoken"]["secure"]


def test_no_other_site_may_show_a_page_in_a_frame() -> None:
    answer = Client().get("/admin/login/")

    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_static_files_are_served_with_nothing_collected() -> None:
    answer: Any = Client().get("/static/governance/admin.css")
    content = b"".join(answer.streaming_content)
    answer.close()

    assert answer["Content-Type"].startswith("text/css")
    assert content == (ROOT / "governance/static/governance/admin.css").read_bytes()


# Sessions


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(datetime.now().astimezone(), tick=False) as traveller:
        yield traveller


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.open(HOME).status_code == 200)


def test_session_that_is_used_stays(ana: Account, clock: Any) -> None:
    visitor = Visitor(ana)

    for _ in range(10):
        clock.shift(timedelta(minutes=25))
        assert is_in(visitor)


def test_session_that_nobody_used_for_long_is_over(ana: Account, clock: Any) -> None:
    visitor = Visitor(ana)
    assert is_in(visitor)

    clock.shift(timedelta(minutes=32))

    assert not is_in(visitor)
    assert not is_in(visitor)


def test_login_says_that_the_session_ended(ana: Account, clock: Any) -> None:
    visitor = Visitor(ana)
    assert is_in(visitor)
    clock.shift(timedelta(minutes=32))

    page = visitor.read(HOME)

    assert "Your session ended" in page


def test_login_says_nothing_of_a_session_that_never_was(db: None) -> None:
    assert "Your session ended" not in Visitor().read(HOME)


def test_language_is_chosen_before_the_login(db: None) -> None:
    visitor = Visitor()

    answer = visitor.send("/i18n/setlang/", language="zh-hans", next="/admin/login/?next=/admin/")

    assert 'value="zh-hans" lang="zh-hans"' in visitor.read("/admin/login/")
    assert answer.headers["Location"] == "/admin/login/?next=/admin/"
    assert 'aria-current="true">简体中文' in visitor.read("/admin/login/")


def test_session_that_is_used_is_over_after_eight_hours(ana: Account, clock: Any) -> None:
    visitor = Visitor(ana)
    assert is_in(visitor)

    for _ in range(8 * 4):
        clock.shift(timedelta(minutes=15))
        visitor.open(HOME)
    clock.shift(timedelta(minutes=1))

    assert not is_in(visitor)


def test_how_long_is_a_setting(ana: Account, clock: Any, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    visitor = Visitor(ana)
    assert is_in(visitor)

    clock.shift(timedelta(minutes=7))

    assert not is_in(visitor)


def test_api_does_not_take_an_idle_session_either(ana: Account, clock: Any) -> None:
    visitor = Visitor(ana)
    assert visitor.open("/api/v1/sources/").status_code == 200

    clock.shift(timedelta(minutes=32))

    assert visitor.open("/api/v1/sources/").status_code == 401


def test_session_is_not_written_at_every_request(
    ana: Account, clock: Any, django_assert_num_queries: Any
) -> None:
    visitor = Visitor(ana)
    assert is_in(visitor)
    before = visitor.client.session["seen_at"]

    clock.shift(timedelta(seconds=30))
    assert is_in(visitor)

    assert visitor.client.session["seen_at"] == before
