"""Receives uploaded files on disk, and stops as soon as one is too large."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from governance.errors import TooLarge

MEGABYTE = 1024 * 1024


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Counts what arrives; raises `TooLarge` in the middle of the stream, not after it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.MAX_UPLOAD_MB * MEGABYTE:
            # Django closes what it has in hand only where it stopped the upload itself.
            self.upload_interrupted()
            raise TooLarge(limit=settings.MAX_UPLOAD_MB)
        super().receive_data_chunk(raw_data, start)
