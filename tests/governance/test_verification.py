"""Tampering of every kind, by SQL with the triggers taken off: each is found, and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from pytest_django import DjangoDbBlocker

from governance import triggers
from governance.actions import clients, passages, people, sources, versions
from governance.duties import Role, Scope
from governance.models import (
    Account,
    AuditEntry,
    ClassPolicy,
    Client,
    Installation,
    Passage,
    Version,
)
from governance.trail import SHELL, changing
from governance.verification import Finding, content_of, governed_models, verify_trail
from tests.support import knowledge
from tests.support.databases import rolled_back
from tests.support.lives import Life, moves
from tests.support.tampering import (
    Deed,
    cut_off_last_entry,
    delete,
    fit_content_digests,
    fit_instant_of_head,
    fit_passage_digests,
    fit_tree,
    fit_version_digests,
    set_column,
    sql,
    tamper,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 9, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A row of every governed kind and more than one of most, made once for all tests here."""
    with django_db_blocker.unblock(), rolled_back():
        _people_their_doings()
        connection.check_constraints()
        yield


@pytest.fixture(autouse=True)
def own_world(world: None) -> Iterator[None]:
    """What a test does to the world is undone."""
    with rolled_back(), time_machine.travel(LATER, tick=False):
        yield


def _people_their_doings() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ana, ben, dora = (
            knowledge.account("ana", Role.CURATOR),
            knowledge.account("ben", Role.REVIEWER),
            knowledge.account("dora", Role.REVIEWER),
        )
        people.found_department(name="Pneumology", by=ana)
        clients.create(name="tier", scopes=[Scope.RETRIEVE], by=SHELL)
        with changing(by=SHELL) as changes:
            policy = ClassPolicy.objects.create(source_class="law", months=5)
            place = Installation.objects.create(pk=1, time_zone="Asia/Shanghai")
            changes.note("policy.set", policy)
            changes.note("installation.begun", place)
        _two_editions(ana, ben, dora, clock)


def _two_editions(ana: Account, ben: Account, dora: Account, clock: time_machine.Traveller) -> None:
    source = knowledge.source(ana)
    corrected = knowledge.draft(source, ana)
    first = corrected.passages.first()
    passages.correct(passage=first, text="Start lower.", reason="Typo.", by=ana)
    corrected = versions.submit(version=corrected, reason="Ready.", by=ana)
    knowledge.approve(corrected, ben)
    knowledge.quarantine(corrected, ben)
    knowledge.lift(corrected, ben, dora)
    clock.shift(60)
    knowledge.active(source, ana, ben, label="2026")
    knowledge.draft(source, ana, label="2027")


def found() -> list[Finding]:
    return list(verify_trail())


def named() -> set[str]:
    return {finding.where for finding in found()}


# Every column of every governed row, and of the rows that are parts of it.

VALUES: dict[str, Any] = {
    "BooleanField": None,
    "DateTimeField": LATER,
    "DateField": LATER.date(),
    "JSONField": '["other"]',
    "CharField": "zz",
    "TextField": "zz",
}
PARTS = ("contributors", "reviews", "terms", "quarantines", "retirements", "identifiers")


def columns_of(model: type[Any]) -> list[str]:
    left_out = {"id", *getattr(model, "ungoverned", ())}
    return [f.column for f in model._meta.concrete_fields if f.column not in left_out]


def tables() -> list[tuple[type[Any], type[Any]]]:
    """Each governed model with itself and with each of its parts."""
    own = [(model, model) for model in governed_models()]
    parts = [
        (model, model._meta.get_field(part).related_model)
        for model in governed_models()
        for part in model.parts
    ]
    return [pair for pair in own + parts if pair[0]._meta.app_label == "governance"]


CASES = [
    pytest.param(owner, row, column, id=f"{owner.__name__}-{row.__name__}-{column}")
    for owner, row in tables()
    for column in columns_of(row)
]


def exchanged(row: type[Any], column: str) -> Deed:
    """Give the first row another value in a column, whatever it was."""
    field = next(f for f in row._meta.concrete_fields if f.column == column)
    first = row._default_manager.order_by("pk").first()
    value = getattr(first, field.attname)
    if field.get_internal_type() == "BooleanField":
        changed: Any = not value
    elif isinstance(value, int):
        changed = value + 1000
    else:
        changed = VALUES.get(field.get_internal_type(), 77)
    sql_of = f"UPDATE {row._meta.db_table} SET {connection.ops.quote_name(column)} = %s"
    return lambda: sql(f"{sql_of} WHERE id = %s", changed, first.pk)


DROP_CHECKS = """DO $$ DECLARE c record; BEGIN
FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'c'
AND conrelid::regclass::text LIKE 'governance_%%' LOOP
EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', c.t, c.conname); END LOOP; END $$"""


def without_checks(deed: Deed) -> Deed:
    """SQLite can be told to look away; on PostgreSQL whoever owns the tables drops the checks."""

    def act() -> None:
        if connection.vendor == "postgresql":
            sql(DROP_CHECKS)
            deed()
            return
        sql("PRAGMA ignore_check_constraints = ON")
        deed()
        sql("PRAGMA ignore_check_constraints = OFF")

    return act


@pytest.mark.parametrize(("owner", "row", "column"), CASES)
def test_changed_column_is_found(owner: type[Any], row: type[Any], column: str) -> None:
    tamper(without_checks(exchanged(row, column)))

    names = {name.split()[0] for name in named()}
    assert owner._meta.model_name in names


