"""The real views behind a real socket, within the transaction of the test.

Whoever calls is another program's client as it comes from the package index. The server answers on
threads of its own over the test's one connection to the database, while the test waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler

HOST = "127.0.0.1"


@contextmanager
def live() -> Iterator[str]:
    """Its address, with the slash."""
    shared = connections["default"]
    shared.inc_thread_sharing()
    server = LiveServerThread(HOST, _StaticFilesHandler, connections_override={"default": shared})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    try:
        if server.error:
            raise server.error
        yield f"http://{HOST}:{server.port}/"
    finally:
        server.terminate()
        shared.dec_thread_sharing()
