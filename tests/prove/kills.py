"""`kill -9` at random instants during import, approval and retirement.

What was answered with 200 or 201 must be true afterwards; nothing may be lost, doubled, or served
out of force; the trail verifies and the stores agree. `--mode full` kills the site and the workers
of a fleet over PostgreSQL and Redis. `--plant torn-reading` must fail.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.prove import Proof, arguments, check_verdict, planted, say
from tests.prove.__main__ import SKIPPED
from tests.servers import postgresql, redis
from tests.support.calling import Person, Unexpected, wait_until
from tests.support.embeddings_endpoint import running_endpoint
from tests.support.fleet import Fleet, running_fleet
from tests.support.served import Installation, Served, served

KILLS = 50
AT_ONCE = 6  # drafts that are looked at for those to submit
WAITING = 10  # drafts at most, so that people get past them
PAUSE = 0.2  # seconds between two uploads, so that the readings keep up
STANDING = 3  # versions in force, before one of them is retired
LONGEST = 4.0  # seconds of work before a kill
QUERY = "starting dose in asthma"
SETTLED = 240.0  # seconds until everything left half done has been taken up again
# In the order in which a version goes through them.
TRUTHS = {"draft": 0, "in_review": 1, "active": 2, "retired": 3}


def main(given: Sequence[str]) -> int:
    parser = arguments(__doc__, "torn-reading")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--mode", choices=["embedded", "full"], default="embedded")
    wish = parser.parse_args(given)
    say(f"kills: seed {wish.seed}, {wish.kills} kills, {wish.mode}")
    chance = random.Random(wish.seed)
    if wish.mode == "full":
        return _in_full_mode(wish.kills, chance, planted(wish.plant))
    return prove(wish.kills, chance, planted(wish.plant)).verdict()


def prove(kills: int, chance: random.Random, environment: dict[str, str]) -> Proof:
    proof = Proof("kills")
    with (
        running_endpoint() as endpoint,
        served(EMBEDDING_MODEL=endpoint.address, **environment) as hospital,
    ):
        _Kills(hospital, proof, chance, _Embedded(hospital)).run(kills)
    return proof


def _in_full_mode(kills: int, chance: random.Random, environment: dict[str, str]) -> int:
    proof = Proof("kills, full mode")
    with postgresql() as database, redis() as broker:
        if not database or not broker:
            say("kills: not tried in full mode, PostgreSQL or Redis is missing here.")
            return SKIPPED
        with running_fleet(database=database, broker=broker, **environment) as fleet:
            _Kills(fleet, proof, chance, _OneOf(fleet, chance)).run(kills)
    return proof.verdict()


class _Embedded:
    """The one process there is."""

    def __init__(self, hospital: Served) -> None:
        self.hospital = hospital

    def kill(self) -> None:
        self.hospital.kill()

    def start_again(self) -> None:
        self.hospital.start_again()


class _OneOf:
    """The site, a worker, or all of them."""

    def __init__(self, fleet: Fleet, chance: random.Random) -> None:
        self.fleet, self.chance = fleet, chance
        self.killed: list[str] = []

    def kill(self) -> None:
        choices = [["web"], ["one"], ["two"], ["one", "two"], ["web", "one", "two"]]
        self.killed = self.chance.choice(choices)
        self.fleet.kill(*self.killed)

    def start_again(self) -> None:
        self.fleet.launch_ready(*self.killed)


@dataclass
class Promised:
    """What was answered, by version: text and the furthest state that was acknowledged."""

    texts: dict[int, str] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    # Asked for, and not answered: either may be true.
    unsure: set[int] = field(default_factory=set)

    def in_state(self, *states: str) -> list[int]:
        return [v for v, state in self.states.items() if state in states and v not in self.unsure]


class _Kills:
    def __init__(
        self,
        hospital: Installation,
        proof: Proof,
        chance: random.Random,
        victim: _Embedded | _OneOf,
    ) -> None:
        self.hospital, self.proof, self.chance, self.victim = hospital, proof, chance, victim
        self.promised = Promised()
        self.number = 0

    def run(self, kills: int) -> None:
        for number in range(kills):
            with self.proof.step(f"kill {number + 1}"):
                self._round()
        with self.proof.step("everything left half done is taken up again"):
            self._settle()
        with self.proof.step("what was answered is true"):
            self._compare()
        with self.proof.step("stores compared, trail verified"):
            check_verdict(self.proof, self.hospital.inside("verdict"))

    def _round(self) -> None:
        """Work until killed, come up again, and keep every promise at once."""
        over, ana, ben = threading.Event(), self.hospital.person("ana"), self.hospital.person("ben")
        work = [lambda: self._curate(ana), lambda: self._decide(ana, ben)]
        threads = [threading.Thread(target=self._until_killed, args=(w, over)) for w in work]
        for thread in threads:
            thread.start()
        time.sleep(self.chance.uniform(0.2, LONGEST))
        self.victim.kill()
        over.set()
        for thread in threads:
            thread.join()
        self.victim.start_again()
        self._keeps_its_word()

    def _until_killed(self, work: Callable[[], Iterator[None]], over: threading.Event) -> None:
        """A severed connection ends the work; a refusal is looked at."""
        try:
            for _step in work():
                if over.is_set():
                    return
        except httpx.TransportError:
            return
        except Unexpected as answer:
            over.wait(1)
            self.proof.check(over.is_set(), f"refused with nothing killed: {answer}")

    def _curate(self, ana: Person) -> Iterator[None]:
        while True:
            self.number += 1
            while len(self.promised.in_state("draft")) >= WAITING:
                time.sleep(PAUSE)
                yield
            text = f"The starting dose in asthma is {self.number} mg."
            source = ana.register(f"Asthma {self.number}", number=self.number)
            yield
            version = ana.upload(source, f"# Dosing\n\n{text}\n".encode(), "asthma.md")
            self.promised.texts[version], self.promised.states[version] = text, "draft"
            time.sleep(PAUSE)
            yield

    def _decide(self, ana: Person, ben: Person) -> Iterator[None]:
        """One step of each kind at a time, so that every kind is under way at some kill."""
        while True:
            drafts = self.promised.in_state("draft")[:AT_ONCE]
            read = [v for v in drafts if self._is_read(ana, v)]
            self._move(read[:2], "in_review", ana.submit)
            yield
            self._move(self.promised.in_state("in_review")[:2], "active", ben.approve)
            yield
            self._move(self.promised.in_state("active")[STANDING:][:1], "retired", ben.retire)
            yield

    def _move(self, versions: Sequence[int], to: str, ask: Callable[[int], object]) -> None:
        for version in versions:
            self.promised.unsure.add(version)
            ask(version)
            self.promised.states[version] = to
            self.promised.unsure.discard(version)

    def _keeps_its_word(self) -> None:
        """Right after the start: nothing retired is served, every answer given stands."""
        tier, ana = self.hospital.program(), self.hospital.person("ana")
        answer = tier.send("retrieve/", {"query": QUERY, "top_k": 50})
        # While the store is not built yet, it says so.
        found = answer.json()["passages"] if answer.status_code == 200 else []
        served = {passage["citation"]["version"] for passage in found}
        retired = set(self.promised.in_state("retired"))
        self.proof.check(not served & retired, f"served though retired: {served & retired}")
        recent = sorted(self.promised.states)[-10:] + sorted(self.promised.unsure)
        for version in sorted(set(recent)):
            self._stands(ana, version)

    def _stands(self, ana: Person, version: int) -> None:
        told = ana.version(version)["status"]
        promised = self.promised.states[version]
        if version in self.promised.unsure:
            steps = TRUTHS[told] - TRUTHS[promised]
            self.proof.check(steps in (0, 1), f"version {version}: {told}, {promised} was promised")
            self.promised.states[version] = told
            self.promised.unsure.discard(version)
            return
        self.proof.check(told == promised, f"version {version}: {told}, {promised} was promised")

    def _settle(self) -> None:
        ana = self.hospital.person("ana")

        def all_read() -> bool:
            # Each is looked at, so that all that crashed are asked for again.
            waiting = [v for v in self.promised.texts if not self._is_read(ana, v)]
            return not waiting

        took = wait_until(all_read, seconds=SETTLED, pause=2.0)
        counts = Counter(self.promised.states.values())
        say(f"  read after {took:.0f} s; {dict(counts)}")
        past = counts.total() - counts["draft"]
        self.proof.check(2 * past >= counts.total(), f"only {past} of {counts.total()} got on")

    def _is_read(self, ana: Person, version: int) -> bool:
        """What was killed three times while it was read is asked for again, as a person would."""
        parse = ana.version(version)["parse"]
        if parse["state"] == "failed":
            crashed = parse["error"]["code"] == "reader_crashed"
            self.proof.check(crashed, f"version {version}: {parse['error']}")
            ana.decide(version, "retry")
        return bool(parse["state"] == "done")

    def _compare(self) -> None:
        rows = {row["version"]: row for row in self.hospital.inside("readings")}
        for version, text in self.promised.texts.items():
            row = rows.get(version)
            self.proof.check(row, f"version {version} is lost")
            texts = row["texts"] if row else []
            self.proof.check(texts == [text], f"version {version} holds {texts}, not once {text!r}")
        ana = self.hospital.person("ana")
        for version in self.promised.states:
            self._stands(ana, version)
        in_force = [v for v, state in self.promised.states.items() if state == "active"]
        with _quietly():
            wait_until(lambda: self._all_listed(in_force), seconds=60)
        self.proof.check(self._all_listed(in_force), "every version in force is in the corpus")

    def _all_listed(self, versions: list[int]) -> bool:
        answer = self.hospital.program().ask("corpus/")
        return {v["version"] for v in answer.json().get("versions", [])} == set(versions)


@contextmanager
def _quietly() -> Iterator[None]:
    """What is not so is checked right after."""
    try:
        yield
    except TimeoutError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
