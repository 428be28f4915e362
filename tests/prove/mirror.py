"""A mirror that is cut off and killed at any byte is never half there, and costs what changed.

The client runs in processes of its own, over TCP, against the real server on threads of this one,
while a reader looks into the folder without pause.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import zstandard
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from governance import clock
from governance.actions import clients
from governance.duties import Scope
from governance.models import Passage, Version
from governance.trail import SHELL
from kbadmin import serving
from llm.api.waiting import MOST_WAITING
from llm.client import Corpus, Moved, NoCorpus, Tampered, load
from llm.client.__main__ import TRY_AGAIN
from llm.corpus import root_of
from llm.models import Acknowledgement
from llm.projections import registry
from llm.projections.advance import last_knowledge
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.following import follow
from tests.support.scissors import Scissors, scissors

PLANTS = {"hasty": "the mirror switches to a manifest before its objects are there"}
HASTY = """
from llm.client import folder, mirror
bring = mirror.Mirror._bring
def hasty(self, manifest, before, *, verify):
    self.folder.keep_manifest(manifest.root, manifest.content)
    self.folder.switch(folder.Current(root=manifest.root, epoch=manifest.epoch))
    return bring(self, manifest, before, verify=verify)
mirror.Mirror._bring = hasty
"""
RUN = "import sys; from llm.client.__main__ import main; sys.exit(main())"
PASSAGES_A_VERSION = 25
# What is sent above the bytes of what changed and of one manifest.
ALLOWANCE = 1.1
# Bytes that the head of an answer may have, and how many answers there are beside the objects.
HEAD, OTHERS = 800, 6
PATIENCE = 60.0


@dataclass
class Hospital:
    """The truth with its corpus, a way to it, a folder of a mirror, and what may be found there."""

    world: World
    line: Scissors
    key: str
    folder: Path
    plant: str
    states: dict[str, frozenset[int]] = field(default_factory=dict)
    past: set[int] = field(default_factory=set)

    def publish(self) -> None:
        """Have the corpus follow, and note what the newest manifest holds."""
        follow("corpus")
        newest = registry.corpus().folder.newest()
        assert newest
        root = str(root_of(newest))
        held = Passage.objects.filter(version__in=Version.objects.in_force(clock.now()))
        self.states[root] = frozenset(held.values_list("pk", flat=True))

    def retire(self, version: Version) -> None:
        self.past |= set(version.passages.values_list("pk", flat=True))
        knowledge.retire(version, self.world.ben)

    def change(self) -> None:
        """Something comes, and something goes."""
        self.world.approve(self.world.dice.randint(1, PASSAGES_A_VERSION))
        if self.world.dice.random() < 0.5:
            rows = Version.objects.in_force(clock.now()).order_by("pk")
            self.retire(self.world.dice.choice(list(rows)))
        self.publish()

    def start(self, *more: str) -> subprocess.Popen[str]:
        code = (HASTY if self.plant else "") + RUN
        command = [sys.executable, "-c", code, "mirror", "--url", self.line.address]
        given = os.environ | {"KB_KEY": self.key}
        out = subprocess.PIPE
        return subprocess.Popen(
            [*command, "--to", str(self.folder), *more],
            env=given,
            text=True,
            stdout=out,
            stderr=out,
        )

    def mirror(self) -> int:
        """Bytes that it took to make a pass, heads included. Who says “later” is asked again."""
        before, is_cut, code = self.line.came, True, TRY_AGAIN
        while code == TRY_AGAIN and is_cut:
            is_cut = bool(self.line.cuts)
            running = self.start()
            out, errors = running.communicate(timeout=600)
            code = running.returncode
        if code:
            raise Violation(f"the mirror ended with {code}: {out}{errors}"[-1000:])
        return self.line.came - before

    def look(self) -> bool:
        """Whether there is a corpus. Raises `Violation` where it is not one of those there were."""
        try:
            corpus = Corpus(self.folder)
            with half_a_corpus_violates():
                found = {passage["passage"] for passage in corpus.passages()}
        except (NoCorpus, Moved):
            return False
        whole = self.states[corpus.manifest.root]
        if not found <= whole or not whole - found <= self.past:
            raise Violation(f"{len(found)} of {len(whole)} passages are there")
        return True

    def must_be_newest(self) -> None:
        root = list(self.states)[-1]
        found = held(self.folder)
        if Corpus(self.folder).manifest.root != root or found != self.states[root]:
            raise Violation("a mirror that nothing holds up does not hold the newest corpus")


@contextmanager
def half_a_corpus_violates() -> Iterator[None]:
    """Where something is named and not there."""
    try:
        yield
    except Tampered as error:
        raise Violation(f"half a corpus is there: {error}") from error


def held(folder: Path) -> set[int]:
    """The passages that can be read."""
    with half_a_corpus_violates():
        return {passage["passage"] for passage in load(folder)}


def prove_all(hospital: Hospital, *, versions: int, cuts: int, kills: int) -> str:
    for _number in range(versions):
        hospital.world.approve(PASSAGES_A_VERSION)
    hospital.publish()
    with watched(hospital) as seen:
        told = [*costs(hospital, versions), cut_off(hospital, cuts), killed(hospital, kills)]
        told += [followed(hospital), crowded(hospital)]
    if not seen:
        raise Violation("nobody ever read a corpus")
    return f"{' '.join(told)} Read {len(seen)} times meanwhile, never half there."


def costs(hospital: Hospital, versions: int) -> Iterator[str]:
    began = time.monotonic()
    came = hospital.mirror()
    hospital.must_be_newest()
    took = time.monotonic() - began
    yield f"{versions * PASSAGES_A_VERSION} passages cold: {came:,} bytes in {took:.1f} s."
    yield f"Warm: {hospital.mirror():,} bytes."
    before = stored()
    for _number in range(max(versions // 100, 1)):
        hospital.retire(Version.objects.in_force(clock.now()).earliest("pk"))
        hospital.world.approve(PASSAGES_A_VERSION)
    hospital.publish()
    came = hospital.mirror()
    hospital.must_be_newest()
    new = [size for name, size in stored().items() if name not in before]
    fair = sum(new) + len(zstandard.compress(registry.corpus().folder.newest() or b"", 9))
    heads = HEAD * (len(new) + OTHERS)
    if came > ALLOWANCE * fair + heads:
        raise Violation(f"1 % changed, {fair:,} bytes, and {came:,} came")
    yield f"1 % changed: {came:,} bytes on the line, heads included, for {fair:,} of objects"
    yield f"and manifest ({came / fair:.3f})."


def stored() -> dict[str, int]:
    """The objects of the corpus as they are sent."""
    return {p.name: p.stat().st_size for p in registry.corpus().folder.path.glob("objects/*/*.zst")}


def cut_off(hospital: Hospital, cuts: int) -> str:
    """From nothing, on a line that breaks so often, and again with a change each time."""
    hospital.folder = hospital.folder.with_name("cold")
    dice, before = hospital.world.dice, hospital.line.done
    while (left := cuts - (hospital.line.done - before)) > 0:
        hospital.line.cuts = [int(10 ** dice.uniform(0, 5)) for _cut in range(min(left, 10))]
        hospital.mirror()
        hospital.must_be_newest()
        hospital.change()
    hospital.line.cuts = []
    return f"Cut off {hospital.line.done - before} times."


def killed(hospital: Hospital, kills: int) -> str:
    for number in range(kills):
        if number % 4 == 0:
            hospital.folder = hospital.folder.with_name(f"killed-{number}")
        hospital.change()
        running = hospital.start()
        time.sleep(hospital.world.dice.uniform(0.15, 1.5))
        running.kill()
        running.communicate()
        hospital.look()
    hospital.mirror()
    hospital.must_be_newest()
    return f"Killed {kills} times."


def followed(hospital: Hospital) -> str:
    """It hears of a change by itself, and of a withdrawal before the corpus is written anew."""
    running = hospital.start("--follow")
    try:
        wait_until(lambda: acknowledged(hospital))
        hospital.change()
        began = time.monotonic()
        wait_until(lambda: acknowledged(hospital))
        heard = time.monotonic() - began
        victim = Version.objects.in_force(clock.now()).earliest("pk")
        gone = set(victim.passages.values_list("pk", flat=True))
        hospital.past |= gone
        knowledge.quarantine(victim, hospital.world.ben)
        began = time.monotonic()
        wait_until(lambda: not gone & held(hospital.folder))
        withdrawn = time.monotonic() - began
    finally:
        running.kill()
        running.communicate()
    return f"Followed: a change in {heard:.1f} s, a withdrawal in {withdrawn:.1f} s."


def crowded(hospital: Hospital) -> str:
    """More wait than may; the others are told so at once, and nobody else waits behind them."""
    hospital.publish()
    after = last_knowledge()
    answers: list[Any] = []
    asked = [
        threading.Thread(
            target=lambda: answers.append(ask(hospital, f"changes/?after={after}&wait=20"))
        )
        for _number in range(MOST_WAITING + 4)
    ]
    for each in asked:
        each.start()
    wait_until(lambda: len(answers) == 4)
    began = time.monotonic()
    ask(hospital, "corpus/")
    took = time.monotonic() - began
    if not all(answer.headers["Retry-After"] for answer in answers):
        raise Violation("who found no place was not told when to come again")
    hospital.change()
    for each in asked:
        each.join(PATIENCE)
    return f"{MOST_WAITING} waited, 4 were sent away, and a manifest came in {took:.2f} s."


def ask(hospital: Hospital, path: str) -> Any:
    headers = {"Authorization": f"Bearer {hospital.key}"}
    with urlopen(Request(f"{hospital.line.address}api/v1/{path}", headers=headers)) as answer:
        answer.read()
        return answer


def acknowledged(hospital: Hospital) -> bool:
    return Acknowledgement.objects.order_by("last_at").last().root == list(hospital.states)[-1]


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise Violation("what was waited for did not come")
        time.sleep(0.05)


@contextmanager
def watched(hospital: Hospital) -> Iterator[list[bool]]:
    """Somebody reads the folder without pause. Raises what was wrong with it in the end."""
    seen: list[bool] = []
    wrong: list[Violation] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.02):
            try:
                if hospital.look():
                    seen.append(True)
            except Violation as violation:
                wrong.append(violation)
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield seen
    finally:
        over.set()
        reader.join()
    if wrong:
        raise wrong[0]


@contextmanager
def served() -> Iterator[str]:
    settings.PORT = 0
    server, address = serving.listen(get_wsgi_application())
    threading.Thread(target=server.run, daemon=True).start()
    yield address


def prove_mirror(world: World, wish: Any) -> str:
    scopes = [Scope.CORPUS, Scope.CHANGES]
    _client, key = clients.create(name="gpu", scopes=scopes, by=SHELL)
    with (
        tempfile.TemporaryDirectory(prefix="kb-mirror-") as folder,
        served() as address,
        scissors(address) as line,
    ):
        hospital = Hospital(world, line, key, Path(folder) / "warm", wish.plant or "")
        return prove_all(hospital, versions=wish.versions, cuts=wish.rounds, kills=wish.rounds // 2)


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=50, plants=PLANTS)
    parser.add_argument("--versions", type=int, default=400)
    given = parser.parse_args()
    run("mirror", given.seed, lambda world: prove_mirror(world, given))
