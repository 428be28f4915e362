"""The worker of the one process: files that are read keep nothing else waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from celery import current_app
from django.conf import settings as house

from kbadmin import serving

Pool = serving.ReadersApart


@pytest.fixture
def at_work() -> Iterator[Pool]:
    """The worker's threads, as many as it has."""
    pool = Pool(serving.WORKER_THREADS)
    yield pool
    pool.on_stop()


def begin(pool: Pool, task: str, target: Callable[[], object]) -> None:
    """As a worker begins a task: what carries out any, and the task's name before all else."""
    pool.apply_async(lambda name, key: target(), (task, "1"), callback=lambda result: None)


def held(begun: threading.Semaphore, end: threading.Event) -> Callable[[], object]:
    """Says that it has begun, and ends when it is told to."""

    def hold() -> None:
        begun.release()
        end.wait()

    return hold


def test_readings_that_take_long_keep_no_other_task_waiting(at_work: Pool) -> None:
    end, followed = threading.Event(), threading.Event()
    for _ in range(4 * serving.WORKER_THREADS):
        begin(at_work, house.READER_TASK, end.wait)

    begin(at_work, "llm.advance_projection", followed.set)

    assert followed.wait(5)
    end.set()


def test_no_more_files_are_read_at_once_than_there_are_threads_for_it(at_work: Pool) -> None:
    end, begun = threading.Event(), threading.Semaphore(0)
    for _ in range(serving.READING_THREADS + 1):
        begin(at_work, house.READER_TASK, held(begun, end))

    at_once = [begun.acquire(timeout=5) for _ in range(serving.READING_THREADS)]

    assert all(at_once)
    assert not begun.acquire(timeout=0.2)
    end.set()


def test_tasks_that_take_long_keep_no_file_waiting(at_work: Pool) -> None:
    end, read = threading.Event(), threading.Event()
    for _ in range(4 * serving.WORKER_THREADS):
        begin(at_work, "llm.follow_trail", end.wait)

    begin(at_work, house.READER_TASK, read.set)

    assert read.wait(5)
    end.set()


def test_worker_that_ends_begins_no_other_file() -> None:
    pool, end, begun = Pool(serving.WORKER_THREADS), threading.Event(), threading.Semaphore(0)
    for _ in range(3 * serving.READING_THREADS):
        begin(pool, house.READER_TASK, held(begun, end))
    threading.Timer(0.2, end.set).start()

    pool.on_stop()

    begins = sum(begun.acquire(blocking=False) for _ in range(3 * serving.READING_THREADS))
    assert begins == serving.READING_THREADS


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("ingest.parse_upload", "reading"),
        ("ingest.sweep_uploads", "celery"),
        ("llm.follow_trail", "celery"),
        ("llm.advance_projection", "celery"),
    ],
)
def test_reading_has_a_queue_of_its_own(task: str, queue: str) -> None:
    assert current_app.amqp.router.route({}, task)["queue"].name == queue


def test_worker_that_is_told_no_queue_works_on_both() -> None:
    assert set(current_app.amqp.queues.consume_from) == {"celery", "reading"}
