"""What may be proposed about a concept. Each page writes a step into the person's change set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import SELECT_CLASSES

from governance import clock
from governance.actions import change_sets
from governance.actions.graph_concepts import codes_of, names_of
from governance.actions.graph_ground import Step
from governance.admin import forms as fields
from governance.admin.change_sets import address_of_set, working_set
from governance.admin.graph_words import qualifier_of
from governance.admin.pages import ActionPage
from governance.admin.row_numbers import numbers_of_rows
from governance.duties import Deed
from governance.errors import Malformed
from governance.models import (
    CodeSystem,
    Concept,
    ConceptStatus,
    ConceptType,
    Language,
    Passage,
    Relation,
    RelationType,
)
from governance.wording import found_in

S = TypeVar("S", Concept, None)
NAMES_HELP = _("A name a line, the preferred one first.")


def list_of_concepts() -> str:
    return reverse("admin:governance_concept_changelist")


class ConceptByTyping(AutocompleteSelect):
    """A current concept, found by a part of any of its names, or by a code."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Without what is no number: the stock widget would ask the database for it."""
        return super().optgroups(name, [str(n) for n in numbers_of_rows(value)], attr)


class ConceptField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, **given: Any) -> None:
        column = Relation._meta.get_field("object")
        rows = Concept.objects.current().prefetch_related("names")
        super().__init__(rows, widget=ConceptByTyping(column, admin.site), **given)


class TypeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, rows: Any, **given: Any) -> None:
        widget = forms.Select(attrs={"class": " ".join(SELECT_CLASSES)})
        super().__init__(rows, empty_label="—", to_field_name="code", widget=widget, **given)


class NamesForm(forms.Form):
    names_zh = fields.paragraph(_("Names in Chinese"), NAMES_HELP, required=False)
    names_en = fields.paragraph(_("Names in English"), NAMES_HELP, required=False)


class CodesForm(forms.Form):
    codes = fields.paragraph(
        _("Codes"),
        _(
            "One a line, the system before it: “icd-10 I63.9”. Systems: icd-10, icd-9-cm-3, atc,"
            " loinc, snomed-ct, local."
        ),
        required=False,
    )


class NewConceptForm(NamesForm, CodesForm):
    type = TypeField(ConceptType.objects.order_by("code"), label=_("Type"))
    field_order = ["type", "names_zh", "names_en", "codes"]


class Proposing(ActionPage[S]):
    """Writes steps into the change set that the person is at, or into a new one."""

    deed = Deed.DRAW
    done = _("Written into your change set. Nothing in the graph changes until it is applied.")

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        raise NotImplementedError

    def sentences(self) -> Sequence[str]:
        draft = working_set(self.account)
        where = (
            say("It is written into your change set “%(title)s”.") % {"title": draft.title}
            if draft
            else say("It is written into a new change set of yours.")
        )
        return [str(self.hint), where]

    def do(self, given: dict[str, Any]) -> str:
        steps = self.steps(given)
        draft = working_set(self.account)
        if draft is None:
            draft = change_sets.begin(title=self.name(given), steps=steps, by=self.account)
        else:
            for step in steps:
                change_sets.add(change_set=draft, step=step, by=self.account)
        return address_of_set(draft.pk)

    def name(self, given: dict[str, Any]) -> str:
        """What a set that begins with this is called."""
        return f"{self.title} · {self.subject}"[: change_sets.LONGEST_TITLE]


class AddConcept(Proposing[None]):
    path = "add"
    title = _("Propose a concept")
    button = _("Propose a concept")
    press = _("Write the step")
    hint = _("A disease, a drug, a test … by its names and codes.")
    form_class = NewConceptForm

    def back(self) -> str:
        return list_of_concepts()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Concepts"), list_of_concepts())]

    def name(self, given: dict[str, Any]) -> str:
        first = (_lines(given["names_zh"]) or _lines(given["names_en"]) or [""])[0]
        return f"{self.title} · {first}"[: change_sets.LONGEST_TITLE]

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        names = _names(given)
        ref = f"{clock.now().timestamp():.0f}-{len(names)}"
        content = {"ref": ref, "type": given["type"].code, "names": names, "codes": _codes(given)}
        return [("concept.add", content)]


