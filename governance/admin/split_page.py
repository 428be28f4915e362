"""Taking some of what a concept is called, and of what is said of it, into one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions.graph_concepts import names_of
from governance.actions.graph_ground import Step
from governance.admin import forms as fields
from governance.admin.graph_forms import NAMES_HELP, TypeField, lines_of
from governance.admin.graph_words import qualified
from governance.admin.proposing import ConceptPage
from governance.errors import Malformed
from governance.models import Concept, ConceptType, Language, Relation

Name = dict[str, Any]


class SplitForm(forms.Form):
    names = fields.choices(
        _("Names that go over"), [], _("The others stay; at least one does."), required=False
    )
    names_zh = fields.paragraph(_("Further names in Chinese"), NAMES_HELP, required=False, rows=2)
    names_en = fields.paragraph(_("Further names in English"), NAMES_HELP, required=False, rows=2)
    codes = fields.choices(_("Codes that go over"), [], required=False)
    relations = fields.choices(
        _("Relations that go over"),
        [],
        _("Each with the passages that carry it. The others stay."),
        required=False,
    )
    type = TypeField(ConceptType.objects.order_by("code"), label=_("Type of the new concept"))

    def __init__(self, *args: Any, concept: Concept, **given: Any) -> None:
        super().__init__(*args, **given)
        relations = _relations_of(concept)
        names = concept.names.order_by("-language", "-is_preferred", "name")
        self._offer("names", [(n.pk, _name_told(n)) for n in names])
        self._offer("codes", [(c.pk, str(c)) for c in concept.codes.order_by("system", "code")])
        self._offer("relations", [(r.pk, _relation_told(r)) for r in relations])

    def _offer(self, name: str, these: list[tuple[int, str]]) -> None:
        """What there is none of is not asked for."""
        offered = self.fields[name]
        assert isinstance(offered, forms.MultipleChoiceField)  # noqa: S101  (made so above)
        offered.choices = these
        if not these:
            offered.widget = forms.MultipleHiddenInput()


class Split(ConceptPage):
    path = "split"
    title = _("Propose to split it")
    button = _("Split")
    hint = _("Two things under one concept: a new one takes some names, codes and relations.")
    form_class = SplitForm

    def form_arguments(self) -> dict[str, Any]:
        return {"concept": self.subject}

    def initial(self) -> dict[str, Any]:
        return {"type": self.subject.type.code}

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        taken = self._taken(given)
        codes = self.subject.codes.filter(pk__in=given["codes"]).order_by("system", "code")
        content = {
            "concept": self.subject.pk,
            "ref": f"split-{self.subject.pk}-{clock.now().timestamp():.3f}",
            "type": given["type"].code,
            "names": taken,
            "codes": [{"system": each.system, "code": each.code} for each in codes],
            "relations": sorted(int(number) for number in given["relations"]),
        }
        return [*self._named_anew(taken), ("concept.split", content)]

    def _taken(self, given: dict[str, Any]) -> list[Name]:
        """Of each language the first is the preferred one."""
        ticked = self.subject.names.filter(pk__in=given["names"]).order_by("-is_preferred", "name")
        taken: list[Name] = []
        for language in Language.values:
            told = [each.name for each in ticked if each.language == language]
            told += lines_of(given[f"names_{language}"])
            taken += [
                {"language": language, "name": name, "preferred": not place}
                for place, name in enumerate(dict.fromkeys(told))
            ]
        if not taken:
            problem = say("Choose the names of the new concept, or write some.")
            raise Malformed(field="names", problem=problem)
        return taken

    def _named_anew(self, taken: Sequence[Name]) -> list[Step]:
        """Where the preferred name of a language goes, the next one is preferred first."""
        names = names_of(self.subject)
        gone = {(n["language"], n["name"]) for n in taken}
        kept = [n for n in names if (n["language"], n["name"]) not in gone]
        if not kept:
            problem = say("One of its names stays with it, or nothing would be left of it.")
            raise Malformed(field="names", problem=problem)
        first: dict[str, Name] = {}
        for each in kept:
            # The preferred one of each language stands first.
            first.setdefault(each["language"], each)
        bare = [each for each in first.values() if not each["preferred"]]
        if not bare:
            return []
        told = [{**n, "preferred": n in bare or _stays_preferred(n, bare)} for n in names]
        return [("concept.name", {"concept": self.subject.pk, "names": told})]


def _stays_preferred(name: Name, instead: Sequence[Name]) -> bool:
    return name["preferred"] and name["language"] not in [n["language"] for n in instead]


def _relations_of(concept: Concept) -> Any:
    rows = Relation.objects.current()
    mine = rows.filter(subject=concept) | rows.filter(object=concept)
    mine = mine.select_related("type").prefetch_related("subject__names", "object__names")
    return mine.order_by("type__code", "pk")


def _name_told(name: Any) -> str:
    if not name.is_preferred:
        return f"{name.get_language_display()} · {name}"
    return f"{name.get_language_display()} · {name} · {say('preferred')}"


def _relation_told(relation: Relation) -> str:
    words = say("%(name)s: %(text)s")
    told = [words % {"name": n, "text": text} for n, text in qualified(relation.qualifiers)]
    return " · ".join([str(relation), *told])
