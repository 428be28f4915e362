"""Retrieval over HTTP, as the inference tier asks and reads it."""

from __future__ import annotations

from typing import Any

from tests.support.callers import Caller


def ask(caller: Caller, query: Any = "Start low.", **given: Any) -> Any:
    return caller.send("retrieve/", {"query": query, **given})


def found(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["passages"])
