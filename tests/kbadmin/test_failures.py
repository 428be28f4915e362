"""What Django itself refuses: how it is said, and that the log says it in one line."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from governance.models import Account, Version
from tests.support.visiting import Visitor, source_at

STRANGE_HOST = {"host": "evil.example"}


def traces(caplog: Any) -> list[object]:
    return [r.exc_info for r in caplog.records if r.exc_info or r.exc_text]


def test_page_of_another_duty_is_logged_in_one_line(
    active: Version, cleo: Account, caplog: Any
) -> None:
    Visitor(cleo).open(source_at(active.source, "edit"))

    said = [r for r in caplog.records if "PermissionDenied" in r.getMessage()]
    assert [r.status_code for r in said] == [403]
    assert traces(caplog) == []


@pytest.mark.parametrize("address", ["/admin/login/", "/api/v1/session/"])
def test_wrong_host_is_logged_in_one_line(db: None, address: str, caplog: Any) -> None:
    answer = Browser(headers=STRANGE_HOST).get(address)

    assert answer.status_code == 400
    assert ["evil.example" in r.getMessage() for r in caplog.records] == [True]
    assert traces(caplog) == []


def test_wrong_host_is_told_nothing_of_the_hosts_there_are(db: None) -> None:
    answer = Browser(headers=STRANGE_HOST).get("/api/v1/session/")

    assert answer.json() == {"code": "malformed", "detail": "The request cannot be read."}


def test_address_that_is_none_is_refused_as_fhir_is_sent(db: None) -> None:
    answer = Browser().get("/api/v1/fhir/Library/x")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/fhir+json")


def test_line_breaks_in_an_address_make_no_second_line(
    active: Version, cleo: Account, caplog: Any
) -> None:
    Visitor(cleo).open(source_at(active.source, "edit") + "%0aforged/")

    assert all("\n" not in record.getMessage() for record in caplog.records)
