"""That what was cut for training, and what was trained on it, stays as it was written."""

from __future__ import annotations

from governance.triggers import Trigger

SET, ROW, MADE_OF = "llm_trainingset", "llm_trainingrow", "llm_trainingrowpassage"
_ONCE, _KEPT = "this is written once", "this is kept"


def triggers(vendor: str) -> list[Trigger]:
    return [*_of_rows(), *_of_what_is_written_once(), *_of_what_may_be_cut()]


def _of_rows() -> list[Trigger]:
    """Free until there is a set of them, and frozen from then on."""
    found = []
    for table in (ROW, MADE_OF):
        found += [
            Trigger(f"{table}_joins_no_cut_set", table, "INSERT", _is_cut("NEW"), _ONCE),
            Trigger(f"{table}_is_final", table, "UPDATE", "", _ONCE),
            Trigger(f"{table}_is_kept", table, "DELETE", _is_cut("OLD"), _KEPT),
        ]
    return found


def _of_what_is_written_once() -> list[Trigger]:
    found = []
    for table in (SET, "llm_trainingrecall", "llm_adapter", "llm_adapterset"):
        found += [
            Trigger(f"{table}_is_final", table, "UPDATE", "", _ONCE),
            Trigger(f"{table}_is_kept", table, "DELETE", "", _KEPT),
        ]
    return found


def _of_what_may_be_cut() -> list[Trigger]:
    unpublished = """NOT EXISTS (SELECT 1 FROM llm_release r
    WHERE r.id = NEW.release_id AND r.status = 'published')"""
    return [
        Trigger("training_set_of_a_published", SET, "INSERT", unpublished, "release_not_published")
    ]


def _is_cut(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {SET} s WHERE s.ordered = {row}.set_id)"  # noqa: S608  (names of our own)
