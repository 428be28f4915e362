"""The full mode: web, workers and schedule in processes of their own, over servers of their own.

Qdrant is the stand-in, behind a door for each process, so that one can tell who writes.
"""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis

from tests.support.embeddings_endpoint import running_endpoint
from tests.support.lines import Line
from tests.support.processes import Process
from tests.support.qdrant_standin import Standin, running_standin
from tests.support.served import ROOT, Installation, throw_away

WORKERS = ("one", "two")
FIRST_QUEUE = 6
READY = r"@\S+ ready"
WRITES = ("/points", "/points/payload", "/points/delete")


@dataclass
class Watch:
    """Who writes to the store at this moment, and whether two ever did so at once."""

    pause: float = 0.0  # seconds that each write is held up
    writing: list[str] = field(default_factory=list)
    writers: set[str] = field(default_factory=set)
    at_once: list[tuple[str, ...]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def of(self, who: str) -> Iterator[None]:
        with self.lock:
            self.writing.append(who)
            self.writers.add(who)
            if len(self.writing) > 1:
                self.at_once.append(tuple(self.writing))
        try:
            time.sleep(self.pause)
            yield
        finally:
            with self.lock:
                self.writing.remove(who)


class Door(Standin):
    """One process's way to the store."""

    def __init__(self, to: Standin, watch: Watch, who: str) -> None:
        super().__init__()
        self.to, self.watch, self.who = to, watch, who

    def answer(self, method: str, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        is_write = method in ("PUT", "POST") and path.endswith(WRITES)
        if self.fail_with is not None or not is_write:
            return self._passed(method, path, body, key)
        with self.watch.of(self.who):
            return self._passed(method, path, body, key)

    def _passed(self, method: str, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        if self.fail_with is not None:
            return self.fail_with, "told to fail"
        return self.to.answer(method, path, body, key)


class Fleet(Installation):
    """Two workers, the schedule and the site. Each can be killed and started again."""

    doors: dict[str, Door]
    watch: Watch
    broker: Line
    queue: redis.Redis

    def begin(self) -> None:
        self.running: dict[str, Process] = {}
        for name in (*WORKERS, "beat", "web"):
            self.launch(name)
        for name in WORKERS:
            self.running[name].until(READY)
        self.running["web"].until(r"Serving at http")

    def launch(self, name: str) -> Process:
        """Begin a process, without waiting until it is ready."""
        door = self.doors.get(name, self.doors["web"])
        self.running[name] = self.start(name, *self._line_of(name), QDRANT_URL=door.url)
        return self.running[name]

    def launch_ready(self, *names: str) -> None:
        for name in names:
            self.launch(name)
        for name in names:
            self.running[name].until(r"Serving at http" if name == "web" else READY)

    def kill(self, *names: str) -> None:
        for name in names or tuple(self.running):
            self.running[name].kill()

    def store_fails_with(self, status: int | None) -> None:
        for door in self.doors.values():
            door.fail_with = status

    def _line_of(self, name: str) -> list[str]:
        if name == "web":
            return [sys.executable, str(ROOT / "manage.py"), "serve"]
        celery = [sys.executable, "-m", "celery", "--workdir", str(ROOT), "-A", "kbadmin"]
        if name == "beat":
            return [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(self.logs / "beat")]
        return [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "-n", f"{name}@%h"]


@contextmanager
def running_fleet(*, database: str, broker: str, lane: int = 0, **more: str) -> Iterator[Fleet]:
    """A fleet with a staff, in a database of its own, and in the queues of its lane, 0 to 3."""
    with ExitStack() as stack:
        endpoint = stack.enter_context(running_endpoint())
        folder = stack.enter_context(throw_away())
        store = stack.enter_context(running_standin())
        line = Line(broker)
        stack.callback(line.close)
        watch = Watch()
        doors = {who: Door(store, watch, who) for who in ("web", *WORKERS)}
        for door in doors.values():
            threading.Thread(target=door.serve, daemon=True).start()
            stack.callback(door.stop)
        environment = {
            "DATABASE_URL": stack.enter_context(_own_database(database)),
            "CELERY_BROKER_URL": line.url(str(FIRST_QUEUE + 2 * lane)),
            "CACHE_URL": line.url(str(FIRST_QUEUE + 1 + 2 * lane)),
            "QDRANT_URL": doors["web"].url,
            "SECRET_KEY": "for these tests alone, and gone with them",
            "EMBEDDING_MODEL": endpoint.address,
            **more,
        }
        fleet = Fleet(folder, environment)
        fleet.doors, fleet.watch, fleet.broker = doors, watch, line
        fleet.queue = redis.Redis.from_url(_numbered(broker, FIRST_QUEUE + 2 * lane))
        fleet.queue.flushdb()
        stack.callback(fleet.queue.close)
        fleet.prepare()
        stack.callback(fleet.kill)
        stack.callback(fleet.hang_up)
        fleet.begin()
        yield fleet


def _numbered(broker: str, number: int) -> str:
    return urlsplit(broker)._replace(path=f"/{number}").geturl()


@contextmanager
def _own_database(url: str) -> Iterator[str]:
    """A database of its own on the server of `url`."""
    name = f"kb_fleet_{uuid.uuid4().hex[:12]}"
    server = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
