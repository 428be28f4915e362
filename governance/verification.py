"""Checks the trail against itself, and every governed row against the trail.

What cannot be interpreted is a finding, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Max

from governance import canonical, originals, triggers
from governance.merkle import CompactRange, leaf_hash
from governance.models import (
    AuditEntry,
    AuditPayload,
    Governed,
    Passage,
    TrailHead,
    Upload,
    Version,
    content_digest,
    digest_of,
    numbering_digest,
)
from governance.models.audit import AuditEntryQuerySet
from governance.models.governed import plain
from governance.stored_trail import StoredNodes, StoredPayloads
from governance.stored_trail import content_of as content_of  # offered on to those who follow
from governance.trail import entry_of

T = TypeVar("T")
# Rows read, and held, at a time.
CHUNK = 500
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Finding:
    """Something that does not fit: what kind, where, and a sentence."""

    kind: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail}"


# What else is to be verified with the trail, of what other apps keep.
_further: list[Callable[[], Iterator[Finding]]] = []


def also(verifier: Callable[[], Iterator[Finding]]) -> None:
    """Have this verified too, from now on. Twice does no harm."""
    if verifier not in _further:
        _further.append(verifier)


def verify_trail(*, with_files: bool = False) -> Iterator[Finding]:
    """Everything that does not fit, in the order of the checks; nothing if all is well.

    What it holds in memory does not grow with the trail. The files are read last and outside
    the snapshot, which must not stay open for as long as gigabytes take.
    """
    with _one_snapshot():
        for name in triggers.missing(connection):
            yield Finding("trigger", name, "The trigger is missing or switched off.")
        yield from _entries_and_tree()
        yield from _rows()
        yield from _texts()
        for further in _further:
            yield from further()
    if with_files:
        yield from _files()


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Read everything as it stood at one instant, while others go on writing."""
    if connection.in_atomic_block:
        yield
        return
    begin = {
        "sqlite": "BEGIN DEFERRED",
        "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
    with connection.cursor() as cursor:
        cursor.execute(begin[connection.vendor])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _entries_and_tree() -> Iterator[Finding]:
    """Reads entries, payloads and nodes side by side, each in its order and one at a time."""
    tree = CompactRange()
    last: AuditEntry | None = None
    nodes, payloads = StoredNodes(), StoredPayloads()
    for entry in AuditEntry.objects.order_by("number").iterator(CHUNK):
        if entry.number != tree.size + 1:
            yield Finding("entry", f"entry {tree.size + 1}", "The entry is missing.")
            return
        yield from _one_entry(entry, last, payloads.take(entry.number))
        last = entry
        tree, complete = tree.append(leaf_hash(bytes(entry.leaf)))
        for level, index, digest in complete:
            if nodes.take(level, index) != digest:
                yield Finding("tree", f"node {level}/{index}", "The node does not fit the entries.")
    for level, index in nodes.left_over():
        yield Finding("tree", f"node {level}/{index}", "The node belongs to no entry.")
    yield from _head(tree, last)


def _head(tree: CompactRange, last: AuditEntry | None) -> Iterator[Finding]:
    head = TrailHead.objects.filter(pk=1).first()
    if head is None:
        yield Finding("head", "head", "The trail has no head.")
    elif head.size > tree.size:
        yield Finding("entry", f"entry {tree.size + 1}", "The end of the trail has been cut off.")
    elif not _fits(head, tree, last):
        yield Finding("head", "head", "The head does not fit the entries.")
    if AuditPayload.objects.count() != tree.size:
        yield Finding("payload", "payloads", "There are more or fewer payloads than entries.")


def _fits(head: TrailHead, tree: CompactRange, last: AuditEntry | None) -> bool:
    """Whoever begins a new epoch says so in its first entry, so the last one names the head's."""
    try:
        told = head.range
    except (ValueError, TypeError):
        return False
    if last is None:
        return told == tree and head.at is None
    return (told, head.at, head.epoch) == (tree, last.at, (content_of(last) or {}).get("epoch"))


def _one_entry(
    entry: AuditEntry, before: AuditEntry | None, payload: AuditPayload | None
) -> Iterator[Finding]:
    where = f"entry {entry.number}"
    content = content_of(entry)
    if content is None:
        yield Finding("entry", where, "Its content cannot be interpreted.")
        return
    told = entry_of(bytes(entry.leaf), content, at=entry.at)
    names = [f.attname for f in AuditEntry._meta.concrete_fields]
    if any(_bare(getattr(entry, n)) != _bare(getattr(told, n)) for n in names):
        yield Finding("entry", where, "Its columns do not say what its content says.")
    if content["at"] != plain(entry.at) or (before and entry.at < before.at):
        yield Finding("entry", where, "Its instant is not the one it was written at.")
    yield from _payload(where, payload, content)


def _bare(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _payload(
    where: str, payload: AuditPayload | None, content: dict[str, Any]
) -> Iterator[Finding]:
    if payload is None:
        yield Finding("payload", where, "Its payload is missing.")
        return
    committed = {k: v for k, v in content["commitments"].items() if k != "state"}
    if _commitments(payload) != committed:
        yield Finding("payload", where, "Its payload is not what the entry commits to.")


def _commitments(payload: AuditPayload) -> dict[str, str] | None:
    """What an entry with this payload commits to; None where it cannot be worked out."""
    salt, private = bytes(payload.salt), payload.content
    if not isinstance(private, dict):
        return None
    try:
        return {k: canonical.commitment([k, v], salt) for k, v in private.items()}
    except (ValueError, RecursionError):
        return None


def governed_models() -> list[type[Governed]]:
    return [m for m in apps.get_models() if issubclass(m, Governed)]


def _rows() -> Iterator[Finding]:
    """Every governed row must be in the state that the last entry about it commits to."""
    models = {m._meta.model_name or "": m for m in governed_models()}
    for name, model in models.items():
        for rows in _in_chunks(model._default_manager.order_by("pk").iterator(CHUNK)):
            yield from _some_rows(name, rows)
        yield from _gone(name, model)
    strangers = AuditEntry.objects.exclude(governs_type__in=["", *models])
    for name, pk, number in _last_about(strangers).order_by("last"):
        yield Finding("row", f"{name} {pk}", f"The row of entry {number} is gone.")


def _some_rows(name: str, rows: Sequence[Governed]) -> Iterator[Finding]:
    about = AuditEntry.objects.filter(governs_type=name, governs_id__in=[r.pk for r in rows])
    told = {pk: number for _name, pk, number in _last_about(about)}
    entries = AuditEntry.objects.in_bulk(list(told.values()))
    payloads = AuditPayload.objects.in_bulk(list(told.values()))
    for row in rows:
        number = told.get(str(row.pk))
        if number is None:
            yield Finding("row", f"{name} {row.pk}", "The trail knows nothing of this row.")
        elif not _is_as_committed(row, entries.get(number), payloads.get(number)):
            detail = f"The row is not what entry {number} says it is."
            yield Finding("row", f"{name} {row.pk}", detail)


def _gone(name: str, model: type[Governed]) -> Iterator[Finding]:
    about = _last_about(AuditEntry.objects.filter(governs_type=name)).order_by("governs_id")
    for chunk in _in_chunks(about.iterator(CHUNK)):
        wanted = [int(pk) for _name, pk, _number in chunk if NUMBER.fullmatch(pk)]
        there = model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)
        standing = {str(pk) for pk in there}
        for _name, pk, number in chunk:
            if pk not in standing:
                yield Finding("row", f"{name} {pk}", f"The row of entry {number} is gone.")


def _last_about(entries: AuditEntryQuerySet) -> Any:
    """What kind, which row, and the number of the last entry about it."""
    rows = entries.order_by().values_list("governs_type", "governs_id")
    return rows.annotate(last=Max("number"))


def _in_chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _is_as_committed(row: Governed, entry: AuditEntry | None, payload: AuditPayload | None) -> bool:
    content = content_of(entry) if entry else None
    if content is None or payload is None:
        return False
    try:
        told = canonical.commitment(["state", row.state()], bytes(payload.salt))
    except (ValueError, RecursionError):
        return False
    return bool(told == content["commitments"].get("state"))


@dataclass(frozen=True)
class Corrections:
    """What replaced what, by the trail's word and not by the rows'."""

    digest_of: dict[int, str]
    replaced_by: dict[int, int]

    def replaced(self, passage: int) -> int | None:
        return self.replaced_by.get(passage)


def _texts() -> Iterator[Finding]:
    """Every passage must be what its digest names, every version what it was sealed with."""
    corrections, numberings = _corrections(), _numberings()
    gone = {*corrections.digest_of, *corrections.replaced_by}
    for version in Version.objects.order_by("pk").iterator(chunk_size=100):
        where = f"version {version.pk}"
        passages = list(version.passages.select_related("section").order_by("position", "pk"))
        gone -= {p.pk for p in passages}
        if _seal(version, passages, corrections) != version.content_digest:
            yield Finding("text", where, "Its text is not the text it was sealed with.")
        current = [p for p in passages if p.pk not in corrections.digest_of]
        if numberings.get(version.pk, "") not in ("", numbering_digest(current)):
            yield Finding("text", where, "Its passages are not numbered as they were approved.")
        for passage in passages:
            yield from _one_passage(passage, corrections)
        if version.digest and version.digest != _digest_as_approved(version):
            yield Finding("text", where, "Its digest is not that of what it cites and serves.")
    for number in sorted(gone):
        yield Finding("text", f"passage {number}", "The passage of a correction is gone.")


def _files() -> Iterator[Finding]:
    """Every file that was received must be there with every one of its bytes."""
    after = 0
    while page := list(Upload.objects.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        for upload in page:
            found = originals.hash_of(upload.sha256)
            if found is None:
                yield Finding("file", f"upload {upload.pk}", "Its file is missing.")
            elif found != upload.sha256:
                yield Finding("file", f"upload {upload.pk}", "Its file is not what was received.")
        after = page[-1].pk


def _seal(version: Version, passages: Sequence[Passage], corrections: Corrections) -> str:
    """The digest of the text as the rows hold it, or nothing where there is none."""
    current = [p for p in passages if p.pk not in corrections.digest_of]
    sections = list(version.sections.order_by("position"))
    if not version.content_digest and not sections and not current:
        return ""
    try:
        return content_digest(sections, current)
    except (ValueError, RecursionError):
        return ""


def _digest_as_approved(version: Version) -> str:
    """Nothing where it cannot be worked out, say for want of the upload."""
    try:
        return version.digest_as_approved()
    except (ObjectDoesNotExist, ValueError, TypeError, RecursionError):
        return ""


def _one_passage(passage: Passage, corrections: Corrections) -> Iterator[Finding]:
    where, digest = f"passage {passage.pk}", digest_of(passage.text)
    if digest != passage.digest or corrections.digest_of.get(passage.pk, digest) != digest:
        yield Finding("text", where, "Its text is not the text it had.")
    if passage.replaces_id != corrections.replaced(passage.pk):
        yield Finding("text", where, "It does not replace what the trail says it replaces.")


def _numberings() -> dict[int, str]:
    """Which number each passage of a version had when it was last approved or reaffirmed."""
    found = {}
    decided = AuditEntry.objects.filter(action__in=("version.approved", "version.reaffirmed"))
    for entry in decided.order_by("number").iterator():
        content = content_of(entry) or {}
        match content.get("facts"), content.get("subject"):
            case {"numbering": str(digest)}, {"id": str(version)}:
                found[int(version)] = digest
    return found


def _corrections() -> Corrections:
    found = Corrections({}, {})
    for entry in AuditEntry.objects.filter(action="passage.corrected").iterator():
        content = content_of(entry) or {}
        match content.get("facts"), content.get("subject"):
            case {"replaced": {"id": int(old), "digest": str(digest)}}, {"id": str(new)}:
                found.digest_of[old] = digest
                found.replaced_by[int(new)] = old
    return found
