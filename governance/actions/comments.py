"""Remarks on a version or a passage: made by whoever reads it, settled, never deleted."""

from __future__ import annotations

from governance.duties import Deed
from governance.errors import CommentingNeedsOpen, CommentSettled
from governance.lifecycle import CURRENT
from governance.models import Account, Comment, Passage, Version
from governance.trail import Changes, changing, needs_reason


def make(*, subject: Version | Passage, text: str, by: Account) -> Comment:
    """Remark on it. Makes nobody a contributor: who remarks may still approve.

    Refused where nothing will be done about it any more: on what is retired or withdrawn.
    """
    with changing(by=by, may=Deed.COMMENT) as changes:
        version = Version.objects.get(pk=_version_of(subject))
        if version.status not in CURRENT:
            raise CommentingNeedsOpen(now=version.get_status_display())
        comment = Comment.objects.create(
            version=version,
            passage=subject if isinstance(subject, Passage) else None,
            person=by.person,
            at=changes.at,
            text=needs_reason(text, field="text"),
        )
        _note("comment.made", comment, changes, text=comment.text)
    return comment


def settle(*, comment: Comment, by: Account) -> Comment:
    """Say that nothing more is to be done about it."""
    with changing(by=by, may=Deed.COMMENT) as changes:
        comment = Comment.objects.get(pk=comment.pk)
        if comment.settled_at:
            raise CommentSettled
        comment.settled_at, comment.settled_by = changes.at, by.person
        comment.save(update_fields=["settled_at", "settled_by"])
        _note("comment.settled", comment, changes)
    return comment


def _version_of(subject: Version | Passage) -> int:
    return subject.version_id if isinstance(subject, Passage) else subject.pk


def _note(action: str, comment: Comment, changes: Changes, **private: str) -> None:
    facts = {"version": comment.version_id, "passage": comment.passage_id}
    changes.note(action, comment, private=private, **facts)
