"""What the server's store owes to a network: servers that are away, old, shared or strange."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from llm.stores.port import NotBuilt, StoreAway
from llm.stores.server import ServerStore
from tests.support.qdrant_standin import Standin, running_standin
from tests.support.stores import NOW, ONE_WORD, filled, named, passages, point, vector

MAJOR, MINOR = (int(number) for number in version("qdrant-client").split(".")[:2])


@pytest.fixture
def standin() -> Iterator[Standin]:
    with running_standin() as running:
        yield running


@pytest.fixture
def store(standin: Standin) -> Iterator[ServerStore]:
    opened = ServerStore(standin.url)
    yield opened
    opened.close()


@contextmanager
def talking_to(url: str, **settings: object) -> Iterator[ServerStore]:
    opened = ServerStore(url, **settings)
    yield opened
    opened.close()


# Away

CALLS: dict[str, Callable[[ServerStore], object]] = {
    "check": lambda store: store.check(),
    "live": lambda store: store.live(),
    "collections": lambda store: store.collections(),
    "create": lambda store: store.create("b", 3),
    "switch": lambda store: store.switch("a"),
    "discard": lambda store: store.discard("b"),
    "put": lambda store: store.put("a", [point(2)]),
    "stamp": lambda store: store.stamp("a", 1, 0, 1),
    "drop_versions": lambda store: store.drop_versions("a", [1]),
    "drop_points": lambda store: store.drop_points("a", [named(1)]),
    "count": lambda store: store.count("a"),
    "ids": lambda store: store.ids("a", 1),
    "scan": lambda store: list(store.scan("a")),
    "nearest": lambda store: store.nearest(vector(1, 0, 0), NOW, 5),
    "matching": lambda store: store.matching(ONE_WORD, NOW, 5),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@each_call
def test_stopped_server_is_away_and_not_empty(
    standin: Standin, store: ServerStore, call: Callable[[ServerStore], object]
) -> None:
    filled(store, [point(1)])

    standin.stop()

    with pytest.raises(StoreAway):
        call(store)


@each_call
def test_failing_server_is_away_and_not_empty(
    standin: Standin, store: ServerStore, call: Callable[[ServerStore], object]
) -> None:
    filled(store, [point(1)])

    standin.fail_with = 503

    with pytest.raises(StoreAway, match="503"):
        call(store)


def test_server_that_comes_back_answers_again(standin: Standin, store: ServerStore) -> None:
    filled(store, [point(1)])
    standin.fail_with = 500
    with pytest.raises(StoreAway):
        store.count("a")

    standin.fail_with = None

    assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


@pytest.mark.parametrize("status", [401, 403, 408, 429])
def test_server_that_turns_us_away_is_away(
    standin: Standin, store: ServerStore, status: int
) -> None:
    standin.fail_with = status

    with pytest.raises(StoreAway, match=str(status)):
        store.live()


def test_our_own_bad_request_is_no_absence(standin: Standin, store: ServerStore) -> None:
    standin.fail_with = 400

    with pytest.raises(UnexpectedResponse):
        store.collections()


@pytest.mark.slow
def test_server_that_never_answers_is_away_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        with (
            talking_to(f"http://127.0.0.1:{port}", timeout=1) as store,
            pytest.raises(StoreAway, match="ReadTimeout"),
        ):
            store.live()


def test_something_else_at_the_address_is_away() -> None:
    with _page() as url, talking_to(url) as store, pytest.raises(StoreAway):
        store.collections()


@contextmanager
def _page() -> Iterator[str]:
    """A web server that answers everything with a page."""
    server = HTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Back soon</html>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


# Keys


def test_key_goes_with_every_request_and_without_a_warning() -> None:
    with (
        running_standin(api_key="secret") as standin,
        talking_to(standin.url, api_key="secret") as store,
    ):
        store.create("a", 3)

        assert store.collections() == {"a"}


def test_wrong_key_is_an_absence_with_a_reason() -> None:
    with (
        running_standin(api_key="secret") as standin,
        talking_to(standin.url, api_key="wrong") as store,
        pytest.raises(StoreAway, match="401"),
    ):
        store.live()


# Shared


def test_two_installations_do_not_see_each_other(standin: Standin) -> None:
    with (
        talking_to(standin.url, namespace="east") as east,
        talking_to(standin.url, namespace="west") as west,
    ):
        filled(east, [point(1)])

        assert west.collections() == set()
        assert west.live() is None


def test_discarding_leaves_the_other_installations_collection(standin: Standin) -> None:
    with (
        talking_to(standin.url, namespace="east") as east,
        talking_to(standin.url, namespace="west") as west,
    ):
        filled(east, [point(1)])

        west.discard("a")

        assert east.count("a") == 1


def test_alias_that_points_elsewhere_names_nothing_of_ours(
    standin: Standin, store: ServerStore
) -> None:
    client = QdrantClient(url=standin.url, check_compatibility=False)
    client.create_collection("theirs", vectors_config={})
    alias = models.CreateAlias(collection_name="theirs", alias_name="kb")
    client.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])

    assert store.live() is None

    client.close()


@pytest.mark.parametrize("namespace", ["", "KB", "a_b", "a/b"])
def test_namespace_that_could_meet_another_is_refused(namespace: str) -> None:
    with pytest.raises(ValueError, match="namespace"):
        ServerStore("http://127.0.0.1:1", namespace=namespace)


def test_two_stores_on_one_server_see_the_same(standin: Standin, store: ServerStore) -> None:
    with talking_to(standin.url) as other:
        filled(other, [point(1)])

        assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


# Versions


@pytest.mark.parametrize("minor", [MINOR - 1, MINOR, MINOR + 1])
def test_one_minor_version_apart_is_close_enough(minor: int) -> None:
    with (
        running_standin(says=f"{MAJOR}.{minor}.7") as standin,
        talking_to(standin.url) as store,
    ):
        assert store.check() is None


@pytest.mark.parametrize(
    "server",
    [f"{MAJOR}.{MINOR - 2}.0", f"{MAJOR}.{MINOR + 2}.0", f"{MAJOR + 1}.{MINOR}.0", "dev"],
)
def test_server_further_off_is_named(server: str) -> None:
    with running_standin(says=server) as standin, talking_to(standin.url) as store:
        assert server in (store.check() or "")


# The stand-in by itself


@pytest.mark.slow
@pytest.mark.long
def test_standin_with_a_folder_keeps_what_it_held(tmp_path: Path) -> None:
    with _process(tmp_path) as url, talking_to(url) as store:
        filled(store, [point(1), point(2, version=2)])
        store.drop_versions("a", [2])

    with _process(tmp_path) as url, talking_to(url) as store:
        assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


def test_standin_without_a_folder_forgets() -> None:
    with running_standin() as standin, talking_to(standin.url) as store:
        filled(store, [point(1)])

    with (
        running_standin() as standin,
        talking_to(standin.url) as store,
        pytest.raises(NotBuilt),
    ):
        store.nearest(vector(1, 0, 0), NOW, 5)


@contextmanager
def _process(folder: Path) -> Iterator[str]:
    """A stand-in in a process of its own, killed at the end."""
    command = [sys.executable, "-m", "tests.support.qdrant_standin", "--persist", str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        yield process.stdout.readline().split()[1]
        process.kill()


def test_client_does_not_ask_for_the_version_by_itself(standin: Standin) -> None:
    threads = threading.active_count()

    with talking_to(standin.url):
        assert threading.active_count() == threads
