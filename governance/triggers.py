"""Rules that no constraint can say, as triggers in plain SQL, on both databases.

SQLite loses a table's triggers when a migration rebuilds the table, so `migrate` puts them back
and every start checks that they are there. What a trigger refuses is named in its message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from governance.classes import POLICIES
from governance.lifecycle import APPROVED, MOVES

APPEND_ONLY = ("governance_auditentry", "governance_auditpayload", "governance_auditnode")
HEAD = "governance_trailhead"
VERSION = "governance_version"
APPROVED_ONES = ", ".join(f"'{s.value}'" for s in APPROVED)
NO_OVERLAP = "terms_never_overlap"
# What of a version may no longer change once it was active: all but its status and its review.
FIXED = (
    "source_id",
    "upload_id",
    "label",
    "published_on",
    "effective_from",
    "effective_until",
    "registered_at",
    "predecessor_id",
    "amends_id",
    "content_digest",
    "submitted_at",
    "approved_at",
    "digest",
    "citation",
)


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
HEAD_GOES_BACK = "NEW.size < OLD.size"


# Those of what other apps keep, which the truth does not know.
_more: list[Callable[[str], list[Trigger]]] = []


def guarded_by(more: Callable[[str], list[Trigger]]) -> None:
    """Have these put in their place, and missed where they are gone, like those of the truth."""
    if more not in _more:
        _more.append(more)


def triggers(vendor: str) -> list[Trigger]:
    found = [
        *_of_the_trail(),
        *_of_decisions(),
        *_of_versions(vendor),
        *_of_texts(),
        *_of_relations(vendor),
        *_of_change_sets(),
        *_of_comments(),
        *_of_refused_proposals(),
        *_of_keys(vendor),
        *(trigger for more in _more for trigger in more(vendor)),
    ]
    if vendor == "postgresql":
        every = (*APPEND_ONLY, HEAD)
        message = "the trail is append-only"
        return found + [
            Trigger(f"{t}_no_truncate", t, "TRUNCATE", "", message, "STATEMENT") for t in every
        ]
    return found + [
        Trigger(f"{NO_OVERLAP}_{verb.lower()}", "governance_term", verb, TERMS_OVERLAP, NO_OVERLAP)
        for verb in ("INSERT", "UPDATE")
    ]


def _of_the_trail() -> list[Trigger]:
    message = "the trail is append-only"
    return [
        *(
            Trigger(f"{table}_no_{verb.lower()}", table, verb, "", message)
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ),
        Trigger("head_no_delete", HEAD, "DELETE", "", "the trail has a head"),
        Trigger("head_no_return", HEAD, "UPDATE", HEAD_GOES_BACK, "the trail does not go back"),
    ]


def _of_decisions() -> list[Trigger]:
    review, contributor = "governance_review", "governance_contributor"
    quarantine, retirement = "governance_quarantine", "governance_retirement"
    second, once, kept = "version_needs_second_person", "this is written once", "this is kept"
    late = "an approved version has no new contributors"
    ended = "OLD.ends_at IS NOT NULL"
    return [
        Trigger("review_by_second_person", review, "INSERT", BY_A_CONTRIBUTOR, second),
        Trigger("review_is_final", review, "UPDATE", "", once),
        Trigger("review_is_kept", review, "DELETE", "", kept),
        Trigger("contributor_before_approval", contributor, "INSERT", _approved("NEW"), late),
        Trigger("contributor_is_final", contributor, "UPDATE", "", once),
        Trigger("contributor_is_kept", contributor, "DELETE", "", kept),
        Trigger("ended_quarantine_is_final", quarantine, "UPDATE", ended, once),
        Trigger("quarantine_is_kept", quarantine, "DELETE", "", kept),
        Trigger("retirement_is_final", retirement, "UPDATE", "", once),
        Trigger("retirement_is_kept", retirement, "DELETE", "", kept),
    ]


def _of_versions(vendor: str) -> list[Trigger]:
    was_approved = f"OLD.status IN ({APPROVED_ONES})"
    changed = differ(vendor, FIXED)
    moves = ", ".join(f"'{a.value}>{b.value}'" for a in MOVES for b in sorted(MOVES[a]))
    leaps = f"NEW.status <> OLD.status AND OLD.status || '>' || NEW.status NOT IN ({moves})"
    return [
        Trigger("version_begins_as_draft", VERSION, "INSERT", "NEW.status <> 'draft'", "a draft"),
        Trigger("version_moves_as_its_life_does", VERSION, "UPDATE", leaps, "illegal_move"),
        Trigger(
            "version_is_approved_by_enough",
            VERSION,
            "UPDATE",
            f"NEW.status = 'active' AND OLD.status <> 'active' AND {_too_few()}",
            "version_needs_second_person",
        ),
        Trigger(
            "version_is_fixed",
            VERSION,
            "UPDATE",
            f"{was_approved} AND ({changed})",
            "a version that was active does not change",
        ),
        Trigger("version_is_kept", VERSION, "DELETE", was_approved, "what was active is kept"),
    ]


def _of_texts() -> list[Trigger]:
    found = []
    for name in ("section", "passage"):
        table, fixed = f"governance_{name}", "the text of what was active does not change"
        found += [
            Trigger(f"{name}_is_final", table, "UPDATE", "", "this is written once"),
            Trigger(f"{name}_joins_a_draft", table, "INSERT", _approved("NEW"), fixed),
            Trigger(f"{name}_is_kept", table, "DELETE", _approved("OLD"), fixed),
        ]
    return found


def _of_relations(vendor: str) -> list[Trigger]:
    """What nothing carries is not said: evidence comes first, and the last does not go alone."""
    relation, evidence = "governance_relation", "governance_evidence"
    carries, once = "a relation is carried by evidence", "this is written once"
    uncarried = "NEW.ended_at IS NULL AND NOT " + _carried("NEW.id")
    last = f"""NEW.ended_at IS NOT NULL AND NOT {_carried("NEW.relation_id", but="NEW.id")}
    AND EXISTS (SELECT 1 FROM governance_relation r
    WHERE r.id = NEW.relation_id AND r.ended_at IS NULL)"""  # noqa: S608  (names of our own)
    fixed = ("type_id", "subject_id", "object_id", "key", "added_at")
    words = ("relation_id", "passage_id", "start", '"end"', "added_by_id", "added_at")
    return [
        Trigger("relation_is_carried", relation, "INSERT", uncarried, carries),
        Trigger("ended_relation_is_final", relation, "UPDATE", "OLD.ended_at IS NOT NULL", once),
        Trigger("relation_is_fixed", relation, "UPDATE", differ(vendor, fixed), "a new one"),
        Trigger("relation_is_kept", relation, "DELETE", "", "this is kept"),
        Trigger("ended_evidence_is_final", evidence, "UPDATE", "OLD.ended_at IS NOT NULL", once),
        Trigger("evidence_is_not_the_last", evidence, "UPDATE", last, carries),
        Trigger("evidence_is_fixed", evidence, "UPDATE", differ(vendor, words), "a new one"),
        Trigger("evidence_is_kept", evidence, "DELETE", "", "this is kept"),
    ]


def _carried(relation: str, *, but: str = "0") -> str:
    return f"""EXISTS (SELECT 1 FROM governance_evidence e
    WHERE e.relation_id = {relation} AND e.ended_at IS NULL AND e.id <> {but})"""  # noqa: S608  (names of our own)


def _of_change_sets() -> list[Trigger]:
    sets, edits = "governance_changeset", "governance_graphedit"
    decision = "governance_changesetdecision"
    by_an_author = """EXISTS (SELECT 1 FROM governance_changeset s WHERE s.id = NEW.change_set_id
    AND s.author_id = NEW.person_id) OR EXISTS (SELECT 1 FROM governance_graphedit e
    WHERE e.change_set_id = NEW.change_set_id AND e.person_id = NEW.person_id)"""
    undecided = """NEW.status = 'applied' AND OLD.status <> 'applied' AND NOT EXISTS (
    SELECT 1 FROM governance_changesetdecision d WHERE d.change_set_id = NEW.id
    AND d.kind = 'apply' AND d.at >= OLD.submitted_at)"""
    over = "OLD.status IN ('applied', 'withdrawn')"
    second, fixed = "change_set_needs_second_person", "this is written once"
    return [
        Trigger("change_set_by_second_person", decision, "INSERT", by_an_author, second),
        Trigger("change_set_decision_is_final", decision, "UPDATE", "", fixed),
        Trigger("change_set_decision_is_kept", decision, "DELETE", "", "this is kept"),
        Trigger("change_set_is_decided", sets, "UPDATE", undecided, second),
        Trigger("change_set_is_final", sets, "UPDATE", over, fixed),
        Trigger("change_set_is_kept", sets, "DELETE", "", "this is kept"),
        Trigger("edit_joins_an_open_set", edits, "INSERT", _settled("NEW"), fixed),
        Trigger("edit_of_a_settled_set_is_final", edits, "UPDATE", _settled("OLD"), fixed),
        Trigger("edit_of_a_settled_set_is_kept", edits, "DELETE", _settled("OLD"), fixed),
    ]


def _of_refused_proposals() -> list[Trigger]:
    table, over = "governance_refusedproposal", "OLD.taken_back_at IS NOT NULL"
    return [
        Trigger("refusal_taken_back_is_final", table, "UPDATE", over, "this is written once"),
        Trigger("refused_proposal_is_kept", table, "DELETE", "", "this is kept"),
    ]


def _of_comments() -> list[Trigger]:
    found = []
    for name in ("comment", "changesetcomment"):
        table, settled = f"governance_{name}", "OLD.settled_at IS NOT NULL"
        found += [
            Trigger(f"settled_{name}_is_final", table, "UPDATE", settled, "this is written once"),
            Trigger(f"{name}_is_kept", table, "DELETE", "", "this is kept"),
        ]
    return found


def _settled(row: str) -> str:
    return f"""EXISTS (SELECT 1 FROM governance_changeset s
    WHERE s.id = {row}.change_set_id AND s.status IN ('applied', 'withdrawn'))"""  # noqa: S608  (names of our own)


def differ(vendor: str, columns: Iterable[str]) -> str:
    """As a condition: that one of the columns is changed."""
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    return " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns)


def _of_keys(vendor: str) -> list[Trigger]:
    """A key opens never longer than was said, and no other than the one that was shown."""
    table, fixed = "governance_clientkey", ("client_id", "digest", "hint", "created_at")
    lives = "OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL"
    later = f"{lives} OR NEW.expires_at > OLD.expires_at)"
    back = f"OLD.revoked_at IS NOT NULL AND ({differ(vendor, ('revoked_at',))})"
    return [
        Trigger("key_is_fixed", table, "UPDATE", differ(vendor, fixed), "a new key"),
        Trigger("key_ends_no_later", table, "UPDATE", later, "a key ends no later than was said"),
        Trigger("revoked_key_is_final", table, "UPDATE", back, "this is written once"),
        Trigger("key_is_kept", table, "DELETE", "", "this is kept"),
    ]


def _approved(row: str) -> str:
    return f"""EXISTS (SELECT 1 FROM governance_version v
    WHERE v.id = {row}.version_id AND v.status IN ({APPROVED_ONES}))"""  # noqa: S608  (names of our own)


def _too_few() -> str:
    """Fewer persons than it needs approved, since its submission, what it will serve.

    See `Version.persons_needed`.
    """
    needs = " ".join(
        f"WHEN s.source_class = '{name}' THEN {policy.approvals}"
        for name, policy in sorted(POLICIES.items())
        if policy.approvals > 1
    )
    doubted = """EXISTS (SELECT 1 FROM governance_quarantine q
    JOIN governance_version w ON w.id = q.version_id
    LEFT JOIN governance_retirement t ON t.version_id = w.id
    WHERE w.source_id = NEW.source_id AND q.passage_id IS NULL AND q.ends_at IS NULL
    AND coalesce(t.reason_code, '') <> 'superseded')"""
    repeated = """EXISTS (SELECT 1 FROM governance_quarantine q
    JOIN governance_passage d ON d.version_id = q.version_id
    JOIN governance_passage p ON p.digest = d.digest
    WHERE q.ends_at IS NULL AND q.version_id <> NEW.id AND p.version_id = NEW.id
    AND (q.passage_id IS NULL OR q.passage_id = d.id)
    AND NOT EXISTS (SELECT 1 FROM governance_passage n WHERE n.replaces_id = p.id))"""
    return f"""(SELECT count(DISTINCT r.person_id) FROM governance_review r
    WHERE r.version_id = NEW.id AND r.kind = 'approve' AND r.digest = NEW.digest
    AND r.at >= OLD.submitted_at) < (SELECT CASE {needs} WHEN {doubted} THEN 2
    WHEN {repeated} THEN 2 ELSE 1 END
    FROM governance_source s WHERE s.id = NEW.source_id)"""  # noqa: S608  (names of our own)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in its place, where its table is there by now. Twice does no harm."""
    write = {"postgresql": _postgresql, "sqlite": _sqlite}[connection.vendor]
    there = set(connection.introspection.table_names())
    wanted = [t for t in triggers(connection.vendor) if t.table in there]
    with connection.cursor() as cursor:
        for statement in (s for trigger in wanted for s in write(trigger)):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute(_NO_OVERLAP)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of what is not in force: gone, switched off, or saying something else."""
    wanted = triggers(connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            there = set(cursor.fetchall())
            return [t.name for t in wanted if (t.name, _sqlite(t)[1]) not in there]
        cursor.execute(_IN_FORCE)
        there = set(cursor.fetchall())
        found = [t.name for t in wanted if (t.name, t.table, _body(t)) not in there]
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [NO_OVERLAP])
        return found if cursor.fetchone() == (1,) else [*found, NO_OVERLAP]


def _sqlite(trigger: Trigger) -> list[str]:
    when = f"WHEN {trigger.refuses}" if trigger.refuses else ""
    return [
        f"DROP TRIGGER IF EXISTS {trigger.name}",
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table} "
        f"FOR EACH ROW {when} BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END",
    ]


def _postgresql(trigger: Trigger) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$${_body(trigger)}$$",
        f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}",
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.when} ON {trigger.table} "
        f"FOR EACH {trigger.each} EXECUTE FUNCTION {trigger.name}()",
    ]


def _body(trigger: Trigger) -> str:
    stops = f"RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'integrity_constraint_violation';"
    body = f"IF {trigger.refuses} THEN {stops} END IF;" if trigger.refuses else stops
    # A row that may go is let go by giving it back; there is no NEW for it.
    return f" BEGIN {body} RETURN {'OLD' if trigger.when == 'DELETE' else 'NEW'}; END "


_IN_FORCE = """SELECT t.tgname, c.relname, p.prosrc FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgenabled IN ('O', 'A')"""

# A range of one number stands for equality, so that no extension is needed.
_NO_OVERLAP = """DO $$ BEGIN
ALTER TABLE governance_term ADD CONSTRAINT terms_never_overlap EXCLUDE USING gist
    (int8range(source_id, source_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&);
EXCEPTION WHEN duplicate_table OR duplicate_object THEN NULL; END $$"""
