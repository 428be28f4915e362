"""How every part is: for `doctor`, `/health/ready/` and `/metrics` alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from governance import clock, triggers
from governance.models import ParseState, Quarantine, TrailHead, Upload, Version
from ingest import incoming
from ingest.models import Incoming
from kbadmin.caching import ForgivingRedisCache
from llm import clients
from llm.embedding import Unavailable
from llm.models import Cursor, Delivery, DeliveryState, Exit, Parked, Ticket
from llm.projections.advance import behind
from llm.projections.registry import names
from llm.projections.vectors import cuts_words_as_now, embeds_as
from llm.stores.port import StoreAway
from llm.stores.shards import InUse

# The schedule wakes every projection every few seconds; longer silence means nobody works.
SILENT = timedelta(seconds=60)


@dataclass(frozen=True)
class Component:
    name: str
    ok: bool
    detail: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def components() -> list[Component]:
    """Every part, each asked on its own. The truth first; without it nothing else can be asked."""
    truth = _asked("truth", _truth)
    if not truth.ok:
        return [truth]
    parts = [truth, _asked("worker", _worker), _asked("vector_store", _vector_store)]
    parts += [_asked(name, _following(name)) for name in names()]
    return [*parts, _asked("uploads", _uploads), _asked("incoming", _incoming), *_cache()]


def in_figures() -> dict[str, int]:
    """What a curator, and a monitor, wants to know in numbers."""
    now, today = clock.now(), clock.today()
    untaken = Delivery.objects.filter(state=DeliveryState.PARKED, webhook__ended_at=None)
    return {
        "trail_entries": TrailHead.objects.values_list("size", flat=True).get(),
        "versions_in_force": Version.objects.in_force(now).count(),
        "versions_overdue": Version.objects.overdue(today).count(),
        "quarantines_open": Quarantine.objects.filter(ends_at=None).count(),
        "exits_unconfirmed": Exit.objects.filter(confirmed_at=None).count(),
        "deliveries_parked": untaken.count(),
        "tickets_overdue": Ticket.objects.filter(decided_at=None, due_on__lt=today).count(),
    }


def live(request: HttpRequest) -> JsonResponse:
    """The process answers; it says nothing about anything else."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Each component by name. 503 only where the truth is out of reach."""
    parts = components()
    told = {p.name: {"ok": p.ok, "detail": p.detail, **p.figures} for p in parts}
    status = "ok" if all(p.ok for p in parts) else "degraded"
    if not parts[0].ok:
        return JsonResponse({"status": "unavailable", "components": told}, status=503)
    return JsonResponse({"status": status, "components": told})


def _asked(name: str, ask: Callable[[], tuple[bool, str, dict[str, Any]]]) -> Component:
    try:
        ok, detail, figures = ask()
    except (Error, StoreAway, InUse, Unavailable, OSError) as error:
        return Component(name, ok=False, detail=f"out of reach: {type(error).__name__}")
    return Component(name, ok, detail, figures)


def _truth() -> tuple[bool, str, dict[str, Any]]:
    gone = triggers.missing(connection)
    detail = f"triggers missing: {', '.join(gone)}" if gone else connection.vendor
    return not gone, detail, {"trail": TrailHead.objects.values_list("size", flat=True).get()}


def _worker() -> tuple[bool, str, dict[str, Any]]:
    seen = max(
        (c.seen_at for c in Cursor.objects.filter(name__in=names()) if c.seen_at), default=None
    )
    alive = seen is not None and clock.now() - seen < SILENT
    return alive, "" if alive else "no worker has been at work for a minute", {}


def _vector_store() -> tuple[bool, str, dict[str, Any]]:
    if not settings.QDRANT_URL and not clients.is_open():
        # Another process owns the engine, or none runs; `worker` tells which.
        return True, "in the serving process", {}
    store, encoder = clients.vector_store(), clients.encoder()
    live_name = store.live()
    if live_name is None:
        return False, "no collection yet", {}
    fits = embeds_as(live_name, encoder) and cuts_words_as_now(live_name)
    exact = store.count(live_name) <= settings.EXACT_SEARCH_LIMIT
    detail = "" if fits else "made with another embedding model or other words: rebuild vectors"
    search = "exact" if exact else "approximate, through the engine's index"
    return fits, detail, {"collection": live_name, "search": search}


def _following(name: str) -> Callable[[], tuple[bool, str, dict[str, Any]]]:
    def ask() -> tuple[bool, str, dict[str, Any]]:
        cursor = Cursor.objects.filter(name=name).first()
        if cursor is None:
            return False, "has not begun to follow the trail", {}
        figures = {
            "number": cursor.number,
            "behind": behind(cursor),
            "parked": Parked.objects.filter(projection=name).count(),
        }
        return not figures["parked"] and not cursor.error, cursor.error, figures

    return ask


def _uploads() -> tuple[bool, str, dict[str, Any]]:
    states = ParseState.QUEUED, ParseState.RUNNING, ParseState.FAILED
    counts = {s.value: Upload.objects.filter(parse_state=s).count() for s in states}
    return True, "", counts


def _incoming() -> tuple[bool, str, dict[str, Any]]:
    """What was brought in and is not registered yet. Uploads are read by the same readers."""
    is_read = not incoming.is_stalled()
    waiting = Incoming.objects.filter(state=Incoming.State.WAITING).count()
    return (
        is_read,
        "" if is_read else "files wait, and none was read for a minute",
        {"waiting": waiting},
    )


def _cache() -> list[Component]:
    """Only where one is shared. Without it a form that is sent twice may be done twice."""
    if not isinstance(caches["default"], ForgivingRedisCache):
        return []
    is_there = caches["default"].answers()
    return [Component("cache", is_there, "" if is_there else "out of reach: the shared cache")]
