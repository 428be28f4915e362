"""The pages of change sets: the list, one set with its steps, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import change_sets
from governance.admin import forms as fields
from governance.admin import set_comments
from governance.admin.base import GovernedAdmin, badge
from governance.admin.canvas_asked import canvas_of_set, way_back
from governance.admin.filters import of_column
from governance.admin.forms import DecisionForm, NothingForm
from governance.admin.graph_before import changes_of
from governance.admin.graph_words import Told, qualified
from governance.admin.pages import ActionPage, account_of
from governance.admin.passage_pages import place_of_number
from governance.admin.row_numbers import number_of_row
from governance.admin.set_filters import BySetWaiting
from governance.admin.set_pages import A_PAGE, SetPage, address_of_set, list_of_sets
from governance.admin.standing import moment
from governance.duties import Deed
from governance.errors import Refused
from governance.models import Account, ChangeSet, ChangeSetStatus, GraphEdit

KINDS = {
    ChangeSetStatus.DRAFT: "plain",
    ChangeSetStatus.IN_REVIEW: "info",
    ChangeSetStatus.APPLIED: "good",
    ChangeSetStatus.WITHDRAWN: "warn",
}
# Up to how many steps are tried whenever they are looked at.
MOST_TRIED = 500
NOT_TRIED = _("So many steps are tried only when the change set is applied, all of them or none.")
ByStatus = of_column("status", _("status"), ChangeSetStatus.choices, "status")


class TitleForm(forms.Form):
    title = fields.line(
        _("Title"),
        _("What is changed, and why: for who decides on it."),
        longest=change_sets.LONGEST_TITLE,
    )


class Begin(ActionPage[None]):
    path = "add"
    deed = Deed.DRAW
    title = _("Begin a change set")
    button = _("Begin")
    hint = _("Changes of the graph are written into it, and applied together by somebody else.")
    done = _("Begun. Go to a concept, or add one, to write steps into it.")
    form_class = TitleForm

    def back(self) -> str:
        return list_of_sets()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Change sets"), list_of_sets())]

    def do(self, given: dict[str, Any]) -> str:
        return address_of_set(change_sets.begin(title=given["title"], by=self.account).pk)


class Submit(SetPage):
    path = "submit"
    deed = Deed.DRAW
    title = _("Submit the change set for review")
    button = _("Submit")
    hint = _("Asks somebody who wrote none of it to have it applied.")
    done = _("Submitted. Somebody who wrote none of it decides now.")
    form_class = NothingForm

    def fits(self) -> bool:
        return self.is_in(ChangeSetStatus.DRAFT)

    def obstacle(self) -> str:
        return "" if self.subject.edits.exists() else say("There is no step in this change set.")

    def warnings(self) -> Sequence[str]:
        told = set_comments.still_open(self.subject)
        if self.subject.edits.count() > MOST_TRIED:
            return [*told, str(NOT_TRIED)]
        found = change_sets.tried(change_set=self.subject, by=self.account)
        words = say("Step %(position)s: %(why)s")
        refused = [words % {"position": n, "why": why} for n, why in sorted(found.items())]
        return [*told, *refused]

    def do(self, given: dict[str, Any]) -> str:
        change_sets.submit(change_set=self.subject, by=self.account)
        return self.back()


class Withdraw(SetPage):
    path = "withdraw"
    deed = Deed.DRAW
    title = _("Withdraw the change set")
    button = _("Withdraw")
    hint = _("Gives it up for good. The graph stays as it is.")
    done = _("Withdrawn.")
    dangerous = True

    def fits(self) -> bool:
        return self.is_in(ChangeSetStatus.DRAFT)

    def do(self, given: dict[str, Any]) -> str:
        change_sets.withdraw(change_set=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class Deciding(SetPage):
    deed = Deed.APPLY

    def fits(self) -> bool:
        return self.is_in(ChangeSetStatus.IN_REVIEW)

    def obstacle(self) -> str:
        if self.subject.edited_by(self.account.person):
            return say("You wrote some of it; another person must decide on it.")
        return ""

    def warnings(self) -> Sequence[str]:
        return set_comments.still_open(self.subject)


class SendBack(Deciding):
    path = "send-back"
    title = _("Send the change set back")
    button = _("Send back")
    hint = _("Makes it a draft again, with your reason for those who wrote it.")
    done = _("Sent back. It is a draft again.")

    def is_next(self) -> bool:
        return False

    def do(self, given: dict[str, Any]) -> str:
        change_sets.send_back(change_set=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class Apply(Deciding):
    path = "apply"
    title = _("Have the change set applied")
    button = _("Apply")
    hint = _("Changes the graph by exactly these steps, all of them or none, under your name.")
    done = _("Applied: the graph has changed.")
    form_class = DecisionForm
    template = "governance/apply_set.html"

    def context(self) -> dict[str, Any]:
        return steps_of(self.subject, self.account, self.request.GET.get("page", "1"))

    def initial(self) -> dict[str, Any]:
        return {"digest": self.subject.digest_now()}

    def do(self, given: dict[str, Any]) -> str:
        change_sets.apply(
            change_set=self.subject,
            by=self.confirmed(given["password"]),
            reason=given["reason"],
            digest=given["digest"],
        )
        return self.back()


class Undo(SetPage):
    path = "undo"
    deed = Deed.DRAW
    title = _("Undo the change set")
    button = _("Undo")
    hint = _("Writes a new set that takes it back step by step; somebody else applies that too.")
    done = _("This is the set that takes the other back. Submit it once you have looked at it.")
    form_class = TitleForm

    def fits(self) -> bool:
        undone = self.subject.undone_by.exclude(status=ChangeSetStatus.WITHDRAWN)
        return self.is_in(ChangeSetStatus.APPLIED) and not undone.exists()

    def is_next(self) -> bool:
        return False

    def initial(self) -> dict[str, Any]:
        return {"title": (say("Undo: %(title)s") % {"title": self.subject.title})[:200]}

    def do(self, given: dict[str, Any]) -> str:
        back = change_sets.undo(change_set=self.subject, title=given["title"], by=self.account)
        return address_of_set(back.pk)


class RemoveStep(SetPage):
    """Reached from the step, which its address names; never offered by itself."""

    path = "remove-step"
    deed = Deed.DRAW
    title = _("Take a step out of the change set")
    button = _("Take out")
    hint = _("Later steps may lack what it would have made; the page of the set then says so.")
    done = _("Taken out.")
    form_class = NothingForm

    def back(self) -> str:
        return way_back(self.request) or super().back()

    def fits(self) -> bool:
        return self._step() is not None

    def sentences(self) -> Sequence[str]:
        step = self._step()
        told = Told(list(self.subject.edits.all()))
        return [*([told.sentence(step)] if step else []), str(self.hint)]

    def warnings(self) -> Sequence[str]:
        asked = say("It is taken out of review by this. Submit it again afterwards.")
        return [asked] if self.is_in(ChangeSetStatus.IN_REVIEW) else []

    def do(self, given: dict[str, Any]) -> str:
        step = self._step()
        if step is None:
            raise Http404
        change_sets.remove(edit=step, by=self.account)
        return self.back()

    def _step(self) -> GraphEdit | None:
        number = number_of_row(self.request.GET.get("step", ""))
        return self.subject.edits.filter(pk=number).first()


def steps_of(change_set: ChangeSet, account: Account, page: str) -> dict[str, Any]:
    """A page of steps: each in words, with the words that carry it, and what would be refused of
    it now. Of more steps than `MOST_TRIED` none is tried before it is applied.
    """
    edits = change_set.edits_in_order()
    is_open = change_set.status in (ChangeSetStatus.DRAFT, ChangeSetStatus.IN_REVIEW)
    is_tried = is_open and account.may(Deed.DRAW) and len(edits) <= MOST_TRIED
    refused = change_sets.tried(change_set=change_set, by=account) if is_tried else {}
    shown = Paginator(edits, A_PAGE).get_page(page)
    told = set_comments.by_step(change_set)
    may_comment = account.may(Deed.COMMENT)
    return {
        "change_set": change_set,
        "steps": _in_words(change_set, edits, list(shown), refused, told),
        **set_comments.apart(told, edits),
        "may_comment": may_comment,
        "may_remark": may_comment and change_set.status != ChangeSetStatus.WITHDRAWN,
        "settle_at": reverse("admin:changeset_settle_comment", args=[change_set.pk]),
        "steps_page": shown,
        "steps_pages": shown.paginator.get_elided_page_range(shown.number),
        "not_tried": NOT_TRIED if is_open and len(edits) > MOST_TRIED else "",
    }


def _in_words(
    change_set: ChangeSet,
    edits: Sequence[GraphEdit],
    shown: Sequence[GraphEdit],
    refused: Mapping[int, Refused],
    comments: set_comments.ByStep,
) -> list[dict[str, Any]]:
    told = Told(edits)
    quotes = told.quotes(shown)
    changes = changes_of(change_set, edits)
    return [
        {
            "edit": edit,
            "sentence": told.sentence(edit),
            "quotes": [(place_of_number(n), n, words) for n, words in quotes[edit.pk]],
            "details": told.details(edit),
            "change": changes.get(edit.position),
            "qualifiers": qualified(edit.content.get("qualifiers")),
            "refused": refused.get(edit.position),
            "comments": comments.get(edit.pk, []),
        }
        for edit in shown
    ]


@admin.register(ChangeSet)
class ChangeSetAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Change sets")
    empty_sentence = _("No change of the graph was proposed yet.")
    add_page = Begin
    pages = (
        Submit,
        Apply,
        SendBack,
        Undo,
        set_comments.CommentOnSet,
        Withdraw,
        RemoveStep,
        set_comments.SettleSetComment,
    )
    detail_template = "governance/change_set.html"
    list_display = ["named", "standing", "written_by", "steps", "begun", "applied"]
    list_filter = [BySetWaiting, ByStatus]
    search_fields = ["title"]
    search_help_text = _("Title")
    ordering = ["-begun_at", "-pk"]
    list_select_related = ["author"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeSet]:
        rows: QuerySet[ChangeSet] = super().get_queryset(request)
        return rows.annotate(step_count=Count("edits"))

    @admin.display(description=_("Title"), ordering="title")
    def named(self, change_set: ChangeSet) -> str:
        return change_set.title

    @admin.display(description=_("Status"), ordering="status")
    def standing(self, change_set: ChangeSet) -> str:
        return badge(KINDS[ChangeSetStatus(change_set.status)], change_set.get_status_display())

    @admin.display(description=_("Written by"), ordering="author__display_name")
    def written_by(self, change_set: ChangeSet) -> str:
        return str(change_set.author)

    @admin.display(description=_("Steps"), ordering="step_count")
    def steps(self, change_set: Any) -> str:
        return str(change_set.step_count)

    @admin.display(description=_("Begun"), ordering="begun_at")
    def begun(self, change_set: ChangeSet) -> str:
        return moment(change_set.begun_at)

    @admin.display(description=_("Applied"), ordering="applied_at")
    def applied(self, change_set: ChangeSet) -> str:
        return moment(change_set.applied_at) if change_set.applied_at else "–"

    def detail(self, request: HttpRequest, subject: ChangeSet) -> Mapping[str, Any]:
        account = account_of(request)
        is_open = subject.status in (ChangeSetStatus.DRAFT, ChangeSetStatus.IN_REVIEW)
        return {
            "status_badge": self.standing(subject),
            **steps_of(subject, account, request.GET.get("page", "1")),
            "canvas_address": canvas_of_set(subject.pk),
            "may_take_out": is_open and subject.edited_by(account.person),
            "decisions": subject.decisions.select_related("person").order_by("at"),
            "undone_by": subject.undone_by.exclude(status=ChangeSetStatus.WITHDRAWN).first(),
            "crumbs": [(say("Change sets"), list_of_sets())],
        }
