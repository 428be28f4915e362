"""Web, worker and schedule in one process, each on threads of its own; no broker to install."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.utils.translation import gettext as _
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from governance.errors import TooLarge
from kbadmin.celery import app

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
# A form has fields beside its file.
FORM_ROOM = 64 * 1024
WEB_THREADS = 8
WORKER_THREADS = 4


class JsonErrorTask(ErrorTask):
    """What the server refuses before the application sees it is said as the API says things."""

    def execute(self) -> None:
        error = self.request.error
        is_too_large = error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        body = json.dumps(_too_large() if is_too_large else _not_understood()).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def _too_large() -> dict[str, str]:
    return {"code": TooLarge.code, "detail": str(TooLarge(limit=settings.MAX_UPLOAD_MB))}


def _not_understood() -> dict[str, str]:
    return {"code": "malformed", "detail": _("The request is not understood.")}


class Channel(HTTPChannel):
    error_task_class = JsonErrorTask


def serve(application: WSGIHandler, *, ready: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGINT or SIGTERM. `ready` is given the address."""
    server = create_server(
        application,
        host=settings.HOST,
        port=settings.PORT,
        threads=WEB_THREADS,
        # Refused while it streams, by its length or by what has come so far.
        max_request_body_size=settings.MAX_UPLOAD_MB * MEGABYTE + FORM_ROOM,
        channel_timeout=60,
        ident=None,
        **_proxies(),
    )
    server.channel_class = Channel
    stop = _background() if settings.EMBEDDED else lambda: None
    _stop_on_signals(server)
    host, port = server.effective_host, server.effective_port
    ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    try:
        server.run()
    finally:
        server.close()
        stop()


def _proxies() -> dict[str, Any]:
    """Headers of a proxy are believed from the addresses in TRUSTED_PROXIES alone."""
    if not settings.TRUSTED_PROXIES:
        return {}
    return {
        "trusted_proxy": settings.TRUSTED_PROXIES[0],
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _background() -> Callable[[], None]:
    """Start a worker and the schedule on threads; returns what ends them."""
    worker = WorkController(
        app=app,
        pool="threads",
        concurrency=WORKER_THREADS,
        # Late acknowledgements of a pool of threads reach the broker only when its wait of two
        # seconds ends, so that any limit here would be a limit a wait. No other worker shares it.
        prefetch_multiplier=0,
        loglevel="WARNING",
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
    beat: Any = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
    work = threading.Thread(target=worker.start, name="worker", daemon=True)
    work.start()
    beat.start()

    def stop() -> None:
        beat.stop()
        worker.stop()
        work.join(10)

    return stop


def _stop_on_signals(server: Any) -> None:
    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
