"""What a reader of files has given up, it cannot take back."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ingest.sandbox import supervise
from tests.ingest.children import (
    GOOD,
    ROOT,
    SMALL,
    is_gone,
    nothing,
    program,
    wait_until,
)


def confined(source: str) -> str:
    """What a program prints that has first given up what a reader gives up."""
    begin = """
        from ingest import confinement
        confinement.limit(memory=512 * 2**20, cpu_seconds=5, written=0, open_files=16)
        confinement.leave_the_network()
    """
    whole = textwrap.dedent(begin) + textwrap.dedent(source)
    done = subprocess.run(
        [sys.executable, "-c", whole],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 1))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import _socket; _socket.socket()",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1')",
    ],
)
def test_reader_opens_no_socket(attempt: str) -> None:
    assert "is not for a reader of files" in confined(attempt)


@pytest.mark.parametrize(
    "attempt",
    [
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
    ],
)
def test_reader_starts_no_program(attempt: str) -> None:
    assert "is not for a reader of files" in confined(attempt)


def test_reader_writes_no_file(tmp_path: Path) -> None:
    attempt = f"with open({str(tmp_path / 'x')!r}, 'w') as file: file.write('x')"

    assert "File too large" in confined(attempt)


def test_reader_opens_few_files() -> None:
    assert "Too many open files" in confined("kept = [open('/dev/null') for _ in range(99)]")


def test_reader_gets_no_more_memory_than_it_may() -> None:
    assert "MemoryError" in confined("kept = bytes(600 * 2**20)")


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "QDRANT_API_KEY", "HOME"])
def test_reader_sees_no_secret(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "unheard-of")
    source = f"""
        import os
        if {name!r} not in os.environ:
            print('{GOOD}')
    """

    document, _ = supervise(program(source), limits=SMALL, progress=nothing)

    assert document.media_type == "text/plain"


def test_what_a_library_prints_is_no_answer() -> None:
    source = f"""
        import json, os
        from ingest import sandbox
        output = sandbox._private_output()
        print('chatter')
        os.write(1, b'more')
        output.write({GOOD!r} + chr(10))
        output.flush()
    """

    document, _ = supervise(program(source), limits=SMALL, progress=nothing)

    assert document.media_type == "text/plain"


def test_reader_ends_with_its_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = f"""
        import os, time
        from ingest import confinement
        confinement.die_with(os.getppid())
        open({str(note)!r}, 'w').write(str(os.getpid()))
        time.sleep(99)
    """
    parent = f"""
        import subprocess, sys
        subprocess.Popen([sys.executable, '-c', {textwrap.dedent(child)!r}]).wait()
    """
    started = subprocess.Popen(program(parent), cwd=ROOT)
    assert wait_until(lambda: note.exists() and note.read_text() != "")

    started.kill()
    started.wait()

    assert wait_until(lambda: is_gone(int(note.read_text())))


def test_reader_whose_parent_is_gone_already_ends_at_once() -> None:
    source = "from ingest import confinement; confinement.die_with(1); print('alive')"

    done = subprocess.run(program(source), cwd=ROOT, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (1, b"")
