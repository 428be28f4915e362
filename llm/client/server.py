"""Asks the knowledge base over HTTP: on one connection, with the key, patiently."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from .errors import BadAnswer, KeyRefused, Unreachable

T = TypeVar("T")
Sink = Callable[["Answer", bytes], None]

SECONDS = 60.0
# Tries in a row that bring nothing at all; whatever brings some bytes begins to count anew.
TRIES = 8
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
LARGEST_BODY = 2**29
PIECE = 2**14
ELSEWHERE = frozenset({301, 302, 303, 307, 308})
AWAY = frozenset({408, 425, 429, 500, 502, 503, 504})


class Away(Exception):
    """Nothing came, or not all, or not now. `pause` is what the server asks for."""

    def __init__(self, why: str, *, pause: float = 0.0) -> None:
        super().__init__(why)
        self.pause = pause
        # Whether more is here than before it was tried.
        self.has_moved = False


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytearray = field(default_factory=bytearray)

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise BadAnswer(f"The answer is no JSON: {bytes(self.body[:80])!r}") from error


class Server:
    """`url` is where the knowledge base is, with or without `/api/v1/`."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        cafile: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        place = urlsplit(url)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise ValueError(f"{url} is no http:// or https:// address")
        if not key or not key.isascii() or not key.isprintable():
            raise ValueError("The key is empty, or no key")
        self._place, self._key, self._cafile = place, key, cafile
        self._path = place.path.split("/api/v1", maxsplit=1)[0].rstrip("/") + "/api/v1/"
        self.sleep, self._now = sleep, now
        self._connection: HTTPConnection | None = None
        # By how many seconds this machine's clock is ahead of the server's, as last seen.
        self.ahead = 0.0

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> Answer:
        """The whole answer, tried again until it comes. Raises `Unreachable`, `KeyRefused`."""
        where = f"{path}?{urlencode(query)}" if query else path
        return self.patiently(lambda: self.once("GET", where, headers or {}))

    def head(self, path: str) -> int:
        return self.patiently(lambda: self.once("HEAD", path, {})).status

    def post(self, path: str, body: Any) -> Answer:
        """For what does no harm when it comes twice."""
        sent, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
        return self.patiently(lambda: self.once("POST", path, headers, body=sent))

    def patiently(self, attempt: Callable[[], T]) -> T:
        """Do it until it is not `Away`; pauses grow, and are as long as the server asks for."""
        failures = 0
        while True:
            try:
                return attempt()
            except Away as away:
                failures = 1 if away.has_moved else failures + 1
                if failures >= TRIES:
                    raise Unreachable(str(away)) from away
                grown = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
                self.sleep(max(away.pause, grown * random.uniform(0.5, 1.0)))  # noqa: S311

    def once(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        sink: Sink | None = None,
    ) -> Answer:
        """One try. `sink` is given the bytes of a 200 or 206 as they come. Raises `Away`."""
        is_over = False
        try:
            response = self._ask(method, path, headers, body)
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()})
            _read(response, answer, sink if response.status in (200, 206) else None)
            is_over = True
        except (OSError, HTTPException) as error:
            raise Away(f"{self._place.netloc}: {error!r}") from error
        finally:
            # What is left half read would be taken for the next answer.
            if not is_over:
                self.close()
        return self._judged(answer)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def connect(self) -> HTTPConnection:
        """A connection that is not open yet."""
        host, port = self._place.hostname or "", self._place.port
        if self._place.scheme == "http":
            return HTTPConnection(host, port, timeout=SECONDS)
        context = ssl.create_default_context(cafile=self._cafile)
        return HTTPSConnection(host, port, timeout=SECONDS, context=context)

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> HTTPResponse:
        if self._connection is None:
            self._connection = self.connect()
        given = {"Authorization": f"Bearer {self._key}", "Accept-Encoding": "identity", **headers}
        began = self._now()
        self._connection.request(method, self._path + path, body=body, headers=given)
        response = self._connection.getresponse()
        self._look_at_the_clock(response.headers.get("Date", ""), began)
        return response

    def _look_at_the_clock(self, date: str, began: float) -> None:
        """The server wrote its time down, to the second, some time between asking and now."""
        try:
            theirs = parsedate_to_datetime(date).timestamp()
        except (ValueError, TypeError):
            return
        most, least = self._now() - theirs, began - (theirs + 1)
        self.ahead = 0.0 if least <= 0 <= most else min(most, least, key=abs)

    def _judged(self, answer: Answer) -> Answer:
        if answer.status in (401, 403):
            raise KeyRefused(_said(answer))
        if answer.status in ELSEWHERE:
            place = answer.headers.get("location", "")
            raise BadAnswer(f"The knowledge base is at another address: {place}")
        if answer.status in AWAY:
            raise Away(_said(answer), pause=_seconds(answer.headers.get("retry-after", "")))
        return answer


def _read(response: HTTPResponse, answer: Answer, sink: Sink | None) -> None:
    """All of the body. A connection that ends early says nothing by itself."""
    length, came = response.length, 0
    if length is None and not response.chunked:
        # Ours always says how long it is: what does not was cut off in its head.
        raise HTTPException("cut off in the head")
    while piece := response.read(PIECE):
        came += len(piece)
        if sink:
            sink(answer, piece)
        elif came > LARGEST_BODY:
            raise BadAnswer(f"The answer is larger than {LARGEST_BODY} bytes.")
        else:
            answer.body += piece
    if length is not None and came != length:
        raise HTTPException(f"cut off after {came} of {length} bytes")


def _said(answer: Answer) -> str:
    try:
        told = json.loads(answer.body)
        return f"{answer.status} {told['code']}: {told['detail']}"
    except (ValueError, TypeError, KeyError):
        return f"{answer.status}"


def _seconds(text: str) -> float:
    """A date there is taken for no wish: our pause grows anyhow."""
    return min(float(text), LONGEST_PAUSE * 10) if text.isdigit() else 0.0
