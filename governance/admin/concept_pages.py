"""What may be proposed about a concept. Each page writes a step into the person's change set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions import change_sets
from governance.actions.graph_concepts import codes_of, names_of
from governance.actions.graph_ground import Step
from governance.admin import forms as fields
from governance.admin.canvas_asked import crumb_of_canvas, way_back
from governance.admin.graph_forms import (
    CodesForm,
    ConceptField,
    NamesForm,
    NewConceptForm,
    TypeField,
    TypeForm,
    codes_given,
    lines_of,
    names_given,
    qualifiers_field,
    qualifiers_given,
)
from governance.admin.passage_choice import ByPassage, PassageForm, span_of
from governance.admin.proposing import ConceptPage, Proposing, list_of_concepts
from governance.admin.row_numbers import number_of_row
from governance.admin.split_page import Split
from governance.models import Concept, Language, Relation, RelationType


class AddConcept(Proposing[None]):
    path = "add"
    title = _("Propose a concept")
    button = _("Propose a concept")
    press = _("Write the step")
    hint = _("A disease, a drug, a test … by its names and codes.")
    form_class = NewConceptForm

    def back(self) -> str:
        return way_back(self.request) or list_of_concepts()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Concepts"), list_of_concepts()), *crumb_of_canvas(self.request)]

    def name(self, given: dict[str, Any]) -> str:
        first = (lines_of(given["names_zh"]) or lines_of(given["names_en"]) or [""])[0]
        return f"{self.title} · {first}"[: change_sets.LONGEST_TITLE]

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        names = names_given(given)
        ref = f"{clock.now().timestamp():.0f}-{len(names)}"
        content = {
            "ref": ref,
            "type": given["type"].code,
            "names": names,
            "codes": codes_given(given),
        }
        return [("concept.add", content)]


class RelateForm(PassageForm):
    type = TypeField(RelationType.objects.order_by("code"), label=_("Relation"))
    object = ConceptField(label=_("To which concept"))
    qualifiers = qualifiers_field()
    field_order = ["type", "object", "find", "found", "passage", "words", "qualifiers"]


class Relate(ByPassage[Concept], ConceptPage):
    path = "relate"
    title = _("Propose a relation")
    button = _("Relation")
    hint = _("Says something of this concept and another, carried by the words of a passage.")
    form_class = RelateForm

    def initial(self) -> dict[str, Any]:
        """As it was drawn on the canvas, with the passages that name both."""
        drawn = {name: self.request.GET.get(name, "") for name in ("type", "object")}
        return {**drawn, "find": self.choice.sought}

    def likely(self) -> Sequence[str]:
        number = number_of_row(self.request.GET.get("object", ""))
        other = Concept.objects.current().filter(pk=number).first()
        if other is None:
            return []
        both = (self.subject, other)
        told = (" ".join(each.name_in(language) for each in both) for language in Language.values)
        return list(dict.fromkeys(told))

    def allowed(self) -> Sequence[RelationType]:
        return list(RelationType.objects.order_by("code"))

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        content = {
            "subject": self.subject.pk,
            "type": given["type"].code,
            "object": given["object"].pk,
            "qualifiers": qualifiers_given(given["qualifiers"], given["type"]),
            "evidence": [span_of(given["passage"], given["words"], at=clock.now())],
        }
        return [("relation.add", content)]


class Rename(ConceptPage):
    path = "rename"
    title = _("Propose other names")
    button = _("Names")
    hint = _("Which names it has, and which of them is preferred in each language.")
    form_class = NamesForm

    def is_next(self) -> bool:
        return False

    def initial(self) -> dict[str, Any]:
        names = names_of(self.subject)
        return {
            f"names_{language}": "\n".join(n["name"] for n in names if n["language"] == language)
            for language in Language.values
        }

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("concept.name", {"concept": self.subject.pk, "names": names_given(given)})]


class Recode(ConceptPage):
    path = "recode"
    title = _("Propose other codes")
    button = _("Codes")
    hint = _("By which codes it is known in ICD-10, ATC, LOINC and others.")
    form_class = CodesForm

    def initial(self) -> dict[str, Any]:
        return {"codes": "\n".join(f"{c['system']} {c['code']}" for c in codes_of(self.subject))}

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("concept.code", {"concept": self.subject.pk, "codes": codes_given(given)})]


class Retype(ConceptPage):
    path = "retype"
    title = _("Propose another type")
    button = _("Type")
    hint = _("What kind of thing it is. What is said of it must be allowed of that kind too.")
    form_class = TypeForm

    def initial(self) -> dict[str, Any]:
        return {"type": self.subject.type.code}

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("concept.retype", {"concept": self.subject.pk, "type": given["type"].code})]


class MergeForm(forms.Form):
    into = ConceptField(label=_("Into which concept"))


class Merge(ConceptPage):
    path = "merge"
    title = _("Propose a merger")
    button = _("Merge")
    hint = _("It is the same as another: its names, codes and relations go over there.")
    form_class = MergeForm

    def initial(self) -> dict[str, Any]:
        return {"into": self.request.GET.get("into", "")}

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("concept.merge", {"concept": self.subject.pk, "into": given["into"].pk})]


class Review(ConceptPage):
    path = "review"
    title = _("Propose that it holds by itself")
    button = _("Review")
    hint = _("Keeps it in force for half a year without any relation.")
    form_class = fields.NothingForm

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("concept.review", {"concept": self.subject.pk})]


class Retire(ConceptPage):
    path = "retire"
    title = _("Propose to retire it")
    button = _("Retire")
    hint = _("Takes it out of the graph. Its relations are ended first.")
    form_class = fields.NothingForm
    dangerous = True

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        said = Relation.objects.current()
        mine = said.filter(subject=self.subject) | said.filter(object=self.subject)
        ends: list[Step] = [("relation.end", {"relation": r.pk}) for r in mine.order_by("pk")]
        return [*ends, ("concept.retire", {"concept": self.subject.pk})]


PAGES: tuple[type[ConceptPage], ...] = (
    Relate,
    Rename,
    Recode,
    Retype,
    Merge,
    Split,
    Review,
    Retire,
)
