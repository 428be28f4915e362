"""What the tests against running processes curate: short files, read in a second."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from tests.support.calling import Person, Program, Unexpected, wait_until
from tests.support.served import Installation

QUERY = "starting dose in asthma"
_numbers = itertools.count(1)


@dataclass
class Staff:
    ana: Person
    ben: Person
    dora: Person
    tier: Program

    def upload(self) -> int:
        number = next(_numbers)
        source = self.ana.register(f"Asthma {number}", number=number)
        text = f"# Dosing\n\nThe starting dose in asthma is {number} mg.\n"
        return self.ana.upload(source, text.encode(), f"asthma-{number}.md")

    def submitted(self) -> int:
        version = self.upload()
        self.ana.wait_read(version)
        self.ana.submit(version)
        return version

    def in_force(self) -> int:
        """A version that is approved, and found."""
        version = self.submitted()
        self.ben.approve(version)
        self.wait_found(version)
        return version

    def wait_found(self, version: int, *, seconds: float = 60.0) -> float:
        return wait_until(lambda: self._finds_by_now(version), seconds=seconds)

    def _finds_by_now(self, version: int) -> bool:
        """A store that is too busy to answer is asked again; patience ends it."""
        try:
            return self.finds(version)
        except Unexpected as answer:
            if "store_unreachable" not in str(answer):
                raise
            return False

    def finds(self, version: int) -> bool:
        """Asked for that source alone, so that others do not crowd it out."""
        source = self.ana.version(version)["source"]
        return version in self.tier.served_versions(QUERY, source=[source])


def staff_of(hospital: Installation) -> Staff:
    ana, ben, dora = (hospital.person(name) for name in ("ana", "ben", "dora"))
    return Staff(ana, ben, dora, hospital.program())
