"""Rules about governed rows of this app that no constraint can say, as triggers."""

from __future__ import annotations

from governance.triggers import Trigger, differ

QUESTION, WRITER, EXPECTED = "llm_evaluationquestion", "llm_questionwriter", "llm_expectedpassage"
RUN, RESULT = "llm_evaluationrun", "llm_evaluationresult"
_BY_A_WRITER = f"""NEW.reviewed_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM {WRITER} w
    WHERE w.question_id = NEW.id AND w.person_id = NEW.reviewed_by_id)"""  # noqa: S608  (names of our own)
# What of a question a review is about.
_READ = ("text", "language", "kind", "key", "question_set_id")


def triggers(vendor: str) -> list[Trigger]:
    return [*_of_questions(vendor), *_of_runs()]


def _of_questions(vendor: str) -> list[Trigger]:
    once, kept = "this is written once", "this is kept"
    second, reviewed = "question_needs_second_person", "an edit voids the review first"
    changed = f"NEW.reviewed_at IS NOT NULL AND ({differ(vendor, _READ)})"
    return [
        Trigger("question_by_second_person", QUESTION, "UPDATE", _BY_A_WRITER, second),
        Trigger("new_question_is_not_reviewed", QUESTION, "INSERT", _REVIEWED_AT_ONCE, second),
        Trigger("reviewed_question_is_fixed", QUESTION, "UPDATE", changed, reviewed),
        Trigger(
            "retired_question_is_final", QUESTION, "UPDATE", "OLD.retired_at IS NOT NULL", once
        ),
        Trigger("question_is_kept", QUESTION, "DELETE", "", kept),
        Trigger("question_set_is_kept", "llm_questionset", "DELETE", "", kept),
        Trigger("expected_joins_an_unreviewed", EXPECTED, "INSERT", _reviewed("NEW"), reviewed),
        Trigger("expected_is_final", EXPECTED, "UPDATE", "", once),
        Trigger("expected_of_a_reviewed_is_kept", EXPECTED, "DELETE", _reviewed("OLD"), reviewed),
        Trigger("writer_joins_an_unreviewed", WRITER, "INSERT", _reviewed("NEW"), reviewed),
        Trigger("question_writer_is_final", WRITER, "UPDATE", "", once),
        Trigger("question_writer_is_kept", WRITER, "DELETE", "", kept),
    ]


_REVIEWED_AT_ONCE = "NEW.reviewed_at IS NOT NULL"


def _reviewed(row: str) -> str:
    return f"""EXISTS (SELECT 1 FROM {QUESTION} q
    WHERE q.id = {row}.question_id AND q.reviewed_at IS NOT NULL)"""  # noqa: S608  (names of our own)


def _of_runs() -> list[Trigger]:
    """With places that are told once, no run has more results than it says."""
    message = "runs are append-only"
    beyond = f"NEW.place > (SELECT questions FROM {RUN} r WHERE r.id = NEW.run_id)"  # noqa: S608
    broken = f"EXISTS (SELECT 1 FROM {RUN} r WHERE r.id = NEW.run_id AND r.broken <> '')"  # noqa: S608
    return [
        Trigger("run_is_final", RUN, "UPDATE", "", message),
        Trigger("run_is_kept", RUN, "DELETE", "", message),
        Trigger("result_is_one_of_the_run", RESULT, "INSERT", beyond, message),
        Trigger("a_broken_run_has_no_result", RESULT, "INSERT", broken, message),
        Trigger("result_is_final", RESULT, "UPDATE", "", message),
        Trigger("result_is_kept", RESULT, "DELETE", "", message),
    ]
