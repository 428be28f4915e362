"""Confirming what a file is: one form with what was found in it, and one press."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import intake
from governance.actions.versions import Edition
from governance.admin import forms as fields
from governance.admin.bulk import MOST, SEPARATOR, Bulk
from governance.admin.forms import NothingForm
from governance.admin.pages import ActionPage
from governance.admin.source_forms import SourceForm
from governance.admin.source_pages import DescriptionPage
from governance.admin.version_pages import address_of_version
from governance.duties import Deed
from governance.errors import Malformed
from governance.identifiers import IdentifierKind
from governance.models import Source
from governance.readings import error_sentence
from ingest import incoming
from ingest.bringing import offers
from ingest.bringing.doors import inbox_address, session_words
from ingest.models import Incoming

NEW = "new"
OF_THE_SOURCE = ("title", "source_class", "issuer", "language", "department", "licence_text")
OF_THE_EDITION = ("label", "published_on", "effective_from", "effective_until")


class ConfirmForm(SourceForm):
    into = forms.ChoiceField(label=_("What it is"), required=False, widget=forms.RadioSelect)
    label = fields.line(
        _("Label"), _("What this edition is called: 2024, 3rd edition, 2026-05."), longest=60
    )
    published_on = fields.line(
        _("Published"), _("A year, a month or a day: 2024, 2024-05 or 2024-05-31."), longest=10
    )
    effective_from = fields.day(
        _("Takes effect"), _("Only if later than its approval, as a law may.")
    )
    effective_until = fields.day(_("Holds until"), _("The last day, where it names one."))

    def __init__(self, *args: Any, matches: Sequence[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = self.fields["into"]
        assert isinstance(into, forms.ChoiceField)  # noqa: S101  (declared so above)
        edition = say("New edition of “%(title)s”, %(issuer)s")
        into.choices = [
            (NEW, say("A new source")),
            *((str(s.pk), edition % {"title": s.title, "issuer": s.issuer}) for s in matches),
        ]
        self.is_new = self.data.get("into", NEW) in ("", NEW) if self.is_bound else True
        if not self.is_new:
            # What the source is, it says itself.
            for name in OF_THE_SOURCE:
                self.fields[name].required = False


class IncomingPage(ActionPage[Incoming]):
    deed = Deed.CURATE
    action_refuses = True

    def back(self) -> str:
        return inbox_address()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Bring in"), inbox_address())]


class Confirm(DescriptionPage, IncomingPage):
    path = "confirm"
    title = _("Confirm what it is")
    button = _("Register")
    hint = _("Registers the source and this file as its version, in one.")
    done = _("Registered. The version is a draft until it is submitted and approved.")
    form_class = ConfirmForm
    template = "ingest/confirm.html"

    @cached_property
    def proposals(self) -> list[Any]:
        return offers.proposals_of(self.subject)

    @cached_property
    def matches(self) -> list[Source]:
        return offers.matches(self.proposals)

    def fits(self) -> bool:
        return bool(self.subject.is_open)

    def obstacle(self) -> str:
        if self.subject.state in (Incoming.State.WAITING, Incoming.State.READING):
            return say("The file is being read. In a moment it can be confirmed.")
        if self.subject.state == Incoming.State.UNREADABLE:
            return error_sentence(self.subject.error_code, self.subject.error_facts)
        return ""

    def form_arguments(self) -> dict[str, Any]:
        return {"matches": self.matches}

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        form = super().form(data, files)
        if isinstance(form, ConfirmForm) and not form.is_new:
            form.errors.pop(NON_FIELD_ERRORS, None)
        return form

    def initial(self) -> dict[str, Any]:
        standing = {"into": str(self.matches[0].pk) if self.matches else NEW}
        usual = {"language": "zh", "may_serve": True, "may_quote": True}
        return usual | offers.filled_in(self.proposals) | standing

    def identified(self) -> list[dict[str, str]]:
        return offers.numbers_filled_in(self.proposals)

    def context(self) -> dict[str, Any]:
        found = offers.offers(self.proposals)
        licences = Source.objects.order_by("licence_text").values_list("licence_text", flat=True)
        return super().context() | {
            "incoming": self.subject,
            "matches": self.matches,
            "offers": found,
            "number_offers": _numbers(found),
            "licences": list(licences.distinct()[:50]),
            "words": session_words(),
        }

    def do(self, given: dict[str, Any]) -> str:
        if problem := self.fits() and self.obstacle():
            raise Malformed(field=say("File"), problem=problem)
        version = intake.register(
            work=self._work(given),
            edition=Edition(**{name: given[name] for name in OF_THE_EDITION}),
            original=incoming.original_of(self.subject),
            brought_by=self.subject.received_from,
            by=self.account,
            settle=lambda version: incoming.settle(self.subject, version, self.account),
        )
        return address_of_version(version.pk)

    def _work(self, given: dict[str, Any]) -> Any:
        if given["into"] in ("", NEW):
            return self.described(given)
        return next(each for each in self.matches if str(each.pk) == given["into"])


class Discard(IncomingPage):
    path = "discard"
    title = _("Discard the file")
    button = _("Discard")
    hint = _("Takes it out of the inbox. It can be brought in again.")
    done = _("Discarded.")
    dangerous = True
    form_class = NothingForm

    def fits(self) -> bool:
        return self.subject.is_open

    def sentences(self) -> Sequence[str]:
        return [self.subject.filename, *super().sentences(), *self._of_another()]

    def do(self, given: dict[str, Any]) -> str:
        incoming.discard(self.subject, by=self.account)
        return self.back()

    def _of_another(self) -> list[str]:
        brought_by = self.subject.received_from
        if brought_by == self.account.person:
            return []
        return [
            say("%(name)s brought it in. That you discarded it goes on the record.")
            % {"name": brought_by}
        ]


def _brought_in(_request: HttpRequest) -> QuerySet[Incoming]:
    return Incoming.objects.select_related("received_from")


class DiscardMany(Bulk):
    path = "discard"
    deed = Deed.CURATE
    page = Discard
    title = _("Discard files")
    button = _("Discard")
    hint = _("Takes them out of the inbox. They can be brought in again.")
    done = _("Discarded.")
    dangerous = True
    form_class = NothingForm
    list_title = _("Bring in")
    rows: ClassVar[Callable[[HttpRequest], QuerySet[Any]]] = staticmethod(_brought_in)

    def sentences(self) -> Sequence[str]:
        return [*super().sentences(), *self._of_others()]

    def _of_others(self) -> list[str]:
        files = [line.subject for line in self._lines() if not line.obstacle]
        others = Counter(file.received_from for file in files)
        del others[self.account.person]
        said = say(
            "%(name)s brought in %(count)s of them. That you discarded them goes on the record."
        )
        return [said % {"name": name, "count": count} for name, count in others.items()]

    def _list(self) -> str:
        return inbox_address()


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What was confirmed already leads to its version."""
    found = _found(pk)
    if request.method != "POST" and found.version_id:
        return HttpResponseRedirect(address_of_version(found.version_id))
    return Confirm(request, found).answer()


def discard(request: HttpRequest, pk: int) -> HttpResponse:
    return Discard(request, _found(pk)).answer()


def discard_many(request: HttpRequest) -> HttpResponse:
    """What was ticked in the inbox goes into the address, where the page looks for it."""
    if chosen := request.GET.getlist("chosen"):
        return HttpResponseRedirect(f"?ids={quote(SEPARATOR.join(chosen[: MOST + 1]))}")
    return DiscardMany(request, None).answer()


def _found(pk: int) -> Incoming:
    found = Incoming.objects.filter(pk=pk).select_related("received_from").first()
    if found is None:
        raise Http404
    return found


def _numbers(found: dict[str, list[offers.Offer]]) -> list[tuple[str, str, offers.Offer]]:
    """Each number with its kind and the kind's name."""
    return [
        (kind.value, str(kind.label), offer)
        for kind in IdentifierKind
        for offer in found.get(kind.value, [])
    ]
