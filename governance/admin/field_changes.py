"""Which fields changed along with an entry of the trail, in words, from the field histories.

A convenience beside the trail: where a history is missing, nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from simple_history.models import ModelChange

from governance.admin.histories import WORDS, InWords
from governance.models import Department, Person, Source, Version

# A history is written by the block whose entry it belongs to, a little after its instant.
AFTER = timedelta(seconds=60)
MODELS: dict[str, Any] = {"source": Source, "version": Version}
# Said by the entry itself, or nothing to read.
LEFT_OUT = {"content_digest", "digest", "citation", "approved_at", "submitted_at", "reviewed_on"}
NAMED: dict[str, Any] = {"owner": Person, "department": Department, "predecessor": Version}


@dataclass(frozen=True)
class FieldChange:
    field: str
    old: str
    new: str


def changes_beside(entries: list[Any]) -> dict[int, list[FieldChange]]:
    """By the entry's number; so many queries, however many entries."""
    found: dict[int, list[FieldChange]] = defaultdict(list)
    for kind, model in MODELS.items():
        own = [e for e in entries if e.subject_type == kind]
        records = _records(model, {e.subject_id for e in own})
        names = _names(record for rows in records.values() for record in rows)
        for number, rows in records.items():
            mine = [e for e in own if e.subject_id == number]
            for old, new in pairwise(rows):
                entry = _entry_of(new, mine)
                if entry is not None:
                    found[entry.number] += _changes(model, old, new, names)
    return found


def _records(model: Any, numbers: Iterable[str]) -> dict[str, list[Any]]:
    """The histories of each, oldest first."""
    records: dict[str, list[Any]] = defaultdict(list)
    for record in model.history.filter(id__in=list(numbers)).order_by("history_id"):
        records[str(record.id)].append(record)
    return records


def _entry_of(record: Any, entries: list[Any]) -> Any:
    """The entry that says the same of who and why, and stands closest before."""
    fitting = [e for e in entries if _belongs(record, e)]
    return max(fitting, key=lambda e: (e.at, -e.number), default=None)


def _belongs(record: Any, entry: Any) -> bool:
    late = record.history_date - entry.at
    by = entry.by_id if entry.by_kind == "account" else None
    reason = str((entry.private or {}).get("reason", ""))[:100]
    is_same = record.history_user_id == by and (record.history_change_reason or "") == reason
    return is_same and timedelta(0) <= late <= AFTER


def _names(records: Iterable[Any]) -> dict[str, dict[int, str]]:
    """The words for the rows that a history names by number alone."""
    kept = list(records)
    names = {}
    for field, model in NAMED.items():
        numbers = {getattr(record, f"{field}_id", None) for record in kept} - {None}
        rows = model.objects.filter(pk__in=numbers) if numbers else []
        names[field] = {row.pk: getattr(row, "label", "") or str(row) for row in rows}
    return names


def _changes(model: Any, old: Any, new: Any, names: dict[str, dict[int, str]]) -> list[FieldChange]:
    helper = InWords(model, new)
    found = []
    for field in new.tracked_fields:
        before, after = getattr(old, field.attname), getattr(new, field.attname)
        if before == after or field.name in LEFT_OUT:
            continue
        change = ModelChange(field.name, before, after)
        known = names.get(field.name, {})
        said = [_said(helper, change, value, known) for value in (before, after)]
        found.append(FieldChange(str(WORDS.get(field.name, field.name)), *said))
    return found


def _said(helper: InWords, change: ModelChange, value: Any, known: dict[int, str]) -> str:
    if value in known:
        return known[value]
    return str(helper.prepare_delta_change_value(change, value))
