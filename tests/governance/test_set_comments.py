"""Remarks on change sets and their steps: who may make and settle them, and what is left of it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from governance.actions import change_sets, comments
from governance.errors import CommentingNeedsOpen, CommentSettled, Malformed, NotAllowed
from governance.models import (
    Account,
    AuditEntry,
    AuditPayload,
    ChangeSet,
    ChangeSetComment,
    GraphEdit,
)
from governance.verification import verify_trail
from tests.support.graph import begin_schema, concept, decide, submitted


@pytest.fixture
def asked(ana: Account) -> ChangeSet:
    begin_schema()
    return submitted(ana, concept("h", "drug", "heparin"), concept("a", "drug", "aspirin"))


@pytest.fixture
def step(asked: ChangeSet) -> GraphEdit:
    return asked.edits_in_order()[0]


@pytest.fixture
def comment(asked: ChangeSet, step: GraphEdit, ben: Account) -> ChangeSetComment:
    return comments.make_on_set(change_set=asked, edit=step, text="Which heparin?", by=ben)


def test_comment_on_a_step_belongs_to_its_set(
    comment: ChangeSetComment, asked: ChangeSet, step: GraphEdit
) -> None:
    assert (comment.change_set, comment.edit) == (asked, step)


def test_who_comments_may_still_have_it_applied(
    comment: ChangeSetComment, asked: ChangeSet, ben: Account
) -> None:
    assert decide(asked, ben).status == "applied"


def test_comment_changes_nothing_of_what_is_approved(
    asked: ChangeSet, step: GraphEdit, ben: Account
) -> None:
    before = asked.digest_now()

    comments.make_on_set(change_set=asked, edit=step, text="Which one?", by=ben)

    assert ChangeSet.objects.get(pk=asked.pk).digest_now() == before


def test_comment_outlives_its_step(
    comment: ChangeSetComment, step: GraphEdit, ana: Account
) -> None:
    change_sets.remove(edit=step, by=ana)

    assert ChangeSetComment.objects.get().edit_id == step.pk
    assert list(verify_trail()) == []


def test_auditor_cannot_comment(asked: ChangeSet, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        comments.make_on_set(change_set=asked, text="I object.", by=cleo)

    assert not ChangeSetComment.objects.exists()


def test_set_that_was_given_up_is_not_commented_on(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    change_sets.withdraw(change_set=asked, reason="Not needed.", by=ana)

    with pytest.raises(CommentingNeedsOpen):
        comments.make_on_set(change_set=asked, text="Too late?", by=ben)


def test_step_of_another_set_is_not_commented_on_here(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    other = submitted(ana, concept("w", "drug", "warfarin"))

    with pytest.raises(Malformed):
        comments.make_on_set(change_set=asked, edit=other.edits.get(), text="Here?", by=ben)


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "\u200b\u3164"])
def test_comment_says_something(text: str, asked: ChangeSet, ben: Account) -> None:
    with pytest.raises(Malformed):
        comments.make_on_set(change_set=asked, text=text, by=ben)


def test_words_are_private_in_the_trail(comment: ChangeSetComment) -> None:
    entry = AuditEntry.objects.get(action="change_set.commented")

    assert b"heparin" not in bytes(entry.leaf)
    assert AuditPayload.objects.get(number=entry.number).content["text"] == comment.text


def test_settled_comment_knows_by_whom(comment: ChangeSetComment, ana: Account) -> None:
    settled = comments.settle_on_set(comment=comment, by=ana)

    assert settled.settled_by == ana.person


def test_comment_is_settled_once(comment: ChangeSetComment, ana: Account) -> None:
    comments.settle_on_set(comment=comment, by=ana)

    with pytest.raises(CommentSettled):
        comments.settle_on_set(comment=comment, by=ana)


def test_auditor_cannot_settle(comment: ChangeSetComment, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        comments.settle_on_set(comment=comment, by=cleo)


def test_database_keeps_every_comment(comment: ChangeSetComment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeSetComment.objects.all().delete()


def test_database_lets_a_settled_comment_be(comment: ChangeSetComment, ana: Account) -> None:
    comments.settle_on_set(comment=comment, by=ana)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeSetComment.objects.update(text="Nothing.")
