"""Seven months on by the clock, with no worker and no schedule: nothing may be served any more.

The whole process is given another clock by `faketime`. Then one version is reaffirmed, with the
worker running again under the same clock: it is back, and the gap stays in its terms.
`--plant no-clock` must fail.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from tests.prove import PLANTED, Proof, arguments, check_verdict, planted, say
from tests.prove.__main__ import SKIPPED
from tests.support.calling import Person, Program, wait_until
from tests.support.embeddings_endpoint import running_endpoint
from tests.support.served import Installation, installed

MONTHS_ON = "+214d"
QUERY = "starting dose in asthma"
BACK = 30.0  # seconds until a store has the new term


def main(given: Sequence[str]) -> int:
    wish = arguments(__doc__, "no-clock").parse_args(given)
    if not is_possible():
        say("clock: not tried, there is no faketime here.")
        return SKIPPED
    return prove(plant=wish.plant).verdict()


def is_possible() -> bool:
    return shutil.which("faketime") is not None


def prove(*, plant: str | None = None) -> Proof:
    proof = Proof("clock")
    with (
        running_endpoint() as endpoint,
        installed(EMBEDDING_MODEL=endpoint.address, **planted(plant)) as hospital,
    ):
        _Clock(hospital, proof).run()
    return proof


class _Clock:
    def __init__(self, hospital: Installation, proof: Proof) -> None:
        self.hospital, self.proof = hospital, proof
        self.versions: list[int] = []
        self.objects: dict[int, str] = {}

    def run(self) -> None:
        with self.proof.step("two sources into force"):
            self._fill()
        self._travel()
        with self.proof.step("seven months on, no worker, no schedule"):
            self._nothing_is_left()
        with self.proof.step("reaffirmed, with the worker under the same clock"):
            self._one_is_back()
        with self.proof.step("stores compared, trail verified"):
            check_verdict(self.proof, self.hospital.inside("verdict"))

    def _fill(self) -> None:
        web = self.hospital.serve()
        try:
            ana, ben, tier = self._people()
            for number in (1, 2):
                source = ana.register(f"Asthma {number}", number=number)
                text = f"# Dosing\n\nThe starting dose in asthma is {number} mg.\n"
                version = ana.upload(source, text.encode(), "asthma.md")
                ana.wait_read(version)
                ana.submit(version)
                ben.approve(version)
                wait_until(partial(self._is_out, tier, version))
                self.versions.append(version)
                self.objects[version] = tier.object_of(version) or ""
        finally:
            web.stop()

    def _is_out(self, tier: Program, version: int) -> bool:
        return version in tier.served_versions(QUERY) and tier.object_of(version) is not None

    def _travel(self) -> None:
        self.hospital.through = ["faketime", "-f", MONTHS_ON]
        self.hospital.environment |= {
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "KB_OTHER_CLOCK": "1",
            "DJANGO_SETTINGS_MODULE": PLANTED,
        }

    def _nothing_is_left(self) -> None:
        check = self.proof.check
        web = self.hospital.serve_web_alone()
        try:
            ana, _ben, tier = self._people()
            check(not tier.served_versions(QUERY), "nothing is served that is overdue")
            for version, sha256 in self.objects.items():
                status = tier.object_status(sha256)
                check(status == 410, f"the object of version {version}: {status}, not 410")
                told = ana.version(version)
                stands = told["status"], told["in_force"]
                check(stands == ("active", False), f"version {version} stands as {stands}")
        finally:
            web.stop()
        doctor = self.hospital.command("doctor", may_fail=True)
        figures = doctor["figures"]
        check(figures["versions_in_force"] == 0, f"doctor: {figures}")
        check(figures["versions_overdue"] == len(self.versions), f"doctor: {figures}")

    def _one_is_back(self) -> None:
        check, back, other = self.proof.check, *self.versions
        web = self.hospital.serve()
        try:
            ana, ben, tier = self._people()
            told = ben.reaffirm(back)
            check(told["in_force"], f"version {back} is in force once reaffirmed")
            took = wait_until(lambda: tier.served_versions(QUERY) == {back}, seconds=BACK)
            say(f"  served again after {took:.1f} s")
            check(tier.object_status(self.objects[other]) == 410, f"{other} stays away")
            wait_until(lambda: tier.object_of(back), seconds=BACK)
            status = tier.object_status(tier.object_of(back) or "")
            check(status == 200, f"the object of version {back}: {status}, not 200")
            self._reads_still(ana)
        finally:
            web.stop()
        first, second = [_span(term) for term in self.hospital.inside("terms", back)]
        gap = second[0] - first[1]
        check(gap.days > 20, f"the gap in the terms is {gap}")

    def _reads_still(self, ana: Person) -> None:
        """The queue and the reading of files work under this clock, too."""
        source = ana.register("Asthma 3", number=3)
        version = ana.upload(source, b"# Later\n\nA later text.\n", "later.md")
        told = ana.wait_read(version)
        self.proof.check(told["parse"]["passages"] == 1, "a file is read seven months on")

    def _people(self) -> tuple[Person, Person, Program]:
        return (
            self.hospital.person("ana"),
            self.hospital.person("ben"),
            self.hospital.program(),
        )


def _span(term: list[str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(term[0]), datetime.fromisoformat(term[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
