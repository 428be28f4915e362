"""Web, worker and schedule in one process, each on threads of its own; no broker to install."""

from __future__ import annotations

import errno
import json
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from celery.beat import EmbeddedService
from celery.concurrency.thread import TaskPool
from celery.worker import WorkController
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from waitress.channel import HTTPChannel
from waitress.proxy_headers import proxy_headers_middleware
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask

from governance.errors import TooLarge
from kbadmin.celery import app
from kbadmin.receiving import Parser
from llm.api.waiting import MOST_WAITING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
# A form has fields beside its file.
FORM_ROOM = 64 * 1024
PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
# How long a caller may go on sending after it was told that it is refused.
LINGER_SECONDS = 3.0
# Callers who wait for changes keep threads of their own, so that nobody else waits behind them.
WEB_THREADS = 8 + MOST_WAITING
WORKER_THREADS = 4
# Each reads in a process that may take a whole core and 2 GB.
READING_THREADS = WORKER_THREADS // 2


class ReadersApart(TaskPool):
    """Threads of a worker, with others for reading: nothing else ever waits behind a file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._readers: Any = TaskPool(READING_THREADS)

    def on_apply(self, target: Any, args: Any = (), *rest: Any, **options: Any) -> Any:
        """The target carries out any task; the first of `args` is the task's name."""
        is_reading = args[:1] == (settings.READER_TASK,)
        apply = self._readers.on_apply if is_reading else super().on_apply
        return apply(target, args, *rest, **options)

    def on_stop(self) -> None:
        """Files that nobody has begun are found by the sweep after the next start."""
        self._readers.executor.shutdown(cancel_futures=True)
        super().on_stop()


class HeadTask(WSGITask):
    """What has no length ends with a mark, which is not sent to HEAD either."""

    def finish(self) -> None:
        if self.request.command == "HEAD":
            # Whether there is a mark is decided when the head is written.
            self.write(b"")
            self.chunked_response = False
        super().finish()


class JsonErrorTask(ErrorTask):
    """What the server refuses before the application sees it is said as the API says things."""

    def execute(self) -> None:
        error = self.request.error
        says = {413: _too_large, 401: _not_known}.get(error.code, _not_understood)
        # The thread may still be set to the language of whoever it served before.
        with translation.override(settings.LANGUAGE_CODE):
            body = json.dumps(says()).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.channel.has_refused = True
        self.content_length = len(body)
        self.write(body)


def _too_large() -> dict[str, str]:
    return {"code": TooLarge.code, "detail": str(TooLarge(limit=settings.MAX_UPLOAD_MB))}


def _not_known() -> dict[str, str]:
    return {"code": "not_authenticated", "detail": _("Say who you are: log in, or send a key.")}


def _not_understood() -> dict[str, str]:
    return {"code": "malformed", "detail": _("The request is not understood.")}


class Channel(HTTPChannel):
    """After a refusal it listens a while longer, and to nothing.

    A connection that is closed while the caller still sends is reset, and the caller may never
    read why.
    """

    parser_class = Parser
    task_class = HeadTask
    error_task_class = JsonErrorTask
    has_refused = False
    lingers_until = 0.0

    def handle_close(self) -> None:
        if not self.has_refused or self.lingers_until or not self.connected:
            super().handle_close()
            return
        self.lingers_until = time.monotonic() + LINGER_SECONDS
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def readable(self) -> bool:
        return bool(self.lingers_until or super().readable())

    def handle_read(self) -> None:
        if not self.lingers_until:
            super().handle_read()
            return
        with suppress(OSError):
            self.recv(self.adj.recv_bytes)

    def writable(self) -> bool:
        if self.lingers_until:
            return time.monotonic() > self.lingers_until
        return bool(super().writable())

    def handle_write(self) -> None:
        if self.lingers_until:
            self.handle_close()
        else:
            super().handle_write()


def serve(application: WSGIApplication, *, ready: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGINT or SIGTERM. `ready` is given the address.

    Raises `OSError` where HOST and PORT cannot be served on.
    """
    server, address = listen(application)
    stop = _background() if settings.EMBEDDED else lambda: None
    _stop_on_signals(server)
    ready(address)
    try:
        server.run()
    finally:
        server.close()
        stop()


def listen(application: WSGIApplication) -> tuple[Any, str]:
    """A server that listens but does not run yet, and its address.

    A name such as localhost may stand for several addresses; each has a socket of its own.
    """
    sockets: dict[int, Any] = {}
    through = behind_proxies(without_bodies(application), settings.TRUSTED_PROXIES)
    try:
        server = create_server(through, map=sockets, **_adjustments())
    except (ValueError, OSError) as error:
        for each in list(sockets.values()):
            each.close()
        if isinstance(error, OSError):
            raise
        raise OSError(errno.EADDRNOTAVAIL, "there is no such host") from error
    listening = [each for each in sockets.values() if isinstance(each, BaseWSGIServer)]
    for each in listening:
        each.channel_class = Channel
    host, port = listening[0].effective_host, listening[0].effective_port
    return server, f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _adjustments() -> dict[str, Any]:
    return {
        "host": settings.HOST,
        "port": settings.PORT,
        "threads": WEB_THREADS,
        # Refused while it streams, by its length or by what has come so far.
        "max_request_body_size": settings.MAX_UPLOAD_MB * MEGABYTE + FORM_ROOM,
        "channel_timeout": 60,
        # Connections that say nothing must not keep others out; poll() knows no limit of its own.
        "connection_limit": 2000,
        "asyncore_use_poll": True,
        "ident": None,
        # Done by `behind_proxies`, which knows more than one.
        "clear_untrusted_proxy_headers": False,
    }


def without_bodies(application: WSGIApplication) -> WSGIApplication:
    """The application, whose answer to HEAD is a head alone (RFC 9110, 9.3.2).

    The server sends whatever it is given, and a caller who keeps the connection would take the
    body for the next answer.
    """

    def through(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if hasattr(body, "close"):
            body.close()
        return []

    return through


def behind_proxies(application: WSGIApplication, proxies: list[str]) -> WSGIApplication:
    """What a proxy says of the caller is believed from these addresses alone.

    Anybody else's `X-Forwarded-…` headers are taken away.
    """
    doubted = proxy_headers_middleware(application)
    believed = proxy_headers_middleware(
        application, trusted_proxy="*", trusted_proxy_headers=set(PROXY_HEADERS)
    )

    def through(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        known = environ["REMOTE_ADDR"] in proxies
        return cast(Iterable[bytes], (believed if known else doubted)(environ, start_response))

    return through


def _background() -> Callable[[], None]:
    """Start a worker and the schedule on threads; returns what ends them."""
    worker = WorkController(
        app=app,
        pool=ReadersApart,
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
