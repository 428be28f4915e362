"""Clients ask without pause while knowledge leaves force, half of the time with stores that lag.

Nothing may be served that had left force before its request was sent. In the second half no worker
runs, so that the stores go on offering what has left, and the truth must withhold it.
`--plant no-fence` must fail.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.prove import Proof, arguments, check_verdict, planted, say
from tests.support.calling import Program, wait_until
from tests.support.embeddings_endpoint import running_endpoint
from tests.support.served import Installation, installed

CLIENTS = 4
MOVES = 300
SOURCES = 40
QUERY = "starting dose in asthma of severity"
NEVER = float("inf")


def main(given: Sequence[str]) -> int:
    parser = arguments(__doc__, "no-fence")
    parser.add_argument("--moves", type=int, default=MOVES)
    parser.add_argument("--sources", type=int, default=SOURCES)
    wish = parser.parse_args(given)
    say(f"hammer: seed {wish.seed}, {wish.moves} moves, {wish.sources} sources")
    return prove(wish.moves, wish.sources, seed=wish.seed, plant=wish.plant).verdict()


def prove(moves: int, sources: int, *, seed: int, plant: str | None = None) -> Proof:
    proof = Proof("hammer")
    with (
        running_endpoint() as endpoint,
        installed(EMBEDDING_MODEL=endpoint.address, **planted(plant)) as hospital,
    ):
        _Hammer(hospital, proof, random.Random(seed)).run(moves, sources)
    return proof


@dataclass
class Stretch:
    """When something was certainly out of force, as whoever moved it saw: from an answer on,
    until the next request that could bring it back was sent."""

    since: float
    until: float = NEVER


@dataclass
class Record:
    """What was out when, by kind and number, and what the clients were served."""

    out: dict[tuple[str, int], list[Stretch]] = field(default_factory=dict)
    asked: int = 0
    served: int = 0
    withheld: int = 0
    wrong: list[str] = field(default_factory=list)
    answers: list[tuple[float, float, list[tuple[int, int]]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def leaves(self, kind: str, number: int) -> None:
        """Called once the answer is there."""
        self.out.setdefault((kind, number), []).append(Stretch(time.monotonic()))

    def returns(self, kind: str, number: int) -> None:
        """Called before the request goes out."""
        self.out[kind, number][-1].until = time.monotonic()

    def judge(self) -> list[str]:
        """What was served although it had left before the request was sent."""
        return [
            f"{kind} {number} was served {sent - since:.3f} s after it had left"
            for sent, received, pairs in self.answers
            for passage, version in pairs
            for kind, number in (("passages", passage), ("versions", version))
            for since in self._out_during(kind, number, sent, received)
        ]

    def _out_during(self, kind: str, number: int, sent: float, received: float) -> list[float]:
        stretches = self.out.get((kind, number), [])
        return [s.since for s in stretches if s.since <= sent and received <= s.until]


class _Hammer:
    def __init__(self, hospital: Installation, proof: Proof, chance: random.Random) -> None:
        self.hospital, self.proof, self.chance = hospital, proof, chance
        self.record = Record()
        self.standing: list[int] = []
        self.kept_back: list[tuple[str, int]] = []
        self.done = 0

    def run(self, moves: int, sources: int) -> None:
        web = self.hospital.serve()
        try:
            with self.proof.step(f"{sources} sources into force"):
                self._fill(sources)
            with self.proof.step("stores follow"):
                self._half(moves // 2)
        finally:
            web.kill()
        web = self.hospital.serve_web_alone()
        try:
            with self.proof.step("stores stand still"):
                before = self.record.withheld
                self._half(moves - moves // 2)
        finally:
            web.kill()
        self._judge(moves, self.record.withheld - before)

    def _judge(self, moves: int, withheld: int) -> None:
        wrong, record = self.record.judge(), self.record
        for sentence in [*wrong, *record.wrong][:20]:
            self.proof.check(False, sentence)
        counts = f"{record.served} passages served, {record.withheld} withheld"
        say(f"  {record.asked} questions, {counts}")
        self.proof.check(self.done == moves, f"{self.done} of {moves} moves were made")
        self.proof.check(record.served > record.asked, "the clients were served something")
        self.proof.check(withheld > 0, "stores that stood still offered what was then withheld")
        with self.proof.step("stores catch up and agree"):
            check_verdict(self.proof, self.hospital.inside("verdict"))

    def _fill(self, sources: int) -> None:
        self._log_in()
        drafts = []
        for number in range(sources):
            source = self.ana.register(f"Asthma {number}", number=number)
            drafts.append(self.ana.upload(source, _text(number), "asthma.md"))
        for version in drafts:
            told = self.ana.wait_read(version)
            self.ana.submit(version)
            self.ben.approve(version, told["digest"])
        self.standing = drafts
        tier = self.hospital.program()
        everything = lambda: self._all_found(tier)  # noqa: E731
        self.proof.check(wait_until(everything) >= 0, "all of it is found")

    def _all_found(self, tier: Program) -> bool:
        listed = tier.ask("corpus/")
        numbers = {v["version"] for v in listed.json().get("versions", [])}
        return numbers >= set(self.standing) and bool(tier.served_versions(QUERY))

    def _half(self, moves: int) -> None:
        """Moves, with the clients at it all the while."""
        self._log_in()
        over = threading.Event()
        clients = [threading.Thread(target=self._ask, args=(n, over)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            for _number in range(moves):
                self._move()
        finally:
            over.set()
            for client in clients:
                client.join()

    def _log_in(self) -> None:
        self.ana, self.ben, self.dora = map(self.hospital.person, ("ana", "ben", "dora"))

    def _ask(self, number: int, over: threading.Event) -> None:
        tier, asked = self.hospital.program(), 0
        while not over.is_set():
            asked += 1
            sent = time.monotonic()
            answer = tier.send(
                "retrieve/", {"query": f"{QUERY} {asked * CLIENTS + number}", "top_k": 50}
            )
            received = time.monotonic()
            with self.record.lock:
                self.record.asked += 1
                if answer.status_code != 200:
                    self.record.wrong.append(f"retrieve/ answered {answer.status_code}")
                    continue
                found = answer.json()
                pairs = [(p["passage"], p["citation"]["version"]) for p in found["passages"]]
                self.record.answers.append((sent, received, pairs))
                self.record.served += len(pairs)
                self.record.withheld += found["withheld"]

    def _move(self) -> None:
        """One change of what is in force: most of them leave or come back quickly."""
        kinds = [self._quarantine_version, self._quarantine_passage, self._lift]
        weights = [6, 6, 8 if self.kept_back else 0]
        if len(self._free_to_go()) > 8:
            kinds += [self._retire, self._supersede]
            weights += [1, 2]
        self.chance.choices(kinds, weights)[0]()
        self.done += 1

    def _quarantine_version(self) -> None:
        self._keep_back("versions", self.chance.choice(self._free_to_go() or self.standing))

    def _quarantine_passage(self) -> None:
        version = self.chance.choice(self.standing)
        passages = self.ana.passages(version)
        self._keep_back("passages", self.chance.choice(passages)["passage"])

    def _keep_back(self, kind: str, number: int) -> None:
        if (kind, number) in self.kept_back:
            self._lift()
            return
        self.ana.quarantine(number, of=kind)
        self.record.leaves(kind, number)
        self.kept_back.append((kind, number))

    def _lift(self) -> None:
        self._free(*self.chance.choice(self.kept_back))

    def _free(self, kind: str, number: int) -> None:
        self.kept_back.remove((kind, number))
        self.ben.lift(number, of=kind)
        self.record.returns(kind, number)
        self.dora.lift(number, of=kind)

    def _retire(self) -> None:
        version = self._taken()
        self.ben.retire(version)
        self.record.leaves("versions", version)

    def _supersede(self) -> None:
        """By the same text again, which is refused where any of it is quarantined."""
        version = self._taken()
        for passage in self.ana.passages(version):
            kept = ("passages", passage["passage"])
            if kept in self.kept_back:
                self._free(*kept)
        draft = self.ana.amend(version)
        self.ana.submit(draft)
        self.ben.approve(draft)
        self.record.leaves("versions", version)
        self.standing.append(draft)

    def _taken(self) -> int:
        """A version that is not quarantined leaves the list for good."""
        version = self.chance.choice(self._free_to_go())
        self.standing.remove(version)
        return version

    def _free_to_go(self) -> list[int]:
        return [v for v in self.standing if ("versions", v) not in self.kept_back]


def _text(number: int) -> bytes:
    parts = [f"# Step {n}\n\nThe starting dose in asthma of severity {n} is {number}.{n} mg.\n"
             for n in range(1, 4)]  # fmt: skip
    return "\n".join(parts).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
