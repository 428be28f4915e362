"""What is asked at the bench: a question, and one or two settings of the same kind."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from governance import clock
from governance.admin import forms as fields
from governance.api.bodies import LARGEST_NUMBER
from governance.classes import SourceClass
from governance.models import Language
from llm.as_of import EARLIEST_YEAR
from llm.fusing import MOST
from llm.models import Release, ReleaseStatus
from llm.releases.held import held_by
from llm.retrieval import Question

MOST_SOURCES = 50
ANY = ("", _("any"))


class QuestionForm(forms.Form):
    query = fields.paragraph(
        _("Question"), _("As the inference tier would send it. It is not kept."), rows=2
    )
    beside = fields.tick(_("Compare with a second setting"))
    out_of_force = fields.tick(
        _("Also look through what is not in force"),
        _("Says why something you expect is not found. Takes longer."),
    )


class SettingForm(forms.Form):
    """How to ask. Looking back is offered to those alone who may."""

    top_k = forms.IntegerField(
        label=_("Number of passages"), min_value=1, max_value=MOST, initial=10
    )
    source_class = fields.choice(_("Class"), [ANY, *SourceClass.choices], required=False)
    language = fields.choice(_("Language"), [ANY, *Language.choices], required=False)
    source = fields.line(_("Numbers of sources"), required=False, longest=400)
    release = fields.choice(_("Within the release"), [ANY], required=False)
    as_of = forms.DateTimeField(label=_("As of (hospital's time)"), required=False)

    def __init__(self, *args: Any, may_look_back: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        plain = {"class": " ".join(INPUT_CLASSES)}
        self.fields["top_k"].widget.attrs |= plain
        released = Release.objects.filter(status=ReleaseStatus.PUBLISHED).newest_first()
        field: Any = self.fields["release"]
        field.choices = [ANY, *((str(each.pk), each.name) for each in released)]
        widget = forms.DateTimeInput(
            attrs=plain | {"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        self.fields["as_of"].widget = widget
        if not may_look_back:
            del self.fields["as_of"]

    def clean_source(self) -> tuple[int, ...]:
        said = re.split(r"[\s,，、]+", self.cleaned_data["source"].strip())
        numbers = [part for part in said if part]
        if len(numbers) > MOST_SOURCES or not all(map(_is_number, numbers)):
            raise forms.ValidationError(gettext("Give numbers of sources, such as 3, 17."))
        return tuple(map(int, numbers))

    def clean_as_of(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["as_of"]
        if at and (at > clock.now() or at.year < EARLIEST_YEAR):
            raise forms.ValidationError(gettext("It must be past; of a day, its end."))
        return at

    def question(self, query: str) -> Question:
        given = self.cleaned_data
        classes = (given["source_class"],) if given["source_class"] else ()
        within = held_by(Release.objects.get(pk=given["release"])) if given["release"] else None
        language = given["language"] or None
        return Question(query, given["top_k"], classes, language, given["source"], within)


def _is_number(said: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{0,18}", said) is not None and int(said) <= LARGEST_NUMBER
