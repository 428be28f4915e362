"""Sends one message over HTTP: to one address, in bounded time, following nobody anywhere."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from threading import Timer

from llm.webhooks.addresses import Forbidden, Resolver, Target, by_the_system, resolved
from llm.webhooks.entries import Entry

# For everything together: connecting, sending, and the head of the answer.
SECONDS = 10.0
SUCCESS = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
REDIRECTS = range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True)
class Outcome:
    """`status` is what it answered, 0 where it did not; `error` is empty where it took it."""

    status: int
    error: str = ""


@dataclass(frozen=True)
class Way:
    """What is allowed, how names are looked up, and how long all of it may take."""

    allowed: Sequence[Entry]
    resolver: Resolver = by_the_system
    seconds: float = SECONDS


def send(url: str, body: bytes, headers: Mapping[str, str], way: Way) -> Outcome:
    """Whatever goes wrong on the way is an outcome, and never raised."""
    try:
        target = resolved(url, way.allowed, way.resolver)
    except Forbidden as why:
        return Outcome(0, why.code)
    return _sent(_Connection(target, way.seconds), target, body, headers)


def _sent(
    connection: _Connection, target: Target, body: bytes, headers: Mapping[str, str]
) -> Outcome:
    # A target that sends a byte now and then would outlast any limit on the single wait.
    limit = Timer(connection.seconds, connection.cut)
    limit.daemon = True
    limit.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        # Of the answer the first line is all there is to know: the rest is not even read.
        return _outcome_of(connection.getresponse().status)
    except ssl.SSLError:
        return Outcome(0, "tls_failed")
    except TimeoutError:
        return Outcome(0, "timed_out")
    except (OSError, HTTPException):
        return Outcome(0, "timed_out" if connection.is_cut else "no_answer")
    finally:
        limit.cancel()
        connection.close()


def _outcome_of(status: int) -> Outcome:
    if status in SUCCESS:
        return Outcome(status)
    return Outcome(status, "redirected" if status in REDIRECTS else "not_taken")


class _Connection(HTTPConnection):
    """To the address that the name was looked up as; the name is for the certificate alone."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.target, self.seconds = target, seconds
        self.wire: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        place = (self.target.address, self.target.port)
        self.wire = self.sock = socket.create_connection(place, self.seconds)
        if self.target.is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.wire, server_hostname=self.target.host)

    def cut(self) -> None:
        self.is_cut = True
        wire = self.sock or self.wire
        if wire is not None:
            with suppress(OSError):
                socket.socket.shutdown(wire, socket.SHUT_RDWR)
