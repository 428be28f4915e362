"""Checks the trail against itself, and every governed row against the trail.

What cannot be interpreted is a finding, never passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Max

from governance import canonical, triggers
from governance.merkle import CompactRange, leaf_hash
from governance.models import (
    AuditEntry,
    AuditNode,
    AuditPayload,
    Governed,
    TrailHead,
    Version,
    content_digest,
    digest_of,
)
from governance.models.governed import plain
from governance.trail import entry_of


@dataclass(frozen=True)
class Finding:
    """Something that does not fit: what kind, where, and a sentence."""

    kind: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail}"


def verify_trail() -> Iterator[Finding]:
    """Everything that does not fit, in the order of the checks; nothing if all is well."""
    for name in triggers.missing(connection):
        yield Finding("trigger", name, "The trigger is missing or switched off.")
    yield from _entries_and_tree()
    yield from _rows()
    yield from _texts()


def _entries_and_tree() -> Iterator[Finding]:
    tree, at = CompactRange(0, ()), None
    nodes = {(n.level, n.index): bytes(n.digest) for n in AuditNode.objects.iterator()}
    for entry in AuditEntry.objects.order_by("number").iterator():
        if entry.number != tree.size + 1:
            yield Finding("entry", f"entry {tree.size + 1}", "The entry is missing.")
            return
        yield from _one_entry(entry, at)
        at = entry.at
        tree, complete = tree.append(leaf_hash(bytes(entry.leaf)))
        for level, index, digest in complete:
            if level and nodes.pop((level, index), b"") != digest:
                yield Finding("tree", f"node {level}/{index}", "The node does not fit the entries.")
    for level, index in nodes:
        yield Finding("tree", f"node {level}/{index}", "The node belongs to no entry.")
    yield from _head(tree, at)


def _head(tree: CompactRange, at: datetime | None) -> Iterator[Finding]:
    head = TrailHead.objects.filter(pk=1).first()
    if head is None:
        yield Finding("head", "head", "The trail has no head.")
    elif head.size > tree.size:
        yield Finding("entry", f"entry {tree.size + 1}", "The end of the trail has been cut off.")
    elif head.range != tree or head.at != at:
        yield Finding("head", "head", "The head does not fit the entries.")
    if AuditPayload.objects.count() != tree.size:
        yield Finding("payload", "payloads", "There are more or fewer payloads than entries.")


def _one_entry(entry: AuditEntry, before: datetime | None) -> Iterator[Finding]:
    where = f"entry {entry.number}"
    content = content_of(entry)
    try:
        told = entry_of(bytes(entry.leaf), content or {}, at=entry.at)
    except (KeyError, TypeError, AttributeError):
        content = None
    if content is None:
        yield Finding("entry", where, "Its content cannot be interpreted.")
        return
    names = [f.attname for f in AuditEntry._meta.concrete_fields]
    if any(_bare(getattr(entry, n)) != _bare(getattr(told, n)) for n in names):
        yield Finding("entry", where, "Its columns do not say what its content says.")
    if content["at"] != plain(entry.at) or (before and entry.at < before):
        yield Finding("entry", where, "Its instant is not the one it was written at.")
    if canonical.dumps(content) != bytes(entry.leaf):
        yield Finding("entry", where, "Its content is not in canonical form.")
    yield from _payload(where, entry.number, content)


def _bare(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _payload(where: str, number: int, content: dict[str, Any]) -> Iterator[Finding]:
    payload = AuditPayload.objects.filter(pk=number).first()
    if payload is None:
        yield Finding("payload", where, "Its payload is missing.")
        return
    committed = {k: v for k, v in content["commitments"].items() if k != "state"}
    salt = bytes(payload.salt)
    told = {k: canonical.commitment([k, v], salt) for k, v in payload.content.items()}
    if told != committed:
        yield Finding("payload", where, "Its payload is not what the entry commits to.")


def governed_models() -> list[type[Governed]]:
    return [m for m in apps.get_models() if issubclass(m, Governed)]


def _rows() -> Iterator[Finding]:
    """Every governed row must be in the state that the last entry about it commits to."""
    last = (
        AuditEntry.objects.exclude(governs_type="")
        .values_list("governs_type", "governs_id")
        .annotate(Max("number"))
    )
    told = {(kind, pk): number for kind, pk, number in last}
    for model in governed_models():
        name = model._meta.model_name or ""
        for row in model._default_manager.order_by("pk").iterator(chunk_size=500):
            number = told.pop((name, str(row.pk)), None)
            if number is None:
                yield Finding("row", f"{name} {row.pk}", "The trail knows nothing of this row.")
            elif not _is_as_committed(row, number):
                detail = f"The row is not what entry {number} says it is."
                yield Finding("row", f"{name} {row.pk}", detail)
    for (name, pk), number in told.items():
        yield Finding("row", f"{name} {pk}", f"The row of entry {number} is gone.")


def _is_as_committed(row: Governed, number: int) -> bool:
    entry = AuditEntry.objects.filter(pk=number).first()
    payload = AuditPayload.objects.filter(pk=number).first()
    if entry is None or payload is None:
        return False
    committed = (content_of(entry) or {}).get("commitments", {}).get("state")
    told = canonical.commitment(["state", row.state()], bytes(payload.salt))
    return bool(told == committed)


def _texts() -> Iterator[Finding]:
    """Every passage must be what its digest names, every version what it was sealed with."""
    replaced = _replaced_digests()
    for version in Version.objects.order_by("pk").iterator(chunk_size=100):
        where = f"version {version.pk}"
        passages = version.passages.select_related("section").order_by("position", "pk")
        current = [p for p in passages if p.pk not in replaced]
        sections = list(version.sections.order_by("position"))
        sealed = content_digest(sections, current) if sections or current else ""
        if sealed != version.content_digest:
            yield Finding("text", where, "Its text is not the text it was sealed with.")
        yield from _passages(passages, replaced)
        if version.digest and version.digest != version.digest_as_approved():
            yield Finding("text", where, "Its digest is not that of what it cites and serves.")


def _passages(passages: Any, replaced: dict[int, str]) -> Iterator[Finding]:
    for passage in passages:
        digest = digest_of(passage.text)
        if digest != passage.digest or replaced.get(passage.pk, digest) != digest:
            yield Finding("text", f"passage {passage.pk}", "Its text is not the text it had.")


def _replaced_digests() -> dict[int, str]:
    """What corrections replaced, by the trail's word and not by the rows'."""
    found = {}
    for entry in AuditEntry.objects.filter(action="passage.corrected").iterator():
        content = content_of(entry) or {}
        old = content.get("facts", {}).get("replaced", {})
        found[old.get("id", 0)] = old.get("digest", "")
    return found


def content_of(entry: AuditEntry) -> dict[str, Any] | None:
    """What an entry says, or None where its bytes cannot be interpreted."""
    try:
        content = json.loads(bytes(entry.leaf))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
