"""Reads what is in force, as soon as it is, and again when more is known than the last time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from governance import clock
from governance.models import AllowedTriple, Passage, Version
from llm import clients
from llm.embedding import Unavailable
from llm.models import Cursor, LostLease, Parked, ProposalReading, Reader
from llm.naming import meanings
from llm.naming.mentions import Finder
from llm.proposing.by_model import ByModel
from llm.proposing.by_rules import ByRules
from llm.proposing.keeping import Read, keep
from llm.proposing.model import ModelReader
from llm.proposing.rules import Allowed, Statement

log = logging.getLogger(__name__)

NAME = "proposals"
# After the model was away.
REST = timedelta(minutes=1)

Beat = Callable[[], None]
Found = Sequence[tuple[Passage, Statement]]


class Reads(Protocol):
    """Somebody who reads passages. Twice the same profile finds twice the same."""

    reader: Reader

    def profile(self) -> str: ...

    def read(self, passages: Sequence[Passage], beat: Beat) -> tuple[Found, int]:
        """What they state, and how much was dropped because it could not be proved."""


def cursor_name(reader: Reader) -> str:
    return f"{NAME}.{reader.value}"


def readers() -> list[Reader]:
    """Those there are here, without the model while it rests after it was away."""
    away = Cursor.objects.filter(
        name=cursor_name(Reader.MODEL), seen_at__gt=clock.now() - REST
    ).exclude(error="")
    is_asked = bool(settings.LLM_URL) and not away.exists()
    return [Reader.RULES, *([Reader.MODEL] if is_asked else [])]


def waiting(reader: Reader, profile: str = "") -> QuerySet[Version]:
    """Versions in force that the reader has not read, or, with a profile, read with another.

    Without those that could not be read and whose pause is not over.
    """
    now = clock.now()
    was_read = ProposalReading.objects.filter(version=OuterRef("pk"), reader=reader)
    if profile:
        was_read = was_read.filter(profile=profile)
    paused = Parked.objects.filter(
        projection=cursor_name(reader), number=OuterRef("pk"), retry_at__gt=now
    )
    rows = Version.objects.in_force(now).servable()
    # The model comes to them in any order: one that it hangs on must not always stand first.
    order = "pk" if reader == Reader.RULES else "?"
    return rows.filter(~Exists(was_read), ~Exists(paused)).order_by(order)


def read_waiting(reader: Reader, *, again: bool = False) -> dict[int, dict[str, int]]:
    """Read one version after another; `again`, those too that were read when less was known.

    Nothing happens while another worker is at it. Returns what came of each, by its number.
    Raises `Unavailable` where the model is away: what it said so far is kept.
    """
    _forget_parked(reader)
    if not again and not waiting(reader).exists():
        return {}
    cursor = Cursor.objects.lease(cursor_name(reader))
    if cursor is None:
        return {}
    error = ""
    try:
        known = reads(reader)
        profile = known.profile()
        numbers = waiting(reader, profile if again else "").values_list("pk", flat=True)
        return {number: _read(number, known, profile, cursor) for number in list(numbers)}
    except LostLease:
        return {}
    except Unavailable as away:
        error = str(away)
        raise
    finally:
        cursor.release(error=error)


def _forget_parked(reader: Reader) -> None:
    """Nobody waits for those that are not in force any more."""
    parked = Parked.objects.filter(projection=cursor_name(reader))
    if parked.exists():
        parked.exclude(number__in=Version.objects.in_force(clock.now()).servable()).delete()


def reads(reader: Reader) -> Reads:
    """With all that is known at present."""
    known, allowed = meanings.known_meanings(), allowed_now()
    if reader == Reader.RULES:
        return ByRules(known, allowed)
    return ByModel(ModelReader(clients.completion(), Finder(known), allowed))


def allowed_now() -> Allowed:
    told: dict[str, set[tuple[str, str]]] = {}
    rows = AllowedTriple.objects.values_list("relation_type__code", "subject__code", "object__code")
    for relation, subject, object_ in rows:
        told.setdefault(relation, set()).add((subject, object_))
    return {relation: frozenset(pairs) for relation, pairs in told.items()}


def _read(number: int, reads: Reads, profile: str, cursor: Cursor) -> dict[str, int]:
    version = Version.objects.get(pk=number)
    try:
        passages = list(version.passages.current().select_related("section"))
        found, dropped = reads.read(passages, cursor.hold)
        told = Read(version, reads.reader, profile, found, dropped)
        counts = keep(told, at=clock.now())
    except (LostLease, Unavailable):
        raise
    except Exception as error:
        log.exception("Version %s could not be read for relations.", number)
        Parked.objects.park(cursor.name, number, error, at=clock.now())
        return {"failed": 1}
    Parked.objects.filter(projection=cursor.name, number=number).delete()
    return counts
