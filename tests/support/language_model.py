"""A small OpenAI-compatible server that answers as it is told: well, badly, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# From the text that is asked about to what is answered: a content, a status, or nothing at all.
Answer = Callable[[str], Any]


@dataclass
class LanguageModel:
    """`answer` gives what the model says of a text; a string is sent as it is."""

    url: str = ""
    answer: Answer = lambda _text: {"relations": []}
    status: int = 200
    # Sent in place of everything, by what is no model.
    page: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    ends: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving() -> Iterator[LanguageModel]:
    model = LanguageModel()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({"data": [{"id": "qwen-local"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.asked.append(body)
            model.keys.append(self.headers["Authorization"])
            said = model.answer(body["messages"][-1]["content"])
            if said is None:
                model.ends.wait(20)
                return
            if isinstance(said, int):
                self._send({}, said)
                return
            content = said if isinstance(said, str) else json.dumps(said)
            self._send({"choices": [{"message": {"content": content}}]})

        def _send(self, told: Any, status: int = 0) -> None:
            body = (model.page or json.dumps(told)).encode()
            self.send_response(status or model.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield model
    finally:
        model.ends.set()
        server.shutdown()
        server.server_close()
