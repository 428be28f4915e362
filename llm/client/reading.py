"""Reads the corpus out of a mirror's folder: what is in force by this machine's clock, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .errors import ClockWrong, FolderAway, Moved, NoCorpus, Stale, Tampered
from .folder import Folder
from .manifests import Manifest, Named, instant, parse
from .objects import unpack

TRIES = 5


class Corpus:
    """One manifest, as it held when it was opened. Open it anew to see what is newer.

    Raises `Stale` where the mirror has not looked for longer than `max_age`: nobody knows then
    what has been withdrawn.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        max_age: timedelta | None = None,
        minds_the_clock: bool = True,
    ) -> None:
        self._folder = Folder(path)
        self._current = self._folder.current()
        if not self._current.root:
            raise NoCorpus(f"Nothing has been mirrored into {path} yet.")
        if self._current.clock and minds_the_clock:
            ahead = f"{self._current.clock:+.0f} s"
            raise ClockWrong(f"The clock of this machine is not to be trusted: {ahead}.")
        if max_age is not None and datetime.now(UTC) - self.looked_at > max_age:
            raise Stale(f"The mirror looked last at {self.looked_at:%Y-%m-%d %H:%M:%S} UTC.")
        self.manifest: Manifest = self._opened()

    @property
    def looked_at(self) -> datetime:
        """When the mirror last knew that this was the newest, or had made it so."""
        return datetime.fromtimestamp((self._folder.path / "lock").stat().st_mtime, UTC)

    @property
    def clock(self) -> float:
        """By how many seconds this machine's clock was ahead, where that was too much; else 0."""
        return self._current.clock

    @property
    def lacking(self) -> int:
        """How many objects of the manifest are not here: withdrawn, past, or still to begin."""
        return len(self._current.lacking)

    def passages(self, at: datetime | None = None) -> Iterator[dict[str, Any]]:
        """What is in force at this instant, now if none is given, with the whole citation.

        Raises `Moved` where the mirror goes on meanwhile: all of one manifest, or nothing.
        """
        at = at or datetime.now(UTC)
        for row in self._in_force(at):
            for line in self._lines(row):
                line["citation"]["review_due"] = row["review_due"]
                yield line | {"version": row["version"], "until": row["until"]}

    def facts(self, at: datetime | None = None) -> Iterator[dict[str, Any]]:
        """What is said of concepts, with that of its evidence which is in force."""
        at = at or datetime.now(UTC)
        versions = {row["version"] for row in self._in_force(at)}
        for row in self.manifest.relations:
            if row["object"] in self._current.lacking:
                continue
            for fact in self._lines(row):
                evidence = [e for e in fact["evidence"] if e["version"] in versions]
                if evidence:
                    yield fact | {"evidence": evidence}

    def _in_force(self, at: datetime) -> Iterator[Mapping[str, Any]]:
        if at.tzinfo is None:
            raise ValueError("An instant without an offset is another one in another place.")
        for row in self.manifest.versions:
            holds = instant(row["from"]) <= at < instant(row["until"])
            if holds and row["object"] not in self._current.lacking:
                yield row

    def _lines(self, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        named = Named(row["object"], row["bytes"])
        for line in unpack(self._stored(named.sha256), named).splitlines():
            yield json.loads(line)

    def _stored(self, sha256: str) -> bytes:
        try:
            return self._folder.object(sha256).read_bytes()
        except FileNotFoundError as error:
            self._must_be_current()
            raise Tampered(f"Object {sha256} is not in the folder.") from error
        except OSError as error:
            raise FolderAway(f"The folder does not answer: {error}") from error

    def _opened(self) -> Manifest:
        try:
            manifest = parse(self._folder.manifest(self._current.root).read_bytes())
        except FileNotFoundError as error:
            self._must_be_current()
            raise Tampered("The manifest is not in the folder.") from error
        if manifest.root != self._current.root:
            raise Tampered("The manifest is not the one that it is called.")
        return manifest

    def _must_be_current(self) -> None:
        now = self._folder.current()
        if (now.root, now.lacking) != (self._current.root, self._current.lacking):
            raise Moved("The mirror went on to something newer: open it again.")


def load(path: Path | str, at: datetime | None = None) -> list[dict[str, Any]]:
    """All passages in force, of one manifest, however often the mirror goes on meanwhile."""
    for _time in range(TRIES - 1):
        try:
            return list(Corpus(path).passages(at))
        except Moved:
            continue
    return list(Corpus(path).passages(at))
