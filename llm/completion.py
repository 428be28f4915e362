"""The hospital's own language model, asked for an answer in a form that is given."""

from __future__ import annotations

import json
from typing import Any

import httpx

from llm.embedding import Unavailable

# A long passage may take a small machine a minute or two.
_PATIENCE = 180.0  # seconds
_MOST_BYTES = 1_000_000
# What is said of the question, where another may well be answered: too long, or not wanted.
_OF_THE_QUESTION = {400, 413, 422}


class Unreadable(Exception):
    """The model answered, but not with what was asked for."""


class Unanswered(Exception):
    """The model is there, but does not take this question."""


class Completion:
    """`POST {url}/chat/completions` of an OpenAI-compatible endpoint, at temperature 0.

    Without a name the model is the first that `GET {url}/models` lists. `patience` is how many
    seconds of silence it is waited for.
    """

    def __init__(
        self, url: str, model: str = "", api_key: str = "", *, patience: float = _PATIENCE
    ) -> None:
        self._url = url.rstrip("/")
        self._model = model
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # No proxy from the environment and no redirect: texts go to the address that was set,
        # and nowhere else.
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(patience, connect=5),
            trust_env=False,
            follow_redirects=False,
        )

    @property
    def model(self) -> str:
        """Raises `Unavailable`."""
        if not self._model:
            try:
                self._model = str(self._call("GET", "models", None)["data"][0]["id"])
            except (Unreadable, Unanswered, KeyError, IndexError, TypeError) as error:
                raise Unavailable(f"{self._url} lists no model; set LLM_MODEL.") from error
        return self._model

    def answer(self, instruction: str, text: str, *, schema: dict[str, Any], name: str) -> Any:
        """What the model makes of the text, as JSON of about this schema: it may not keep to it.

        Raises `Unavailable` where there is no answer, `Unanswered` where this question gets none,
        and `Unreadable` where it is no JSON.
        """
        body = {
            "model": self.model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": instruction},
                {"role": "user", "content": text},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": name, "strict": True, "schema": schema},
            },
        }
        told = self._call("POST", "chat/completions", body)
        try:
            return json.loads(told["choices"][0]["message"]["content"])
        except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
            raise Unreadable(f"{self._url} answered with what is no JSON.") from error

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            with self._client.stream(method, f"{self._url}/{path}", json=body) as answer:
                told = _read(answer)
        except httpx.HTTPError as error:
            raise Unavailable(f"{self._url} is out of reach: {error!r}.") from error
        if answer.status_code in _OF_THE_QUESTION:
            raise Unanswered(f"{self._url} answered {answer.status_code} to {path}.")
        if answer.status_code != httpx.codes.OK:
            raise Unavailable(f"{self._url} answered {answer.status_code} to {path}.")
        try:
            return json.loads(told)
        except (ValueError, RecursionError) as error:
            # No model says this, but whatever else listens there.
            raise Unavailable(f"{self._url} answered {path} with what is no JSON.") from error


def _read(answer: httpx.Response) -> bytes:
    """The body, as far as anybody would want it."""
    told = b""
    for chunk in answer.iter_bytes():
        told += chunk
        if len(told) > _MOST_BYTES:
            raise Unreadable("The answer has no end.")
    return told
