"""Bringing in a list: download the template, send it, read what is wrong, register all or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import FILE_CLASSES

from governance import clock, originals
from governance.actions import intake
from governance.admin import forms as fields
from governance.admin.forms import NothingForm
from governance.admin.pages import ActionPage, account_of
from governance.admin.source_pages import list_of_sources
from governance.classes import SourceClass
from governance.duties import Deed
from governance.errors import ChangedMeanwhile, Malformed, TooLarge
from governance.models import Language, Source
from governance.readings import error_sentence
from ingest.bringing.doors import inbox_address, list_address, session_words
from ingest.bringing.list_check import DryRun, Known
from ingest.bringing.list_check import dry_run as check_rows
from ingest.bringing.list_words import refusal_sentence, template_words
from ingest.listing.apart import SOURCES, read_list
from ingest.listing.table import MOST_ROWS, NotAList
from ingest.listing.template import template as made_template
from ingest.models import SourceList
from ingest.parsing.document import Unreadable

T = TypeVar("T")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_MEGABYTES = 10
MOST_PROBLEMS = 500
MOST_SHOWN = 200
LEAVE_OUT = "leave_out"


class FileForm(forms.Form):
    """A list in one file, whose size the browser is told about before it is sent."""

    file = forms.FileField(
        label=_("File"),
        max_length=1000,
        widget=forms.FileInput(attrs={"class": "kb-file " + " ".join(FILE_CLASSES)}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = self.fields["file"].widget.attrs
        attrs["data-most-bytes"] = str(MOST_MEGABYTES * 2**20)
        attrs["data-too-large"] = str(TooLarge(limit=MOST_MEGABYTES))


class ListForm(FileForm):
    licence_text = fields.line(
        _("Licence"), _("For rows that say none; reference managers never do."), required=False
    )
    language = fields.choice(
        _("Language"),
        [("", "—"), *Language.choices],
        _("For rows that say none."),
        required=False,
    )


class Upload(ActionPage[None]):
    path = "lists"
    deed = Deed.CURATE
    title = _("Bring in a list")
    button = _("Check the list")
    hint = _("Reads the list and shows what is wrong in it. Nothing is registered yet.")
    form_class = ListForm
    template = "ingest/list_upload.html"

    def back(self) -> str:
        return inbox_address()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Bring in"), inbox_address())]

    def sentences(self) -> Sequence[str]:
        limits = {"rows": MOST_ROWS, "size": MOST_MEGABYTES}
        kinds = say(
            "A spreadsheet (.xlsx) or CSV with the header of the template, RIS or BibTeX; at most"
            " %(rows)s rows and %(size)s MB."
        )
        return [*super().sentences(), kinds % limits]

    def context(self) -> dict[str, Any]:
        return {"words": session_words()}

    def told(self) -> str:
        """Nothing: the page it leads to says what is right or wrong in the list."""
        return ""

    def do(self, given: dict[str, Any]) -> str:
        file = given["file"]
        name = originals.shown_name(file.name or "")
        rows = read_sent(file.chunks(), name, read_list)
        usual = {"licence_text": given["licence_text"], "language": given["language"]}
        made = SourceList.objects.create(
            filename=name,
            received_at=clock.now(),
            received_from=self.account.person,
            rows={"rows": [asdict(row) for row in rows], "usual": usual},
        )
        return list_address(made.pk)


class RegisterForm(NothingForm):
    def __init__(self, *args: Any, in_the_way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_the_way = in_the_way

    def clean(self) -> None:
        if self.in_the_way:
            raise forms.ValidationError(self.in_the_way)


class Register(ActionPage[SourceList]):
    path = "register"
    deed = Deed.CURATE
    title = _("Dry run of the list")
    button = _("Register all")
    hint = _("Registers every row as a source, or none if one is refused.")
    form_class = RegisterForm
    template = "ingest/list_check.html"

    @cached_property
    def run(self) -> DryRun:
        held = self.subject.rows
        rows = (SOURCES.row(row) for row in held["rows"])
        return check_rows(rows, held["usual"], leave_out=self.leaves_out)

    @property
    def leaves_out(self) -> bool:
        """As it was ticked where the rows were shown; the address keeps it until they are sent."""
        return LEAVE_OUT in self.request.GET

    def fits(self) -> bool:
        return self.subject.registered_at is None

    def obstacle(self) -> str:
        if self.run.problems:
            return say("Nothing can be registered until the list is mended. Send it again then.")
        if not self.run.described:
            return say("All of it is registered already, so nothing is left to register.")
        return ""

    def form_arguments(self) -> dict[str, Any]:
        return {"in_the_way": self.obstacle() if self.fits() else ""}

    def back(self) -> str:
        return reverse("admin:bring_in_lists")

    def crumbs(self) -> list[tuple[str, str]]:
        lists = (say("Bring in a list"), reverse("admin:bring_in_lists"))
        return [(say("Bring in"), inbox_address()), lists]

    def context(self) -> dict[str, Any]:
        problems = sorted(self.run.problems, key=lambda each: each.row)
        return {
            "source_list": self.subject,
            "count": len(self.subject.rows["rows"]),
            "problems": problems[:MOST_PROBLEMS],
            "problem_count": len(problems),
            "described": [
                (each, SourceClass(each.source_class).label)
                for each in self.run.descriptions[:MOST_SHOWN]
            ],
            "is_cut": len(self.run.descriptions) > MOST_SHOWN,
            "knows_some": bool(self.run.known),
            "leave_out": LEAVE_OUT,
            "leaves_out": self.leaves_out,
            "left_out": self._left_out(),
            "left_out_count": len(self._rows_left_out()),
        }

    def do(self, given: dict[str, Any]) -> str:
        intake.register_all(
            descriptions=self.run.descriptions, by=self.account, settle=self._settle
        )
        return list_of_sources()

    def told(self) -> str:
        if not self._rows_left_out():
            return say("All sources of the list are registered.")
        told = say("Registered: %(count)s. Left out as registered already: %(left_out)s.")
        counts = {"count": len(self.run.described), "left_out": len(self._rows_left_out())}
        return told % counts

    def _left_out(self) -> list[Known]:
        """In the order of the rows, each source once a row."""
        if not self.leaves_out:
            return []
        found = {(each.row, each.source.pk): each for each in self.run.known}
        return [found[key] for key in sorted(found)]

    def _rows_left_out(self) -> set[int]:
        return {known.row for known in self._left_out()}

    def _settle(self, entered: Sequence[Source]) -> None:
        mine = SourceList.objects.filter(pk=self.subject.pk, registered_at=None)
        if not mine.update(registered_at=clock.now(), rows={"rows": [], "usual": {}}):
            raise ChangedMeanwhile(by=self.account.person.display_name)
        self.subject.sources.set(entered)


def upload(request: HttpRequest) -> HttpResponse:
    return Upload(request, None).answer()


def refuse_large(request: HttpRequest, refusal: TooLarge) -> HttpResponse:
    page = Upload(request, None)
    return page.refused(page.form(), refusal)


def template(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(made_template(template_words()), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="sources.xlsx"'
    return response


def dry_run(request: HttpRequest, pk: int) -> HttpResponse:
    """A list is its sender's own until it is registered."""
    person = account_of(request).person
    found = SourceList.objects.filter(pk=pk, received_from=person).first()
    if found is None:
        raise Http404
    if found.registered_at and request.method != "POST":
        return HttpResponseRedirect(list_of_sources())
    return Register(request, found).answer()


def read_sent(
    chunks: Iterable[bytes],
    name: str,
    read: Callable[[Path, str], T],
    why: Callable[[NotAList], str] = refusal_sentence,
) -> T:
    """What is read from a file that was sent. Raises `Malformed` at the field with the sentence
    that says why.
    """
    folder = Path(settings.KB_HOME) / "tmp"
    folder.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".list-") as file:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_MEGABYTES * 2**20:
                raise TooLarge(limit=MOST_MEGABYTES)
            file.write(chunk)
        file.flush()
        try:
            return read(Path(file.name), name)
        except NotAList as reason:
            raise Malformed(field="file", problem=why(reason)) from None
        except Unreadable as reason:
            problem = error_sentence(reason.code, reason.facts)
            raise Malformed(field="file", problem=problem) from None
