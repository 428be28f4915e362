"""What may be done about a source, each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, originals
from governance.actions import sources, versions
from governance.actions.versions import Edition
from governance.admin.pages import ActionPage
from governance.admin.row_numbers import number_of_row
from governance.admin.source_forms import (
    EXAMPLES,
    EditSourceForm,
    IdentifierFormSet,
    OwnerForm,
    SourceForm,
    VersionForm,
    described,
    description_of,
    rules_of_classes,
)
from governance.admin.version_pages import address_of_source, address_of_version
from governance.duties import Deed
from governance.errors import ChangedMeanwhile, Refused
from governance.identifiers import normalised
from governance.lifecycle import Status, check_dates
from governance.models import Department, Source


def list_of_sources() -> str:
    return reverse("admin:governance_source_changelist")


class DescriptionPage(ActionPage[Any]):
    """Asks for all that is said of a source, its identifiers in rows of their own."""

    deed = Deed.CURATE
    template = "governance/source_form.html"

    def is_fixed(self) -> bool:
        """Whether class, language and identifiers stand, and are shown to be read alone."""
        return False

    @cached_property
    def identifiers(self) -> Any:
        """What was typed stands for itself: beside the rows that stand now, one that says the
        same would count as left blank.
        """
        if self.request.method == "POST":
            return IdentifierFormSet(self.request.POST, prefix="identifiers")
        return IdentifierFormSet(prefix="identifiers", initial=self.identified())

    def identified(self) -> list[dict[str, str]]:
        return []

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        form = super().form(data, files)
        if data is not None and not self.is_fixed() and not self.identifiers.is_valid():
            form.add_error(None, say("One of the identifiers is not right; see below."))
        return form

    def context(self) -> dict[str, Any]:
        return {
            "identifiers": self.identifiers,
            "class_rules": rules_of_classes(),
            "examples": {kind.value: example for kind, example in EXAMPLES.items()},
            "departments": Department.objects.order_by("name").values_list("name", flat=True),
        }

    def described(self, given: dict[str, Any]) -> sources.Description:
        return described(given, self.numbers())

    def numbers(self) -> list[tuple[str, str]]:
        """The identifiers that were given, each with its kind."""
        rows = self.identified() if self.is_fixed() else self.identifiers.cleaned_data
        return [(row["kind"], row["value"]) for row in rows if row.get("value")]


class Register(DescriptionPage):
    title = _("Register a source")
    path = "add"
    button = _("Register")
    hint = _("Enters the work itself. Its editions are uploaded afterwards, as versions.")
    done = _("Registered. Now upload its first version.")
    form_class = SourceForm

    def back(self) -> str:
        return list_of_sources()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Sources"), list_of_sources())]

    def initial(self) -> dict[str, Any]:
        return {"language": "zh", "may_serve": True, "may_quote": True}

    def do(self, given: dict[str, Any]) -> str:
        source = sources.register(description=self.described(given), by=self.account)
        return address_of_source(source.pk)


class SourcePage(ActionPage[Source]):
    def back(self) -> str:
        return address_of_source(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Sources"), list_of_sources()), (self.subject.title, self.back())]


class Edit(DescriptionPage, SourcePage):
    path = "edit"
    title = _("Edit the source")
    button = _("Edit")
    press = _("Save")
    hint = _("Changes what is said of the work; you become its contributor.")
    done = _("Changed.")
    form_class = EditSourceForm

    def is_fixed(self) -> bool:
        """Once a version is active. What was typed before it was is refused by the action."""
        was_typed = "source_class" in self.request.POST
        return not was_typed and self._has_active()

    def _has_active(self) -> bool:
        return bool(self.subject.versions.filter(status=Status.ACTIVE).exists())

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        form = super().form(data, files)
        for name in ("source_class", "language") if self.is_fixed() else ():
            form.fields[name].disabled = True
        return form

    def back(self) -> str:
        """To the version that sent somebody here for what its source lacks, else to the source."""
        asked = number_of_row(self.request.GET.get("version", ""))
        version = self.subject.versions.filter(pk=asked).first()
        return address_of_version(version.pk) if version else super().back()

    def initial(self) -> dict[str, Any]:
        # First the number and then what it stands for, so that no change falls between the two.
        seen = sources.last_change(self.subject)
        self.subject.refresh_from_db()
        return description_of(self.subject) | {"seen": seen}

    def identified(self) -> list[dict[str, str]]:
        identified: list[dict[str, str]] = self.subject.identified()
        return identified

    def warnings(self) -> Sequence[str]:
        rows = self.subject.versions
        told = []
        if rows.filter(status=Status.IN_REVIEW).exists():
            told.append(say("A version is in review: a change makes it a draft again."))
        if self._has_active():
            told.append(
                say(
                    "A version is active: class, language and identifiers are fixed, and what it"
                    " cites changes with the next approval only."
                )
            )
        return told

    has_changed = True  # as far as a second click knows

    def told(self) -> str:
        return str(self.done if self.has_changed else self.nothing_done)

    def do(self, given: dict[str, Any]) -> str:
        before = sources.last_change(self.subject)
        sources.edit(
            source=self.subject,
            description=self.described(given),
            reason=given["reason"],
            by=self.account,
            seen=given["seen"],
        )
        self.has_changed = sources.last_change(self.subject) > before
        return self.back()

    def refused(self, form: forms.Form, refusal: Refused) -> HttpResponse:
        """What was typed stays, beside what stands now; sent again it is meant."""
        if isinstance(refusal, ChangedMeanwhile):
            sent = self.request.POST.copy()
            sent["seen"] = str(sources.last_change(self.subject))
            form.data = sent
            self._say_what_stands(form)
        return super().refused(form, refusal)

    def _say_what_stands(self, form: forms.Form) -> None:
        self.subject.refresh_from_db()
        for name, stands in description_of(self.subject).items():
            if form.cleaned_data[name] != stands:
                form.add_error(name, say("It says now: %(stands)s") % {"stands": _shown(stands)})
        standing = {(row["kind"], row["value"]) for row in self.identified()}
        if {(kind, normalised(kind, value)) for kind, value in self.numbers()} != standing:
            numbers = say(", ").join(sorted(value for _kind, value in standing)) or "–"
            form.add_error(None, say("Its identifiers are now: %(numbers)s") % {"numbers": numbers})


class NewVersion(SourcePage):
    path = "new-version"
    deed = Deed.CURATE
    title = _("Upload a new version")
    button = _("New version")
    press = _("Upload")
    hint = _("Uploads a file as a draft of a new edition. Nothing in force changes by it.")
    done = _("Received. The file is being read.")
    form_class = VersionForm

    def do(self, given: dict[str, Any]) -> str:
        names = ("label", "published_on", "effective_from", "effective_until")
        edition = Edition(**{name: given[name] for name in names})
        # Before the bytes are kept, for a day that does not exist should not cost an upload.
        dates = edition.published_on, edition.effective_from, edition.effective_until
        check_dates(*dates, today=clock.today())
        file = given["file"]
        original = originals.keep(file.chunks(), file.name or "")
        version = versions.register(
            source=self.subject, edition=edition, original=original, by=self.account
        )
        return address_of_version(version.pk)


class HandOver(SourcePage):
    path = "hand-over"
    deed = Deed.CURATE
    title = _("Hand the source over")
    button = _("Hand over")
    hint = _("Gives it another owner, to whom reminders go. Says nothing about its content.")
    done = _("Handed over.")
    nothing_done = _("This person owns it already; nothing was changed.")
    form_class = OwnerForm
    has_changed = True  # as far as a second click knows

    def told(self) -> str:
        return str(self.done if self.has_changed else self.nothing_done)

    def do(self, given: dict[str, Any]) -> str:
        self.has_changed = self.subject.owner != given["owner"]
        sources.hand_over(
            source=self.subject, owner=given["owner"], reason=given["reason"], by=self.account
        )
        return self.back()


def _shown(stands: object) -> str:
    if isinstance(stands, bool):
        return say("yes") if stands else say("no")
    return str(stands or "–")


PAGES: tuple[type[SourcePage], ...] = (NewVersion, Edit, HandOver)
