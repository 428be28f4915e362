"""Forms of the admin: what people type, in the face of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"
_INPUT = {"class": " ".join(INPUT_CLASSES)}
_TICK = {"class": " ".join(CHECKBOX_CLASSES)}
LONGEST_TEXT = 4000


def line(
    label: Words, help_text: Words = "", *, longest: int = 300, **given: Any
) -> forms.CharField:
    widget = forms.TextInput(attrs={**_INPUT, "autocomplete": "off"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=longest, widget=widget, **given
    )


def paragraph(
    label: Words, help_text: Words = "", *, rows: int = 3, **given: Any
) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": " ".join(TEXTAREA_CLASSES), "rows": rows})
    given = {"max_length": LONGEST_TEXT} | given
    return forms.CharField(label=label, help_text=help_text, widget=widget, **given)


def choice(label: Words, choices: Any, help_text: Words = "", **given: Any) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": " ".join(SELECT_CLASSES)})
    return forms.ChoiceField(
        label=label, choices=choices, help_text=help_text, widget=widget, **given
    )


def choices(
    label: Words, of: Any, help_text: Words = "", **given: Any
) -> forms.MultipleChoiceField:
    # Without classes: Django would give them to what stands around the boxes as well.
    widget = forms.CheckboxSelectMultiple()
    return forms.MultipleChoiceField(
        label=label, choices=of, help_text=help_text, widget=widget, **given
    )


def one_of(label: Words, of: Any, help_text: Words = "", **given: Any) -> forms.ChoiceField:
    """All of them to be seen, each with a button that chooses it."""
    widget = forms.RadioSelect()
    return forms.ChoiceField(label=label, choices=of, help_text=help_text, widget=widget, **given)


def tick(label: Words, help_text: Words = "") -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs=_TICK)
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=widget)


def number(label: Words, help_text: Words = "", **given: Any) -> forms.IntegerField:
    """The number of something that is kept here."""
    widget = forms.NumberInput(attrs=_INPUT)
    given = {"min_value": 1, "max_value": 2**53} | given
    return forms.IntegerField(label=label, help_text=help_text, widget=widget, **given)


def day(label: Words, help_text: Words = "") -> forms.DateField:
    widget = forms.DateInput(attrs={**_INPUT, "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget)


def password(label: Words, help_text: Words = "", *, new: bool = False) -> Any:
    """What is too long is refused in words: a browser would cut it, and nobody would see."""
    known = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={**_INPUT, "autocomplete": known})
    field = forms.CharField(
        label=label, help_text=help_text, strip=False, max_length=200, widget=widget
    )
    field.widget.attrs.pop("maxlength", None)
    return field


def own_password() -> Any:
    return password(
        _("Your password"), _("Asked again, because this decision stands under your name.")
    )


def begun_at_first(form: forms.Form) -> forms.Form:
    """With the first thing to fill in under the fingers of who came here by a key."""
    for bound in form.visible_fields()[:1]:
        bound.field.widget.attrs["autofocus"] = True
    return form


class ReasonForm(forms.Form):
    reason = paragraph(_("Reason"), _("Goes on the record."))


class NoteForm(forms.Form):
    """Where a reason is welcome and not asked for."""

    reason = paragraph(_("Note"), _("For those who review it; goes on the record."), required=False)


class NothingForm(forms.Form):
    """A button alone."""


class DecisionForm(forms.Form):
    reason = paragraph(_("Reason"), _("What you read it against, and what you found."))
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    password = own_password()
