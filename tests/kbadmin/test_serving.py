"""The server: what it refuses before the application sees it, and whom it believes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.wsgi import get_wsgi_application

from kbadmin import serving

MEGABYTE = 1024 * 1024


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Says what it was told of the caller, and how much it was sent."""
    told = {k: v for k, v in environ.items() if k.startswith("HTTP_X_FORWARDED")}
    told |= {k: environ[k] for k in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST")}
    told["received"] = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


Running = Callable[..., tuple[str, int]]


@pytest.fixture
def running(settings: Any) -> Iterator[Running]:
    """Serves on a free port from when it is called until the test ends."""
    settings.MAX_UPLOAD_MB, settings.PORT = 1, 0
    servers: list[tuple[Any, threading.Thread]] = []

    def start(served: Any = application) -> tuple[str, int]:
        server, address = serving.listen(served)
        thread = threading.Thread(target=server.run)
        thread.start()
        servers.append((server, thread))
        place = urlsplit(address)
        assert place.hostname
        assert place.port
        return place.hostname, place.port

    yield start
    for server, thread in servers:
        _end(server, thread)


def _end(server: Any, thread: threading.Thread) -> None:
    """From within its own loop, so that nothing is taken away under its hands."""
    sockets = server.map if hasattr(server, "map") else server._map
    trigger = next(each for each in sockets.values() if hasattr(each, "pull_trigger"))

    def close() -> None:
        for each in list(sockets.values()):
            each.close()

    trigger.pull_trigger(close)
    thread.join(10)
    assert not thread.is_alive()
    server.task_dispatcher.shutdown()


def head(*lines: str, method: str = "POST", key: str = "kb_x") -> bytes:
    """Of somebody who says who it is; without a key, of a stranger."""
    first = [f"{method} /api/v1/ HTTP/1.1", "Host: kb.example", "Connection: close"]
    known = [f"Authorization: Bearer {key}"] if key else []
    return "\r\n".join([*first, *known, *lines, "", ""]).encode()


def exchange(place: tuple[str, int], *parts: bytes) -> Answer:
    """Send everything, whatever is answered meanwhile, and read the answer to its end."""
    with socket.create_connection(place, timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        return _answer(connection)


def _answer(connection: socket.socket) -> Answer:
    top, _, body = received(connection).partition(b"\r\n\r\n")
    first, *rest = top.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in rest)
    return Answer(int(first.split()[1]), headers, json.loads(body))


def received(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def chunked(size: int, times: int) -> list[bytes]:
    chunk = f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"
    return [head("Transfer-Encoding: chunked"), *[chunk] * times]


# Bodies


def test_body_within_the_limit_is_let_through(running: Running) -> None:
    body = b"x" * MEGABYTE

    answer = exchange(running(), head(f"Content-Length: {len(body)}"), body)

    assert (answer.status, answer.body["received"]) == (200, MEGABYTE)


def test_large_body_of_a_stranger_is_refused_before_it_comes(running: Running) -> None:
    answer = exchange(running(), head(f"Content-Length: {MEGABYTE}", key=""))

    assert (answer.status, answer.body["code"]) == (401, "not_authenticated")


def test_body_that_says_it_is_too_large_is_refused_before_it_comes(running: Running) -> None:
    answer = exchange(running(), head(f"Content-Length: {10 * MEGABYTE}"))

    assert (answer.status, answer.body["code"]) == (413, "too_large")
    assert "1 MB" in answer.body["detail"]


def test_refusal_of_the_server_is_json_of_the_right_length(running: Running) -> None:
    answer = exchange(running(), head(f"Content-Length: {10 * MEGABYTE}"))

    assert answer.headers["Content-Type"] == "application/json"
    assert int(answer.headers["Content-Length"]) == len(json.dumps(answer.body))
    assert answer.headers["Connection"] == "close"


def test_body_in_chunks_is_let_through(running: Running) -> None:
    answer = exchange(running(), *chunked(65536, 3), b"0\r\n\r\n")

    assert (answer.status, answer.body["received"]) == (200, 3 * 65536)


def test_body_in_chunks_is_refused_while_it_streams(running: Running) -> None:
    """No last chunk is ever sent: the server has its say before the end."""
    answer = exchange(running(), *chunked(65536, 18))

    assert (answer.status, answer.body["code"]) == (413, "too_large")


def test_caller_who_sends_everything_all_the_same_reads_the_refusal(running: Running) -> None:
    body = b"x" * MEGABYTE

    answer = exchange(running(), head(f"Content-Length: {10 * MEGABYTE}"), *[body] * 10)

    assert answer.status == 413


@pytest.mark.slow
@pytest.mark.long
def test_caller_who_never_stops_is_cut_off(running: Running) -> None:
    with socket.create_connection(running(), timeout=20) as connection:
        connection.sendall(head(f"Content-Length: {10 * MEGABYTE}"))

        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            _drip(connection, seconds=20)


def _drip(connection: socket.socket, *, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        connection.sendall(b"x" * 1024)
        time.sleep(0.1)


# What is no request


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9 x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ],
)
def test_what_is_no_request_is_malformed(running: Running, sent: bytes) -> None:
    answer = exchange(running(), sent)

    assert (answer.status, answer.body["code"]) == (400, "malformed")


def test_head_without_end_is_refused(running: Running) -> None:
    answer = exchange(running(), b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000)

    assert (answer.status, answer.body["code"]) == (431, "malformed")


def test_refusal_of_the_server_is_in_the_language_of_the_house(
    running: Running, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "zh-hans"

    answer = exchange(running(), b"GARBAGE\r\n\r\n")

    assert not answer.body["detail"].isascii()


# HEAD


def asked(path: str) -> bytes:
    """HEAD, on a connection that is kept."""
    return f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


LAST = b"GET /api/v1/nowhere/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("path", ["/health/live/", "/api/v1/changes/", "/nowhere/"])
def test_answer_to_head_is_a_head_and_the_next_answer_follows(running: Running, path: str) -> None:
    with socket.create_connection(running(get_wsgi_application()), timeout=20) as connection:
        connection.sendall(asked(path) + LAST)
        first, second, body = received(connection).split(b"\r\n\r\n")

    assert b"\r\nContent-Length: " in first
    assert second.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert json.loads(body)["code"] == "not_found"


class Endless:
    """A body of unknown length that says whether it was closed."""

    is_closed = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Endless:
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: b"x", b"")

    def close(self) -> None:
        self.is_closed = True


def test_body_without_length_is_not_sent_to_head_but_closed(running: Running) -> None:
    endless = Endless()

    with socket.create_connection(running(endless), timeout=20) as connection:
        connection.sendall(asked("/"))
        answer = received(connection)

    assert answer.endswith(b"\r\n\r\n")
    assert answer.count(b"\r\n\r\n") == 1
    assert endless.is_closed


# Where it listens


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_every_address_of_a_name_is_served_and_limited(
    running: Running, settings: Any, host: str
) -> None:
    settings.HOST = host

    answer = exchange(running(), head(f"Content-Length: {10 * MEGABYTE}"))

    assert answer.status == 413


def test_name_with_several_addresses_is_served(running: Running, settings: Any) -> None:
    """Like localhost where that is 127.0.0.1 and ::1."""
    settings.HOST = "::1"
    if not socket.has_dualstack_ipv6():
        pytest.skip("IPv6 is not to be had here")

    assert exchange(running(), head(method="GET")).status == 200


# Proxies


FORWARDED = ("X-Forwarded-For: 10.1.2.3", "X-Forwarded-Proto: https", "X-Forwarded-Host: kb")


def test_nobody_is_believed_without_being_trusted(running: Running) -> None:
    told = exchange(running(), head(*FORWARDED, method="GET")).body

    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == ("127.0.0.1", "http")
    assert not any(name.startswith("HTTP_X_FORWARDED") for name in told)


@pytest.mark.parametrize("proxies", [["127.0.0.1"], ["10.0.0.1", "127.0.0.1"]])
def test_every_trusted_proxy_is_believed(
    running: Running, settings: Any, proxies: list[str]
) -> None:
    settings.TRUSTED_PROXIES = proxies

    told = exchange(running(), head(*FORWARDED, method="GET")).body

    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == ("10.1.2.3", "https")
    assert told["HTTP_HOST"] == "kb"


def test_caller_beside_the_proxy_is_not_believed(running: Running, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.1"]

    told = exchange(running(), head(*FORWARDED, method="GET")).body

    assert (told["REMOTE_ADDR"], told["HTTP_HOST"]) == ("127.0.0.1", "kb.example")


def test_only_what_the_proxy_itself_has_seen_is_believed(running: Running, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]

    forged = head("X-Forwarded-For: 6.6.6.6, 10.1.2.3", method="GET")

    assert exchange(running(), forged).body["REMOTE_ADDR"] == "10.1.2.3"
