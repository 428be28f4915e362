"""Rules on releases that no constraint can say, beside those of the truth."""

from __future__ import annotations

from governance.triggers import Trigger, differ
from llm.models.releases import MOVES, WAIVED_BY, Release

RELEASE = "llm_release"
SECOND, ONCE, KEPT = "release_needs_second_person", "this is written once", "this is kept"


def triggers(vendor: str) -> list[Trigger]:
    return [*_of_releases(vendor), *_of_what_is_written_once(), *_of_tests()]


def _of_releases(vendor: str) -> list[Trigger]:
    moves = ", ".join(f"'{a.value}>{b.value}'" for a in MOVES for b in sorted(MOVES[a]))
    leaps = f"NEW.status <> OLD.status AND OLD.status || '>' || NEW.status NOT IN ({moves})"
    unpublished = f"""NEW.status = 'published' AND OLD.status <> 'published'
    AND ({_in_the_way("NEW.id")} OR NOT EXISTS (SELECT 1 FROM llm_releasepublication p
    WHERE p.release_id = NEW.id))"""  # noqa: S608  (names of our own)
    untested = f"NEW.status = 'tested' AND OLD.status <> 'tested' AND NOT {_tested('NEW.id')}"
    over, frozen = "OLD.status = 'withdrawn'", "a release is frozen"
    draft = "NEW.status <> 'draft'"
    return [
        Trigger("release_begins_as_draft", RELEASE, "INSERT", draft, "a draft"),
        Trigger("release_moves_as_its_life_does", RELEASE, "UPDATE", leaps, "illegal_move"),
        Trigger("release_is_tested", RELEASE, "UPDATE", untested, "illegal_move"),
        Trigger("release_has_passed_its_gate", RELEASE, "UPDATE", unpublished, "gate_not_passed"),
        Trigger("release_is_frozen", RELEASE, "UPDATE", differ(vendor, Release.FIXED), frozen),
        Trigger("withdrawn_release_is_final", RELEASE, "UPDATE", over, ONCE),
        Trigger("release_is_kept", RELEASE, "DELETE", "", KEPT),
    ]


def _of_what_is_written_once() -> list[Trigger]:
    found = []
    for name in ("manifest", "check", "waiver", "publication"):
        table = f"llm_release{name}"
        found += [
            Trigger(f"release_{name}_is_final", table, "UPDATE", "", ONCE),
            Trigger(f"release_{name}_is_kept", table, "DELETE", "", KEPT),
        ]
    return found


def _of_tests() -> list[Trigger]:
    late = f"NOT {_is_in('NEW.release_id', 'draft', 'tested')}"
    unfit = f"NOT {_is_in('NEW.release_id', 'tested', 'published')} OR {_in_the_way()}"
    untested = f"NOT {_is_in('NEW.release_id', 'tested')}"
    by_the_cutter = f"""EXISTS (SELECT 1 FROM {RELEASE} r
    WHERE r.id = NEW.release_id AND r.cut_by_id = NEW.person_id)"""  # noqa: S608  (names of our own)
    nothing = """NOT EXISTS (SELECT 1 FROM llm_releasecheck c
    WHERE c.id = NEW.failed_id AND c.release_id = NEW.release_id AND NOT c.passed)"""
    check, waiver, out = "llm_releasecheck", "llm_releasewaiver", "llm_releasepublication"
    return [
        Trigger("release_check_before_publication", check, "INSERT", late, "illegal_move"),
        Trigger("waiver_of_a_tested_release", waiver, "INSERT", untested, "illegal_move"),
        Trigger("waiver_by_second_person", waiver, "INSERT", by_the_cutter, SECOND),
        Trigger("waiver_of_what_failed", waiver, "INSERT", nothing, "nothing_to_waive"),
        Trigger("publication_behind_the_gate", out, "INSERT", unfit, "gate_not_passed"),
    ]


def _is_in(release: str, *statuses: str) -> str:
    said = ", ".join(f"'{status}'" for status in statuses)
    return f"""EXISTS (SELECT 1 FROM {RELEASE} r
    WHERE r.id = {release} AND r.status IN ({said}))"""  # noqa: S608  (names of our own)


def _tested(release: str) -> str:
    return f"EXISTS (SELECT 1 FROM llm_releasecheck c WHERE c.release_id = {release})"  # noqa: S608


def _in_the_way(release: str = "NEW.release_id") -> str:
    """Something that the last test has not passed, and that too few have waived."""
    return f"""EXISTS (SELECT 1 FROM llm_releasecheck c WHERE c.release_id = {release}
    AND NOT c.passed AND c.run = (SELECT max(m.run) FROM llm_releasecheck m
    WHERE m.release_id = {release}) AND (SELECT count(DISTINCT w.person_id)
    FROM llm_releasewaiver w WHERE w.failed_id = c.id) < {WAIVED_BY})"""  # noqa: S608  (names of our own)
