"""A Qdrant server for tests: the part of its REST that we use, over the client's local mode.

Slow with large collections (a pure Python scan), so for some two thousand points at most.
`python -m tests.support.qdrant_standin --port 0 [--persist FOLDER]` runs one by itself.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from qdrant_client import QdrantClient, models

Body = dict[str, Any]
Answer = Callable[[QdrantClient, str, Body], Any]

_POINTS = TypeAdapter(models.PointInsertOperations)
_SELECTOR = TypeAdapter(models.PointsSelector)


class Standin:
    """A running stand-in: where it is, and the switch by which it fails."""

    def __init__(
        self, *, port: int = 0, folder: Path | None = None, says: str = "", api_key: str = ""
    ) -> None:
        """`says` is the version it claims, by default the client's own."""
        self.fail_with: int | None = None
        self.version = says or version("qdrant-client")
        self.api_key = api_key
        self._client = _local(folder)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = False
        self._running = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.01)

    def stop(self) -> None:
        """Refuse connections from now on; what it held is gone unless it has a folder."""
        if self._running:
            self._running = False
            self._server.shutdown()
            self._server.server_close()
            self._client.close()

    def answer(self, method: str, path: str, body: Body, key: str) -> tuple[int, Any]:
        """The status and the result, or what is wrong, as the server would put it."""
        if self.fail_with is not None:
            return self.fail_with, "told to fail"
        if key != self.api_key:
            return 401, "Must provide an API key"
        if (method, path) == ("GET", "/"):
            return 200, {"title": "stand-in", "version": self.version}
        return self._from_routes(method, path, body)

    def _from_routes(self, method: str, path: str, body: Body) -> tuple[int, Any]:
        for (verb, pattern), act in _ROUTES.items():
            found = re.fullmatch(pattern, path)
            if verb == method and found is not None:
                return self._act(act, found["name"] if found.groupdict() else "", body)
        return 404, f"The stand-in does not know {method} {path}"

    def _act(self, act: Answer, name: str, body: Body) -> tuple[int, Any]:
        try:
            with self._lock:
                return 200, act(self._client, name, body)
        except ValueError as error:
            return (404 if "not found" in str(error) else 400), str(error)


@contextmanager
def running_standin(
    *, folder: Path | None = None, says: str = "", api_key: str = ""
) -> Iterator[Standin]:
    """A stand-in on a thread of this process, stopped at the end."""
    standin = Standin(folder=folder, says=says, api_key=api_key)
    thread = threading.Thread(target=standin.serve)
    thread.start()
    try:
        yield standin
    finally:
        standin.stop()
        thread.join()


def _local(folder: Path | None) -> QdrantClient:
    if folder is None:
        return QdrantClient(":memory:")
    return QdrantClient(path=str(folder), force_disable_check_same_thread=True)


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            key = self.headers.get("api-key", "")
            path = self.path.partition("?")[0]
            status, result = standin.answer(self.command, path, body, key)
            self.reply(status, _reply(status, path, result))

        def reply(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests read their own output."""

        do_GET = do_PUT = do_POST = do_DELETE = handle_any

    return Handler


def _reply(status: int, path: str, result: Any) -> bytes:
    if status != 200:
        return json.dumps({"status": {"error": str(result)}, "time": 0.0}).encode()
    if path == "/":
        return json.dumps(result).encode()
    return json.dumps({"result": _plain(result), "status": "ok", "time": 0.0}).encode()


def _plain(result: Any) -> Any:
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json", exclude_none=True)
    return result


def _exists(client: QdrantClient, name: str, _body: Body) -> Any:
    return {"exists": client.collection_exists(name)}


def _create(client: QdrantClient, name: str, body: Body) -> Any:
    wish = models.CreateCollection(**body)
    return client.create_collection(
        name, vectors_config=wish.vectors, sparse_vectors_config=wish.sparse_vectors
    )


def _index(client: QdrantClient, name: str, body: Body) -> Any:
    """Local mode has no indexes; the request must be a valid one all the same."""
    models.CreateFieldIndex(**body)
    client.get_collection(name)
    return _done()


def _aliases(client: QdrantClient, _name: str, body: Body) -> Any:
    return client.update_collection_aliases(models.ChangeAliasesOperation(**body).actions)


def _upsert(client: QdrantClient, name: str, body: Body) -> Any:
    points = _POINTS.validate_python(body)
    client.upsert(name, points.points if isinstance(points, models.PointsList) else points)
    return _done()


def _set_payload(client: QdrantClient, name: str, body: Body) -> Any:
    wish = models.SetPayload(**body)
    chosen = wish.points if wish.points is not None else wish.filter
    client.set_payload(name, payload=wish.payload, points=chosen or [])
    return _done()


def _delete(client: QdrantClient, name: str, body: Body) -> Any:
    client.delete(name, points_selector=_SELECTOR.validate_python(body))
    return _done()


def _count(client: QdrantClient, name: str, body: Body) -> Any:
    return client.count(name, count_filter=models.CountRequest(**body).filter)


def _scroll(client: QdrantClient, name: str, body: Body) -> Any:
    wish = models.ScrollRequest(**body)
    records, offset = client.scroll(
        name,
        scroll_filter=wish.filter,
        limit=wish.limit or 10,
        offset=wish.offset,
        with_payload=True if wish.with_payload is None else wish.with_payload,
        with_vectors=wish.with_vector or False,
    )
    return {"points": [_plain(record) for record in records], "next_page_offset": offset}


def _query(client: QdrantClient, name: str, body: Body) -> Any:
    wish = models.QueryRequest(**body)
    return client.query_points(
        name,
        query=wish.query,
        using=wish.using,
        query_filter=wish.filter,
        limit=wish.limit or 10,
        with_payload=wish.with_payload or False,
    )


def _done() -> Any:
    return {"operation_id": 0, "status": "completed"}


_ONE = r"/collections/(?P<name>[^/]+)"
_ROUTES: dict[tuple[str, str], Answer] = {
    ("GET", "/aliases"): lambda client, _name, _body: client.get_aliases(),
    ("POST", "/collections/aliases"): _aliases,
    ("GET", "/collections"): lambda client, _name, _body: client.get_collections(),
    ("GET", _ONE): lambda client, name, _body: client.get_collection(name),
    ("GET", _ONE + "/exists"): _exists,
    ("PUT", _ONE): _create,
    ("DELETE", _ONE): lambda client, name, _body: client.delete_collection(name),
    ("PUT", _ONE + "/index"): _index,
    ("PUT", _ONE + "/points"): _upsert,
    ("POST", _ONE + "/points/payload"): _set_payload,
    ("POST", _ONE + "/points/delete"): _delete,
    ("POST", _ONE + "/points/count"): _count,
    ("POST", _ONE + "/points/scroll"): _scroll,
    ("POST", _ONE + "/points/query"): _query,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--persist", type=Path, default=None)
    wish = parser.parse_args()
    standin = Standin(port=wish.port, folder=wish.persist)
    sys.stdout.write(f"ready {standin.url}\n")
    sys.stdout.flush()
    standin.serve()


if __name__ == "__main__":
    main()
