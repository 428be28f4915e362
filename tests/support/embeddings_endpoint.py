"""An OpenAI-compatible embeddings endpoint over seeded fake vectors, for processes of their own.

`EMBEDDING_MODEL` is then `address`. `python -m tests.support.embeddings_endpoint --port 0` runs one
by itself.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.encoders import FakeEncoder

MODEL = "fake"


class Endpoint:
    """A running endpoint: where it is, what it was given, and the switch by which it fails."""

    def __init__(self, *, port: int = 0, seed: int = 1) -> None:
        self.encoder = FakeEncoder(seed)
        self.fail_with: int | None = None
        self.given: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}#{MODEL}"

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if self.fail_with is not None:
            return self.fail_with, {"error": {"message": "told to fail"}}
        if (method, path) == ("GET", "/models"):
            return 200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
        if (method, path) == ("POST", "/embeddings") and body.get("model") == MODEL:
            return 200, self._embedded(body["input"])
        return 404, {"error": {"message": f"no {method} {path} for {body.get('model')}"}}

    def _embedded(self, given: str | list[str]) -> dict[str, Any]:
        texts = [given] if isinstance(given, str) else given
        self.given += texts
        rows = self.encoder.passages(texts).tolist()
        data = [{"object": "embedding", "index": at, "embedding": r} for at, r in enumerate(rows)]
        return {"object": "list", "model": MODEL, "data": data}


@contextmanager
def running_endpoint(*, seed: int = 1) -> Iterator[Endpoint]:
    """An endpoint on a thread of this process, stopped at the end."""
    endpoint = Endpoint(seed=seed)
    thread = threading.Thread(target=endpoint.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.server.shutdown()
        endpoint.server.server_close()
        thread.join()


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            status, answer = endpoint.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests read their own output."""

        do_GET = do_POST = handle_any

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    endpoint = Endpoint(port=wish.port, seed=wish.seed)
    sys.stdout.write(f"ready {endpoint.address}\n")
    sys.stdout.flush()
    endpoint.server.serve_forever()


if __name__ == "__main__":
    main()
