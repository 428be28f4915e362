"""Uploads are received on disk, and stopped in the middle as soon as one is too large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest

from governance.errors import TooLarge
from kbadmin.receiving import LimitedUploadHandler

MEGABYTE = 1024 * 1024


@pytest.fixture
def handler(settings: Any, tmp_path: Path) -> LimitedUploadHandler:
    settings.MAX_UPLOAD_MB = 1
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    handler = LimitedUploadHandler(HttpRequest())
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
