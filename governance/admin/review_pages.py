"""Remarking on what is read, and settling remarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import comments
from governance.admin import forms as fields
from governance.admin.passage_pages import PassagePage, place_of
from governance.admin.row_numbers import number_of_row
from governance.admin.version_pages import VersionPage
from governance.duties import Deed
from governance.lifecycle import CURRENT
from governance.models import Comment


class CommentForm(forms.Form):
    text = fields.paragraph(_("Comment"), _("For those who wrote it and those who review it."))


class CommentOnVersion(VersionPage):
    path = "comment"
    deed = Deed.COMMENT
    title = _("Comment on the version")
    button = _("Comment")
    hint = _("A remark on the whole; it changes nothing and makes nobody a contributor.")
    done = _("Your comment stands on the page.")
    form_class = CommentForm

    def fits(self) -> bool:
        return self.is_in(*CURRENT)

    def is_next(self) -> bool:
        return False

    def do(self, given: dict[str, Any]) -> str:
        comments.make(subject=self.subject, text=given["text"], by=self.account)
        return self.back()


class CommentOnPassage(PassagePage):
    path = "comment"
    deed = Deed.COMMENT
    title = _("Comment on a passage")
    button = _("Comment")
    hint = _("A remark beside the passage; it changes nothing and makes nobody a contributor.")
    done = _("Your comment stands beside the passage.")
    form_class = CommentForm

    def fits(self) -> bool:
        return self.subject.version.status in CURRENT

    def do(self, given: dict[str, Any]) -> str:
        comments.make(subject=self.subject, text=given["text"], by=self.account)
        return place_of(self.subject)


class SettleForm(forms.Form):
    comment = forms.IntegerField(widget=forms.HiddenInput, max_value=2**63 - 1)


class SettleComment(VersionPage):
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
        comments.settle(comment=comment, by=self.account)
        return place_of(comment.passage) if comment.passage else self.back()

    def _number(self) -> int:
        given = self.request.POST.get("comment") or self.request.GET.get("comment") or ""
        return number_of_row(given)

    def _comment(self) -> Comment:
        rows = Comment.objects.select_related("person", "passage").filter(version=self.subject)
        comment = rows.filter(pk=self._number()).first()
        if comment is None:
            raise Http404
        return comment
