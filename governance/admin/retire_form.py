"""The form by which a version is retired, with its successor found by typing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from governance.admin import forms as fields
from governance.admin.row_numbers import numbers_of_rows
from governance.lifecycle import APPROVED, NEEDS_SUCCESSOR, RetirementReason
from governance.models import Retirement, Version


class FoundByTyping(AutocompleteSelect):
    """A version found by a part of its source's title, or of its label."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Without what is no number: the stock widget would ask the database for it."""
        return super().optgroups(name, [str(n) for n in numbers_of_rows(value)], attr)


class RetireForm(forms.Form):
    reason_code = fields.choice(_("Reason"), [("", "—"), *RetirementReason.choices])
    note = fields.paragraph(_("Note"), _("What happened, and how you know. Goes on the record."))
    successor = forms.ModelChoiceField(
        Version.objects.filter(status__in=APPROVED).select_related("source"),
        label=_("Successor"),
        help_text=_("The version to read instead; needed for “superseded” and “duplicate”."),
        required=False,
    )
    password = fields.own_password()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column = Retirement._meta.get_field("successor")
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ModelChoiceField)  # noqa: S101  (made so above)
        successor.widget = FoundByTyping(column, admin.site)
        successor.widget.choices = successor.choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason_code") in NEEDS_SUCCESSOR and not given.get("successor"):
            self.add_error("successor", _("This reason needs a successor."))
        return given
