"""Uploads are received on disk, from people, and stopped as soon as one is too large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.http import HttpRequest
from django.test import Client as Browser
from waitress.adjustments import Adjustments

from governance.errors import TooLarge
from governance.models import Account, Client
from kbadmin.receiving import STRANGERS_ROOM, LimitedUploadHandler, Parser

MEGABYTE = 1024 * 1024


@pytest.fixture
def handler(settings: Any, tmp_path: Path) -> LimitedUploadHandler:
    settings.MAX_UPLOAD_MB = 1
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request = HttpRequest()
    request.user = Account(username="ana")
    handler = LimitedUploadHandler(request)
    handler.new_file("file", "guideline.pdf", "application/pdf", None)
    return handler


def receive(handler: LimitedUploadHandler, *chunks: bytes) -> None:
    start = 0
    for chunk in chunks:
        handler.receive_data_chunk(chunk, start)
        start += len(chunk)


def test_file_of_exactly_the_limit_is_received(handler: LimitedUploadHandler) -> None:
    receive(handler, b"x" * (MEGABYTE - 1), b"x")

    file = handler.file_complete(MEGABYTE)

    assert isinstance(file, TemporaryUploadedFile)
    assert file.size == MEGABYTE
    file.close()


def test_first_byte_beyond_the_limit_is_refused(handler: LimitedUploadHandler) -> None:
    with pytest.raises(TooLarge, match="1 MB"):
        receive(handler, b"x" * MEGABYTE, b"x")


def test_nothing_of_what_was_refused_is_left(handler: LimitedUploadHandler, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        receive(handler, b"x" * MEGABYTE, b"x" * MEGABYTE)

    assert list(tmp_path.iterdir()) == []


def test_what_is_received_lies_on_disk_and_not_in_memory(
    handler: LimitedUploadHandler, tmp_path: Path
) -> None:
    receive(handler, b"Start low.")

    [kept] = tmp_path.iterdir()
    handler.upload_interrupted()
    assert kept.name.endswith(".upload.pdf")


# From whom.


@pytest.mark.parametrize("user", [None, AnonymousUser(), Client(name="tier")])
def test_file_of_nobody_or_of_a_program_is_not_begun(user: Any, tmp_path: Path) -> None:
    request = HttpRequest()
    request.user = user

    with pytest.raises(PermissionDenied):
        LimitedUploadHandler(request).new_file("file", "a.pdf", "application/pdf", None)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["/admin/login/", "/i18n/setlang/", "/admin/"])
def test_nothing_of_a_file_that_nobody_sent_is_written(
    address: str, db: None, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    browser = Browser(enforce_csrf_checks=True)

    answer = browser.post(address, {"file": SimpleUploadedFile("a.pdf", b"x" * MEGABYTE)})

    assert answer.status_code in (302, 403)
    assert list(tmp_path.iterdir()) == []


# By the head alone.


def parsed(*lines: str, body: bytes = b"") -> Parser:
    """What the server makes of a request that begins so."""
    parser = Parser(Adjustments())
    top = ["POST /api/v1/sources/1/versions/ HTTP/1.1", "Host: kb.example", *lines, "", ""]
    parser.received("\r\n".join(top).encode())
    while body and not parser.completed:
        body = body[parser.received(body) :]
    return parser


LARGE = f"Content-Length: {90 * MEGABYTE}"
KNOWN = ["Cookie: csrftoken=a; sessionid=abc", "Authorization: Bearer kb_x"]


def test_large_body_of_a_stranger_is_refused_before_a_byte_of_it_is_here() -> None:
    refused = parsed(LARGE)

    assert refused.error.code == 401
    assert refused.completed
    assert refused.body_bytes_received == 0


@pytest.mark.parametrize("cookie", ["", "sessionid=", "other=1", '"', "sessionid"])
def test_cookie_that_holds_no_session_makes_nobody_known(cookie: str) -> None:
    assert parsed(LARGE, f"Cookie: {cookie}").error.code == 401


def test_stranger_is_not_asked_for_the_body() -> None:
    assert not parsed(LARGE, "Expect: 100-continue").expect_continue


@pytest.mark.parametrize("who", KNOWN)
def test_large_body_of_somebody_is_waited_for(who: str) -> None:
    waiting = parsed(LARGE, who)

    assert waiting.error is None
    assert not waiting.completed


def test_small_body_of_a_stranger_is_let_through() -> None:
    body = b"x" * STRANGERS_ROOM

    assert parsed(f"Content-Length: {STRANGERS_ROOM}", body=body).error is None


def test_body_in_chunks_of_a_stranger_is_stopped_when_it_grows_large() -> None:
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"

    stopped = parsed("Transfer-Encoding: chunked", body=chunk * 4)

    assert stopped.error.code == 401
    assert stopped.completed
