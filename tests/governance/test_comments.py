"""Remarks on what is read: who may make and settle them, and what is left of it."""

from __future__ import annotations

import pytest

from governance.actions import comments, passages
from governance.errors import CommentingNeedsOpen, CommentSettled, Malformed, NotAllowed
from governance.models import Account, AuditEntry, AuditPayload, Comment, Version
from tests.support import knowledge
from tests.support.visiting import passages_of


@pytest.fixture
def comment(in_review: Version, ben: Account) -> Comment:
    return comments.make(subject=in_review, text="Where is the dose?", by=ben)


def test_comment_on_a_version_concerns_no_passage(comment: Comment, in_review: Version) -> None:
    assert (comment.version, comment.passage) == (in_review, None)


def test_comment_on_a_passage_belongs_to_its_version(in_review: Version, ben: Account) -> None:
    passage = passages_of(in_review)[0]

    made = comments.make(subject=passage, text="Milligrams?", by=ben)

    assert (made.version, made.passage) == (in_review, passage)


def test_who_comments_may_still_approve(comment: Comment, in_review: Version, ben: Account) -> None:
    assert knowledge.approve(in_review, ben).status == "active"


def test_auditor_cannot_comment(in_review: Version, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        comments.make(subject=in_review, text="I object.", by=cleo)

    assert not Comment.objects.exists()


def test_what_has_ended_is_not_commented_on(active: Version, ben: Account) -> None:
    passage = passages_of(active)[0]
    knowledge.retire(active, ben)

    for subject in (active, passage):
        with pytest.raises(CommentingNeedsOpen):
            comments.make(subject=subject, text="Too late?", by=ben)

    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "\u200b\u3164"])
def test_comment_says_something(text: str, in_review: Version, ben: Account) -> None:
    with pytest.raises(Malformed):
        comments.make(subject=in_review, text=text, by=ben)


def test_words_of_a_comment_are_private_in_the_trail(comment: Comment) -> None:
    entry = AuditEntry.objects.get(action="comment.made")

    assert b"dose" not in bytes(entry.leaf)
    assert AuditPayload.objects.get(number=entry.number).content["text"] == comment.text


def test_trail_says_what_was_commented_on(comment: Comment) -> None:
    entry = AuditEntry.objects.get(action="comment.made")

    assert f'"version":{comment.version_id}'.encode() in bytes(entry.leaf)


def test_settled_comment_knows_by_whom(comment: Comment, ana: Account) -> None:
    settled = comments.settle(comment=comment, by=ana)

    assert settled.settled_by == ana.person
    assert settled.settled_at is not None


def test_comment_is_settled_once(comment: Comment, ana: Account) -> None:
    comments.settle(comment=comment, by=ana)

    with pytest.raises(CommentSettled):
        comments.settle(comment=comment, by=ana)


def test_auditor_cannot_settle(comment: Comment, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        comments.settle(comment=comment, by=cleo)


def test_comment_outlives_the_correction_of_its_passage(draft: Version, ana: Account) -> None:
    passage = passages_of(draft)[0]
    made = comments.make(subject=passage, text="A misprint.", by=ana)

    passages.correct(passage=passage, text="Start lower.", reason="Misread.", by=ana)

    made.refresh_from_db()
    assert made.passage == passage
