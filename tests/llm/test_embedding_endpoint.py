"""An endpoint's answers are used as it numbers them, and its failures are never vectors."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from llm.embedding import Unavailable
from llm.embedding.endpoint import EndpointEncoder


@dataclass
class Endpoint:
    """What it was asked, and what it answers: by default a text's vector is (its length, 1)."""

    url: str = ""
    asked: list[Any] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    status: int = 200
    data: Any = None
    models: Any = field(default_factory=lambda: [{"id": "bge-m3"}, {"id": "other"}])

    def answer(self, body: Any) -> bytes:
        vectors = [
            {"index": at, "embedding": [len(text), 1]} for at, text in enumerate(body["input"])
        ]
        return json.dumps({"data": self.data or vectors[::-1]}).encode()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    state = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(json.dumps({"data": state.models}).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(body)
            state.keys.append(self.headers["Authorization"])
            self.reply(state.answer(body))

        def reply(self, answer: bytes) -> None:
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Location", f"{state.url}/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    yield state
    server.shutdown()
    server.server_close()


def test_rows_follow_the_numbers_the_endpoint_gives(endpoint: Endpoint) -> None:
    rows = EndpointEncoder(f"{endpoint.url}#m").passages(["a", "abc"])

    wanted = np.array([[1, 1], [3, 1]]) / np.sqrt([[2], [10]])
    assert rows == pytest.approx(wanted)


def test_many_texts_go_in_batches_of_64(endpoint: Endpoint) -> None:
    rows = EndpointEncoder(f"{endpoint.url}#m").passages(["a"] * 130)

    assert rows.shape == (130, 2)
    assert [len(body["input"]) for body in endpoint.asked[1:]] == [64, 64, 2]


def test_the_model_named_behind_the_url_is_asked_for(endpoint: Endpoint) -> None:
    EndpointEncoder(f"{endpoint.url}/#m").queries(["a"])

    assert {body["model"] for body in endpoint.asked} == {"m"}


def test_without_a_name_the_first_model_listed_is_asked_for(endpoint: Endpoint) -> None:
    EndpointEncoder(endpoint.url).queries(["a"])

    assert {body["model"] for body in endpoint.asked} == {"bge-m3"}


def test_without_a_name_and_a_list_the_endpoint_is_unavailable(endpoint: Endpoint) -> None:
    endpoint.models = []

    with pytest.raises(Unavailable, match="name one behind a #"):
        EndpointEncoder(endpoint.url).queries(["a"])


def test_the_key_is_sent_as_bearer(endpoint: Endpoint) -> None:
    EndpointEncoder(f"{endpoint.url}#m", "secret").queries(["a"])

    assert set(endpoint.keys) == {"Bearer secret"}


def test_two_models_of_one_endpoint_have_two_profiles(endpoint: Endpoint) -> None:
    names = {EndpointEncoder(f"{endpoint.url}#{name}").profile.name for name in ("m", "n")}

    assert len(names) == 2


def test_the_profile_has_the_dimension_the_endpoint_shows(endpoint: Endpoint) -> None:
    profile = EndpointEncoder(f"{endpoint.url}#m").profile

    assert (profile.dimension, profile.precision) == (2, "remote")


def test_no_texts_give_no_rows(endpoint: Endpoint) -> None:
    assert EndpointEncoder(f"{endpoint.url}#m").passages([]).shape == (0, 2)


@pytest.mark.parametrize("status", [301, 401, 429, 500])
def test_any_other_status_is_unavailable_and_no_redirect_is_followed(
    endpoint: Endpoint, status: int
) -> None:
    endpoint.status = status

    with pytest.raises(Unavailable, match=f"answered {status}"):
        EndpointEncoder(f"{endpoint.url}#m").queries(["a"])
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "data",
    [
        [{"index": 1, "embedding": [1, 1]}],
        [{"index": 0, "embedding": []}],
        [{"index": 0, "embedding": [0, 0]}],
        [{"index": 0, "embedding": [float("nan"), 1]}],
        [{"index": 0, "embedding": "AAAA"}],
        [{"index": 0}],
        [{"index": at, "embedding": [1, 1]} for at in range(2)],
        {"index": 0},
    ],
)
def test_an_answer_without_a_usable_vector_is_unavailable(endpoint: Endpoint, data: Any) -> None:
    endpoint.data = data

    with pytest.raises(Unavailable, match="without usable vectors"):
        EndpointEncoder(f"{endpoint.url}#m").queries(["a"])


def test_vectors_that_change_their_length_are_unavailable(endpoint: Endpoint) -> None:
    encoder = EndpointEncoder(f"{endpoint.url}#m")
    assert encoder.profile.dimension == 2
    endpoint.data = [{"index": 0, "embedding": [1, 2, 3]}]

    with pytest.raises(Unavailable, match="changed the length"):
        encoder.passages(["a"])


def test_an_endpoint_out_of_reach_is_unavailable_and_may_come_back(endpoint: Endpoint) -> None:
    encoder = EndpointEncoder(f"{endpoint.url}#m")
    endpoint.status = 503
    with pytest.raises(Unavailable):
        encoder.queries(["a"])

    endpoint.status = 200

    assert encoder.queries(["a"]).shape == (1, 2)


def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="out of reach"):
        EndpointEncoder("http://127.0.0.1:9/v1#m").queries(["a"])


def test_a_proxy_in_the_environment_is_not_used(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert EndpointEncoder(f"{endpoint.url}#m").queries(["a"]).shape == (1, 2)
