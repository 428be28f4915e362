"""The audit trail, which is also the outbox.

Every governed change happens inside `changing()`. The block is one transaction; it takes the
trail's lock first, so that numbers are gap-free and follow commit order, and when it ends, what
was noted becomes leaves of an RFC 6962 tree. Followers need only remember the last number seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from governance import canonical, clock
from governance.doorbell import ring
from governance.duties import Deed
from governance.errors import ClockBehind, Malformed, NotAllowed, Refused
from governance.merkle import leaf_hash
from governance.models import (
    KNOWLEDGE,
    Account,
    AuditEntry,
    AuditNode,
    AuditPayload,
    Client,
    Governed,
    RefusedAttempt,
    TrailHead,
)
from governance.models.governed import changed_because, changed_by, plain
from governance.visibility import says_something

# A clock that was put right by less than this is waited out; more is refused.
SKEW = timedelta(seconds=5)
COALESCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Program:
    """An actor who is nobody: the clock and the workers, or whoever holds the server's shell."""

    kind: str


SYSTEM = Program("system")
SHELL = Program("shell")

Actor = Account | Client | Program


@dataclass
class Note:
    action: str
    subject: models.Model | None
    facts: dict[str, Any]
    private: dict[str, Any]


@dataclass
class Changes:
    """What happened in one block, not yet written."""

    by: Actor
    reason: str
    at: datetime
    notes: list[Note] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day it is in the hospital."""
        return localdate(self.at)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Do something that is taken back where it is refused, with what it noted."""
        noted = len(self.notes)
        try:
            with transaction.atomic():
                yield
        except Refused:
            del self.notes[noted:]
            raise

    def note(
        self,
        action: str,
        subject: models.Model | None,
        *,
        private: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        """Say what was done to what.

        `facts` stand in the entry for ever and hold nothing personal; of what is `private` the
        entry keeps salted commitments alone.
        """
        self.notes.append(Note(action, subject, facts, dict(private or {})))


_open: ContextVar[bool] = ContextVar("changing_is_open", default=False)


@contextmanager
def changing(
    *, by: Actor, may: Deed | None = None, reason: str = "", keep: bool = True
) -> Iterator[Changes]:
    """Change governed rows: transaction, actor, permission, reason and audit in one.

    `may` is what an account's duty must include. A refusal rolls everything back and is then
    noted in a block of its own. With `keep` False everything is rolled back at the end: what was
    done was a trial, and leaves no entry.
    """
    if _open.get():
        raise RuntimeError("changing() does not nest: pass `changes` on.")
    try:
        with transaction.atomic(durable=True), _as_actor(by, reason):
            head = TrailHead.objects.select_for_update().get()
            _permit(by, may)
            changes = Changes(by, reason, _instant(head))
            yield changes
            if keep:
                _append(head, changes)
            else:
                transaction.set_rollback(True)
    except Refused as refusal:
        note_refusal(by, refusal)
        raise


def needs_reason(reason: str, *, field: str = "reason") -> str:
    """The reason without the space around it; refused where nothing that can be seen is left."""
    if not says_something(reason) or "\0" in reason:
        raise Malformed(field=field, problem=_("Say why."))
    return reason.strip()


@contextmanager
def _as_actor(by: Actor, reason: str) -> Iterator[None]:
    tokens = (
        (_open, _open.set(True)),
        (changed_by, changed_by.set(by if isinstance(by, Account) else None)),
        (changed_because, changed_because.set(reason)),
    )
    try:
        yield
    finally:
        for variable, token in tokens:
            variable.reset(token)  # type: ignore[arg-type]


def _permit(by: Actor, may: Deed | None) -> None:
    """Asked of the database, under the lock: what the caller holds may be older than a change."""
    if may is None or isinstance(by, Program):
        return
    if isinstance(by, Client):
        raise NotAllowed
    account = Account.objects.select_related("person").filter(pk=by.pk).first()
    if account is None or not account.may(may):
        raise NotAllowed


def _instant(head: TrailHead) -> datetime:
    """Now, but never before the entry before."""
    at = clock.now()
    if head.at is None or head.at <= at:
        return at
    if head.at - at > SKEW:
        raise ClockBehind
    return head.at


def _append(head: TrailHead, changes: Changes) -> None:
    if not changes.notes:
        return
    tree = head.range
    nodes: list[AuditNode] = []
    entries: list[AuditEntry] = []
    payloads: list[AuditPayload] = []
    states: dict[Governed, bytes] = {}
    for number, note in enumerate(changes.notes, start=head.size + 1):
        entry, payload = _written(head.epoch, number, changes, note, states)
        tree, complete = tree.append(bytes(entry.leaf_hash))
        nodes += [AuditNode(level=v, index=i, digest=d) for v, i, d in complete if v]
        entries.append(entry)
        payloads.append(payload)
    AuditEntry.objects.bulk_create(entries)
    AuditPayload.objects.bulk_create(payloads)
    AuditNode.objects.bulk_create(nodes)
    head.size, head.nodes, head.at = tree.size, [n.hex() for n in tree.nodes], changes.at
    head.save(update_fields=["size", "nodes", "at"])
    transaction.on_commit(lambda: ring(settings.TRAIL_FOLLOWERS), robust=True)


def _written(
    epoch: str, number: int, changes: Changes, note: Note, states: dict[Governed, bytes]
) -> tuple[AuditEntry, AuditPayload]:
    salt = canonical.new_salt()
    private = {**note.private, **({"reason": changes.reason} if changes.reason else {})}
    commitments = {k: canonical.commitment([k, plain(v)], salt) for k, v in private.items()}
    governed = _governed_by(note.subject)
    if governed:
        written = _state_of(governed, states)
        commitments["state"] = canonical.commitment_to_bytes(written, salt)
    content = {
        "epoch": epoch,
        "number": number,
        "at": plain(changes.at),
        "by": actor_of(changes.by),
        "action": note.action,
        "subject": named(note.subject),
        "governs": named(governed),
        "facts": plain(note.facts),
        "commitments": commitments,
    }
    entry = entry_of(canonical.dumps(content), content, at=changes.at)
    return entry, AuditPayload(number=number, salt=salt, content=plain(private))


def entry_of(leaf: bytes, content: Mapping[str, Any], *, at: datetime) -> AuditEntry:
    """The row that repeats a leaf's content in columns."""
    by = content["by"]
    return AuditEntry(
        number=content["number"],
        at=at,
        by_kind=by["kind"],
        by_id=by.get("id"),
        person_id=by.get("person"),
        action=content["action"],
        subject_type=content["subject"]["type"],
        subject_id=content["subject"]["id"],
        governs_type=content["governs"]["type"],
        governs_id=content["governs"]["id"],
        knowledge=content["action"] in KNOWLEDGE,
        leaf=leaf,
        leaf_hash=leaf_hash(leaf),
    )


def actor_of(by: Actor) -> dict[str, Any]:
    """The actor by pseudonymous numbers alone; names may have to be erased one day."""
    if isinstance(by, Account):
        return {"kind": "account", "id": by.pk, "person": by.person_id}
    if isinstance(by, Client):
        return {"kind": "client", "id": by.pk}
    return {"kind": by.kind}


def named(subject: models.Model | None) -> dict[str, str]:
    if subject is None:
        return {"type": "", "id": ""}
    return {"type": subject._meta.model_name or "", "id": str(subject.pk)}


def _governed_by(subject: models.Model | None) -> Governed | None:
    """The row whose state an entry commits to: the subject's own, or its version's."""
    owner = subject if isinstance(subject, Governed) else getattr(subject, "version", None)
    return owner if isinstance(owner, Governed) else None


def _state_of(row: Governed, states: dict[Governed, bytes]) -> bytes:
    """Read afresh, so that what is committed to is what the database holds.

    Once a row: while a block's entries are written nothing changes any more, and the state of
    a version grows with its quarantines, of which a pull notes hundreds.
    """
    if row not in states:
        fresh = type(row).objects.get(pk=row.pk)  # type: ignore[attr-defined]
        states[row] = canonical.dumps(["state", fresh.state()])
    return states[row]


def note_refusal(by: Actor, refusal: Refused) -> None:
    """Leave a trace of what was refused, at most one entry a person and kind in ten minutes."""
    if isinstance(refusal, ClockBehind):
        return
    who = actor_of(by)
    key = {"by_kind": who["kind"], "by_id": who.get("id", 0), "code": refusal.code}
    with changing(by=by) as changes:
        count, is_new = RefusedAttempt.objects.get_or_create(
            **key, defaults={"noted_at": changes.at}
        )
        if not is_new and changes.at - count.noted_at < COALESCE:
            count.unnoted += 1
        else:
            changes.note("attempt.refused", None, code=refusal.code, times=count.unnoted + 1)
            count.noted_at, count.unnoted = changes.at, 0
        count.save(update_fields=["noted_at", "unnoted"])


def note_left_over_refusals() -> int:
    """Note the refusals that were only counted and whose ten minutes are over."""
    with changing(by=SYSTEM) as changes:
        waiting = RefusedAttempt.objects.filter(unnoted__gt=0, noted_at__lte=changes.at - COALESCE)
        for count in waiting:
            changes.note(
                "attempt.refused",
                None,
                code=count.code,
                times=count.unnoted,
                of={"kind": count.by_kind, "id": count.by_id},
            )
            count.noted_at, count.unnoted = changes.at, 0
            count.save(update_fields=["noted_at", "unnoted"])
    return len(changes.notes)
