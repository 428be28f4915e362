"""Long harnesses that try to make the promises false. Each has a seed, and a bug it must catch."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PLANTED = "tests.prove.plants"


def seed_of(environment: dict[str, str] | None = None) -> int:
    """The one in SEED, else one by chance."""
    given = (os.environ if environment is None else environment).get("SEED", "")
    return int(given) if given else random.randrange(2**32)


def arguments(about: str | None, *plants: str) -> argparse.ArgumentParser:
    """What every harness is told: a seed, and which bug to plant."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seed", type=int, default=seed_of())
    if plants:
        parser.add_argument("--plant", choices=plants, help="a bug that must be caught")
    return parser


def planted(name: str | None) -> dict[str, str]:
    """The environment in which a process has this bug."""
    return {"DJANGO_SETTINGS_MODULE": PLANTED, "KB_PLANT": name} if name else {}


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


@dataclass
class Proof:
    """What was looked at, how long it took, and what was not as promised."""

    name: str
    failures: list[str] = field(default_factory=list)
    steps: list[tuple[str, float, bool]] = field(default_factory=list)
    checks: int = 0

    def check(self, is_so: object, promise: str) -> None:
        """Note that a promise was looked at, and say so at once where it is broken."""
        self.checks += 1
        if not is_so:
            self.failures.append(promise)
            say(f"  BROKEN: {promise}")

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A line of the table: how long it took, and whether a promise was broken in it."""
        began, before = time.monotonic(), len(self.failures)
        try:
            yield
        except Exception as error:
            self.failures.append(f"{what}: {error!r}")
            raise
        finally:
            took = time.monotonic() - began
            self.steps.append((what, took, len(self.failures) == before))
            say(f"  {'ok  ' if self.steps[-1][2] else 'FAIL'} {took:8.1f} s  {what}")

    def verdict(self) -> int:
        """Print how it came out. 1 if a promise was broken, or if nothing was looked at."""
        for failure in self.failures:
            say(f"Broken: {failure}")
        say(f"{self.name}: {self.checks} checks, {len(self.failures)} broken.")
        return 1 if self.failures or not self.checks else 0


def check_verdict(proof: Proof, verdict: dict[str, object]) -> None:
    """What `tests.support.inside.verdict` found must be nothing."""
    for what in ("errors", "parked", "drift", "findings"):
        proof.check(not verdict[what], f"{what}: {verdict[what]}")
    proof.check(verdict["exits_open"] == 0, f"exits not confirmed: {verdict['exits_open']}")
