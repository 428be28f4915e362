"""Proposing a relation of a concept that the same change set would add: it has no page of its own
yet, and is named as the set names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions.graph_concepts import names_of
from governance.actions.graph_ground import NEW, Step
from governance.admin.canvas_asked import crumb_of_canvas, way_back
from governance.admin.graph_forms import TypeField, qualifiers_field, qualifiers_given
from governance.admin.graph_words import dicts_in, name_among
from governance.admin.passage_choice import ByPassage, PassageForm, span_of
from governance.admin.proposing import Proposing
from governance.admin.row_numbers import number_of_row
from governance.admin.set_pages import working_set
from governance.models import ChangeSet, Concept, Language, RelationType

ADDING = ("concept.add", "concept.split")


@dataclass(frozen=True)
class End:
    """A concept at one end, by what a step calls it: its number, or its name within the set."""

    named: int | str
    type: str
    content: Mapping[str, Any]

    def __str__(self) -> str:
        return name_among(self.content)

    def name_in(self, language: str) -> str:
        names = dicts_in(self.content, "names")
        told = [str(n.get("name")) for n in names if n.get("language") == language]
        return told[0] if told else str(self)


class RelateNewForm(PassageForm):
    type = TypeField(RelationType.objects.none(), label=_("Relation"))
    qualifiers = qualifiers_field()
    field_order = ["type", "find", "found", "passage", "words", "qualifiers"]

    def __init__(self, *args: Any, types: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        field: Any = self.fields["type"]
        field.queryset = types


class RelateNew(ByPassage[None], Proposing[None]):
    path = "relate"
    title = _("Propose a relation")
    button = _("Relation")
    press = _("Write the step")
    hint = _("Says something of the two, carried by the words of a passage.")
    form_class = RelateNewForm

    @cached_property
    def ends(self) -> list[End]:
        """Subject and object; fewer where one is neither in the graph nor in the draft."""
        draft = working_set(self.account)
        told = [self.request.GET.get(name, "") for name in ("subject", "object")]
        return [end for named in told if (end := _end(named, draft))]

    def fits(self) -> bool:
        return len(self.ends) == 2  # noqa: PLR2004  (subject and object)

    def in_the_way(self) -> str:
        return "" if self.fits() else say("One of the two is not in your change set any more.")

    def back(self) -> str:
        return way_back(self.request) or reverse("admin:canvas")

    def crumbs(self) -> list[tuple[str, str]]:
        return crumb_of_canvas(self.request)

    def sentences(self) -> Sequence[str]:
        subject, object_ = map(str, self.ends)
        words = say("Of “%(subject)s”, to “%(object)s”.")
        return [words % {"subject": subject, "object": object_}, *super().sentences()]

    def allowed(self) -> Sequence[RelationType]:
        return list(self._types())

    def form_arguments(self) -> dict[str, Any]:
        return {"types": self._types()}

    def initial(self) -> dict[str, Any]:
        return {"type": self.request.GET.get("type", ""), "find": self.choice.sought}

    def likely(self) -> Sequence[str]:
        if not self.fits():
            return []
        told = (
            " ".join(end.name_in(language) for end in self.ends) for language in Language.values
        )
        return list(dict.fromkeys(told))

    def name(self, given: dict[str, Any]) -> str:
        return str(self.title)

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        subject, object_ = self.ends
        content = {
            "subject": subject.named,
            "type": given["type"].code,
            "object": object_.named,
            "qualifiers": qualifiers_given(given["qualifiers"], given["type"]),
            "evidence": [span_of(given["passage"], given["words"], at=clock.now())],
        }
        return [("relation.add", content)]

    def _types(self) -> Any:
        """What the schema allows between the two."""
        if not self.fits():
            return RelationType.objects.none()
        subject, object_ = self.ends
        rows = RelationType.objects.filter(
            triples__subject__code=subject.type, triples__object__code=object_.type
        )
        return rows.distinct().order_by("code")


def _end(named: str, draft: ChangeSet | None) -> End | None:
    if named.startswith(NEW):
        return _new_end(named, draft)
    rows = Concept.objects.current().select_related("type")
    known = rows.filter(pk=number_of_row(named)).first()
    return End(known.pk, known.type.code, {"names": names_of(known)}) if known else None


def _new_end(named: str, draft: ChangeSet | None) -> End | None:
    """Of what is split off without a type nobody knows yet which it will have."""
    edits = draft.edits.filter(deed__in=ADDING) if draft else []
    for edit in edits:
        type_ = edit.content.get("type")
        if f"{NEW}{edit.content.get('ref')}" == named and isinstance(type_, str):
            return End(named, type_, edit.content)
    return None


def relate_new(request: HttpRequest) -> HttpResponse:
    return RelateNew(request, None).answer()
