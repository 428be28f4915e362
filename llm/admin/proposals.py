"""The queue of relations that were read in text: one at a time, by the keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin import once
from governance.admin.base import GovernedAdmin, badge
from governance.admin.filters import Filter
from governance.admin.forms import Words
from governance.admin.pages import account_of
from governance.admin.passage_pages import place_of_number
from governance.admin.set_pages import address_of_set, working_set
from governance.admin.standing import moment
from governance.duties import Deed
from governance.models import Account, RefusedProposal, RelationType, Source, WhyRefused
from llm.admin.proposal_pages import Accept, Correct, Readmit, Refuse, span_shown
from llm.admin.proposal_queue import NARROW, Queue
from llm.admin.proposal_words import ends_of, marked, said, shown
from llm.models import Proposal, ProposalSpan, Reader

# Further places where the same was read that are named.
MOST_PLACES = 5
NEWS = [("new", _("not in the graph")), ("evidence", _("further evidence"))]
READERS = [
    (Reader.RULES.value, _("dictionary and patterns")),
    (Reader.MODEL.value, _("the language model")),
]


def _relations() -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in RelationType.objects.order_by("code")]


def _sources() -> list[tuple[str, str]]:
    waiting = Proposal.objects.waiting(clock.now())
    read = ProposalSpan.objects.filter(proposal__in=waiting).values("passage__version__source")
    return [(str(each.pk), str(each)) for each in Source.objects.filter(pk__in=read).order_by("pk")]


def _by(parameter: str, heading: Words, words: Any) -> type[Filter]:
    class By(Filter):
        title = heading
        parameter_name = parameter

        def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
            return words() if callable(words) else words

        def narrow(self, rows: QuerySet[Any], word: str, account: Account) -> QuerySet[Any]:
            return NARROW[parameter](rows, word)  # type: ignore[arg-type]

    return By


@admin.register(Proposal)
class ProposalAdmin(GovernedAdmin):
    view_deed = Deed.DRAW
    list_title = _("Proposed relations")
    empty_sentence = _("Nothing is proposed. What is in force is read as soon as it is approved.")
    pages = (Accept, Correct, Refuse)
    detail_template = "llm/proposal.html"
    list_before_template = "llm/proposals_before.html"
    list_display = ["named", "news", "read_in", "times", "found"]
    list_filter = [
        _by("type", _("relation"), _relations),
        _by("news", _("news"), NEWS),
        _by("reader", _("read by"), READERS),
        _by("source", _("source"), _sources),
    ]
    search_fields = ["subject", "object"]
    search_help_text = _("A name")
    ordering = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows = Proposal.objects.waiting(clock.now()).in_order()
        rows = rows.annotate(read_times=Count("spans", distinct=True))
        return rows.select_related("type", "says")

    def find(self, request: HttpRequest, pk: int | None) -> Any:
        """Of those that do not wait any more too: a second click comes for one."""
        return get_object_or_404(Proposal, pk=pk) if pk is not None else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        queue = Queue.of(request.GET.dict())
        first = queue.rows().first()
        begin = queue.address(first) if first else ""
        refused = reverse("admin:governance_refusedproposal_changelist")
        context = {"begin": begin, "refused": refused}
        return super().changelist_view(request, context | (extra_context or {}))

    def complete(self, rows: list[Any]) -> None:
        """Where each was read first."""
        spans = ProposalSpan.objects.filter(pk__in=[row.place for row in rows])
        versions = spans.select_related("passage__version__source")
        known = {span.pk: span.passage.version for span in versions}
        for row in rows:
            row.version = known.get(row.place)

    @admin.display(description=_("Relation"))
    def named(self, proposal: Proposal) -> str:
        return said(proposal)

    @admin.display(description=_("News"))
    def news(self, proposal: Proposal) -> str:
        return badge("plain" if proposal.says_id else "info", dict(NEWS)[_news(proposal)])

    @admin.display(description=_("Read first in"))
    def read_in(self, proposal: Any) -> str:
        return str(proposal.version or "–")

    @admin.display(description=_("Times read"))
    def times(self, proposal: Any) -> str:
        return str(proposal.read_times)

    @admin.display(description=_("First read"), ordering="found_at")
    def found(self, proposal: Proposal) -> str:
        return moment(proposal.found_at)

    def detail(self, request: HttpRequest, subject: Proposal) -> Mapping[str, Any]:
        queue, account = Queue.of(request.GET.dict()), account_of(request)
        span, ends, draft = span_shown(subject), ends_of(subject), working_set(account)
        others = ProposalSpan.objects.in_force(clock.now()).filter(proposal=subject)
        others = others.exclude(pk=span.pk).select_related("passage__version__source")
        following = queue.after(span.pk)
        return {
            "title": said(subject),
            "crumbs": [(self.list_title, reverse("admin:llm_proposal_changelist"))],
            "proposal": subject,
            "ends": [shown(meaning) for meaning in ends],
            "news": self.news(subject),
            "span": span,
            "text": marked(span, ends),
            "passage": place_of_number(span.passage_id),
            "reader": dict(READERS)[span.reader],
            "others": [(place_of_number(o.passage_id), o) for o in others[:MOST_PLACES]],
            "left": queue.rows().count(),
            "next": queue.address(following) if following != subject else "",
            **{page.path: queue.address(subject, page.path) for page in self.pages},
            "reasons": list(enumerate(WhyRefused.choices, start=1)),
            "draft": draft,
            "draft_address": address_of_set(draft.pk) if draft else "",
            "once_accept": once.new_token(),
            "once_refuse": once.new_token(),
        }


def _news(proposal: Proposal) -> str:
    return "evidence" if proposal.says_id else "new"


@admin.register(RefusedProposal)
class RefusedProposalAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Refused proposals")
    empty_sentence = _("No proposed relation was refused yet.")
    pages = (Readmit,)
    detail_template = "llm/refused_proposal.html"
    list_display = ["named", "why_so", "in_words", "who", "when", "standing"]
    ordering = ["-at", "-pk"]
    list_select_related = ["type", "person"]

    @admin.display(description=_("Relation"))
    def named(self, refused: RefusedProposal) -> str:
        return said(refused)

    @admin.display(description=_("Why"), ordering="why")
    def why_so(self, refused: RefusedProposal) -> str:
        return str(refused.get_why_display())

    @admin.display(description=_("In words"))
    def in_words(self, refused: RefusedProposal) -> str:
        return refused.reason or "–"

    @admin.display(description=_("By"), ordering="person__display_name")
    def who(self, refused: RefusedProposal) -> str:
        return str(refused.person)

    @admin.display(description=_("When"), ordering="at")
    def when(self, refused: RefusedProposal) -> str:
        return moment(refused.at)

    @admin.display(description=_("Standing"))
    def standing(self, refused: RefusedProposal) -> str:
        if refused.taken_back_at:
            return badge("plain", say("taken back"))
        return badge("warn", say("not proposed again"))

    def detail(self, request: HttpRequest, subject: RefusedProposal) -> Mapping[str, Any]:
        mine = reverse("admin:governance_refusedproposal_changelist")
        return {
            "title": said(subject),
            "crumbs": [(self.list_title, mine)],
            "refused": subject,
            "standing": self.standing(subject),
            "text": marked(subject, []),
            "passage": place_of_number(subject.passage_id),
        }
