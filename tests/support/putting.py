"""Calls of an OpenAPI schema put to the application, and what their answers are held against."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from tests.support.databases import rolled_back
from tests.support.filled import Caller, Known
from tests.support.seasoning import Call, placed, seasoned

CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# A curator, two reviewers, and a program of every scope.
EVERYWHERE = ("ana", "ben", "dora", "tier")
OFTEN = 0.75
KEPT_OUT = (401, 403)
UNLIMITED = 10**6


@dataclass
class Findings:
    """What was asked and how it was answered, and each kind of fault once, with a call that shows
    it.
    """

    answered: dict[str, Counter[int]] = field(default_factory=dict)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return sum(counted.total() for counted in self.answered.values())

    @property
    def served(self) -> set[str]:
        """Calls that were answered with what they are for."""
        return {name for name, of in self.answered.items() if any(s < 400 for s in of)}


class Log(logging.Handler):
    """How it came to what is our fault, which no answer says."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


@dataclass
class Asker:
    """Puts calls as one of the callers and looks at what comes back. `dice` decide who."""

    callers: Sequence[Caller]
    known: Known
    log: Log
    dice: Random
    findings: Findings = field(default_factory=Findings)
    kept_out: set[tuple[str, str]] = field(default_factory=set)

    @property
    def let_in_mostly(self) -> list[Caller]:
        return [each for each in self.callers if each.name in EVERYWHERE]

    def at_bounds(self, operation: Any, *, most: int = UNLIMITED) -> None:
        """What is just allowed and just not, left out, doubled, of another type."""
        config = operation.schema.config.generation
        cases = operation.schema.iter_coverage_cases(
            operation, generation_modes=list(MODES), generation_config=config
        )
        first, *rest = cases
        # What takes nothing has this one case alone: somebody will be let in.
        for caller in self.let_in_mostly:
            self.put(seasoned(first, self.known, self.dice), caller)
        for case in self.dice.sample(rest, min(most, len(rest))):
            self.put(placed(case, self.known))

    def by_chance(self, operation: Any, mode: GenerationMode, *, examples: int) -> None:
        """So many calls of what may be sent, or of what may not."""

        @seed(self.dice.getrandbits(32))
        @once_each(examples)
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Call) -> None:
            self.put(seasoned(case, self.known, self.dice))

        try:
            ask()
        except Unsatisfiable:
            # There is nothing that may not be sent where nothing is taken.
            return

    def in_a_row(self, described: Any, *, walks: int, steps: int) -> None:
        """Calls made of what the answers before them gave; only then is all of it taken back."""
        walk = walking(self, described.as_state_machine())
        seed(self.dice.getrandbits(32))(walk)
        walk.run(settings=settings(once_each(walks), stateful_step_count=steps))

    def put(self, case: Call, caller: Caller | None = None) -> None:
        """As somebody, where nobody is named. What it changes is taken back."""
        self.log.lines.clear()
        caller = caller or self.somebody(case)
        with taken_back():
            self.look(case, caller, case.call(**proof_of(caller)))

    def somebody(self, case: Call) -> Caller:
        """Mostly who is let in at most doors and was not kept out of this one."""
        label = case.operation.label
        known_in = [c for c in self.let_in_mostly if (label, c.name) not in self.kept_out]
        return self.dice.choice(
            known_in if known_in and self.dice.random() < OFTEN else self.callers
        )

    def look(self, case: Call, caller: Caller, answer: Response) -> None:
        """Count the answer, and note what is wrong with it."""
        label, status = case.operation.label, answer.status_code
        self.findings.answered.setdefault(label, Counter())[status] += 1
        if status in KEPT_OUT and case.method == case.operation.method.upper():
            self.kept_out.add((label, caller.name))
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            self._note(case, caller, answer, group)

    def _note(self, case: Call, caller: Caller, answer: Response, group: FailureGroup) -> None:
        for fault in group.exceptions:
            said = getattr(fault, "message", str(fault)).strip()
            title = getattr(fault, "title", type(fault).__name__)
            key = f"{answer.status_code} {title}: {said.partition(chr(10))[0]}"
            content = answer.content[:600].decode(errors="replace")
            told = [said, _shown(case, caller), content, *self.log.lines]
            self.findings.faults.setdefault((case.operation.label, key), "\n".join(told))


def once_each(examples: int) -> settings:
    """What is found is gathered, so nothing is tried again in a smaller way."""
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def walking(asker: Asker, machine: Any) -> Any:
    class Walk(machine):
        def setup(self) -> None:
            self.undone = taken_back()
            self.undone.__enter__()

        def teardown(self) -> None:
            self.undone.__exit__(None, None, None)

        def before_call(self, case: Call) -> None:
            asker.log.lines.clear()
            self.caller = asker.somebody(case)

        def get_call_kwargs(self, case: Call) -> dict[str, Any]:
            return proof_of(self.caller)

        def validate_response(self, response: Response, case: Call, **_given: Any) -> None:
            asker.look(case, self.caller, response)

    return Walk


def proof_of(caller: Caller) -> dict[str, Any]:
    """Nothing is compressed, for nobody here would unpack it."""
    headers = {**caller.headers, "Accept-Encoding": "identity"}
    return {"headers": headers, "cookies": dict(caller.cookies)}


@contextmanager
def taken_back() -> Iterator[None]:
    """With nothing remembered of a call before."""
    cache.clear()
    with rolled_back():
        yield


@contextmanager
def listening() -> Iterator[Log]:
    """What is logged of requests is heard here and printed nowhere."""
    log, logger = Log(), logging.getLogger("django.request")
    printing = {handler: handler.level for handler in logging.getLogger().handlers}
    for handler in printing:
        handler.setLevel(logging.CRITICAL)
    logger.addHandler(log)
    try:
        yield log
    finally:
        logger.removeHandler(log)
        for handler, level in printing.items():
            handler.setLevel(level)


@contextmanager
def one_connection() -> Iterator[None]:
    """A request closes its connection, and with it what is to be taken back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _shown(case: Call, caller: Caller) -> str:
    where = f"{case.formatted_path} ?{case.query}" if case.query else case.formatted_path
    return f"{caller.name}: {case.method} {where} {case.media_type} {str(case.body)[:600]}"
