"""A mirror's connection to the real views, on the thread of the test: counted, cut off, changed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import HTTPConnection
from time import time
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application

from llm.client import Server

HOST = "127.0.0.1"
# Given the line of a request and its answer's head and body; gives what comes instead.
Change = Callable[[str, bytes, bytes], tuple[bytes, bytes]]


@dataclass
class Wire:
    """What went over it, and what is to happen to what goes.

    `cuts` are numbers of bytes: the answer ends after so many, None lets one through whole.
    """

    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[int] = field(default_factory=list)
    came: int = 0
    cuts: Iterator[int | None] = field(default_factory=lambda: iter(()))
    change: Change = lambda _line, head, body: (head, body)
    before: Callable[[str], object] = lambda _line: None
    date_ahead: float = 0.0
    application: Any = field(default_factory=get_wsgi_application)

    def asked(self, part: str) -> list[str]:
        """The requests that hold this, in order."""
        return [line for line, _headers in self.requests if part in line]

    def forget(self) -> None:
        self.requests, self.bodies, self.came = [], [], 0

    def answer(self, request: bytes) -> bytes:
        """All bytes of the answer to all bytes of a request."""
        head, _, sent = request.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in rest)
        self.requests.append((first, headers))
        self.before(first)
        top, body = self.change(first, *self._called(first, headers, sent))
        self.bodies.append(len(body))
        whole = top + body
        through = whole[: next(self.cuts, None)]
        self.came += len(through)
        return through

    def _called(self, first: str, headers: dict[str, str], sent: bytes) -> tuple[bytes, bytes]:
        method, target, _version = first.split(" ")
        # Nobody could bring news while this thread waits for them.
        path, _, query = re.sub(r"wait=\d+", "wait=0", target).partition("?")
        environ: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
        }
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        environ |= {"CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent)}
        environ |= {"CONTENT_TYPE": headers.get("Content-Type", ""), "REMOTE_ADDR": HOST}
        setup_testing_defaults(environ)
        told: list[Any] = []
        response = self.application(environ, lambda *given: told.extend(given))
        body = b"".join(response)
        response.close()
        date = ("Date", formatdate(time() + self.date_ahead, usegmt=True))
        lines = [f"{name}: {value}" for name, value in [*told[1], date]]
        head = "\r\n".join([f"HTTP/1.1 {told[0]}", *lines, "", ""]).encode()
        return head, b"" if method == "HEAD" else body


class Plug:
    """As much of a socket as a connection uses."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.request = wire, b""

    def sendall(self, data: bytes) -> None:
        self.request += data

    def makefile(self, _mode: str) -> io.BytesIO:
        request, self.request = self.request, b""
        return io.BytesIO(self.wire.answer(request))

    def close(self) -> None:
        """Nothing is held."""


class Plugged(HTTPConnection):
    def __init__(self, wire: Wire) -> None:
        super().__init__(HOST)
        self.wire = wire

    def connect(self) -> None:
        self.sock: Any = Plug(self.wire)


class WiredServer(Server):
    """A client's server at the other end of a wire. It sleeps by writing down how long."""

    def __init__(self, wire: Wire, key: str, **given: Any) -> None:
        self.slept: list[float] = []
        super().__init__(f"http://{HOST}", key, sleep=self.slept.append, **given)
        self.wire = wire

    def connect(self) -> HTTPConnection:
        return Plugged(self.wire)
