"""Writes rows to files, and what each was made of to the tables by which they are called back.

Nothing of it is anybody's before there is a set that names it: whoever is killed leaves a folder
and rows that the next cut clears away.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings

from governance import canonical
from llm.models import (
    Job,
    Part,
    Release,
    TrainingRow,
    TrainingRowPassage,
    TrainingSet,
)
from llm.stores.port import StoreAway
from llm.training.rows import REJECTED, Made, written

VERB = "cut_training_set"
# Rows a file: sent whole from memory, and fetched again whole where a line breaks.
A_FILE = 20_000
A_BATCH = 1000


def folder_of(ordered: UUID) -> Path:
    return Path(settings.KB_HOME) / "training" / str(ordered)


@dataclass
class Writer:
    """Rows in the order in which they come, a kind and a part to a file; each but once."""

    ordered: UUID
    release: Release
    part_of: dict[int, Part]
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    _kept_in: dict[bytes, Part] = field(default_factory=dict)
    _seen: set[bytes] = field(default_factory=set)
    _open: dict[str, BinaryIO] = field(default_factory=dict)
    _names: dict[tuple[str, str], int] = field(default_factory=Counter)
    _waiting: list[tuple[TrainingRow, Made]] = field(default_factory=list)

    def write(self, rows: Iterable[Made]) -> None:
        try:
            for made in rows:
                self._one(made)
            self._flush()
        finally:
            for file in self._open.values():
                file.close()
            self._open.clear()

    def _one(self, made: Made) -> None:
        part = self._part(made)
        if part is None:
            self.left_out["in_two_parts"] += 1
            return
        row = written(made, self.release)
        if (digest := bytes.fromhex(row["id"])) in self._seen:
            self.left_out["said_twice"] += 1
            return
        self._seen.add(digest)
        name = self._name(made.kind, part)
        self._file(name).write(canonical.dumps(row) + b"\n")
        kept = TrainingRow(
            set_id=self.ordered, digest=row["id"], kind=made.kind, part=part, file=name
        )
        self._waiting.append((kept, made))
        self._count(made, part)
        if len(self._waiting) >= A_BATCH:
            self._flush()

    def _part(self, made: Made) -> Part | None:
        """That of all its sources and of whatever else says the same; None where they differ."""
        parts = {self.part_of[source] for source in made.sources() if source in self.part_of}
        keys = [hashlib.sha256(key.encode()).digest()[:16] for key in made.keys]
        parts |= {self._kept_in[key] for key in keys if key in self._kept_in}
        if len(parts) != 1:
            return None
        (part,) = parts
        self._kept_in.update(dict.fromkeys(keys, part))
        return part

    def _name(self, kind: str, part: str) -> str:
        number = self._names[kind, part] // A_FILE
        self._names[kind, part] += 1
        return f"{kind}-{part}-{number:05d}.jsonl"

    def _file(self, name: str) -> BinaryIO:
        if name not in self._open:
            self._open[name] = (folder_of(self.ordered) / name).open("wb")
        return self._open[name]

    def _count(self, made: Made, part: str) -> None:
        self.counts["part", part] += 1
        self.counts["kind", made.kind.value] += 1
        self.counts["language", made.language] += 1
        self.counts["template", f"{made.kind.value}:{made.template}"] += 1
        for each in sorted({p.version.source.source_class for p in made.support}):
            self.counts["source_class", each] += 1

    def _flush(self) -> None:
        """Outside the trail's lock, for there may be a million of them."""
        waiting, self._waiting = self._waiting, []
        TrainingRow.objects.bulk_create([row for row, _made in waiting])
        TrainingRowPassage.objects.bulk_create(
            TrainingRowPassage(
                row=row,
                set_id=self.ordered,
                passage=passage,
                version_id=passage.version_id,
                must_hold=role != REJECTED,
            )
            for row, made in waiting
            for passage, role in made.roles()
        )


def begin(ordered: UUID) -> Path:
    """A folder with nothing in it, and no row: also where an attempt was killed before."""
    _clear(ordered)
    folder = folder_of(ordered)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise StoreAway(f"The folder of training sets does not take it: {error}") from error
    return folder


def abandon(ordered: UUID) -> None:
    """Take away what came to no set."""
    _clear(ordered)


def clear_left() -> None:
    """What killed cuts have left, of which nobody will go on."""
    root = Path(settings.KB_HOME) / "training"
    known = {str(each) for each in TrainingSet.objects.values_list("ordered", flat=True)}
    jobs = Job.objects.filter(verb=VERB).exclude(state=Job.State.DONE)
    known |= {job.arguments["ordered"] for job in jobs}
    for folder in root.glob("*"):
        if folder.name not in known:
            _clear(UUID(folder.name))


def sealed(ordered: UUID) -> list[dict[str, Any]]:
    """The files as they are on the disk for good: name, digest, bytes and rows of each."""
    folder = folder_of(ordered)
    found = [_told(path) for path in sorted(folder.iterdir())]
    for place in (folder, folder.parent):
        _sync(place)
    return found


def _told(path: Path) -> dict[str, Any]:
    _sync(path)
    content = path.read_bytes()
    rows = content.count(b"\n") if path.suffix == ".jsonl" else None
    digest = hashlib.sha256(content).hexdigest()
    return {"name": path.name, "sha256": digest, "bytes": len(content), "rows": rows}


def _clear(ordered: UUID) -> None:
    TrainingRowPassage.objects.of(ordered).delete()
    TrainingRow.objects.of(ordered).delete()
    shutil.rmtree(folder_of(ordered), ignore_errors=True)


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
