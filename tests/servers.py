"""Starts PostgreSQL, Redis and Neo4j on free ports and throw-away folders, runs the tests, and
stops them.

`python -m tests.servers [pytest's arguments]`. What a URL was given for is not started. What
cannot be had here is named as not tested.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

PATIENCE = 30.0  # seconds
NEO4J = Path(__file__).parent / "neo4j"
NEO4J_MAIN = "org.neo4j.server.CommunityEntryPoint"
JAVA = [
    *("-Xms256m", "-Xmx1g", "-XX:+UseG1GC", "-Dlog4j2.disable.jmx=true"),
    *(
        f"--add-opens=java.base/{name}=ALL-UNNAMED"
        for name in ("java.nio", "java.io", "sun.nio.ch")
    ),
]
# The rest is the same on any: what pages and shapes of answers ask is asked by the actions' tests.
SUITE = ["tests/integration", "tests/governance", "tests/llm"]
CHOSEN = ["-m", "servers or (database and not slow)"]


def main(arguments: list[str]) -> int:
    with ExitStack() as stack:
        given = dict(os.environ)
        not_tested = []
        for name, server in SERVERS.items():
            if given.get(name):
                continue
            url = stack.enter_context(server())
            if url:
                given[name] = url
            else:
                not_tested.append(server.__name__)
        if not given.get("QDRANT_URL"):
            not_tested.append("a Qdrant server (a stand-in speaks its REST here)")
        for name in not_tested:
            sys.stdout.write(f"Not tested: {name}\n")
            sys.stdout.flush()
        # A file on one worker: what it begins for all its tests, say a fleet, it begins once.
        # In the order they are named, for the few tests of `integration` take the longest.
        pytest = [sys.executable, "-m", "pytest", "-n", "3"]
        pytest += ["--dist", "loadfile", "--no-loadscope-reorder"]
        command = [*pytest, *(arguments or SUITE + CHOSEN)]
        return subprocess.call(command, env=given)


@contextmanager
def postgresql() -> Iterator[str]:
    """A cluster of its own; the empty string where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    programs = folders[-1] if folders else (Path(found).parent if found else None)
    if programs is None:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="kb-postgres-") as name:
        folder, port = Path(name), free_port()
        as_user = _as_ordinary_user(folder)
        data = folder / "data"
        _run([*as_user, programs / "initdb", "-D", data, "-U", "kb", "-A", "trust", "-E", "UTF8"])
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=200"
        control: list[str | Path] = [
            *as_user,
            programs / "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            folder / "log",
        ]
        _run([*control, "-o", options, "start"])
        try:
            url = f"postgresql://kb@127.0.0.1:{port}/postgres"
            wait_for(lambda: _accepts(url))
            yield f"postgresql://kb@127.0.0.1:{port}/kb"
        finally:
            _run([*control, "-m", "immediate", "stop"])


@contextmanager
def redis() -> Iterator[str]:
    """A server of its own, keeping nothing; the empty string where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="kb-redis-") as folder:
        command = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            folder,
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: _answers(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def neo4j() -> Iterator[str]:
    """Community, from Maven Central, keeping nothing; the empty string where that cannot be."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    if not java or not maven:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="kb-neo4j-") as name:
        home, port = Path(name), free_port()
        shutil.copy(NEO4J / "pom.xml", home)
        fetched = subprocess.run([maven, "-q", "-B", "package"], cwd=home, check=False)
        if fetched.returncode:
            yield ""
            return
        (home / "conf").mkdir()
        told = (NEO4J / "neo4j.conf").read_text("utf-8")
        (home / "conf" / "neo4j.conf").write_text(f"{told}server.bolt.listen_address=:{port}\n")
        command = [java, "-cp", f"{home}/lib/*", *JAVA, NEO4J_MAIN, "--console-mode"]
        places = [f"--home-dir={home}", f"--config-dir={home}/conf"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen([*command, *places], stdout=log, stderr=log)
        try:
            wait_for(lambda: _listens(port), seconds=3 * PATIENCE)
            yield f"bolt://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait(PATIENCE)


# In the order in which they are begun, by the variable that names one that runs already.
SERVERS = {
    "DATABASE_URL": postgresql,
    "KB_TEST_REDIS_URL": redis,
    "KB_TEST_NEO4J_URI": neo4j,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Return once it is so. `TimeoutError` when it does not become so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if is_so():
                return
        except (OSError, psycopg.OperationalError):
            pass
        time.sleep(0.05)
    raise TimeoutError


def _accepts(url: str) -> bool:
    with psycopg.connect(url):
        return True


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def _answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def _as_ordinary_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; Debian brings a user for it."""
    if os.getuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run(command: Sequence[str | Path]) -> None:
    done = subprocess.run([str(c) for c in command], check=False, capture_output=True, cwd="/")
    if done.returncode:
        sys.exit(f"{command}: {done.stdout.decode()}{done.stderr.decode()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
