"""What people decide about versions over the API, and what is refused them."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import passages
from governance.duties import Role
from governance.models import Account, AuditEntry, Source, Version
from tests.support import knowledge
from tests.support.callers import Caller, code, log_in
from tests.support.knowledge import PASSWORD

REASON = {"reason": "Read against the print."}


def act(caller: Caller, version: Version | int, verb: str, **body: Any) -> Any:
    number = version if isinstance(version, int) else version.pk
    return caller.send(f"versions/{number}/{verb}/", body)


def approval(version: Version, **changed: Any) -> dict[str, Any]:
    return {**REASON, "password": PASSWORD, "digest": version.digest_now(), **changed}


def test_draft_is_submitted(draft: Version, ana: Account) -> None:
    answer = act(log_in(ana), draft, "submit", **REASON)

    assert answer.status_code == 200
    assert answer.json()["status"] == "in_review"


def test_digest_of_what_is_in_review_is_shown_to_the_reviewer(
    in_review: Version, ben: Account
) -> None:
    shown = log_in(ben).ask(f"versions/{in_review.pk}/").json()

    assert shown["digest"] == in_review.digest_now()


def test_approval_brings_into_force(in_review: Version, ben: Account) -> None:
    shown = act(log_in(ben), in_review, "approve", **approval(in_review)).json()

    assert shown["status"] == "active"
    assert shown["in_force"] is True
    assert shown["approved_by"] == "Ben"
    assert shown["review_due"] == str(Version.objects.get().review_due)
    assert shown["in_force_from"] < shown["in_force_until"]


def test_contributor_cannot_approve(source: Source, ben: Account) -> None:
    own = knowledge.in_review(source, ben)

    answer = act(log_in(ben), own, "approve", **approval(own))

    assert code(answer) == (409, "second_person_needed")


def test_second_account_of_a_contributor_cannot_approve(in_review: Version) -> None:
    eva = knowledge.account("eva", Role.REVIEWER, number="ana")

    answer = act(log_in(eva), in_review, "approve", **approval(in_review))

    assert code(answer) == (409, "second_person_needed")


def test_curator_may_not_approve(in_review: Version) -> None:
    fay = knowledge.account("fay", Role.CURATOR)

    answer = act(log_in(fay), in_review, "approve", **approval(in_review))

    assert code(answer) == (403, "not_allowed")


def test_wrong_password_approves_nothing(in_review: Version, ben: Account) -> None:
    wrong = approval(in_review, password="wrong horse battery")

    answer = act(log_in(ben), in_review, "approve", **wrong)

    assert code(answer) == (403, "password_wrong")
    assert Version.objects.get().status == "in_review"


def test_wrong_passwords_at_approval_lock_the_account(in_review: Version, ben: Account) -> None:
    caller = log_in(ben)
    wrong = approval(in_review, password="wrong horse battery")

    codes = [code(act(caller, in_review, "approve", **wrong)) for _ in range(5)]

    assert codes == [(403, "password_wrong")] * 4 + [(429, "locked_out")]


def test_right_password_does_not_approve_once_locked(in_review: Version, ben: Account) -> None:
    caller = log_in(ben)
    for _ in range(5):
        act(caller, in_review, "approve", **approval(in_review, password="wrong horse battery"))

    answer = act(caller, in_review, "approve", **approval(in_review))

    assert code(answer) == (429, "locked_out")
    assert answer["Retry-After"] == "900"


def test_approval_of_what_is_no_longer_so_is_refused(
    in_review: Version, ana: Account, ben: Account
) -> None:
    read = approval(in_review)
    passages.correct(passage=in_review.passages.first(), text="Start high.", reason="Typo", by=ana)
    act(log_in(ana), in_review, "submit", **REASON)

    answer = act(log_in(ben), in_review, "approve", **read)

    assert code(answer) == (409, "digest_changed")


@pytest.mark.parametrize("digest", ["f" * 64, "no digest"])
def test_digest_of_something_else_is_refused(in_review: Version, ben: Account, digest: str) -> None:
    answer = act(log_in(ben), in_review, "approve", **approval(in_review, digest=digest))

    assert code(answer) == (409, "digest_changed")


def test_approving_twice_is_refused(in_review: Version, ben: Account) -> None:
    caller, body = log_in(ben), approval(in_review)
    act(caller, in_review, "approve", **body)

    assert code(act(caller, in_review, "approve", **body)) == (409, "illegal_move")


def test_version_whose_file_was_not_read_is_not_approved(
    source: Source, ana: Account, ben: Account
) -> None:
    unread = knowledge.unread(source, ana)

    answer = act(log_in(ben), unread, "approve", **approval(unread, digest="f" * 64))

    assert answer.status_code == 409


def test_first_of_two_approvals_leaves_in_review(ana: Account, ben: Account) -> None:
    experience = knowledge.source(
        ana, source_class="clinical_experience", identifiers=[("local_number", "E-1")]
    )
    version = knowledge.in_review(experience, ana)

    shown = act(log_in(ben), version, "approve", **approval(version)).json()

    assert shown["status"] == "in_review"
    assert shown["approved_by"] is None


@pytest.mark.parametrize("name", ["reason", "password", "digest"])
@pytest.mark.parametrize("value", [None, "", 5, [], {}, "nul\0", "\ud800"])
def test_malformed_approval_is_refused(
    in_review: Version, ben: Account, name: str, value: object
) -> None:
    answer = act(log_in(ben), in_review, "approve", **approval(in_review, **{name: value}))

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == name


def test_reason_may_have_several_lines(in_review: Version, ben: Account) -> None:
    body = approval(in_review, reason="Read against the print.\n\tPage 3 too.")

    assert act(log_in(ben), in_review, "approve", **body).status_code == 200


def test_what_is_sent_back_is_a_draft_again(in_review: Version, ben: Account) -> None:
    assert act(log_in(ben), in_review, "send_back", **REASON).json()["status"] == "draft"


def test_draft_is_withdrawn(draft: Version, ana: Account) -> None:
    assert act(log_in(ana), draft, "withdraw", **REASON).json()["status"] == "withdrawn"


def test_what_is_active_is_not_withdrawn(active: Version, ana: Account) -> None:
    assert code(act(log_in(ana), active, "withdraw", **REASON)) == (409, "illegal_move")


def test_amendment_is_a_draft_over_the_same_file(active: Version, ana: Account) -> None:
    answer = act(log_in(ana), active, "amend", **REASON)

    assert answer.status_code == 201
    draft = Version.objects.get(pk=answer.json()["id"])
    assert draft.upload == active.upload
    assert answer.json()["parse"]["passages"] == 2


def test_reaffirmation_answers_with_the_day_it_is_due_again(active: Version, ben: Account) -> None:
    body = {**REASON, "searched": "PubMed", "password": PASSWORD}

    answer = act(log_in(ben), active, "reaffirm", **body)

    assert answer.status_code == 200
    assert answer.json()["review_due"] == str(Version.objects.get().review_due)


@pytest.mark.parametrize("searched", [None, "", "  ", "\u3164"])
def test_reaffirmation_says_what_was_searched(
    active: Version, ben: Account, searched: object
) -> None:
    body = {**REASON, "searched": searched, "password": PASSWORD}

    answer = act(log_in(ben), active, "reaffirm", **body)

    assert code(answer) == (400, "malformed")


RETIREMENT = {"reason_code": "outdated", "note": "No longer fit.", "password": PASSWORD}


def test_retired_version_says_when_by_whom_and_why(active: Version, ben: Account) -> None:
    shown = act(log_in(ben), active, "retire", **RETIREMENT).json()

    assert shown["status"] == "retired"
    assert shown["in_force"] is False
    assert shown["retirement"].pop("at") == shown["in_force_until"]
    assert shown["retirement"] == {
        "by": "Ben",
        "reason_code": "outdated",
        "note": "No longer fit.",
    }


def test_what_is_retired_is_not_retired_again(active: Version, ben: Account) -> None:
    caller = log_in(ben)
    act(caller, active, "retire", **RETIREMENT)

    assert code(act(caller, active, "retire", **RETIREMENT)) == (409, "illegal_move")


@pytest.mark.parametrize("reason_code", ["superseded", "duplicate"])
def test_some_retirements_need_a_successor(active: Version, ben: Account, reason_code: str) -> None:
    answer = act(log_in(ben), active, "retire", **RETIREMENT | {"reason_code": reason_code})

    assert code(answer) == (409, "successor_needed")


@pytest.mark.parametrize("successor", [0, -1, 999, 2**63 - 1, 2**80, "1", 1.5, True, []])
def test_successor_that_is_none_is_malformed(
    active: Version, ben: Account, successor: object
) -> None:
    answer = act(log_in(ben), active, "retire", **RETIREMENT | {"successor": successor})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "successor"


def test_version_does_not_succeed_itself(active: Version, ben: Account) -> None:
    answer = act(log_in(ben), active, "retire", **RETIREMENT | {"successor": active.pk})

    assert code(answer) == (400, "malformed")


@pytest.mark.parametrize("reason_code", ["bored", "", None, 1, []])
def test_retirement_needs_a_reason_of_the_list(
    active: Version, ben: Account, reason_code: object
) -> None:
    answer = act(log_in(ben), active, "retire", **RETIREMENT | {"reason_code": reason_code})

    assert code(answer) == (400, "malformed")


def test_retirement_by_the_successor_names_it(
    source: Source, active: Version, ana: Account, ben: Account
) -> None:
    later = knowledge.active(source, ana, ben, label="2025")

    shown = log_in(ana).ask(f"versions/{active.pk}/").json()

    assert shown["successor"] == later.pk
    assert shown["retirement"]["reason_code"] == "superseded"
    assert shown["retirement"]["by"] is None


def test_quarantine_takes_out_of_force_at_once(active: Version, ana: Account) -> None:
    shown = act(log_in(ana), active, "quarantine", **REASON).json()

    assert shown["quarantined"] is True
    assert shown["in_force"] is False


def test_quarantine_ends_with_the_second_person(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)

    lifted = [act(log_in(p), active, "lift_quarantine", **REASON) for p in (ben, dora)]

    assert [a.json()["quarantined"] for a in lifted] == [True, False]


def test_one_person_does_not_lift_twice(active: Version, ana: Account, ben: Account) -> None:
    knowledge.quarantine(active, ana)
    knowledge.lift(active, ben)

    answer = act(log_in(ben), active, "lift_quarantine", **REASON)

    assert code(answer) == (409, "second_person_needed")


def test_quarantining_twice_is_refused(active: Version, ana: Account) -> None:
    knowledge.quarantine(active, ana)

    answer = act(log_in(ana), active, "quarantine", **REASON)

    assert code(answer) == (409, "already_quarantined")


def test_lifting_what_is_not_quarantined_is_refused(active: Version, ben: Account) -> None:
    answer = act(log_in(ben), active, "lift_quarantine", **REASON)

    assert code(answer) == (409, "not_quarantined")


VERBS = ["submit", "send_back", "withdraw", "approve", "amend", "reaffirm", "retire"]
VERBS += ["quarantine", "lift_quarantine", "retry"]


@pytest.mark.parametrize("verb", VERBS)
def test_compliance_officer_changes_nothing(active: Version, cleo: Account, verb: str) -> None:
    assert code(act(log_in(cleo), active, verb)) == (403, "not_allowed")


@pytest.mark.parametrize("verb", VERBS)
def test_unknown_version_is_not_found(db: None, verb: str, ben: Account) -> None:
    assert code(act(log_in(ben), 999, verb)) == (404, "not_found")


def test_refusal_leaves_a_trace_with_its_code(in_review: Version) -> None:
    eva = knowledge.account("eva", Role.REVIEWER, number="ana")

    act(log_in(eva), in_review, "approve", **approval(in_review))

    entry = AuditEntry.objects.get(action="attempt.refused")
    assert b"second_person_needed" in bytes(entry.leaf)
    assert entry.person_id == eva.person_id
