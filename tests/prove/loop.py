"""The whole loop over HTTP on real files: in, read, approved, found, replaced, kept back, retired.

`python -m tests.prove.loop [--files FILE …] [--encoder fake]`. Without files it takes one of each
language from KB_TEST_DATA, or from the sample.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.prove import Proof, arguments, check_verdict
from tests.support.calling import Program, wait_until
from tests.support.embeddings_endpoint import running_endpoint
from tests.support.served import ROOT, Served, served

SAMPLE = ROOT / "kbadmin" / "sample"
READ_BACK = 10.0  # seconds until what left force has been read back from each store as gone
FOUND = 300.0  # seconds until a whole guideline is embedded on a busy machine
LONG_READ = 600.0


def main(given: list[str]) -> int:
    parser = arguments(__doc__)
    parser.add_argument("--files", nargs="*", type=Path, default=None)
    parser.add_argument("--encoder", choices=["shipped", "fake"], default="shipped")
    wish = parser.parse_args(given)
    files = wish.files if wish.files is not None else chosen_files()
    return prove(files, fake=wish.encoder == "fake").verdict()


def chosen_files() -> list[Path]:
    """One English and one Chinese guideline."""
    data = os.environ.get("KB_TEST_DATA")
    if not data:
        return [
            SAMPLE / "clinical-pharmacology-renal-dosing.en.pdf",
            SAMPLE / "vte-prevention-2026.zh.md",
        ]
    folder = Path(data)
    english = folder / "en" / "guidelines" / "cdc-opioid-prescribing-2022.pdf"
    return [english, *sorted(folder.glob("zh/guidelines/ChinaXiv-*.pdf"))[:1]]


def prove(files: Iterable[Path], *, fake: bool) -> Proof:
    proof = Proof("loop")
    with ExitStack() as stack:
        model = {}
        if fake:
            model["EMBEDDING_MODEL"] = stack.enter_context(running_endpoint()).address
        hospital = stack.enter_context(served(**model))
        for number, file in enumerate(files, start=1):
            _Loop(hospital, proof, file, number).run()
    return proof


@dataclass
class _Loop:
    hospital: Served
    proof: Proof
    file: Path
    number: int
    left: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ana, self.ben, self.dora = map(self.hospital.person, ("ana", "ben", "dora"))
        self.tier: Program = self.hospital.program()
        self.language = "zh" if "zh" in {*self.file.parts, *self.file.name.split(".")} else "en"

    def run(self) -> None:
        source, content = self._registered(), self.file.read_bytes()
        first = self._into_force(source, content, "first edition")
        second = self._superseding(source, content, first)
        self._kept_back(second)
        with self._step("retire"):
            self._leaves(second, lambda: self.ben.retire(second))
        self._exits()
        with self._step("stores compared, trail verified"):
            check_verdict(self.proof, self.hospital.inside("verdict"))

    def _registered(self) -> int:
        with self._step("register"):
            return self.ana.register(self.file.stem, language=self.language, number=self.number)

    def _into_force(self, source: int, content: bytes, label: str) -> int:
        with self._step(f"{label}: upload"):
            version = self.ana.upload(source, content, self.file.name, label=label)
        with self._step(f"{label}: read") as _:
            told = self.ana.wait_read(version, seconds=LONG_READ)
            self.proof.check(told["parse"]["passages"] > 0, f"{self.file.name} has passages")
        with self._step(f"{label}: submit, approve"):
            self.ana.submit(version)
            told = self.ben.approve(version)
            self.proof.check(told["in_force"], f"version {version} is in force once approved")
        with self._step(f"{label}: found by its own words"):
            self._found(version)
        return version

    def _superseding(self, source: int, content: bytes, first: int) -> int:
        before = self._object(first)
        second = self._into_force(source, changed(content, self.file), "second edition")
        self.left.append(first)
        with self._step("first edition is superseded"):
            self._gone(first, before)
            told = self.ana.version(first)
            self.proof.check(
                (told["status"], told["successor"]) == ("retired", second),
                f"version {first} is retired in favour of {second}",
            )
        return second

    def _kept_back(self, version: int) -> None:
        with self._step("quarantine"):
            self._leaves(version, lambda: self.ana.quarantine(version))
        with self._step("lift, by two persons"):
            self.ben.lift(version)
            self.proof.check(
                version not in self._served(version), f"one person does not bring {version} back"
            )
            self.dora.lift(version)
            self._found(version)

    def _leaves(self, version: int, leave: Any) -> None:
        before = self._object(version)
        leave()
        self.left.append(version)
        self._gone(version, before)

    def _gone(self, version: int, sha256: str) -> None:
        """Asked right after: nothing is served, nothing is given out."""
        self.proof.check(version not in self._served(version), f"version {version} is not served")
        status = self.tier.object_status(sha256)
        self.proof.check(
            status == 410, f"the object of version {version} answers 410, not {status}"
        )
        took = wait_until(lambda: self.tier.object_of(version) is None, seconds=60)
        self.proof.check(took < READ_BACK, f"the manifest names {version} for {took:.1f} s more")

    def _exits(self) -> None:
        with self._step("exits read back from each store"):
            time.sleep(1)
            exits = self.hospital.inside("exits", *self.left)
        recorded = {(e["version"], e["store"]) for e in exits}
        wanted = {(v, store) for v in self.left for store in ("vectors", "corpus")}
        self.proof.check(recorded == wanted, f"exit records: {recorded} for {wanted}")
        for row in exits:
            confirmed = row["seconds"] is not None and row["seconds"] < READ_BACK
            self.proof.check(confirmed, f"exit within {READ_BACK:.0f} s: {row}")

    def _found(self, version: int) -> None:
        wait_until(lambda: version in self._served(version), seconds=FOUND)
        found = self.tier.retrieve(self._question(version), top_k=5, language=self.language)
        served = {p["citation"]["version"] for p in found["passages"]}
        self.proof.check(version in served, f"version {version} is among the best five")
        wait_until(lambda: self.tier.object_of(version), seconds=FOUND)
        status = self.tier.object_status(self._object(version))
        self.proof.check(
            status == 200, f"the object of version {version} answers 200, not {status}"
        )

    def _served(self, version: int) -> set[int]:
        return self.tier.served_versions(self._question(version), language=self.language)

    def _question(self, version: int) -> str:
        """A sentence out of its longest passage, which nobody else has."""
        passages: list[dict[str, Any]] = self.ana.got(f"versions/{version}/passages/")["results"]
        return str(max((p["text"] for p in passages), key=len)[:200])

    def _object(self, version: int) -> str:
        sha256 = self.tier.object_of(version)
        assert sha256, f"no manifest lists version {version}"
        return sha256

    def _step(self, what: str) -> Any:
        return self.proof.step(f"{self.file.name[:28]:28}  {what}")


def changed(content: bytes, file: Path) -> bytes:
    """Other bytes with almost the same text: behind a PDF's end, or a line more."""
    if file.suffix == ".pdf":
        return content + b"\n% second edition\n"
    if file.suffix in (".md", ".txt"):
        return content + "\n\nSecond edition. 第二版。\n".encode()
    raise SystemExit(f"{file.name}: take a PDF, Markdown or text.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
