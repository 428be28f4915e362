"""Files that take long to read keep nobody waiting but the files behind them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kbadmin.serving import READING_THREADS
from tests.integration.asthma import Staff, staff_of
from tests.support.calling import wait_until
from tests.support.fleet import READY, Fleet
from tests.support.served import ROOT, Installation, Served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc"),
]
CELERY = [sys.executable, "-m", "celery", "--workdir", str(ROOT), "-A", "kbadmin", "worker"]


@contextmanager
def readers_held(over: Installation) -> Iterator[set[int]]:
    """Every process that begins to read a file of this home stands still, and here is its id."""
    held: set[int] = set()
    done = threading.Event()

    def hold() -> None:
        while not done.wait(0.02):
            for reader in set(_readers(over.home)) - held:
                os.kill(reader, signal.SIGSTOP)
                held.add(reader)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield held
    finally:
        done.set()
        thread.join()
        for reader in held & set(_readers(over.home)):
            os.kill(reader, signal.SIGCONT)


def _readers(home: Path) -> Iterator[int]:
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = place.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if b"ingest.sandbox" in line and str(home).encode() in line:
            yield int(place.parent.name)


def test_what_is_approved_is_found_while_every_reader_is_busy(hospital: Served) -> None:
    staff = staff_of(hospital)
    version = staff.submitted()

    with readers_held(hospital) as held:
        waiting = [staff.upload() for _ in range(2 * READING_THREADS + 4)]
        wait_until(lambda: len(held) == READING_THREADS)
        staff.ben.approve(version)
        staff.wait_found(version)

    assert all(staff.ana.wait_read(each) for each in waiting)


@pytest.fixture
def parted(steady: Fleet) -> Iterator[Staff]:
    """A fleet whose workers have a queue each, as the instructions say."""
    steady.kill("one", "two")
    named = {"read": ["-Q", "reading", "--concurrency", "2"], "follow": ["-Q", "celery"]}
    for name, queue in named.items():
        given = [*CELERY, "--loglevel", "INFO", "-n", f"{name}@%h", *queue]
        steady.running[name] = steady.start(name, *given)
        steady.running[name].until(READY)
    yield staff_of(steady)
    for name in named:
        steady.running.pop(name).kill()


@pytest.mark.servers
def test_worker_of_the_rest_follows_the_truth_while_readers_are_busy(
    steady: Fleet, parted: Staff
) -> None:
    version = parted.submitted()

    with readers_held(steady) as held:
        waiting = [parted.upload() for _ in range(6)]
        wait_until(lambda: len(held) == 2)
        parted.ben.approve(version)
        parted.wait_found(version)

    assert all(parted.ana.wait_read(each) for each in waiting)


@pytest.mark.servers
def test_without_a_worker_for_reading_files_wait_and_the_rest_goes_on(
    steady: Fleet, parted: Staff
) -> None:
    version = parted.submitted()
    steady.running["read"].kill()

    waiting = parted.upload()
    parted.ben.approve(version)

    parted.wait_found(version)
    time.sleep(1)
    assert parted.ana.version(waiting)["parse"]["state"] == "queued"
