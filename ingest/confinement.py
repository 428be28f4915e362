"""What a process gives up before it touches a file of strangers: memory, time, network, more.

Meant for a process that was started for one file and ends with it; nothing can be taken back.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000
_NEVER = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.")


def die_with(parent: int) -> None:
    """The kernel kills this process when the thread that started it ends, however it ends."""
    if not sys.platform.startswith("linux"):
        return
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)


def limit(*, memory: int, cpu_seconds: int, written: int, open_files: int) -> None:
    """Bytes of address space, seconds of processor, bytes in any file, files open at once."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # The soft limit sends SIGXCPU, by which the parent knows why; the hard one kills.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def leave_the_network() -> None:
    """An empty network where the kernel allows it; no sockets and no programs from Python."""
    if sys.platform.startswith("linux"):
        libc = _libc()
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # A user namespace is what an ordinary user needs first; either may be refused.
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_NEVER):
        raise PermissionError(f"{event} is not for a reader of files")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
