"""A line to a server over TCP that counts what comes through it, and cuts it off where told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

PIECE = 4096


class Scissors:
    """Each connection takes the next of `cuts`: so many bytes of answers come, and then an end."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to = parts.hostname or "127.0.0.1", parts.port or 80
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.cuts: list[int] = []
        self.done, self.came = 0, 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(near,), daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        left = self.cuts.pop() if self.cuts else None
        with contextlib.suppress(OSError), near, socket.create_connection(self._to) as far:
            threading.Thread(target=_carry, args=(near, far), daemon=True).start()
            while piece := far.recv(PIECE):
                through = piece if left is None else piece[:left]
                near.sendall(through)
                self.came += len(through)
                if left is not None and (left := left - len(piece)) <= 0:
                    self.done += 1
                    break
            # A thread still waits for what the other end says.
            near.shutdown(socket.SHUT_RDWR)


def _carry(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := here.recv(PIECE):
            there.sendall(piece)
        there.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def scissors(url: str) -> Iterator[Scissors]:
    line = Scissors(url)
    try:
        yield line
    finally:
        line.close()
