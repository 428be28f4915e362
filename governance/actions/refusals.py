"""Saying no at the door, where a call never reaches the action that would have refused it."""

from __future__ import annotations

from typing import NoReturn

from governance.errors import NotAllowed
from governance.trail import Actor, changing


def refuse(*, by: Actor, why: NotAllowed | None = None) -> NoReturn:
    """Raise `NotAllowed`, and leave the trace in the trail that every refused attempt leaves.

    `why` is one of its children that says it more closely.
    """
    with changing(by=by):
        raise why or NotAllowed
