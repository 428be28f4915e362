"""Follows the changes: waits until there are some, and asks what they took out of force."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any

from .errors import BadAnswer, KeyRefused
from .manifests import Manifest
from .server import Answer, Away, Server

PAGE = 1000


def withdrawn_since(server: Server, manifest: Manifest, here: Collection[str]) -> list[str]:
    """Those of the objects here that a manifest names and that left force since it was written.

    Asked of those that a change may concern, so that what was withdrawn goes before the corpus
    has been written anew. Nothing where the key does not open the changes.
    """
    try:
        changes = list(_changes(server, manifest.trail))
    except KeyRefused:
        return []
    versions = {_version_of(change) for change in changes}
    asked = [row["object"] for row in manifest.versions if row["version"] in versions]
    if changes:
        asked += [row["object"] for row in manifest.relations]
    return [sha256 for sha256 in asked if sha256 in here and _is_gone(server, sha256)]


def wait(server: Server, after: int, seconds: int) -> tuple[bool, float]:
    """Until there is a change after this number, or so long: whether there is, and how long the
    server asks to pause.

    Raises `Away`, and `KeyRefused` where the key does not open the changes.
    """
    answer = server.once("GET", f"changes/?after={after}&limit=1&wait={seconds}", {})
    pause = answer.headers.get("retry-after", "")
    return bool(_listed(answer)), float(pause) if pause.isdigit() else 0.0


def _changes(server: Server, after: int) -> Iterator[dict[str, Any]]:
    while page := _listed(server.get("changes/", after=after, limit=PAGE)):
        yield from page
        after = page[-1]["number"]


def _listed(answer: Answer) -> list[dict[str, Any]]:
    told = answer.json() if answer.status == HTTPStatus.OK else None
    changes = told.get("changes") if isinstance(told, dict) else None
    if not isinstance(changes, list):
        raise BadAnswer(f"The changes are answered with {answer.status}.")
    return changes


def _version_of(change: dict[str, Any]) -> int | None:
    """The version that a change names, as what it is about or beside it."""
    subject, facts = change["subject"], change["facts"]
    named = subject["id"] if subject["type"] == "version" else facts.get("version")
    return int(named) if str(named).isdigit() else None


def _is_gone(server: Server, sha256: str) -> bool:
    """Whoever cannot say it now is asked again with the next manifest."""
    try:
        return server.once("HEAD", f"corpus/objects/{sha256}", {}).status == HTTPStatus.GONE
    except Away:
        return False
