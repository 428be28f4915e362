"""Receives uploaded files on disk, from people alone, and stops as soon as one is too large."""

from __future__ import annotations

from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error

from governance.errors import TooLarge
from governance.models import Account

MEGABYTE = 1024 * 1024
# Bytes that anybody may send: a login, a form with words in it.
STRANGERS_ROOM = 64 * 1024


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Counts what arrives; raises `TooLarge` in the middle of the stream, not after it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Nothing that nobody sent is written down. Programs send no files either."""
        if not isinstance(getattr(self.request, "user", None), Account):
            raise PermissionDenied
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.MAX_UPLOAD_MB * MEGABYTE:
            # Django closes what it has in hand only where it stopped the upload itself.
            self.upload_interrupted()
            raise TooLarge(limit=settings.MAX_UPLOAD_MB)
        super().receive_data_chunk(raw_data, start)


class Unknown(Error):
    """Somebody who says not who it is, and sends more than anybody may."""

    code = HTTPStatus.UNAUTHORIZED.value
    reason = HTTPStatus.UNAUTHORIZED.phrase


class Parser(HTTPRequestParser):
    """Refuses a large body by its head, where nothing in the head says who sends it.

    Whether what it says is true only the application knows, and that is asked when the body is
    here. So this keeps out who has no business here, and not who makes up a cookie.
    """

    error: Error | None

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        large = max(self.content_length, self.body_bytes_received) > STRANGERS_ROOM
        if large and not self.error and not self._says_who():
            self.error = Unknown("say who you are")
            self.completed = True
            # Else the server would ask for the body, and wait for it.
            self.expect_continue = False
        return consumed

    def _says_who(self) -> bool:
        if self.headers.get("AUTHORIZATION"):
            return True
        try:
            cookies = SimpleCookie(self.headers.get("COOKIE", ""))
        except CookieError:
            return False
        session = cookies.get(settings.SESSION_COOKIE_NAME)
        return bool(session and session.value)
