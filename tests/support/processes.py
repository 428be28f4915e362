"""Processes of the product as they run in life, each with its log, killed with its children."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers import wait_for

PATIENCE = 90.0  # seconds; a busy machine takes long to import everything
LAST = 3000  # characters of a log that are shown


class Died(AssertionError):
    """A process ended although it should not have."""


class Process:
    """Runs at once. `log` is appended to, so that what a restart says stands below."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self.log.read_bytes()[self._from :].decode(errors="replace")

    def until(self, pattern: str, *, seconds: float = PATIENCE) -> re.Match[str]:
        """Wait until it prints something. Raises `Died` with its log, or `TimeoutError`."""

        def printed() -> bool:
            found = re.search(pattern, self.printed)
            if found is None and not self.is_alive:
                raise Died(self.printed[-LAST:])
            return found is not None

        wait_for(printed, seconds=seconds)
        found = re.search(pattern, self.printed)
        assert found
        return found

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._popen.poll()

    def kill_alone(self) -> None:
        """`kill -9` for it; its children live on, as when the kernel chose it alone."""
        self._popen.kill()
        self._popen.wait()

    def kill(self) -> None:
        """`kill -9` for it and its children, at whatever instruction they are."""
        self._signal(signal.SIGKILL)
        self._popen.wait()

    def stop(self, *, seconds: float = 20.0) -> None:
        """Ask it to end, and kill it if it does not."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        self.kill()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)
