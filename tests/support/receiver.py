"""A real HTTP server that is told things, and answers as a test has it answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def name(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answers` is the status it gives; `held` keeps it from answering until it is set."""

    port: int = 0
    answers: int = 204
    huge: bool = False
    drips: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    got: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told?by=kb"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.held.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {k.lower(): v for k, v in self.headers.items()}
            receiver.got.append(Received(self.path, headers, body))
            receiver.held.wait(20)
            with suppress(OSError):
                _answer(self, receiver)

        def log_message(self, *_args: Any) -> None:
            """Not on the console of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.held.set()
        server.shutdown()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, receiver: Receiver) -> None:
    if receiver.drips:
        # A byte now and then: no single wait is long.
        for _ in range(200):
            handler.wfile.write(b"H")
            handler.wfile.flush()
            threading.Event().wait(0.05)
    handler.send_response(receiver.answers)
    if receiver.answers // 100 == 3:
        handler.send_header("Location", receiver.url)
    handler.end_headers()
    for _ in range(2000 if receiver.huge else 0):
        handler.wfile.write(b"x" * 2**16)
