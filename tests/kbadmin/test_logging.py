"""Every line of the log is one JSON object, whoever writes it."""

from __future__ import annotations

import json
import logging
import logging.config
from io import StringIO

import pytest
import structlog
from django.conf import settings
from django.test import Client


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the configured handler writes."""
    told = StringIO()
    logging.config.dictConfig(settings.LOGGING)
    handlers = [h for h in logging.getLogger().handlers if isinstance(h, logging.StreamHandler)]
    for handler in handlers:
        monkeypatch.setattr(handler, "stream", told)
    return told


def lines(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_one_object_a_line(log: StringIO, db: None) -> None:
    Client().get("/health/live/")

    told = lines(log)
    assert [line["event"] for line in told] == ["request_started", "request_finished"]
    assert {line["level"] for line in told} == {"info"}


def test_lines_of_both_kinds_look_alike(log: StringIO) -> None:
    logging.getLogger("governance").warning("plain")
    structlog.get_logger("governance").warning("structured", count=3)

    plain, structured = lines(log)
    assert plain["event"] == "plain"
    assert (structured["event"], structured["count"]) == ("structured", 3)
    assert plain.keys() | {"count"} == structured.keys()


def test_secret_of_a_link_stands_in_no_line(log: StringIO, db: None) -> None:
    Client().get("/admin/password-link/Fm40c0B8J8q/")
    Client(enforce_csrf_checks=True).post("/admin/password-link/Fm40c0B8J8q/")

    assert "/password-link/…" in log.getvalue()
    assert "Fm40c0B8J8q" not in log.getvalue()
