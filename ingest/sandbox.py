"""Reads files in a process of their own, which may crash, hang or lie without doing harm."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from ingest import confinement, parsing, wire
from ingest.parsing.document import Document, Progress, Unreadable
from ingest.splitting import Parsed, split

_T = TypeVar("_T")

_ROOT = Path(__file__).resolve().parent.parent
_CHUNK = 2**20
_LEAST_STEP = 0.01
_OUT_OF_MEMORY_FROM = 0.5
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_PAUSE = 0.01
_CRASHES = {signal.SIGABRT, signal.SIGSEGV, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS}


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost: bytes of memory, of files written and of answer; seconds
    of processor and by the clock on the wall."""

    memory: int = 2 * 2**30
    cpu_seconds: int = 300
    seconds: float = 600
    written: int = 0
    open_files: int = 64
    answer: int = 512 * 2**20


DEFAULT = Limits()


def read_apart(
    path: Path, filename: str, *, limits: Limits = DEFAULT, progress: Progress
) -> tuple[Document, Parsed]:
    """The file, read and split in a child process. `progress` is called from this thread.

    Raises `Unreadable` with the reader's own code, or took_too_long, needs_too_much_memory,
    reader_crashed. Whatever happens, no process is left behind.
    """
    return work_apart("ingest.sandbox", path, filename, _read, limits=limits, progress=progress)


def work_apart(
    module: str,
    path: Path,
    filename: str,
    understood: Callable[[Any], _T],
    *,
    limits: Limits = DEFAULT,
    progress: Progress,
) -> _T:
    """What a module's `answer(path, filename, progress)` makes of the file in a child process.

    `understood` takes the answer for what it should be, or raises `wire.Nonsense`.
    """
    request = {
        "module": module,
        "path": str(path),
        "filename": filename,
        "limits": asdict(limits),
        "parent": os.getpid(),
    }
    command = [sys.executable, "-B", "-P", "-s", "-m", "ingest.sandbox", json.dumps(request)]
    return supervise_with(command, understood, limits=limits, progress=progress)


def supervise(
    command: Sequence[str], *, limits: Limits, progress: Progress
) -> tuple[Document, Parsed]:
    """Runs a program whose last line is {"document", "parsed"}."""
    return supervise_with(command, _read, limits=limits, progress=progress)


def supervise_with(
    command: Sequence[str],
    understood: Callable[[Any], _T],
    *,
    limits: Limits,
    progress: Progress,
) -> _T:
    """Runs a program that speaks the protocol: JSON lines, {"progress"} until {"unreadable"} or
    what is `understood`."""
    child = start(command)
    deadline = time.monotonic() + limits.seconds
    try:
        for answer in _answers(child, deadline, limits):
            found = _understood(answer, understood, progress)
            if found is not None:
                return found
        _await_end(child, deadline)
        end(child)
        raise Unreadable(_reason(child, limits))
    finally:
        if child.returncode is None:
            end(child)
            child.wait()


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A child in a group of its own, without our secrets, heard through its standard output."""
    return subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd="/",
        start_new_session=True,
    )


def main(request: str) -> None:
    """The child: gives up what it may, reads one file, says what came out."""
    asked = json.loads(request)
    give_up(asked["parent"], Limits(**asked["limits"]))
    with _private_output() as output:
        _say(output, _answer(asked, output))


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """The file, read and split. Raises `Unreadable`."""
    document = parsing.read(path, filename, progress)
    parsed = split(document)
    return {"document": wire.document_to_json(document), "parsed": wire.parsed_to_json(parsed)}


def give_up(parent: int, limits: Limits) -> None:
    """In the child, before it touches the file: the network, and all beyond its limits."""
    confinement.die_with(parent)
    confinement.limit(
        memory=limits.memory,
        cpu_seconds=limits.cpu_seconds,
        written=limits.written,
        open_files=limits.open_files,
    )
    confinement.leave_the_network()


def _answer(asked: dict[str, Any], output: IO[str]) -> dict[str, Any]:
    try:
        work = importlib.import_module(asked["module"]).answer
        made: dict[str, Any] = work(Path(asked["path"]), asked["filename"], _Reporting(output))
        return made
    except Unreadable as error:
        return {"unreadable": wire.unreadable_to_json(error)}
    except MemoryError:
        return {"unreadable": {"code": "needs_too_much_memory", "facts": {}}}
    except RecursionError:
        return {"unreadable": {"code": "nested_too_deeply", "facts": {}}}


class _Reporting:
    """Sends progress, but no more often than somebody could see."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output
        self._last = -1.0

    def __call__(self, share: float) -> None:
        if share - self._last >= _LEAST_STEP:
            self._last = share
            _say(self._output, {"progress": share})