@pytest.mark.parametrize("model", governed_models(), ids=lambda m: m.__name__)
def test_deleted_row_is_found(model: type[Any]) -> None:
    row = model._default_manager.order_by("pk").first()
    if row is None:
        pytest.skip("There is no row of this kind here.")
    tamper(lambda: sql(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk))

    assert f"{model._meta.model_name} {row.pk}" in named()


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("department", "name", "'Cardiology'"),
        ("person", "number, display_name, duty, is_curator, is_reviewer, is_graph_editor",
         "'E9', 'Eve', 'security', false, false, false"),
        ("account", "username, person_id, is_active, password", "'eve', 1, true, 'x'"),
        ("client", "name, scopes, key_digest, key_hint, created_at",
         "'spy', '[]', 'x', 'x', '2026-01-01'"),
        ("classpolicy", "source_class, months", "'textbook', 1"),
    ],
)  # fmt: skip
def test_added_row_is_found(table: str, columns: str, values: str) -> None:
    tamper(lambda: sql(f"INSERT INTO governance_{table} ({columns}) VALUES ({values})"))

    assert any(f.detail == "The trail knows nothing of this row." for f in found())


@pytest.mark.parametrize("part", ["contributor", "identifier", "retirement"])
def test_deleted_part_is_found_in_its_owner(part: str) -> None:
    tamper(delete(part, "1 = 1"))

    owner = "source" if part == "identifier" else "version"
    assert any(name.startswith(owner) for name in named())


# The text.

TEXT = set_column("passage", "text", "Double the dose.", "replaces_id IS NOT NULL")
OLD_TEXT = set_column(
    "passage", "text", "Double it.", "id IN (SELECT replaces_id FROM governance_passage)"
)
FITS = [fit_passage_digests, fit_content_digests, fit_version_digests]


@pytest.mark.parametrize("fits", range(4))
def test_changed_text_is_found_however_far_the_digests_are_made_to_fit(fits: int) -> None:
    changed = Passage.objects.get(replaces__isnull=False)
    tamper(TEXT, *FITS[:fits])

    expected = f"version {changed.version_id}" if fits else f"passage {changed.pk}"
    assert expected in named()


def test_changed_text_of_what_was_corrected_is_found() -> None:
    old = Passage.objects.get(replacement__isnull=False)
    tamper(OLD_TEXT, fit_passage_digests)

    assert f"passage {old.pk}" in named()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("passage", "page", 99),
        ("passage", "kind", "table"),
        ("passage", "boxes", "[[1, 2, 3, 4, 5]]"),
        ("passage", "position", 7),
        ("section", "title", "Overdosing"),
        ("section", "path", '["Overdosing"]'),
        ("section", "level", 3),
        ("section", "page", 9),
        ("section", "position", 5),
    ],
)
def test_changed_place_of_a_text_is_found(table: str, column: str, value: object) -> None:
    version = Version.objects.get(label="2026")
    tamper(set_column(table, column, value, f"version_id = {version.pk}"))

    assert f"version {version.pk}" in named()


@pytest.mark.parametrize("table", ["passage", "section"])
def test_deleted_text_is_found(table: str) -> None:
    version = Version.objects.get(label="2026")
    tamper(delete(table, f"version_id = {version.pk}"))

    assert f"version {version.pk}" in named()


def test_added_text_is_found() -> None:
    version = Version.objects.get(label="2026")
    section = version.sections.get()
    new = Passage(version=version, section=section, position=9, text="More.", digest="x")
    tamper(new.save, fit_passage_digests)

    assert f"version {version.pk}" in named()


def test_correction_that_was_undone_is_found() -> None:
    corrected = Passage.objects.get(replaces__isnull=False)
    tamper(set_column("passage", "replaces_id", None))

    assert f"passage {corrected.pk}" in named()


def test_correction_that_never_was_is_found() -> None:
    one, other = Passage.objects.filter(version__label="2026")
    tamper(set_column("passage", "replaces_id", other.pk, f"id = {one.pk}"))

    assert f"passage {one.pk}" in named()


def test_deleted_original_of_a_correction_is_found() -> None:
    old = Passage.objects.get(replacement__isnull=False)
    tamper(delete("passage", f"id = {old.pk}"))

    assert f"passage {old.pk}" in named()


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
    rest = ", ".join(f.column for f in AuditEntry._meta.concrete_fields[1:])
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


# Good databases.


def test_good_database_gives_no_finding() -> None:
    assert found() == []


def test_last_login_is_no_finding() -> None:
    sql("UPDATE governance_account SET last_login = %s", NOON)

    assert found() == []


def test_finding_says_where_and_what() -> None:
    tamper(delete("auditpayload", "number = 5"))

    assert "entry 5: Its payload is missing." in [str(f) for f in found()]


def test_content_of_an_entry_is_what_it_says() -> None:
    assert (content_of(an_entry()) or {})["number"] == 5


def test_draft_read_as_empty_is_no_finding() -> None:
    ana = Account.objects.get(username="ana")
    knowledge.draft(knowledge.source(ana), ana, texts=())

    assert found() == []


def test_source_that_was_edited_is_no_finding() -> None:
    version = Version.objects.get(label="2027")
    ben = Account.objects.get(username="ben")
    described = knowledge.describe(
        identifiers=version.source.identified()
        and [(i["kind"], i["value"]) for i in version.source.identified()]
    )
    sources.edit(source=version.source, description=described, reason="New.", by=ben)

    assert found() == []


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves(most=25))
def test_long_random_history_gives_no_finding(story: list[Any]) -> None:
    with rolled_back(), time_machine.travel(datetime(2027, 8, 31, tzinfo=UTC), tick=False) as clock:
        Life.begin(clock, "clinical_guideline").go(story)

        assert found() == []
