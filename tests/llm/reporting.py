"""Retrievals that were made, to be reported on."""

from __future__ import annotations

from typing import Any

from governance.duties import Scope
from tests.llm.conftest import follow
from tests.support.callers import Caller, program

EVERY = (Scope.RETRIEVE, Scope.USAGE, Scope.FEEDBACK)


def asked(caller: Caller, query: str = "Start low.") -> tuple[str, list[int]]:
    """The number of a retrieval, and the passages it gave."""
    follow()
    answer = caller.send("retrieve/", {"query": query})
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    return told["usage"], [p["passage"] for p in told["passages"]]


def tier(name: str = "tier") -> Caller:
    return program(*EVERY, name=name)


def answered(caller: Caller, usage: str, text: str, passages: list[int]) -> Any:
    body = {"usage": usage, "text": text, "model": "ward-7b", "passages": passages}
    return caller.send("answers/", body)
