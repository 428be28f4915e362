"""What every harness needs: its arguments, a database, people, and texts that resemble another."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random

from django.core.management import call_command

from governance.duties import Role
from governance.lifecycle import Status
from governance.models import Account, Source, Version
from llm import clients
from tests import prove
from tests.support import knowledge
from tests.support.encoders import FakeEncoder

WORDS = (
    *("急性", "缺血性", "卒中", "静脉", "溶栓", "房颤", "抗凝", "禁忌", "活动性", "出血", "剂量"),
    *("肾功能", "老年", "妊娠", "监测", "血压", "alteplase", "warfarin", "apixaban", "dose"),
    *("mg/kg", "within", "4.5", "h", "INR", "bleeding", "renal", "avoid", "monitor", "daily"),
)
# What stands word for word in many guidelines: its ranks can only be told apart by authority.
COMMON = "活动性出血 禁忌 溶栓 alteplase 0.9 mg/kg within 4.5 h"
CLASSES = ("clinical_guideline", "expert_consensus", "textbook", "literature")
IDENTIFIERS = {"textbook": ("isbn", "9787117266031")}


class Violation(Exception):
    """Something happened that must never happen."""


@dataclass
class World:
    dice: Random
    ana: Account
    ben: Account
    dora: Account
    # How often a text is the common one. Beyond some 3,000 of them retrieval gives up on ties.
    common: float = 0.3

    def text(self) -> str:
        if self.dice.random() < self.common:
            return COMMON
        return " ".join(self.dice.choices(WORDS, k=self.dice.randint(6, 40)))

    def approve(self, passages: int, **dates: date | None) -> Version:
        """A new source with a version in force, or that will be."""
        kind = self.dice.choice(CLASSES)
        given = {"identifiers": [IDENTIFIERS[kind]]} if kind in IDENTIFIERS else {}
        source = knowledge.source(self.ana, source_class=kind, **given)
        return self.bring_into_force(source, passages, **dates)

    def bring_into_force(self, source: Source, passages: int, **dates: date | None) -> Version:
        """An edition of so many passages. What repeats quarantined text is approved by two."""
        texts = [self.text() for _ in range(passages)]
        version = knowledge.active(source, self.ana, self.ben, texts=texts, **dates)
        if version.status == Status.IN_REVIEW:
            version = knowledge.approve(version, self.dora)
        return version

    def query(self) -> str:
        if self.dice.random() < 0.1:
            return COMMON
        return " ".join(self.dice.choices(WORDS, k=self.dice.randint(1, 6)))


def people(seed: int) -> World:
    return World(
        Random(seed),
        knowledge.account("ana", Role.CURATOR),
        knowledge.account("ben", Role.REVIEWER),
        knowledge.account("dora", Role.REVIEWER),
    )


@contextmanager
def world(seed: int) -> Iterator[World]:
    """An empty database in a file, a store in a folder, and an encoder of seeded vectors."""
    call_command("migrate", verbosity=0)
    clients.install(with_encoder=FakeEncoder(seed))
    try:
        yield people(seed)
    finally:
        clients.close()


def arguments(about: str, *, rounds: int, plants: dict[str, str]) -> argparse.ArgumentParser:
    told = "; ".join(f"{name}: {what}" for name, what in plants.items())
    parser = prove.arguments(f"{about} Bugs to plant: {told}.", *plants)
    parser.add_argument("--rounds", type=int, default=rounds)
    return parser


def run(name: str, seed: int, proof: Callable[[World], str]) -> None:
    """Exit 0 with what was done, or 1 with what was violated and the seed that shows it."""
    began = time.monotonic()
    try:
        with world(seed) as its:
            done = proof(its)
    except Violation as violation:
        prove.say(f"{name}: VIOLATED with seed {seed}: {violation}")
        sys.exit(1)
    took = time.monotonic() - began
    prove.say(f"{name}: held with seed {seed} in {took:.1f} s. {done}")
