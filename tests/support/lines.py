"""A line to a server that can be cut or go silent, without touching the server."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

CHUNK = 65536


class Line:
    """Passes on what comes to its port. Cut, it refuses; silent, it takes and says nothing."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to = parts.hostname or "127.0.0.1", parts.port or 6379
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._is_silent = False
        self._is_over = False
        self._listen()

    def url(self, path: str) -> str:
        return f"redis://127.0.0.1:{self._port}/{path}"

    def cut(self) -> None:
        """No connection is left, and none is taken."""
        self._hang_up()
        self._listener.close()
        self._drop()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._listen()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Nothing comes through, in either direction, and nobody is told."""
        self._is_silent = True
        try:
            yield
        finally:
            self._is_silent = False
            self._drop()

    def close(self) -> None:
        self._is_over = True
        self.cut()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _hang_up(self) -> None:
        # Closing alone does not wake the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                threading.Thread(target=self._pass_on, args=(near,), daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near, socket.create_connection(self._to) as far:
            pair = near, far
            with self._lock:
                self._pairs.add(pair)
            try:
                self._both_ways(near, far)
            finally:
                with self._lock:
                    self._pairs.discard(pair)

    def _both_ways(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with selectors.DefaultSelector() as selector:
            for end in other:
                selector.register(end, selectors.EVENT_READ)
            while not self._is_over:
                for key, _events in selector.select(0.2):
                    end = near if key.fileobj is near else far
                    content = end.recv(CHUNK)
                    if not content:
                        return
                    if not self._is_silent:
                        other[end].sendall(content)

    def _drop(self) -> None:
        with self._lock:
            pairs = list(self._pairs)
        for end in (end for pair in pairs for end in pair):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