class ConceptPage(Proposing[Concept]):
    press = _("Write the step")

    def fits(self) -> bool:
        return self.subject.status == ConceptStatus.CURRENT

    def back(self) -> str:
        return reverse("admin:governance_concept_change", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Concepts"), list_of_concepts()), (str(self.subject), self.back())]


class RelateForm(forms.Form):
    type = TypeField(RelationType.objects.order_by("code"), label=_("Relation"))
    object = ConceptField(label=_("To which concept"))
    passage = fields.number(
        _("Number of the passage that says so"), _("It stands above each passage of a version.")
    )
    words = fields.paragraph(
        _("The words that say so"),
        _("As they stand in the passage. Empty for the whole of it."),
        required=False,
    )
    qualifiers = fields.paragraph(
        _("Qualifiers"),
        _("One a line, such as “dose: once a day”. Each relation allows certain ones."),
        required=False,
    )


class Relate(ConceptPage):
    path = "relate"
    title = _("Propose a relation")
    button = _("Relation")
    hint = _("Says something of this concept and another, carried by the words of a passage.")
    form_class = RelateForm

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        content = {
            "subject": self.subject.pk,
            "type": given["type"].code,
            "object": given["object"].pk,
            "qualifiers": _pairs(given["qualifiers"]),
            "evidence": [_span(given["passage"], given["words"])],
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
        return [("concept.name", {"concept": self.subject.pk, "names": _names(given)})]


class Recode(ConceptPage):
    path = "recode"
    title = _("Propose other codes")
    button = _("Codes")
    hint = _("By which codes it is known in ICD-10, ATC, LOINC and others.")
    form_class = CodesForm

    def initial(self) -> dict[str, Any]:
        return {"codes": "\n".join(f"{c['system']} {c['code']}" for c in codes_of(self.subject))}

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("concept.code", {"concept": self.subject.pk, "codes": _codes(given)})]


class TypeForm(forms.Form):
    type = TypeField(ConceptType.objects.order_by("code"), label=_("Type"))


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


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _names(given: dict[str, Any]) -> list[dict[str, Any]]:
    names = [
        {"language": language, "name": line, "preferred": not place}
        for language in Language.values
        for place, line in enumerate(dict.fromkeys(_lines(given[f"names_{language}"])))
    ]
    if not names:
        raise Malformed(field="names_zh", problem=say("A concept has at least one name."))
    return names


def _codes(given: dict[str, Any]) -> list[dict[str, str]]:
    codes = []
    for line in _lines(given["codes"]):
        system, _gap, code = line.partition(" ")
        if system.lower().rstrip(":：") not in CodeSystem.values or not code.strip():
            problem = say("“%(line)s” is no code with its system before it.") % {"line": line}
            raise Malformed(field="codes", problem=problem)
        codes.append({"system": system.lower().rstrip(":："), "code": code.strip()})
    return codes


def _pairs(text: str) -> dict[str, str]:
    pairs = {}
    for line in _lines(text.replace("：", ":")):
        name, gap, value = line.partition(":")
        if not gap or not value.strip():
            problem = say("“%(line)s” has no name with a colon before it.") % {"line": line}
            raise Malformed(field="qualifiers", problem=problem)
        pairs[qualifier_of(name.strip())] = value.strip()
    return pairs


def _span(number: int, words: str) -> dict[str, int]:
    """Where the words stand, however wide their letters are."""
    passage = Passage.objects.filter(pk=number).first()
    if passage is None:
        raise Malformed(field="passage", problem=say("There is no such passage."))
    if not words.strip():
        return {"passage": number, "start": 0, "end": len(passage.text)}
    found = found_in(passage.text, words.strip())
    if not found:
        raise Malformed(field="words", problem=say("These words are not in the passage."))
    return {"passage": number, "start": found[0][0], "end": found[0][1]}


PAGES: tuple[type[ConceptPage], ...] = (
    Relate,
    Rename,
    Recode,
    Retype,
    Merge,
    Review,
    Retire,
)
