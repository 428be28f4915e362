"""Four kinds of clients that go on without pause over HTTP, each of another promise.

One retrieves, one mirrors the corpus, one follows the changes, one checks citations. A client makes
one step after another on a thread of its own, and tells what it was told; whether that may be is
for the books to say (`tests/prove/books.py`).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from governance.models import AuditEntry, Passage
from llm.citations import MOST
from llm.client import NoCorpus
from llm.client.errors import MirrorError
from llm.client.folder import Folder
from llm.client.mirror import Mirror
from llm.client.reading import load
from llm.client.server import Answer, Away, Server
from tests.prove.books import Books
from tests.prove.hospital import Hospital
from tests.prove.worlds import Violation

WORDS = ("溶栓", "出血", "dose", "INR", "剂量", "avoid", "4.5")
# Of what is checked at once, how much is what came last, of which most has just moved; and how
# much of the rest, but for every twentieth time, which asks for as much as may be.
RECENT, OLDER = 80, 40
PAGE = 1000
WAIT = 1  # seconds that who follows lets itself be held


@dataclass(frozen=True)
class Told:
    """What was asked for at `sent` and there at `received`. `heard`: by the trail alone, which
    says of what the clock ends only once it is written down."""

    passages: frozenset[int]
    sent: float
    received: float
    heard: bool = False
    denied: frozenset[int] = frozenset()


class Watched(Server):
    """Counts how it is answered, and lets no failure of the server pass for a line that is bad."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key)
        self.statuses = Counter[int]()

    def _judged(self, answer: Answer) -> Answer:
        self.statuses[answer.status] += 1
        if answer.status == 500:
            raise Violation(f"an error of the server: {bytes(answer.body[:200])!r}")
        return super()._judged(answer)


