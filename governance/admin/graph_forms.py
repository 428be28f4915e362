"""Forms about the graph: concepts found by typing, names, codes and qualifiers a line each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import SELECT_CLASSES

from governance.actions.graph_relations import LONGEST_QUALIFIER
from governance.admin import forms as fields
from governance.admin.graph_words import QUALIFIERS, qualifier_of
from governance.admin.row_numbers import numbers_of_rows
from governance.errors import Malformed
from governance.models import CodeSystem, Concept, ConceptType, Language, Relation, RelationType

NAMES_HELP = _("A name a line, the preferred one first.")


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


class TypeForm(forms.Form):
    type = TypeField(ConceptType.objects.order_by("code"), label=_("Type"))


def qualifiers_field() -> forms.CharField:
    return fields.paragraph(
        _("Qualifiers"),
        _("One a line, such as “dose: once a day”. Each relation allows certain ones."),
        required=False,
    )


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def names_given(given: dict[str, Any]) -> list[dict[str, Any]]:
    names = [
        {"language": language, "name": line, "preferred": not place}
        for language in Language.values
        for place, line in enumerate(dict.fromkeys(lines_of(given[f"names_{language}"])))
    ]
    if not names:
        raise Malformed(field="names_zh", problem=say("A concept has at least one name."))
    return names


def codes_given(given: dict[str, Any]) -> list[dict[str, str]]:
    codes = []
    for line in lines_of(given["codes"]):
        system, _gap, code = line.partition(" ")
        if system.lower().rstrip(":：") not in CodeSystem.values or not code.strip():
            problem = say("“%(line)s” is no code with its system before it.") % {"line": line}
            raise Malformed(field="codes", problem=problem)
        codes.append({"system": system.lower().rstrip(":："), "code": code.strip()})
    return codes


def allowed_by(type_: RelationType) -> str:
    """Which qualifiers may be said with such a relation."""
    these = say(", ").join(str(QUALIFIERS.get(code, code)) for code in type_.qualifiers)
    if not these:
        return say("“%(relation)s” takes no qualifiers.") % {"relation": type_}
    return say("“%(relation)s” may take: %(these)s.") % {"relation": type_, "these": these}


def qualifiers_given(text: str, type_: RelationType) -> dict[str, str]:
    """By their codes. Refused: one that such a relation does not take, and one said twice."""
    pairs: dict[str, str] = {}
    for line in lines_of(text.replace("：", ":")):
        name, gap, value = (part.strip() for part in line.partition(":"))
        if not gap or not value:
            _refuse(say("“%(line)s” has no name with a colon before it.") % {"line": line})
        if qualifier_of(name) not in type_.qualifiers:
            unknown = say("“%(name)s” is no qualifier of this relation.") % {"name": name}
            _refuse(f"{unknown} {allowed_by(type_)}")
        if qualifier_of(name) in pairs:
            _refuse(say("“%(name)s” stands there twice.") % {"name": name})
        if len(value) > LONGEST_QUALIFIER or not value.isprintable():
            problem = say("One line of at most %(most)s characters, all of which can be seen.")
            _refuse(problem % {"most": LONGEST_QUALIFIER})
        pairs[qualifier_of(name)] = value
    return pairs


def _refuse(problem: str) -> None:
    raise Malformed(field="qualifiers", problem=problem)
