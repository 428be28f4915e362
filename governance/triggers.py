"""Rules that no constraint can say, as triggers in plain SQL, on both databases.

SQLite loses a table's triggers when a migration rebuilds the table, so `migrate` puts them back
and every start checks that they are there. What a trigger refuses is named in its message.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("governance_auditentry", "governance_auditpayload", "governance_auditnode")
HEAD = "governance_trailhead"


@dataclass(frozen=True)
class Trigger:
    """`when`: BEFORE what on which table. `refuses`: a condition over NEW, or empty for always."""

    name: str
    table: str
    when: str
    refuses: str
    message: str
    each: str = "ROW"


BY_A_CONTRIBUTOR = """EXISTS (SELECT 1 FROM governance_contributor c
    WHERE c.version_id = NEW.version_id AND c.person_id = NEW.person_id)"""
TERMS_OVERLAP = """EXISTS (SELECT 1 FROM governance_term t
    WHERE t.source_id = NEW.source_id AND t.id <> NEW.id
    AND t.starts_at < NEW.ends_at AND NEW.starts_at < t.ends_at)"""
AFTER_APPROVAL = """EXISTS (SELECT 1 FROM governance_version v
    WHERE v.id = NEW.version_id AND v.status IN ('active', 'retired'))"""
HEAD_GOES_BACK = "NEW.size < OLD.size"


def triggers(vendor: str) -> list[Trigger]:
    found = [
        Trigger(f"{table}_no_{verb.lower()}", table, verb, "", "the trail is append-only")
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ]
    found += [
        Trigger("head_no_delete", HEAD, "DELETE", "", "the trail has a head"),
        Trigger("head_no_return", HEAD, "UPDATE", HEAD_GOES_BACK, "the trail does not go back"),
        Trigger(
            "review_by_second_person",
            "governance_review",
            "INSERT",
            BY_A_CONTRIBUTOR,
            "version_needs_second_person",
        ),
        Trigger("review_is_final", "governance_review", "UPDATE", "", "a review is written once"),
        Trigger("review_is_kept", "governance_review", "DELETE", "", "a review is kept"),
        Trigger(
            "contributor_before_approval",
            "governance_contributor",
            "INSERT",
            AFTER_APPROVAL,
            "an approved version has no new contributors",
        ),
        Trigger(
            "contributor_is_kept",
            "governance_contributor",
            "DELETE",
            "",
            "a contributor is kept",
        ),
    ]
    if vendor == "postgresql":
        every = (*APPEND_ONLY, HEAD)
        message = "the trail is append-only"
        found += [
            Trigger(f"{t}_no_truncate", t, "TRUNCATE", "", message, "STATEMENT") for t in every
        ]
        return found
    return found + [
        Trigger(
            f"terms_never_overlap_{verb.lower()}",
            "governance_term",
            verb,
            TERMS_OVERLAP,
            "terms_never_overlap",
        )
        for verb in ("INSERT", "UPDATE")
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in its place. Twice does no harm."""
    write = {"postgresql": _postgresql, "sqlite": _sqlite}[connection.vendor]
    with connection.cursor() as cursor:
        for trigger in triggers(connection.vendor):
            for statement in write(trigger):
                cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute(_NO_OVERLAP)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not in force: gone, or switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {row[0] for row in cursor.fetchall()}
    return [t.name for t in triggers(connection.vendor) if t.name not in there]


def _sqlite(trigger: Trigger) -> list[str]:
    when = f"WHEN {trigger.refuses}" if trigger.refuses else ""
    return [
        f"DROP TRIGGER IF EXISTS {trigger.name}",
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table} "
        f"FOR EACH ROW {when} BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END",
    ]


def _postgresql(trigger: Trigger) -> list[str]:
    stops = f"RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'integrity_constraint_violation';"
    body = f"IF {trigger.refuses} THEN {stops} END IF;" if trigger.refuses else stops
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NEW; END $$",
        f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}",
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table} "
        f"FOR EACH {trigger.each} EXECUTE FUNCTION {trigger.name}()",
    ]


# A range of one number stands for equality, so that no extension is needed.
_NO_OVERLAP = """DO $$ BEGIN
ALTER TABLE governance_term ADD CONSTRAINT terms_never_overlap EXCLUDE USING gist
    (int8range(source_id, source_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&);
EXCEPTION WHEN duplicate_table OR duplicate_object THEN NULL; END $$"""
