"""Keeps a mirror up to date for as long as the process lives."""

from __future__ import annotations

import time
from datetime import datetime

from . import news
from .errors import KeyRefused, MirrorError
from .mirror import Mirror, Outcome
from .server import Away

# Seconds. How long the server is asked to hold us; it has its own limit.
LONGEST_WAIT = 30.0
# Between two looks where the server holds nobody, or the key does not open the changes.
EVERY = 15.0
# While the corpus is written anew.
SOON, LONGEST_SOON = 0.5, 10.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0


def follow(mirror: Mirror, *, every: float = EVERY, rounds: int | None = None) -> None:
    """Pass after pass, each as soon as something changed, begins or ends.

    What may pass is said and tried again; anything else is raised: somebody has to look.
    """
    failures, lag, done = 0, 0, 0
    while rounds is None or done < rounds:
        try:
            outcome = mirror.once(verify=not done)
        except MirrorError as error:
            if not error.passes:
                raise
            mirror.say(f"{error} Trying again.")
            mirror.server.sleep(min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))
            failures = min(failures + 1, 10)
            continue
        failures, done = 0, done + 1
        lag = min(lag + 1, 10) if outcome.behind else 0
        if outcome.fetched:
            mirror.say(f"#{outcome.trail}: {outcome.fetched} objects fetched.")
        _rest(mirror, outcome, every, lag)


def _rest(mirror: Mirror, outcome: Outcome, every: float, lag: int) -> None:
    """Until there is something to do. What the corpus does not hold yet will come soon."""
    left = _seconds_until(outcome.next_at, mirror.now())
    if lag:
        mirror.server.sleep(min(SOON * 2 ** (lag - 1), LONGEST_SOON, left))
        return
    mirror.server.sleep(min(_held(mirror, outcome, int(min(LONGEST_WAIT, left)), every), left))


def _held(mirror: Mirror, outcome: Outcome, seconds: int, every: float) -> float:
    """Let the server hold us. Returns how long to pause, where it did not."""
    began = time.monotonic()
    try:
        has_news, pause = news.wait(mirror.server, outcome.trail, seconds)
    except (Away, KeyRefused):
        return every
    was_held = time.monotonic() - began > seconds / 2
    return pause or (0.0 if has_news or was_held else every)


def _seconds_until(instant: datetime | None, now: datetime) -> float:
    """At least one, so that what the two clocks say a little apart makes no haste."""
    return max((instant - now).total_seconds(), 1.0) if instant else float("inf")
