"""Every call of the OpenAPI schema, with what it says may be sent and with what it says may not.

`python -m tests.prove.schema [--examples N] [--only WORDS]`. Whatever is answered must be no fault
of ours and must stand in the schema: its status, its type, its shape. Each call is put by those
whom it lets in and now and then by others, and what it changes is taken back before the next one.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import sys
import time
from random import Random
from typing import Any

import schemathesis
from django.core.management import call_command
from django.test.utils import override_settings, setup_test_environment

from kbadmin.wsgi import application
from llm import clients
from tests import prove
from tests.support import filled
from tests.support.encoders import FakeEncoder
from tests.support.putting import MODES, UNLIMITED, Asker, Findings, listening, one_connection

ADDRESS = "/api/v1/schema/?format=json"
QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"
PLANTS = {"unsaid": "the schema says of no call that what is asked for may not be there"}
STEPS = 8


def prove_schema(
    *, examples: int, seed: int, only: str = "", bounds: int = UNLIMITED, plant: str = ""
) -> Findings:
    """Over an empty database, which is filled. `examples` of either kind of every call whose name
    holds `only`, after at most so many at the bounds.
    """
    with listening() as log:
        callers = filled.fill()
        with one_connection():
            described = _described(plant)
            asker = Asker(callers, filled.known(), log, Random(seed))
            for operation in (each.ok() for each in described.get_all_operations()):
                if only in operation.label:
                    asker.dice.seed(f"{seed} {operation.label}")
                    asker.at_bounds(operation, most=bounds)
                    for mode in MODES if examples else ():
                        asker.by_chance(operation, mode, examples=examples)
                    tell(operation.label, asker.findings)
            if examples and not only:
                asker.in_a_row(described, walks=examples, steps=STEPS)
    return asker.findings


def answered_whole(environ: Any, start_response: Any) -> list[bytes]:
    """The application, whose files are closed as a server closes them."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def _described(plant: str) -> Any:
    described = schemathesis.openapi.from_wsgi(ADDRESS, answered_whole)
    # Who calls is chosen here, and not by chance.
    described.config.generation.update(with_security_parameters=False)
    if plant == "unsaid":
        calls = [call for path in described.raw_schema["paths"].values() for call in path.values()]
        for call in calls:
            call["responses"].pop("404", None)
    return described


def main(wanted: list[str]) -> int:
    parser = prove.arguments(__doc__, *PLANTS)
    parser.add_argument("--examples", type=int, default=40, help="of either kind, of each call")
    parser.add_argument("--bounds", type=int, default=UNLIMITED, help="at most, of each call")
    parser.add_argument("--only", default="", help="calls whose names hold this")
    wish = parser.parse_args(wanted)
    began = time.monotonic()
    setup_test_environment()
    call_command("migrate", verbosity=0)
    clients.install(with_encoder=FakeEncoder(wish.seed))
    try:
        with override_settings(PASSWORD_HASHERS=[QUICK]):
            findings = prove_schema(
                examples=wish.examples,
                seed=wish.seed,
                only=wish.only,
                bounds=wish.bounds,
                plant=wish.plant or "",
            )
    finally:
        clients.close()
    return told(findings, wish.seed, time.monotonic() - began)


def tell(call: str, findings: Findings) -> None:
    counted = sorted(findings.answered[call].items())
    prove.say(f"{call}: {', '.join(f'{status} × {times}' for status, times in counted)}")
    for (where, fault), how in findings.faults.items():
        if where == call:
            prove.say(f"\n== {call}: {fault}\n{how}\n")


def told(findings: Findings, seed: int, took: float) -> int:
    if outside := sorted(set(findings.answered) - findings.served):
        prove.say(f"Never answered with what they are for: {', '.join(outside)}")
    prove.say(
        f"schema: {findings.asked} calls of {len(findings.answered)} kinds,"
        f" {len(findings.served)} of them answered with what they are for,"
        f" {len(findings.faults)} faults, seed {seed}, {took:.0f} s."
    )
    return 1 if findings.faults or not findings.answered else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
