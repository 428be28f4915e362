"""Evidence that a new edition left behind: the list of it, and what a person decides about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, following
from governance.actions.graph_ground import Step
from governance.admin import forms as fields
from governance.admin.evidence_nearest import Near, nearest
from governance.admin.pages import account_of, refuse_without
from governance.admin.passage_choice import ByPassage, Choice, Hit, PassageForm, span_of
from governance.admin.passage_pages import place_of_number
from governance.admin.proposing import Proposing, place_of_relation
from governance.admin.review_difference import both
from governance.admin.row_numbers import number_of_row
from governance.admin.set_pages import address_of_set, working_set
from governance.admin.tables import shown_with
from governance.duties import Deed
from governance.errors import Malformed, NoLongerFits
from governance.following import Left
from governance.models import ChangeSet, Evidence, Source, Version

A_PAGE = 25
# What may be decided about words that a new edition does not repeat.
CARRIED, TAKEN_AWAY, ENDED = "carried", "taken_away", "ended"


@dataclass(frozen=True)
class Row:
    """One of the list. `proposed` is the open change set in which it was decided about."""

    left: Left
    evidence: Evidence
    edition: Version | None
    proposed: ChangeSet | None
    address: str


def list_of_left(**narrowed: object) -> str:
    address = reverse("admin:evidence_left")
    return f"{address}?{urlencode(narrowed)}" if narrowed else address


def address_of_left(number: int) -> str:
    return reverse("admin:evidence_left_one", args=[number])


def evidence_left(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    refuse_without(Deed.READ, account)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    source = Source.objects.filter(pk=number_of_row(request.GET.get("source", ""))).first()
    found = following.left(clock.now(), source=source.pk if source else None)
    is_proposed = request.GET.get("state") == "proposed"
    page = Paginator([each for each in found if bool(each.proposed) == is_proposed], A_PAGE)
    shown = page.get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": say("Evidence to look at"),
        "page": shown,
        "rows": rows_of(list(shown.object_list)),
        "source": source,
        "is_proposed": is_proposed,
        "asked": sum(not each.proposed for each in found),
        "proposed": sum(bool(each.proposed) for each in found),
        "narrowed": urlencode({"source": source.pk}) if source else "",
        "may_draw": account.may(Deed.DRAW),
        "draft": working_set(account),
    }
    return TemplateResponse(request, "governance/evidence_left.html", context)


def rows_of(left: Sequence[Left]) -> list[Row]:
    """With all that they show; as many questions for one as for many."""
    evidence = whole().in_bulk([each.newest for each in left])
    editions = Version.objects.in_force(clock.now()).filter(source__in=[e.source for e in left])
    by_source = {each.source_id: each for each in editions}
    sets = ChangeSet.objects.in_bulk([each.proposed for each in left])
    return [
        Row(
            each,
            evidence[each.newest],
            by_source.get(each.source),
            sets.get(each.proposed),
            address_of_left(each.newest),
        )
        for each in left
        if each.newest in evidence
    ]


def whole() -> Any:
    rows = Evidence.objects.select_related(
        "relation__type", "passage__section", "passage__version__source"
    )
    return rows.prefetch_related("relation__subject__names", "relation__object__names")


class FollowForm(PassageForm):
    """The passage is asked for where one is to carry it."""

    decision = fields.one_of(_("What becomes of it"), [])
    field_order = ["decision", "find", "found", "passage", "words"]

    def __init__(self, *args: Any, decisions: Sequence[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        offered = self.fields["decision"]
        assert isinstance(offered, forms.ChoiceField)  # noqa: S101  (made so above)
        offered.choices = list(decisions)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("decision") == CARRIED:
            return super().clean()
        return self.cleaned_data


class Follow(ByPassage[Evidence], Proposing[Evidence]):
    path = "follow"
    title = _("Evidence that did not follow a new edition")
    button = _("Decide")
    press = _("Write the step")
    hint = _(
        "The edition that is in force now has other words than these, so they carry the relation"
        " no more. Read what it says, and decide."
    )
    form_class = FollowForm
    template = "governance/evidence_left_one.html"

    @cached_property
    def left(self) -> Left | None:
        """None where nothing is to be decided about it."""
        source = self.subject.passage.version.source_id
        found = following.left(clock.now(), source=source)
        return next((each for each in found if self.subject.pk in each.numbers), None)

    @cached_property
    def edition(self) -> Version | None:
        return following.edition_after(self.subject, clock.now())

    @cached_property
    def near(self) -> list[Near]:
        return nearest(self.subject, self.edition, at=clock.now()) if self.edition else []

    def fits(self) -> bool:
        return self.left is not None

    def obstacle(self) -> str:
        proposed = self._proposed()
        words = say(
            "This was decided about in the change set “%(title)s”, which is not applied yet."
        )
        return words % {"title": proposed.title} if proposed else ""

    def way_out(self) -> tuple[str, str] | None:
        proposed = self._proposed()
        return (say("Read it there"), address_of_set(proposed.pk)) if proposed else None

    def back(self) -> str:
        return list_of_left()

    def crumbs(self) -> list[tuple[str, str]]:
        relation = self.subject.relation
        return [
            (say("Evidence to look at"), list_of_left()),
            (str(relation), place_of_relation(relation)),
        ]

    def form_arguments(self) -> dict[str, Any]:
        return {"decisions": self.decisions()}

    def decisions(self) -> list[tuple[str, str]]:
        """What is carried by something else need not be ended for want of these words."""
        away = say("These words carry it no more; what else carries it stays")
        return [
            (CARRIED, say("The new edition says so too, in the passage chosen below")),
            *([(TAKEN_AWAY, away)] if self._others() else []),
            (ENDED, say("It holds no more: end the relation")),
        ]

    def initial(self) -> dict[str, Any]:
        """The words that are proposed; what becomes of it is for a person to say."""
        best = self.near[0] if self.near else None
        return {"words": best.words} if best and best.is_alike else {}

    @cached_property
    def choice(self) -> Choice:
        """What was looked for; until something is, what is most like the words before."""
        asked = super().choice
        if asked.sought or not self.near:
            return asked
        hits = [_hit(self.subject, each) for each in self.near]
        numbers = [hit.passage.pk for hit in hits]
        others = [hit for hit in asked.hits if hit.passage.pk not in numbers]
        proposed = numbers[0] if self.near[0].is_alike else 0
        return Choice("", [*others, *hits], asked.chosen or proposed, has_more=False)

    def context(self) -> dict[str, Any]:
        evidence = self.subject
        return {
            **super().context(),
            "evidence": evidence,
            "edition": self.edition,
            "left": self.left,
            "old_html": shown_with(evidence.passage.text, evidence.start, evidence.end),
            "old_place": place_of_number(evidence.passage_id),
            "is_like_nothing": not any(near.is_alike for near in self.near),
        }

    def name(self, given: dict[str, Any]) -> str:
        edition = self.edition or self.subject.passage.version
        return (say("Evidence after a new edition · %(edition)s") % {"edition": edition})[:200]

    def do(self, given: dict[str, Any]) -> str:
        """Back to the list, where the next one waits."""
        super().do(given)
        return self.back()

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        if self.obstacle():
            raise NoLongerFits
        relation = self.subject.relation_id
        if given["decision"] == ENDED:
            return [("relation.end", {"relation": relation})]
        away: list[Step] = [("evidence.end", {"evidence": n}) for n in self._numbers()]
        if given["decision"] == TAKEN_AWAY:
            return away
        span = span_of(given["passage"], given["words"], at=clock.now())
        if self.subject.relation.evidence.current().filter(**span).exists():
            raise Malformed(field="words", problem=say("These words carry it already."))
        return [("evidence.add", {"relation": relation, **span}), *away]

    def _numbers(self) -> Sequence[int]:
        return self.left.numbers if self.left else [self.subject.pk]

    def _others(self) -> bool:
        current = self.subject.relation.evidence.current()
        return current.exclude(pk__in=self._numbers()).exists()

    def _proposed(self) -> ChangeSet | None:
        number = self.left.proposed if self.left else 0
        return ChangeSet.objects.filter(pk=number).first()


def _hit(evidence: Evidence, near: Near) -> Hit:
    """What became of the passage, word by word."""
    html = both(evidence.passage.text, near.passage.text)
    return Hit(near.passage, html, SafeString(""), near.words if near.is_alike else "")


def follow(request: HttpRequest, pk: int) -> HttpResponse:
    evidence = get_object_or_404(whole(), pk=pk)
    return Follow(request, evidence).answer()
