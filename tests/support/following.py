"""For tests of what follows the trail: faults to put in its way, and looks into the stores."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType
from typing import Any, cast

import time_machine
from django.conf import settings

from governance.actions import passages, versions
from governance.models import Account, Version
from llm import clients
from llm.embedding import Unavailable
from llm.embedding.encoder import Rows
from llm.models import Cursor
from llm.projections import registry
from llm.projections.advance import advance
from llm.stores.port import Payload, Point, StoreAway, VectorStore
from tests.support import knowledge
from tests.support.encoders import FakeEncoder


class MoodyEncoder(FakeEncoder):
    """Counts the texts it is given, refuses some, and may be away."""

    def __init__(self, seed: int = 1, dimension: int = 384) -> None:
        super().__init__(seed, dimension)
        self.given: list[str] = []
        self.refuses = ""
        self.is_away = False

    def passages(self, texts: Sequence[str]) -> Rows:
        if self.is_away:
            raise Unavailable("told to be away")
        if self.refuses and any(self.refuses in text for text in texts):
            raise ValueError("told to refuse this text")
        self.given += texts
        return super().passages(texts)


def moody() -> MoodyEncoder:
    """The encoder of this test from now on."""
    encoder = MoodyEncoder()
    clients.install(with_encoder=encoder)
    return encoder


@dataclass
class Interposed:
    """A store before which something happens first: a failure, or a change of the world."""

    store: VectorStore
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    after: dict[str, Callable[[], object]] = field(default_factory=dict)
    is_away: bool = False
    ignores: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        def asked(*args: Any, **kwargs: Any) -> Any:
            if self.is_away and name != "close":
                raise StoreAway("told to be away")
            if name in self.ignores:
                return None
            if act := self.before.pop(name, None):
                act()
            answer = method(*args, **kwargs)
            if act := self.after.pop(name, None):
                act()
            return answer

        return asked


def interposed() -> Interposed:
    """This test's store, with something that can come between."""
    between = Interposed(clients.vector_store())
    clients.install(store=cast(VectorStore, between))
    return between


def follow(*names: str) -> None:
    """Bring the projections named, or every one, to the end of the trail."""
    for name in names or registry.names():
        advance(registry.projection(name))


def points() -> dict[str, Payload | None]:
    """Everything in the live collection."""
    store = clients.vector_store()
    return {s.id: s.payload for s in store.scan(store.live() or "")}


def put_foreign(id_: str = "00000000-0000-4000-8000-000000000999", **said: Any) -> str:
    """Somebody puts a point beside ours that is much like one of them."""
    store = clients.vector_store()
    live = store.live() or ""
    like = next(iter(store.scan(live, vectors=True)))
    assert like.payload
    assert like.dense is not None
    assert like.words
    payload = Payload(**(like.payload.raw() | said))
    store.put(live, [Point(id_, like.dense, like.words, payload)])
    return id_


def passages_in_store() -> set[int]:
    return {int(payload.passage) for payload in points().values() if payload}


def lose(folder: str) -> None:
    """Somebody removes a store's folder while nothing runs."""
    clients.close()
    shutil.rmtree(settings.KB_HOME / folder)


def amended(version: Version, ana: Account, ben: Account, old: str, new: str) -> Version:
    """The edition that corrects one passage of an active version, approved."""
    draft = versions.amend(version=version, reason="Misread.", by=ana)
    wrong = draft.passages.current().get(text=old)
    passages.correct(passage=wrong, text=new, reason="As printed.", by=ana)
    draft.refresh_from_db()
    return knowledge.approve(versions.submit(version=draft, reason="Ready.", by=ana), ben)


def take_over(name: str) -> Cursor:
    """What another worker does once a lease has run out."""
    Cursor.objects.filter(name=name).update(leased_until=datetime(2000, 1, 1).astimezone())
    cursor = Cursor.objects.lease(name)
    assert cursor
    return cursor


@contextmanager
def days_later(days: float) -> Iterator[None]:
    with time_machine.travel(datetime.now().astimezone() + timedelta(days=days), tick=True):
        yield


class Killed(BaseException):
    """Dead at a line; nobody in the product catches it."""


def dies(act: Callable[[], object], *, step: int, inside: tuple[str, ...]) -> bool:
    """Do it, but die before a line of the files named: the one reached after `step` others.

    Each line of a function counts once a call, for a `with` comes back to its own at the end,
    where an exception would pass it by. False where it was over before that.
    """
    steps = itertools.count()
    reached: set[tuple[FrameType, int]] = set()

    def trace(frame: FrameType, event: str, _given: object) -> Any:
        if not frame.f_code.co_filename.endswith(inside):
            return None
        is_new = event == "line" and (frame, frame.f_lineno) not in reached
        reached.add((frame, frame.f_lineno))
        if is_new and next(steps) == step:
            raise Killed
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    except Killed:
        return True
    finally:
        sys.settrace(before)
    return False
