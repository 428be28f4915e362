"""The rules that are triggers: in place, put back, and in force against everybody."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, models

from governance import triggers
from governance.models import (
    AuditEntry,
    AuditNode,
    AuditPayload,
    Passage,
    Quarantine,
    Retirement,
    TrailHead,
    Version,
)
from tests.support.refusing import database_refuses
from tests.support.tampering import sql

pytestmark = pytest.mark.database

APPEND_ONLY: list[type[models.Model]] = [AuditEntry, AuditPayload, AuditNode]
EVERY = triggers.triggers(connection.vendor)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no TRUNCATE"
)


def drop(trigger: triggers.Trigger) -> None:
    on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {trigger.name}{on}")


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m.__name__)
def test_database_refuses_to_change_the_trail(active: Version, model: type[models.Model]) -> None:
    column = {AuditEntry: "leaf", AuditPayload: "salt", AuditNode: "digest"}[model]

    with database_refuses("append-only"):
        sql(f"UPDATE {model._meta.db_table} SET {column} = %s", b"x")


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m.__name__)
def test_database_refuses_to_shorten_the_trail(active: Version, model: type[models.Model]) -> None:
    with database_refuses("append-only"):
        sql(f"DELETE FROM {model._meta.db_table}")


@on_postgresql
@pytest.mark.parametrize("model", [*APPEND_ONLY, TrailHead], ids=lambda m: m.__name__)
def test_database_refuses_to_empty_the_trail(active: Version, model: type[models.Model]) -> None:
    with database_refuses("append-only"):
        sql(f"TRUNCATE {model._meta.db_table}")


def test_database_refuses_an_update_that_changes_nothing(active: Version) -> None:
    with database_refuses("append-only"):
        sql("UPDATE governance_auditentry SET action = action")


def test_database_refuses_to_replace_an_entry(active: Version) -> None:
    entry = AuditEntry.objects.get(number=1)

    with database_refuses("append-only"):
        entry.save()


def test_database_refuses_a_head_that_goes_back(active: Version) -> None:
    with database_refuses("does not go back"):
        TrailHead.objects.update(size=1)


def test_database_refuses_to_lose_the_head(active: Version) -> None:
    with database_refuses("has a head"):
        TrailHead.objects.all().delete()


def test_database_takes_one_head_alone(active: Version) -> None:
    with database_refuses("one_trail_head"):
        TrailHead.objects.create(pk=2)


def test_every_trigger_is_in_place_after_migrating(db: None) -> None:
    assert triggers.missing(connection) == []


@pytest.mark.parametrize("trigger", EVERY, ids=lambda t: t.name)
def test_missing_trigger_is_named_and_put_back(db: None, trigger: triggers.Trigger) -> None:
    drop(trigger)
    missed = triggers.missing(connection)
    triggers.install(connection)

    assert (missed, triggers.missing(connection)) == ([trigger.name], [])


def test_trigger_that_was_softened_is_named(db: None) -> None:
    soft = triggers.Trigger("head_no_return", triggers.HEAD, "UPDATE", "1 = 2", "never")
    write = {"postgresql": triggers._postgresql, "sqlite": triggers._sqlite}[connection.vendor]
    for statement in write(soft):
        sql(statement.replace("%", "%%"))

    assert triggers.missing(connection) == ["head_no_return"]


@on_postgresql
def test_trigger_that_was_switched_off_is_named(db: None) -> None:
    sql("ALTER TABLE governance_trailhead DISABLE TRIGGER head_no_return")

    assert triggers.missing(connection) == ["head_no_return"]


@on_postgresql
def test_exclusion_constraint_that_is_gone_is_named(db: None) -> None:
    sql("ALTER TABLE governance_term DROP CONSTRAINT terms_never_overlap")

    assert triggers.missing(connection) == ["terms_never_overlap"]


def test_installing_twice_does_no_harm(db: None) -> None:
    triggers.install(connection)
    triggers.install(connection)

    assert triggers.missing(connection) == []


def test_migrating_puts_the_triggers_back(db: None) -> None:
    drop(EVERY[0])
    call_command("migrate", verbosity=0)

    assert triggers.missing(connection) == []


def test_names_of_triggers_are_taken_once() -> None:
    for vendor in ("sqlite", "postgresql"):
        names = [t.name for t in triggers.triggers(vendor)]
        assert len(set(names)) == len(names)


def test_trigger_on_deleting_lets_a_draft_s_text_go(draft: Version) -> None:
    gone = Passage.objects.filter(version=draft)._raw_delete("default")

    assert (gone, draft.passages.count()) == (2, 0)


@pytest.mark.parametrize("model", [Quarantine, Retirement], ids=lambda m: m.__name__)
def test_decision_that_was_written_is_kept_by_a_trigger(model: type[models.Model]) -> None:
    kept = [t for t in EVERY if t.table == model._meta.db_table and t.when == "DELETE"]

    assert [t.refuses for t in kept] == [""]
