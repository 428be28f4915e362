"""An OpenAI-compatible endpoint inside the hospital that embeds for us."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import urldefrag

import httpx
import numpy as np
import rfc8785

from llm.embedding.encoder import Rows, Unavailable, unit_rows
from llm.embedding.profile import Profile

_BATCH = 64
_TIMEOUT = httpx.Timeout(60, connect=5)  # seconds
_PROBE = "0"


class EndpointEncoder:
    """`POST {url}/embeddings`. The model is named behind a `#`: `http://gpu:8000/v1#bge-m3`.

    Without a name it is the first that `GET {url}/models` lists. Prompts and length are the
    endpoint's own affair, and so is whether a text's vector depends on the texts beside it.
    Every failure to answer is Unavailable.
    """

    def __init__(self, url: str, api_key: str | None = None) -> None:
        address, self._model = urldefrag(url)
        self._url = address.rstrip("/")
        try:
            host = httpx.URL(self._url).host
        except httpx.InvalidURL:
            host = ""
        if not host:
            raise ValueError(f"EMBEDDING_MODEL is {url!r}, a URL without a host.")
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # No proxy from the environment and no redirect: texts go to the address that was set,
        # and nowhere else.
        self._client = httpx.Client(
            headers=headers, timeout=_TIMEOUT, trust_env=False, follow_redirects=False
        )
        self._asking = threading.Lock()
        self._known: Profile | None = None

    @property
    def profile(self) -> Profile:
        """Asks the endpoint once. It shows no more of itself than URL, model and dimension."""
        with self._asking:
            if self._known is None:
                self._model = self._model or self._first_model()
                dimension = self._ask([_PROBE]).shape[1]
                self._known = _profile(self._url, self._model, dimension)
            return self._known

    def passages(self, texts: Sequence[str]) -> Rows:
        dimension = self.profile.dimension
        batches = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
        rows = [np.empty((0, dimension), np.float32), *map(self._ask, batches)]
        if any(part.shape[1] != dimension for part in rows):
            raise Unavailable(f"The endpoint {self._url} changed the length of its vectors.")
        return np.concatenate(rows)

    def queries(self, texts: Sequence[str]) -> Rows:
        return self.passages(texts)

    def tokens(self, texts: Sequence[str]) -> list[int] | None:
        """The endpoint counts by its own measure, and only what it has embedded."""
        return None

    def _first_model(self) -> str:
        answer = self._call("GET", "models", None)
        try:
            return str(answer["data"][0]["id"])
        except (KeyError, IndexError, TypeError) as error:
            raise Unavailable(
                f"The endpoint {self._url} lists no model; name one behind a #."
            ) from error

    def _ask(self, texts: Sequence[str]) -> Rows:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        answer = self._call("POST", "embeddings", body)
        try:
            return unit_rows(_rows(answer, len(texts)))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise Unavailable(
                f"The endpoint {self._url} answered without usable vectors."
            ) from error

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            answer = self._client.request(method, f"{self._url}/{path}", json=body)
        except httpx.HTTPError as error:
            raise Unavailable(f"The endpoint {self._url} is out of reach: {error}.") from error
        if answer.status_code != httpx.codes.OK:
            raise Unavailable(f"The endpoint {self._url} answered {answer.status_code} to {path}.")
        try:
            return answer.json()
        except ValueError as error:
            raise Unavailable(f"The endpoint {self._url} answered no JSON.") from error


def _rows(answer: Any, count: int) -> Rows:
    """Ordered by the endpoint's indexes; ValueError unless each text has one finite vector."""
    found = {entry["index"]: entry["embedding"] for entry in answer["data"]}
    rows = np.array([found[at] for at in range(count)], np.float32)
    if len(found) != count or not np.isfinite(rows).all() or not rows.any(axis=1).all():
        raise ValueError("not one finite vector for each text")
    return rows.reshape(count, -1)


def _profile(url: str, model: str, dimension: int) -> Profile:
    identity = rfc8785.dumps({"url": url, "model": model, "dimension": dimension})
    return Profile(
        model_digest=hashlib.sha256(identity).hexdigest(),
        precision="remote",
        query_prompt="",
        passage_prompt="",
        max_tokens=0,
        dimension=dimension,
    )
