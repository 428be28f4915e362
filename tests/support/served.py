"""The product as a hospital runs it: processes over a throw-away home, called over HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import free_port
from tests.support.calling import Caller, Person, Program
from tests.support.processes import Process

ROOT = Path(__file__).resolve().parents[2]
TIME_ZONE = "Asia/Shanghai"
# What the machine may have set for something else must not reach the processes under test.
OURS = (
    "DATABASE_URL", "MIGRATION_DATABASE_URL", "CELERY_BROKER_URL", "QDRANT_URL", "QDRANT_API_KEY",
    "CACHE_URL", "SECRET_KEY", "EMBEDDING_MODEL", "EMAIL_URL", "HOST", "PORT", "KB_HOME",
    "EXACT_SEARCH_LIMIT", "EMBEDDING_PRECISION", "MAX_UPLOAD_MB", "ALLOWED_HOSTS",
    "TRUSTED_PROXIES", "DJANGO_SETTINGS_MODULE", "LANGUAGE_CODE", "TIME_ZONE",
)  # fmt: skip


class CommandFailed(AssertionError):
    """A `manage.py` command ended otherwise than with 0."""


class Installation:
    """One home with its environment. Processes and commands are started from it."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = folder / "home"
        self.logs = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OURS},
            "DJANGO_SETTINGS_MODULE": "kbadmin.settings",
            "KB_HOME": str(self.home),
            "PORT": str(self.port),
            "TIME_ZONE": TIME_ZONE,
            "LANGUAGE_CODE": "en",
            **(environment or {}),
        }
        # What every process is started through, such as `faketime`.
        self.through: list[str] = []
        self.key = ""
        self._callers: list[Caller] = []

    def start(self, name: str, *command: str, **environment: str) -> Process:
        """A process whose log is `name`.log; `environment` comes on top."""
        given = self.environment | environment
        return Process([*self.through, *command], given, self.logs / f"{name}.log")

    def serve(self, *arguments: str, **environment: str) -> Process:
        """`manage.py serve`, once it says that it serves."""
        web = self.start("web", *serve_line(*arguments), **environment)
        web.until(r"Serving at http")
        return web

    def serve_web_alone(self, **environment: str) -> Process:
        """The site without a worker and without the schedule, whatever the mode."""
        listen = f"--listen=127.0.0.1:{self.port}"
        server = ["-m", "waitress", listen, "--threads=8", "kbadmin.wsgi:application"]
        web = self.start("web-alone", sys.executable, *server, **environment)
        web.until(r"Serving on http")
        return web

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.through, *_manage(*arguments)],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=300,
        )

    def command(self, *arguments: str, may_fail: bool = False) -> Any:
        """What a command says with `--json`. Raises `CommandFailed` unless it may fail."""
        done = self.run(*arguments, "--json")
        if done.returncode and not may_fail:
            raise CommandFailed(f"{arguments}: {done.stdout}{done.stderr}"[-3000:])
        return json.loads(done.stdout.splitlines()[-1])

    def inside(self, name: str, *arguments: Any, **named: Any) -> Any:
        """Call a function of `tests.support.inside` within the installation."""
        call = (
            "import json; from tests.support import inside;"
            f"print(json.dumps(inside.{name}(*{arguments!r}, **{named!r})))"
        )
        done = self.run("shell", "--verbosity=0", "--command", call)
        if done.returncode:
            raise CommandFailed(f"{name}: {done.stdout}{done.stderr}"[-3000:])
        return json.loads(done.stdout.splitlines()[-1])

    def prepare(self) -> None:
        """Migrate, and hire the staff and a program."""
        done = self.run("migrate", "--verbosity=0")
        if done.returncode:
            raise CommandFailed(done.stderr)
        self.key = self.inside("hire", TIME_ZONE)["key"]

    def person(self, name: str) -> Person:
        person = Person(self.address, name)
        self._callers.append(person)
        return person

    def program(self, key: str = "") -> Program:
        program = Program(self.address, key or self.key)
        self._callers.append(program)
        return program

    def hang_up(self) -> None:
        """Close the connections of everybody who called."""
        while self._callers:
            self._callers.pop().close()


class Served(Installation):
    """An installation whose one process serves. `kill()` and `start_again()` are its life."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, *, demo: bool = False
    ) -> None:
        super().__init__(folder, environment)
        self._arguments = ["--demo"] if demo else []
        self.web: Process

    def begin(self) -> None:
        self.web = self.serve(*self._arguments)

    start_again = begin

    def kill(self) -> None:
        self.web.kill()

    def stop(self) -> None:
        self.web.stop()

    @property
    def passwords(self) -> dict[str, str]:
        """What the sample printed once."""
        return dict(re.findall(r"^  ([a-z-]+) +(\S+)$", self.web.printed, re.MULTILINE))


@contextmanager
def served(*, demo: bool = False, **environment: str) -> Iterator[Served]:
    """`manage.py serve` over a home that is gone afterwards, with its staff and a program."""
    with throw_away() as folder:
        hospital = Served(folder, environment, demo=demo)
        if not demo:
            hospital.prepare()
        hospital.begin()
        try:
            yield hospital
        finally:
            hospital.hang_up()
            hospital.kill()


@contextmanager
def installed(**environment: str) -> Iterator[Installation]:
    """A prepared home in which nothing runs yet."""
    with throw_away() as folder:
        hospital = Installation(folder, environment)
        hospital.prepare()
        try:
            yield hospital
        finally:
            hospital.hang_up()


@contextmanager
def throw_away() -> Iterator[Path]:
    """A folder that is gone afterwards, even if a killed process leaves something half there."""
    folder = Path(tempfile.mkdtemp(prefix="kb-served-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve_line(*arguments: str) -> list[str]:
    """What a hospital types to serve."""
    return _manage("serve", *arguments)


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]
