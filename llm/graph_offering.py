"""Offering what was changed in the graph database as a change set, and putting the store right.

The truth alone is truth: the store is put right at once, and what was offered comes back into it
when a second person has had the set applied.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.utils.translation import gettext as say

from governance import clock
from governance.actions import change_sets
from governance.errors import FoundIsOutdated
from governance.models import Account, ChangeSet
from llm.models import Cursor, LostLease
from llm.projections.advance import Beat
from llm.projections.graph import Graph
from llm.projections.graph_offer import Offer, Told, offers_of
from llm.projections.graph_reconcile import differing, put_right
from llm.projections.rebuild import Busy
from llm.projections.registry import graph
from llm.stores.port import StoreAway

# More differences than a person would read are no edit: they can only be put right.
MOST = 200
PATIENCE, POLL = 10.0, 0.2  # seconds


@dataclass(frozen=True)
class Offered:
    """What was found; the set it was written into, if any of it could be; whether the store is as
    the truth says again.
    """

    offers: Sequence[Offer]
    change_set: ChangeSet | None = None
    is_right: bool = False


def look(*, by: Account) -> list[Offer]:
    """What could be offered and what not; nothing is changed. Raises `Busy` while somebody else
    writes to the graph, and `StoreAway`.
    """
    with _held() as beat:
        return _fitting(_told(graph(), beat), by)


def offer(*, by: Account, digest: str = "") -> Offered:
    """Write what can be offered into a draft of this person's, and put the store right.

    Refused where it is not what was seen. Where nothing can be offered nothing is done.
    """
    with _held() as beat:
        followed = graph()
        told = _told(followed, beat)
        offers = _fitting(told, by)
        if digest and digest != digest_of(offers):
            raise FoundIsOutdated
        steps = [step for each in offers for step in each.steps]
        if not steps:
            return Offered(offers)
        made = change_sets.begin(title=_title(), steps=steps, by=by)
        return Offered(offers, made, _is_put_right(followed, told, beat))


def digest_of(offers: Sequence[Offer]) -> str:
    """By which it is known whether the same is found again."""
    return hashlib.sha256(repr([(o.what, o.steps, o.why) for o in offers]).encode()).hexdigest()


def _told(followed: Graph, beat: Beat) -> Told:
    live = followed.store.generation()
    return [] if live is None else differing(followed, live, beat=beat)


def _fitting(told: Told, by: Account) -> list[Offer]:
    """As the steps themselves would have it: what one of them refuses is not offered."""
    if len(told) > MOST:
        what = say("Things that differ: %(count)s") % {"count": len(told)}
        return [Offer(what, why=say("So much is no edit. It can only be put right."))]
    offers = offers_of(told)
    groups = [offer.steps for offer in offers if offer.steps]
    refused = iter(change_sets.fitting(groups=groups, by=by) if groups else [])
    return [_unless(each, next(refused)) if each.steps else each for each in offers]


def _unless(offer: Offer, refusal: Exception | None) -> Offer:
    return replace(offer, steps=(), why=str(refusal)) if refusal else offer


def _title() -> str:
    return say("Changed in the graph database · %(day)s") % {"day": clock.today()}


def _is_put_right(followed: Graph, told: Told, beat: Beat) -> bool:
    """The set stands already: what fails here is found again by the next comparison."""
    live = followed.store.generation()
    try:
        if live is not None:
            put_right(followed, live, list(told), beat)
    except (StoreAway, LostLease):
        return False
    return live is not None


@contextmanager
def _held() -> Iterator[Beat]:
    """Nobody else writes to the graph meanwhile."""
    until = time.monotonic() + PATIENCE
    while (cursor := Cursor.objects.lease("graph")) is None:
        if time.monotonic() > until:
            raise Busy("graph")
        time.sleep(POLL)
    try:
        yield cursor.hold
    finally:
        cursor.release()
