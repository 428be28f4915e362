"""What people type about a source and a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import FILE_CLASSES, INPUT_CLASSES, SELECT_CLASSES

from governance.actions.sources import Description, Licence
from governance.admin import forms as fields
from governance.classes import POLICIES, SourceClass
from governance.identifiers import IdentifierKind, normalised
from governance.models import Language, Person, Source

MEGABYTE = 1024 * 1024
# One of each kind, shown beside the field. Not translated: they are what one types.
EXAMPLES = {
    IdentifierKind.DOCUMENT_NUMBER: "国卫办医政函〔2023〕268号",
    IdentifierKind.APPROVAL_NUMBER: "国药准字H20123456",
    IdentifierKind.NDC: "0075-0624-30",
    IdentifierKind.SPL_SET_ID: "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55",
    IdentifierKind.REGISTRATION_NUMBER: "国械注准20153460001",
    IdentifierKind.STANDARD_NUMBER: "WS/T 102-1998",
    IdentifierKind.DOI: "10.1000/182",
    IdentifierKind.PMID: "31452104",
    IdentifierKind.ISBN: "978-0-306-40615-7",
    IdentifierKind.ISSN: "0317-8471",
    IdentifierKind.GUIDELINE_REGISTRATION: "IPGRP-2021CN001",
    IdentifierKind.LOCAL_NUMBER: "QI-2026-014",
}


def ranked_classes() -> list[tuple[str, str]]:
    """Classes in the order of their authority, each with its rank."""
    ranked = sorted(SourceClass, key=lambda c: POLICIES[c].rank)
    words = say("%(name)s (rank %(rank)s)")
    named = [(c.value, words % {"name": c.label, "rank": POLICIES[c].rank}) for c in ranked]
    return [("", "—"), *named]


def rules_of_classes() -> dict[str, dict[str, str]]:
    """What each class asks for, in one sentence, and the kind of number it asks for first."""
    return {
        c.value: {"sentence": _rule(c), "kind": POLICIES[c].identified_by[0]} for c in SourceClass
    }


def _rule(source_class: SourceClass) -> str:
    policy = POLICIES[source_class]
    kinds = say(", ").join(str(IdentifierKind(kind).label) for kind in policy.identified_by)
    sentence = say(
        "At submission one of: %(kinds)s. Reviewed every %(months)s months."
        " Approvals: %(approvals)s."
    )
    facts = {"kinds": kinds, "months": policy.months, "approvals": policy.approvals}
    return sentence % facts


class SourceForm(forms.Form):
    title = fields.line(_("Title"), _("As it stands on the work itself."))
    source_class = fields.choice(
        _("Class"), ranked_classes, _("What it is decides its rank and what it must carry.")
    )
    issuer = fields.line(
        _("Issuer"), _("Who stands for it: authority, society, publisher."), longest=200
    )
    language = fields.choice(_("Language"), Language.choices)
    department = fields.line(
        _("Department"),
        _("Who looks after it. A name that is not there yet is entered."),
        longest=100,
        required=False,
    )
    licence_text = fields.line(
        _("Licence"), _("In one line: CC BY 4.0, © publisher with contract number, public law.")
    )
    may_serve = fields.tick(
        _("May be served"), _("Without this it enters no store and no answer is built on it.")
    )
    may_quote = fields.tick(
        _("May be quoted"), _("Without this answers name the place and leave out the text.")
    )
    may_train = fields.tick(
        _("May train a model"),
        _("Without this it is in no training data. Never clinical experience."),
    )


class EditSourceForm(SourceForm):
    # The last change before the form was shown: what came later is not overwritten unseen.
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = fields.paragraph(_("Reason"), _("Why it is changed. Goes on the record."))


class IdentifierForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", "—"), *IdentifierKind.choices],
        required=False,
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES), "data-kind": ""}),
    )
    value = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=300,
        widget=forms.TextInput(
            attrs={"class": " ".join(INPUT_CLASSES), "autocomplete": "off", "data-number": ""}
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind, value = given.get("kind", ""), given.get("value", "")
        if value and not kind:
            self.add_error("kind", say("Say what kind of number this is."))
        elif kind and value:
            self._check(kind, value)
        return given

    def _check(self, kind: str, value: str) -> None:
        """Beside the number itself, where the action could only say that one is wrong."""
        try:
            normalised(kind, value)
        except ValueError as error:
            self.add_error("value", str(error))


IdentifierFormSet = forms.formset_factory(
    IdentifierForm, extra=2, max_num=40, validate_max=True, absolute_max=60
)


def described(given: Mapping[str, Any], identifiers: list[tuple[str, str]]) -> Description:
    """What the action is told, from what the forms hold."""
    return Description(
        title=given["title"],
        source_class=given["source_class"],
        issuer=given["issuer"],
        language=given["language"],
        licence=Licence(
            given["licence_text"],
            serve=given["may_serve"],
            quote=given["may_quote"],
            train=given["may_train"],
        ),
        identifiers=identifiers,
        department=given["department"].strip() or None,
    )


def description_of(source: Source) -> dict[str, Any]:
    """The form's fields as the source stands."""
    names = ("title", "source_class", "issuer", "language", "licence_text")
    flags = ("may_serve", "may_quote", "may_train")
    stands = {name: getattr(source, name) for name in (*names, *flags)}
    return stands | {"department": source.department.name if source.department else ""}


class VersionForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=1000,
        widget=forms.FileInput(attrs={"class": "kb-file " + " ".join(FILE_CLASSES)}),
    )
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = {"limit": settings.MAX_UPLOAD_MB}
        self.fields["file"].help_text = (
            say(
                "PDF, DOCX, EPUB, HTML, JATS, SPL, Markdown or text, at most %(limit)s MB. Put in"
                " the inbox instead, under “Bring in”, a file of this source is recognised, and its"
                " label and day are proposed."
            )
            % limit
        )
        attrs = self.fields["file"].widget.attrs
        attrs["data-most-bytes"] = str(settings.MAX_UPLOAD_MB * MEGABYTE)
        attrs["data-too-large"] = say("This file is larger than %(limit)s MB.") % limit


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("New owner"),
        empty_label="—",
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES)}),
    )
    reason = fields.paragraph(_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101  (declared so above)
        able = Person.objects.filter(duty="content", accounts__is_active=True)
        owner.queryset = able.distinct().order_by("display_name", "pk")
