"""Remarks on what is read and decided about: made by whoever reads it, settled, never deleted."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import CommentingNeedsOpen, CommentSettled, Malformed
from governance.lifecycle import CURRENT
from governance.models import (
    Account,
    ChangeSet,
    ChangeSetComment,
    ChangeSetStatus,
    Comment,
    GraphEdit,
    Passage,
    Version,
)
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


def make_on_set(
    *, change_set: ChangeSet, edit: GraphEdit | None = None, text: str, by: Account
) -> ChangeSetComment:
    """Remark on a change set or on one of its steps. Who remarks may still have it applied.

    Refused on one that was withdrawn; one that was applied can still be undone.
    """
    with changing(by=by, may=Deed.COMMENT) as changes:
        change_set = ChangeSet.objects.get(pk=change_set.pk)
        if change_set.status == ChangeSetStatus.WITHDRAWN:
            raise CommentingNeedsOpen(now=change_set.get_status_display())
        if edit and not change_set.edits.filter(pk=edit.pk).exists():
            raise Malformed(field="edit", problem=_("It is no step of this change set."))
        comment = ChangeSetComment.objects.create(
            change_set=change_set,
            edit=edit,
            person=by.person,
            at=changes.at,
            text=needs_reason(text, field="text"),
        )
        _note("change_set.commented", comment, changes, text=comment.text)
    return comment


def settle(*, comment: Comment, by: Account) -> Comment:
    """Say that nothing more is to be done about it."""
    with changing(by=by, may=Deed.COMMENT) as changes:
        comment = Comment.objects.get(pk=comment.pk)
        _settle(comment, by, changes)
        _note("comment.settled", comment, changes)
    return comment


def settle_on_set(*, comment: ChangeSetComment, by: Account) -> ChangeSetComment:
    """The same of a remark on a change set."""
    with changing(by=by, may=Deed.COMMENT) as changes:
        comment = ChangeSetComment.objects.get(pk=comment.pk)
        _settle(comment, by, changes)
        _note("change_set.comment_settled", comment, changes)
    return comment


def _settle(comment: Comment | ChangeSetComment, by: Account, changes: Changes) -> None:
    if comment.settled_at:
        raise CommentSettled
    comment.settled_at, comment.settled_by = changes.at, by.person
    comment.save(update_fields=["settled_at", "settled_by"])


def _version_of(subject: Version | Passage) -> int:
    return subject.version_id if isinstance(subject, Passage) else subject.pk


def _note(
    action: str, comment: Comment | ChangeSetComment, changes: Changes, **private: str
) -> None:
    if isinstance(comment, Comment):
        facts = {"version": comment.version_id, "passage": comment.passage_id}
    else:
        facts = {"change_set": comment.change_set_id, "edit": comment.edit_id}
    changes.note(action, comment, private=private, **facts)
