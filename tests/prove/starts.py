"""`kill -9` at random instants of starting and serving: the next start comes up or says why.

Work lies in the queue all the while, and what the killed process left behind (children that read,
locks, a half-written store) is left where it is. `--plant mute` must fail.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from tests.prove import Proof, arguments, check_verdict, planted, say
from tests.support.calling import Unexpected
from tests.support.embeddings_endpoint import running_endpoint
from tests.support.processes import Process
from tests.support.served import Served, serve_line, served

STARTS = 40
LONGEST = 6.0  # seconds until a kill; a start takes two to four
PATIENCE = 90.0  # seconds
REFUSED = 1
PAGES = 40  # sections of a file that is being read


def main(given: Sequence[str]) -> int:
    parser = arguments(__doc__, "mute")
    parser.add_argument("--starts", type=int, default=STARTS)
    wish = parser.parse_args(given)
    say(f"starts: seed {wish.seed}, {wish.starts} starts")
    return prove(wish.starts, random.Random(wish.seed), planted(wish.plant)).verdict()


def prove(starts: int, chance: random.Random, environment: dict[str, str]) -> Proof:
    proof = Proof("starts")
    with (
        running_endpoint() as endpoint,
        served(EMBEDDING_MODEL=endpoint.address) as hospital,
    ):
        hospital.environment |= environment
        for number in range(starts):
            with proof.step(f"start {number + 1}"):
                _round(hospital, proof, chance)
        with proof.step("stores compared, trail verified"):
            check_verdict(proof, hospital.inside("verdict"))
    return proof


def _round(hospital: Served, proof: Proof, chance: random.Random) -> None:
    """Kill what serves under work, then what starts after it; then two start at once."""
    with _working(hospital):
        time.sleep(chance.uniform(0, LONGEST / 2))
        hospital.web.kill_alone()
    for _ in range(chance.randrange(3)):
        half = hospital.start("web", *serve_line())
        time.sleep(chance.uniform(0, LONGEST))
        half.kill_alone()
    hospital.web = hospital.start("web", *serve_line())
    second = hospital.start("second", *serve_line())
    hospital.web = _one_serves(proof, hospital.web, second)


def _one_serves(proof: Proof, *both: Process) -> Process:
    """Of two that start at once one comes up, the other says in a sentence why it does not.

    Returns the one that serves.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and any(p.is_alive and not _is_up(p) for p in both):
        time.sleep(0.1)
    up = [process for process in both if _is_up(process) and process.is_alive]
    proof.check(len(up) == 1, f"{len(up)} came up: {[p.printed[-600:] for p in both]}")
    for process in both:
        if process not in up:
            _says_why(proof, process)
            process.kill()
    return up[0] if up else both[0]


def _says_why(proof: Proof, process: Process) -> None:
    told = process.printed.strip().splitlines()
    proof.check(not process.is_alive, f"neither up nor ended after {PATIENCE:.0f} s: {told}")
    proof.check(process.code == REFUSED, f"ended with {process.code}: {told}")
    proof.check(len(told) == 1 and told[0].endswith("."), f"ended without one sentence: {told}")


def _is_up(process: Process) -> bool:
    return "Serving at http" in process.printed


@contextmanager
def _working(hospital: Served) -> Iterator[None]:
    """Ana uploads while it lasts."""
    over = threading.Event()
    work = threading.Thread(target=_upload_until, args=(hospital, over))
    work.start()
    try:
        yield
    finally:
        over.set()
        work.join()


def _upload_until(hospital: Served, over: threading.Event) -> None:
    try:
        ana = hospital.person("ana")
        source = ana.register("Asthma", number=time.monotonic_ns())
        while not over.is_set():
            text = "".join(f"# Dose {n}\n\nThe dose is {n} mg.\n\n" for n in range(PAGES))
            ana.upload(source, f"{text}{time.monotonic_ns()}".encode(), "dose.md")
    except (httpx.TransportError, Unexpected):
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
