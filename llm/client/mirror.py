"""Makes a folder hold the newest corpus: fetches what is lacking, switches, drops what is past."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType

from . import news
from .errors import BadAnswer, ClockWrong, KeyRefused, MirrorError, Unreachable
from .folder import Current, Folder
from .manifests import Manifest, Named, parse
from .newest import Newest, newest
from .objects import HERE, UNKNOWN, fetch, is_sound
from .server import Server
from .trail import proved_head

# Seconds by which clocks may differ: the terms of knowledge begin and end by the clock.
CLOCK_TOLERANCE = 120.0
# Seconds after which what a new manifest no longer names goes, though the new is not all here.
PATIENCE = 10.0

ACKNOWLEDGED = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CONFLICT})

# Why an object that a manifest names is not here.
EARLY, PAST, WITHDRAWN = "early", "past", "withdrawn"


def silent(_sentence: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Outcome:
    """What holds now, what this pass did, and when something begins or ends by the clock next."""

    root: str
    epoch: str
    trail: int
    behind: int
    fetched: int
    lacking: int
    next_at: datetime | None


class Mirror:
    """`with Mirror(…) as mirror: mirror.once()`. Raises `Busy` where another has the folder."""

    def __init__(
        self,
        server: Server,
        folder: Folder,
        *,
        clock_tolerance: float = CLOCK_TOLERANCE,
        refuses_clock: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        say: Callable[[str], None] = silent,
    ) -> None:
        self.server, self.folder = server, folder
        self.clock_tolerance, self.refuses_clock = clock_tolerance, refuses_clock
        self.now, self.say = now, say
        self._held = ExitStack()

    def __enter__(self) -> Mirror:
        self._held.enter_context(self.folder.held())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.close()
        self._held.close()

    def once(self, *, verify: bool = False) -> Outcome:
        """Make the folder hold the newest corpus. `verify` has every object read again.

        Whatever is raised, what held before holds on, but for what has left force.
        """
        before = self.folder.current()
        told = newest(self.server, self.folder, before)
        self._mind_the_clock(before)
        after = self._continued(before, told)
        if told.behind and before.root:
            before = self._without_withdrawn(told.manifest, before)
        lacking, fetched = self._bring(told.manifest, before, verify=verify)
        after = replace(after, lacking=lacking)
        self._switch(told, before, after)
        if told.behind and fetched:
            after = self._without_withdrawn(told.manifest, after)
        after = self._acknowledge(after)
        self.folder.note_pass()
        return Outcome(
            root=after.root,
            epoch=after.epoch,
            trail=after.trail,
            behind=told.behind,
            fetched=fetched,
            lacking=len(after.lacking),
            next_at=_next_instant(told.manifest, self.now()),
        )

    def _mind_the_clock(self, before: Current) -> None:
        """Raises `ClockWrong`, and has readers refuse as well until the clock is right again."""
        ahead = self.server.ahead
        if abs(ahead) <= self.clock_tolerance:
            return
        way = "ahead of" if ahead > 0 else "behind"
        sentence = f"This machine's clock is {abs(ahead):.0f} s {way} that of the knowledge base."
        if not self.refuses_clock:
            self.say(sentence)
            return
        if before.root and not before.clock:
            self.folder.switch(replace(before, clock=ahead))
        raise ClockWrong(sentence)

    def _continued(self, before: Current, told: Newest) -> Current:
        """What will hold: the trail that it is of has been proved to continue the one before."""
        manifest = told.manifest
        if manifest.root == before.root:
            return replace(before, etag=told.etag, clock=0.0)
        if before.epoch and manifest.epoch != before.epoch:
            self.say(f"The trail has begun anew, as epoch {manifest.epoch}: starting afresh.")
        size, root = proved_head(self.server, manifest, before)
        return Current(
            root=manifest.root,
            epoch=manifest.epoch,
            trail=manifest.trail,
            head=(size, root.hex()),
            etag=told.etag,
        )

    def _bring(
        self, manifest: Manifest, before: Current, *, verify: bool
    ) -> tuple[dict[str, str], int]:
        """Fetch what is wanted and not here. Returns what is lacking, and how many were fetched."""
        lacking: dict[str, str] = {}
        fetched, until = 0, time.monotonic() + PATIENCE
        known = before.lacking if before.root == manifest.root else {}
        try:
            for sha256, named in manifest.objects.items():
                why = self._why_not(named, known)
                if not why and not self._is_here(named, verify=verify):
                    why = self._fetched(named)
                    fetched += not why
                if why:
                    lacking[sha256] = why
                if time.monotonic() > until:
                    self._let_go(before, manifest)
                    until = float("inf")
        except MirrorError:
            self._let_go(before, manifest)
            raise
        return lacking, fetched

    def _why_not(self, named: Named, known: dict[str, str]) -> str:
        """What need not be asked for: the clock says so, or the server did, of this manifest."""
        at = self.now()
        if named.is_early(at):
            return EARLY
        if not named.is_wanted(at):
            return PAST
        return WITHDRAWN if known.get(named.sha256) == WITHDRAWN else ""

    def _is_here(self, named: Named, *, verify: bool) -> bool:
        if not self.folder.holds(named.sha256):
            return False
        return not verify or is_sound(self.folder, named)

    def _fetched(self, named: Named) -> str:
        """Nothing, or why it is not to be had."""
        what = fetch(self.server, self.folder, named)
        if what == HERE:
            return ""
        if what != UNKNOWN:
            return WITHDRAWN
        grace = timedelta(seconds=self.clock_tolerance)
        if named.starts and self.now() - named.starts < grace:
            return EARLY
        raise Unreachable(f"The manifest names an object that is not known: {named.sha256}.")

    def _let_go(self, before: Current, manifest: Manifest) -> None:
        """What the newest manifest no longer names has left force, though the rest is not here."""
        old = self.folder.current()
        held = self._manifest_of(old)
        if held is None or old.root == manifest.root:
            return
        gone = set(held.objects) - set(manifest.objects) - set(old.lacking)
        if gone:
            self._drop(gone, old)

    def _manifest_of(self, current: Current) -> Manifest | None:
        try:
            return parse(self.folder.manifest(current.root).read_bytes()) if current.root else None
        except (OSError, MirrorError):
            return None

    def _switch(self, told: Newest, before: Current, after: Current) -> None:
        """From here on readers see the new; what it does not name goes."""
        if not told.is_here:
            self.folder.keep_manifest(after.root, told.manifest.content)
        if after != before:
            self.folder.switch(after)
        self.folder.prune(root=after.root, objects=set(told.manifest.objects) - set(after.lacking))

    def _without_withdrawn(self, manifest: Manifest, held: Current) -> Current:
        """What has left force since the manifest was written goes before the next is, and before
        anything is waited for that cannot be had."""
        here = {name for name in manifest.objects if self.folder.holds(name)}
        gone = set(news.withdrawn_since(self.server, manifest, here - set(held.lacking)))
        return self._drop(gone, held) if gone else held

    def _drop(self, gone: set[str], held: Current) -> Current:
        """Readers are told first, or they would miss a file that they count on."""
        after = replace(held, lacking=held.lacking | dict.fromkeys(gone, WITHDRAWN))
        self.folder.switch(after)
        for sha256 in gone:
            self.folder.drop(sha256)
        return after

    def _acknowledge(self, after: Current) -> Current:
        """Say what is held, once; who cannot say it now says it the next time."""
        if after.acknowledged == after.root:
            return after
        try:
            answer = self.server.post("corpus/acknowledgements/", {"root": after.root})
        except (Unreachable, KeyRefused) as error:
            self.say(f"The root could not be acknowledged: {error}")
            return after
        if answer.status not in ACKNOWLEDGED:
            raise BadAnswer(f"An acknowledgement is answered with {answer.status}.")
        after = replace(after, acknowledged=after.root)
        self.folder.switch(after)
        return after


def _next_instant(manifest: Manifest, at: datetime) -> datetime | None:
    instants = (each for n in manifest.objects.values() for each in (n.starts, n.ends) if each)
    return min((each for each in instants if each > at), default=None)
