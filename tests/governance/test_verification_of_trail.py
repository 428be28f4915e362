"""Tampering with the trail itself: each kind is found, and named."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import connection

from governance import triggers
from governance.models import (
    AuditEntry,
    Client,
)
from governance.trail import SHELL, changing
from governance.verification import Finding, content_of
from tests.support.tampering import (
    Deed,
    cut_off_last_entry,
    delete,
    fit_instant_of_head,
    fit_tree,
    found,
    named,
    set_column,
    sql,
    tamper,
)

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db,
    pytest.mark.usefixtures("tampered_world"),
]
NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 9, tzinfo=UTC)


# The trail itself.


def an_entry() -> AuditEntry:
    return AuditEntry.objects.get(number=5)


def other_leaf(**changed: object) -> bytes:
    """Entry 5 as somebody else would have written it, in canonical form."""
    content = json.loads(bytes(an_entry().leaf)) | changed
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def set_leaf(leaf: bytes) -> Deed:
    return lambda: sql("UPDATE governance_auditentry SET leaf = %s WHERE number = 5", leaf)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"1e999",
        b"[" * 50_000,
        b'{"number":5}',
        b'{"at":NaN}',
    ],
)
@pytest.mark.parametrize("fit", [True, False])
def test_entry_that_cannot_be_interpreted_is_found(leaf: bytes, fit: bool) -> None:
    tamper(set_leaf(leaf), *([fit_tree] if fit else []))

    assert Finding("entry", "entry 5", "Its content cannot be interpreted.") in found()


@pytest.mark.parametrize(
    "changed",
    [
        {"by": {"kind": "account", "id": 99, "person": 99}},
        {"by": {}},
        {"by": None},
        {"action": "version.retired"},
        {"at": 0},
        {"at": "yesterday"},
        {"number": 6},
        {"number": 2**60},
        {"number": True},
        {"subject": {"type": "version"}},
        {"subject": {"type": "version", "id": "1"}},
        {"facts": []},
        {"commitments": {}},
        {"commitments": []},
        {"more": 1},
    ],
    ids=str,
)
def test_rewritten_entry_is_found_even_in_a_tree_made_to_fit(changed: dict[str, object]) -> None:
    leaf = other_leaf(**changed)
    tamper(set_leaf(leaf), fit_tree)

    assert "entry 5" in named()


def test_rewritten_facts_are_found_in_the_tree() -> None:
    tamper(set_leaf(other_leaf(facts={"nothing": "happened"})))

    assert {"entry 5", "head"} <= named()


def test_entry_in_another_form_of_json_is_found() -> None:
    leaf = json.dumps(json.loads(bytes(an_entry().leaf)), indent=1).encode()
    tamper(set_leaf(leaf), fit_tree)

    assert "entry 5" in named()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", LATER),
        ("by_kind", "system"),
        ("by_id", 99),
        ("person_id", 99),
        ("action", "other"),
        ("subject_type", "other"),
        ("subject_id", "99"),
        ("governs_type", "other"),
        ("governs_id", "99"),
        ("knowledge", True),
        ("leaf_hash", b"\0" * 32),
    ],
)
def test_changed_column_of_an_entry_is_found(column: str, value: object) -> None:
    tamper(set_column("auditentry", column, value, "number = 5"))

    assert "entry 5" in named()


def test_entry_taken_from_the_middle_is_found() -> None:
    tamper(delete("auditentry", "number = 5"))

    assert Finding("entry", "entry 5", "The entry is missing.") in found()


def test_entry_taken_from_the_middle_of_a_tree_made_to_fit_is_found() -> None:
    tamper(
        delete("auditentry", "number = 5"),
        lambda: sql("UPDATE governance_auditpayload SET number = 0 WHERE number = 5"),
        fit_tree,
    )

    assert "entry 5" in named()


def test_end_that_was_cut_off_is_found() -> None:
    last = AuditEntry.objects.last_number()
    tamper(cut_off_last_entry)

    assert f"entry {last}" in named()


def test_end_that_was_cut_off_is_found_in_its_row_when_the_head_is_made_to_fit() -> None:
    entry = AuditEntry.objects.latest("number")
    tamper(cut_off_last_entry, fit_tree)

    assert f"{entry.governs_type} {entry.governs_id}" in named()


def test_cut_trail_whose_row_went_with_it_is_found_in_nothing_but_a_checkpoint() -> None:
    with changing(by=SHELL) as changes:
        changes.note("attempt.refused", None, code="refused", times=1)
    tamper(cut_off_last_entry, fit_tree)

    assert found() == []


def test_entry_before_the_first_is_found() -> None:
    first_leaf = bytes(AuditEntry.objects.get(number=1).leaf)
    copy = "INSERT INTO governance_auditentry SELECT 0"
    rest = ", ".join(str(f.column) for f in AuditEntry._meta.concrete_fields[1:])
    tamper(lambda: sql(f"{copy}, {rest} FROM governance_auditentry WHERE leaf = %s", first_leaf))

    assert "entry 1" in named()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content", '{"reason": "Another."}'),
        ("content", "{}"),
        ("content", "[]"),
        ("content", "null"),
        ("salt", b"\1" * 32),
        ("salt", b"short"),
        ("salt", b""),
    ],
)
def test_changed_payload_is_found(column: str, value: object) -> None:
    number = AuditEntry.objects.get(action="passage.corrected").pk
    tamper(set_column("auditpayload", column, value, f"number = {number}"))

    assert f"entry {number}" in named()


def test_salt_of_a_row_s_last_entry_is_needed_for_its_state() -> None:
    number = AuditEntry.objects.filter(governs_type="client").latest("number").pk
    tamper(set_column("auditpayload", "salt", b"short", f"number = {number}"))

    assert f"client {Client.objects.get().pk}" in named()


def test_removed_payload_is_found() -> None:
    tamper(delete("auditpayload", "number = 5"))

    assert {"entry 5", "payloads"} <= named()


def test_added_payload_is_found() -> None:
    insert = "INSERT INTO governance_auditpayload (number, salt, content) VALUES (999, %s, '{}')"
    tamper(lambda: sql(insert, b"x"))

    assert "payloads" in named()


def test_changed_node_is_found() -> None:
    tamper(lambda: sql("UPDATE governance_auditnode SET digest = %s WHERE level = 2", b"\0" * 32))

    assert "node 2/0" in named()


def test_removed_node_is_found() -> None:
    tamper(delete("auditnode", "level = 2"))

    assert "node 2/0" in named()


def test_added_node_is_found() -> None:
    insert = 'INSERT INTO governance_auditnode (level, "index", digest) VALUES (9, 9, %s)'
    tamper(lambda: sql(insert, b"\0" * 32))

    assert "node 9/9" in named()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", 3),
        ("nodes", "[]"),
        ("nodes", '["00"]'),
        ("nodes", '["zz"]'),
        ("nodes", "{}"),
        ("nodes", "7"),
        ("nodes", "null"),
        ("at", LATER),
        ("at", None),
        ("epoch", "another"),
    ],
)
def test_changed_head_is_found(column: str, value: object) -> None:
    tamper(set_column("trailhead", column, value))

    assert "head" in named()


def test_head_that_promises_more_is_found() -> None:
    tamper(set_column("trailhead", "size", 10_000))

    assert any("cut off" in finding.detail for finding in found())


def test_missing_head_is_found() -> None:
    tamper(delete("trailhead", "id = 1"))

    assert Finding("head", "head", "The trail has no head.") in found()


def test_instant_that_runs_backwards_is_found() -> None:
    tamper(
        set_column("auditentry", "at", LATER, "number = 5"),
        set_leaf(other_leaf(at=round(LATER.timestamp()) * 1_000_000)),
        fit_tree,
        fit_instant_of_head,
    )

    assert "entry 6" in named()


@pytest.mark.parametrize("trigger", triggers.triggers(connection.vendor), ids=lambda t: t.name)
def test_missing_trigger_is_found(trigger: triggers.Trigger) -> None:
    on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {trigger.name}{on}")

    assert [f.where for f in found()] == [trigger.name]


def test_content_of_an_entry_is_what_it_says() -> None:
    assert (content_of(an_entry()) or {})["number"] == 5