def _say(output: IO[str], message: dict[str, Any]) -> None:
    json.dump(message, output, ensure_ascii=True, separators=(",", ":"))
    output.write("\n")
    output.flush()


def _private_output() -> IO[str]:
    """The pipe to the parent, out of reach of a library that prints."""
    private = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return private


def _environment() -> dict[str, str]:
    """No secrets: what the interpreter needs to start, and where our own code is."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def _answers(child: subprocess.Popen[bytes], deadline: float, limits: Limits) -> Iterator[Any]:
    """The child's lines until it ends. Raises `Unreadable`: took_too_long, and more."""
    held = bytearray()
    total = 0
    for chunk in _chunks(child, deadline):
        total += len(chunk)
        if total > limits.answer:
            raise Unreadable("needs_too_much_memory")
        held += chunk
        if b"\n" in chunk:
            *lines, held = held.split(b"\n")
            for line in lines:
                yield _decoded(line)


def _chunks(child: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    pipe = child.stdout
    if pipe is None:
        return
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise Unreadable("took_too_long")
            chunk = os.read(pipe.fileno(), _CHUNK)
            if not chunk:
                return
            yield chunk


def _decoded(line: bytes | bytearray) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable("reader_crashed") from error


def _read(answer: Any) -> tuple[Document, Parsed]:
    document = wire.document_from_json(answer.get("document"))
    return document, wire.parsed_from_json(answer.get("parsed"))


def _understood(answer: Any, understood: Callable[[Any], _T], progress: Progress) -> _T | None:
    try:
        if not isinstance(answer, dict):
            raise wire.Nonsense("not an object")
        if "unreadable" in answer:
            raise wire.unreadable_from_json(answer["unreadable"])
        if "progress" not in answer:
            return understood(answer)
        share = answer["progress"]
        if not isinstance(share, int | float):
            raise wire.Nonsense("no progress")
    except wire.Nonsense as error:
        raise Unreadable("reader_crashed") from error
    progress(min(1.0, max(0.0, float(share))))
    return None


def _reason(child: subprocess.Popen[bytes], limits: Limits) -> str:
    """Why a child ended without an answer, from how it ended and how large it had grown."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    ended_by = -child.returncode
    if ended_by == signal.SIGXCPU or usage.ru_utime + usage.ru_stime >= limits.cpu_seconds:
        return "took_too_long"
    # What the parent had grown to counts for the child too, from before it became another program.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = usage.ru_maxrss if usage.ru_maxrss > own else 0
    large = grown * 1024 > limits.memory * _OUT_OF_MEMORY_FROM
    return "needs_too_much_memory" if ended_by in _CRASHES and large else "reader_crashed"


def _await_end(child: subprocess.Popen[bytes], deadline: float) -> None:
    """Waits without reaping: until then nobody else can have the number of its group.

    A child may close its pipe and stay. Raises `Unreadable`: took_too_long.
    """
    seen = os.WEXITED | os.WNOWAIT | os.WNOHANG
    while os.waitid(os.P_PID, child.pid, seen) is None:
        if time.monotonic() > deadline:
            raise Unreadable("took_too_long")
        time.sleep(_PAUSE)


def end(child: subprocess.Popen[bytes]) -> None:
    """Kills the child and whatever it started; it leads a group of its own."""
    if child.stdout is not None:
        child.stdout.close()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