class Client:
    """`told` is what it was told since somebody looked last; `stakes` counts what there was to get
    wrong, and `needs` are those of them without which nothing was tried."""

    name = ""
    needs: tuple[str, ...] = ()

    def __init__(self, server: Watched, hospital: Hospital, dice: Random) -> None:
        self.server, self.hospital, self.dice = server, hospital, dice
        self.told: list[Told] = []
        self.requests = self.away = 0
        self.stakes: Counter[str] = Counter()
        self.is_stale = False

    def step(self) -> None:
        """Ask once. A connection that the other side has closed is opened anew."""
        try:
            self.ask()
            self.requests += 1
        except Away:
            self.away += 1

    def ask(self) -> None:
        raise NotImplementedError

    def at_rest(self, truth: set[int]) -> None:
        """Raise `Violation` where what it holds, once nothing moves, is not what is in force."""

    def close(self) -> None:
        self.server.close()

    def post(self, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        return self._read("POST", path, headers, json.dumps(body).encode())

    def get(self, path: str) -> Any:
        return self._read("GET", path, {}, None)

    def _read(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Any:
        answer = self.server.once(method, path, headers, body=body)
        if answer.status != 200:
            raise Violation(f"{path} answers {answer.status}: {answer.json()}")
        return answer.json()


class Retrieving(Client):
    """Asks questions. What it is given must be in force, however far behind the vectors are."""

    name = "retrieving"
    needs = ("passages", "withheld, vectors behind")

    def ask(self) -> None:
        query = " ".join(self.dice.choices(WORDS, k=2))
        was_stale, sent = self.is_stale, time.monotonic()
        answer = self.post("retrieve/", {"query": query, "top_k": 50})
        found = frozenset(each["passage"] for each in answer["passages"])
        self.told.append(Told(found, sent, time.monotonic()))
        self.stakes["passages"] += len(found)
        self.stakes["withheld, vectors behind" if was_stale else "withheld"] += answer["withheld"]


class Checking(Client):
    """Asks of what was ever cited whether it is in force: by number, and by digest."""

    name = "checking"
    needs = ("in force", "not in force")

    def ask(self) -> None:
        known = self.hospital.known
        recent = known[-RECENT:]
        most = MOST - len(recent) if self.requests % 20 == 0 else OLDER
        older = [self.dice.choice(known) for _ in range(most)]
        rows = recent + older
        asked = [digest if self.dice.random() < 0.3 else pk for pk, digest in rows]
        sent = time.monotonic()
        self._keep(self.post("citations/check/", {"passages": asked})["passages"], sent)

    def _keep(self, answers: list[dict[str, Any]], sent: float) -> None:
        yes = frozenset(each["passage"] for each in answers if each["in_force"])
        # Of what was asked by digest another passage may be the one that is meant.
        no = frozenset(
            each["passage"]
            for each in answers
            if not each["in_force"] and isinstance(each["asked"], int)
        )
        self.told.append(Told(yes, sent, time.monotonic(), denied=no))
        self.stakes["in force"] += len(yes)
        self.stakes["not in force"] += len(no)

    def at_rest(self, truth: set[int]) -> None:
        numbers = [pk for pk, _digest in self.hospital.known]
        said: set[int] = set()
        for some in _by(numbers, MOST):
            answers = self.post("citations/check/", {"passages": some})["passages"]
            said |= {each["passage"] for each in answers if each["in_force"]}
        _must_be(said, truth)


class Mirroring(Client):
    """Makes one pass after another. What can be read afterwards is what was in force before it."""

    name = "mirroring"
    needs = ("objects", "passes behind")

    def __init__(self, server: Watched, hospital: Hospital, dice: Random, folder: Path) -> None:
        super().__init__(server, hospital, dice)
        self.mirror = Mirror(server, Folder(folder), say=self._hear)
        self.mirror.__enter__()

    def _hear(self, sentence: str) -> None:
        self.stakes[sentence.split(":")[0]] += 1

    def ask(self) -> None:
        """A pass that cannot be finished takes away what has left force all the same."""
        sent = time.monotonic()
        try:
            outcome = self.mirror.once()
            self.stakes["objects"] += outcome.fetched
            self.stakes["passes behind"] += bool(outcome.behind)
        except MirrorError as error:
            if not error.passes:
                raise
            self.stakes[f"not finished: {type(error).__name__}"] += 1
        self.told.append(Told(self._held(), sent, time.monotonic()))

    def _held(self) -> frozenset[int]:
        try:
            return frozenset(each["passage"] for each in load(self.mirror.folder.path))
        except NoCorpus:
            return frozenset()

    def at_rest(self, truth: set[int]) -> None:
        self.mirror.once(verify=True)
        _must_be(set(self._held()), truth)

    def close(self) -> None:
        self.mirror.__exit__(None, None, None)


@dataclass
class Heard:
    """What follows from the changes alone: what was approved and has not ended since."""

    running: set[int] = field(default_factory=set)
    quarantined: set[int] = field(default_factory=set)
    passages: set[int] = field(default_factory=set)

    def apply(self, action: str, number: int) -> None:
        match action:
            case "version.approved" | "version.reaffirmed":
                self.running.add(number)
            case "version.superseded" | "version.retired" | "version.left_force":
                self.running.discard(number)
            case "version.quarantined":
                self.quarantined.add(number)
            case "version.quarantine_ended":
                self.quarantined.discard(number)
            case "passage.quarantined":
                self.passages.add(number)
            case "passage.quarantine_ended":
                self.passages.discard(number)

    def versions(self) -> set[int]:
        return self.running - self.quarantined


class Following(Client):
    """Applies one change after another, in their order, and looks at nothing else."""

    name = "following"
    needs = ("changes",)

    def __init__(self, server: Watched, hospital: Hospital, dice: Random) -> None:
        super().__init__(server, hospital, dice)
        self.after, self.numbers, self.heard = 0, list[int](), Heard()

    def ask(self) -> None:
        sent = time.monotonic()
        told = self.get(f"changes/?after={self.after}&limit={PAGE}&wait={WAIT}")
        for change in told["changes"]:
            self.heard.apply(change["action"], int(change["subject"]["id"]))
            self.numbers.append(change["number"])
        self.after = told["next"]
        self.stakes["changes"] += len(told["changes"])
        if len(told["changes"]) < PAGE:
            self.told.append(Told(self._passages(), sent, time.monotonic(), heard=True))

    def _passages(self) -> frozenset[int]:
        """Of a version that the books do not have yet nothing has left either."""
        texts = self.hospital.texts
        mine = (texts.get(version, frozenset()) for version in self.heard.versions())
        return frozenset().union(*mine) - self.heard.passages

    def at_rest(self, truth: set[int]) -> None:
        self.ask()
        numbers = AuditEntry.objects.knowledge().order_by("number").values_list("number", flat=True)
        if self.numbers != list(numbers):
            lost = sorted(set(numbers) - set(self.numbers))
            raise Violation(f"told of other changes than there were, without {lost[:5]}")
        coming = {pk for new, _old in self.hospital.coming for pk in self.hospital.texts[new.pk]}
        _must_be(set(self._passages()), truth | coming)


def judge(client: Client, books: Books) -> None:
    """Hold what it was told against the books. Between two moves only: they are complete then."""
    told, client.told = client.told, []
    wrong = [sentence for each in told for sentence in _wrong(each, books)]
    if wrong:
        raise Violation(f"told wrongly {len(wrong)} times, first: {wrong[0]}")


def _wrong(told: Told, books: Books) -> Iterator[str]:
    for pk in told.passages:
        if told.heard:
            is_out = books.noted(pk, told.sent)
        else:
            is_out = not books.allows(pk, told.sent, told.received)
        if is_out:
            yield f"asked at {told.sent:.3f}, out of force before it: {books.told(pk)}"
    for pk in told.denied:
        if books.demands(pk, told.sent, told.received):
            yield f"asked at {told.sent:.3f}, denied though in force: {books.told(pk)}"


def truth_now(at: Any) -> set[int]:
    return set(Passage.objects.in_force(at).values_list("pk", flat=True))


def _must_be(held: set[int], truth: set[int]) -> None:
    if held != truth:
        more, less = sorted(held - truth)[:5], sorted(truth - held)[:5]
        raise Violation(f"at rest left with {more} out of force, and without {less}")


def _by(numbers: list[int], count: int) -> Iterator[list[int]]:
    for start in range(0, len(numbers), count):
        yield numbers[start : start + count]
