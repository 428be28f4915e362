"""Holds what a manifest says of the trail against the trail, and the trail against what it was."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from .errors import BadAnswer, TrailBroken, Unreachable
from .folder import Current
from .growth import is_grown
from .manifests import Manifest
from .server import Server

Head = tuple[int, bytes]


def proved_head(server: Server, manifest: Manifest, seen: Current) -> Head:
    """How far the trail reaches now, and its root there.

    The manifest's root is one that this trail had, and what was seen before is its beginning, or
    `TrailBroken` is raised. A trail of another epoch begins anew.
    """
    is_same = seen.epoch == manifest.epoch
    if is_same and manifest.trail < seen.trail:
        told = f"number {manifest.trail}, and {seen.trail} was here before"
        raise TrailBroken(f"The manifest is older than what was mirrored before: {told}.")
    head = _head(server, manifest.epoch)
    _prove(server, (manifest.trail, manifest.trail_root), head)
    if is_same:
        _prove(server, (seen.head[0], bytes.fromhex(seen.head[1])), head)
    return head


def _head(server: Server, epoch: str) -> Head:
    told = _asked(server, "trail/")
    if told.get("epoch") != epoch:
        raise Unreachable("The trail has begun anew, and the corpus has not followed yet.")
    return int(told["size"]), bytes.fromhex(told["root"])


def _prove(server: Server, old: Head, new: Head) -> None:
    """With our own roots, whatever roots are sent along. Of nothing there is nothing to prove."""
    if old[0] == 0:
        return
    path = [] if old[0] >= new[0] else _path(server, old[0], new[0])
    if not is_grown(old, new, path):
        raise TrailBroken(f"The trail at {new[0]} does not continue the one seen at {old[0]}.")


def _path(server: Server, old: int, new: int) -> list[bytes]:
    told = _asked(server, "trail/consistency/", **{"from": old, "to": new})
    return [bytes.fromhex(node) for node in told["path"]]


def _asked(server: Server, path: str, **query: Any) -> dict[str, Any]:
    answer = server.get(path, **query)
    told = answer.json() if answer.status == HTTPStatus.OK else None
    if not isinstance(told, dict):
        raise BadAnswer(f"{path} is answered with {answer.status}.")
    return told
