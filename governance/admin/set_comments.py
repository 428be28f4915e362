"""Remarks on change sets and their steps: where they stand, making one, settling one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import comments
from governance.admin.graph_words import Told
from governance.admin.review_pages import CommentForm, SettleForm
from governance.admin.row_numbers import number_of_row
from governance.admin.set_pages import SetPage, address_of_step
from governance.admin.version_doubts import told_open
from governance.duties import Deed
from governance.models import ChangeSet, ChangeSetComment, ChangeSetStatus, GraphEdit

ByStep = dict[int | None, list[ChangeSetComment]]


def comments_of(change_set: ChangeSet) -> QuerySet[ChangeSetComment]:
    rows = change_set.comments.select_related("person", "settled_by")
    return rows.order_by("at", "pk")


def still_open(change_set: ChangeSet) -> list[str]:
    """How many nobody has settled; nothing where there are none."""
    return told_open(change_set.comments.filter(settled_at=None).count())


def by_step(change_set: ChangeSet) -> ByStep:
    """By the number of the step; None for those on the whole set."""
    found: ByStep = defaultdict(list)
    for comment in comments_of(change_set):
        found[comment.edit_id].append(comment)
    return found


def apart(found: ByStep, edits: Sequence[GraphEdit]) -> dict[str, Any]:
    """What stands beside no step: remarks on the whole, and on steps that were taken out."""
    there = {edit.pk for edit in edits}
    gone = [each for edit, told in found.items() if edit and edit not in there for each in told]
    return {"on_the_whole": found.get(None, []), "on_steps_gone": gone}


class CommentOnSet(SetPage):
    """On the set as a whole, or on the step that its address names."""

    path = "comment"
    deed = Deed.COMMENT
    title = _("Comment on the change set")
    button = _("Comment")
    hint = _("A remark for those who wrote it; it changes nothing, and who makes it may decide.")
    done = _("Your comment stands on the page.")
    form_class = CommentForm

    def fits(self) -> bool:
        return self.subject.status != ChangeSetStatus.WITHDRAWN

    def is_next(self) -> bool:
        return False

    def sentences(self) -> Sequence[str]:
        edit = self._edit()
        told = [_step_told(edit, self.subject)] if edit else []
        return [*told, str(self.hint)]

    def do(self, given: dict[str, Any]) -> str:
        edit = self._edit()
        text = given["text"]
        comments.make_on_set(change_set=self.subject, edit=edit, text=text, by=self.account)
        return address_of_step(edit) if edit else self.back()

    def _edit(self) -> GraphEdit | None:
        if "step" not in self.request.GET:
            return None
        number = number_of_row(self.request.GET["step"])
        edit = self.subject.edits.filter(pk=number).first()
        if edit is None:
            raise Http404
        return edit


class SettleSetComment(SetPage):
    """Reached from the comment, which its address names; never offered by itself."""

    path = "settle-comment"
    deed = Deed.COMMENT
    title = _("Settle a comment")
    button = _("Settle")
    hint = _("Says that nothing more is to be done about it; the comment stays on the record.")
    done = _("Settled.")
    form_class = SettleForm

    def fits(self) -> bool:
        return bool(self._number())

    def sentences(self) -> Sequence[str]:
        comment = self._comment()
        words = {"name": comment.person, "text": comment.text}
        return [say("%(name)s: %(text)s") % words, str(self.hint)]

    def initial(self) -> dict[str, Any]:
        return {"comment": self._number()}

    def do(self, given: dict[str, Any]) -> str:
        comment = self._comment()
        comments.settle_on_set(comment=comment, by=self.account)
        edit = self.subject.edits.filter(pk=comment.edit_id or 0).first()
        return address_of_step(edit) if edit else self.back()

    def _number(self) -> int:
        given = self.request.POST.get("comment") or self.request.GET.get("comment") or ""
        return number_of_row(given)

    def _comment(self) -> ChangeSetComment:
        comment = comments_of(self.subject).filter(pk=self._number()).first()
        if comment is None:
            raise Http404
        return comment


def _step_told(edit: GraphEdit, change_set: ChangeSet) -> str:
    told = Told(list(change_set.edits.all()))
    words = {"position": edit.position, "why": told.sentence(edit)}
    return say("Step %(position)s: %(why)s") % words
