"""The steps of a change set, said in words to who reads them before they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions.graph_ground import NEW
from governance.models import (
    Concept,
    ConceptType,
    Evidence,
    GraphEdit,
    Passage,
    Relation,
    RelationType,
)

SENTENCES: dict[str, Promise] = {
    "concept.add": _("Add the concept “%(names)s”, a %(type)s"),
    "concept.name": _("Name “%(concept)s” anew: %(names)s"),
    "concept.code": _("Give “%(concept)s” these codes: %(codes)s"),
    "concept.retype": _("Make “%(concept)s” a %(type)s"),
    "concept.retire": _("Retire the concept “%(concept)s”"),
    "concept.revive": _("Bring the concept “%(concept)s” back"),
    "concept.review": _("Say that “%(concept)s” was reviewed and holds by itself"),
    "concept.merge": _("Merge “%(concept)s” into “%(into)s”"),
    "concept.split": _("Take “%(names)s” out of “%(concept)s”, as a concept of its own"),
    "relation.add": _("Say: %(subject)s – %(type)s → %(object)s"),
    "relation.end": _("End: %(relation)s"),
    "relation.restore": _("Say again: %(relation)s"),
    "relation.qualify": _("Qualify anew: %(relation)s"),
    "evidence.add": _("Add evidence to: %(relation)s"),
    "evidence.end": _("Take evidence away from: %(relation)s"),
    "evidence.restore": _("Give evidence back to: %(relation)s"),
    "concept_type.set": _("Set the type of concept “%(code)s”: %(label)s"),
    "relation_type.set": _("Set the type of relation “%(code)s”: %(label)s"),
    "relation_type.forbid": _("Let “%(code)s” be said of nothing any more"),
}
# What may be said with a relation; a hospital may have given its schema others.
QUALIFIERS: dict[str, Promise] = {
    "dose": _("dose"),
    "duration": _("duration"),
    "effect": _("effect"),
    "frequency": _("frequency"),
    "population": _("population"),
    "route": _("route"),
    "score": _("score"),
    "severity": _("severity"),
    "strength": _("strength"),
    "threshold": _("threshold"),
    "time_limit": _("time limit"),
}
UNKNOWN = "–"


def qualified(qualifiers: object) -> list[tuple[str, str]]:
    """Each qualifier by its word, with what is said."""
    told = qualifiers if isinstance(qualifiers, dict) else {}
    return [(str(QUALIFIERS.get(code, code)), str(value)) for code, value in sorted(told.items())]


def qualifier_of(word: str) -> str:
    """The code of a qualifier, by its word in the language of who writes, or by itself."""
    codes = {str(told).casefold(): code for code, told in QUALIFIERS.items()}
    return codes.get(word.casefold(), word)


class Told:
    """Says the steps of one set; what they name is looked up once."""

    def __init__(self, edits: Sequence[GraphEdit]) -> None:
        self.edits = edits
        contents = [edit.content for edit in edits]
        numbers = {c[name] for c in contents for name in c if _is_number(c, name)}
        self.concepts = _concepts(numbers) | _added(edits)
        self.evidence = Evidence.objects.in_bulk(_all_of(contents, "evidence"))
        carried = {evidence.relation_id for evidence in self.evidence.values()}
        self.relations = _relations(contents, carried)
        self.types = {t.code: t.label for t in ConceptType.objects.all()}
        self.types |= {t.code: t.label for t in RelationType.objects.all()}

    def sentence(self, edit: GraphEdit) -> str:
        content = edit.content
        facts = {
            "names": _names(content),
            "codes": _codes(content) or UNKNOWN,
            "type": self.types.get(str(content.get("type")), UNKNOWN),
            "code": str(content.get("code", UNKNOWN)),
            "label": _label(content),
            "relation": self._relation(content),
        }
        for name in ("concept", "into", "subject", "object"):
            facts[name] = self._concept(content.get(name))
        return str(SENTENCES[edit.deed]) % facts

    def details(self, edit: GraphEdit) -> list[str]:
        """What a concept is that is split off, besides its names, and what goes over to it."""
        if edit.deed != "concept.split":
            return []
        type_ = self.types.get(str(edit.content.get("type")))
        told = [say("Its type: %(type)s") % {"type": type_}] if type_ else []
        if codes := _codes(edit.content):
            told.append(say("Codes that go over: %(these)s") % {"these": codes})
        for number in _numbers(edit.content, "relations"):
            relation = self.relations.get(number, UNKNOWN)
            told.append(say("It goes over: %(relation)s") % {"relation": relation})
        return told

    def quotes(self, edits: Sequence[GraphEdit]) -> dict[int, list[tuple[int, str]]]:
        """By the number of the step, the words that carry a relation, or no more: of which
        passage, and what they say.
        """
        spans = {edit.pk: self._spans(edit.content) for edit in edits}
        known = Passage.objects.in_bulk({number for each in spans.values() for number, *_ in each})
        return {
            step: [(n, known[n].text[start:end]) for n, start, end in each if n in known]
            for step, each in spans.items()
        }

    def _spans(self, content: Mapping[str, Any]) -> list[tuple[int, int | None, int | None]]:
        said: list[tuple[int, int | None, int | None]] = [
            (span["passage"], _place(span, "start"), _place(span, "end"))
            for span in [*dicts_in(content, "evidence"), content]
            if _is_number(span, "passage")
        ]
        was = self._evidence(content)
        return [*said, *([(was.passage_id, was.start, was.end)] if was else [])]

    def _evidence(self, content: Mapping[str, Any]) -> Evidence | None:
        is_named = _is_number(content, "evidence")
        return self.evidence.get(content["evidence"]) if is_named else None

    def _concept(self, named: object) -> str:
        return self.concepts.get(named, UNKNOWN) if isinstance(named, int | str) else UNKNOWN

    def _relation(self, content: Mapping[str, Any]) -> str:
        number = content.get("relation")
        if was := self._evidence(content):
            number = was.relation_id
        return self.relations.get(number, UNKNOWN) if isinstance(number, int) else UNKNOWN


def _concepts(numbers: set[int]) -> dict[Any, str]:
    rows = Concept.objects.filter(pk__in=numbers).prefetch_related("names")
    return {concept.pk: str(concept) for concept in rows}


def _added(edits: Sequence[GraphEdit]) -> dict[Any, str]:
    return {
        f"{NEW}{edit.content['ref']}": _names(edit.content)
        for edit in edits
        if edit.content.get("ref")
    }


def _place(span: Mapping[str, Any], name: str) -> int | None:
    """In a text; none where it is none."""
    value = span.get(name)
    return value if type(value) is int else None


def _all_of(contents: Sequence[Mapping[str, Any]], name: str) -> set[int]:
    return {content[name] for content in contents if _is_number(content, name)}


def _relations(contents: Sequence[Mapping[str, Any]], carried: set[int]) -> dict[Any, str]:
    numbers = _all_of(contents, "relation") | carried
    numbers |= {number for c in contents for number in _numbers(c, "relations")}
    rows = Relation.objects.filter(pk__in=numbers)
    rows = rows.select_related("type").prefetch_related("subject__names", "object__names")
    return {relation.pk: str(relation) for relation in rows}


def name_among(content: Mapping[str, Any]) -> str:
    """The preferred name in the language of who reads; in another where it has none."""
    return (_in_order(content) or [UNKNOWN])[0]


def _names(content: Mapping[str, Any]) -> str:
    return " · ".join(_in_order(content)) or UNKNOWN


def _in_order(content: Mapping[str, Any]) -> list[str]:
    """The preferred name in the language of who reads, then the others."""
    mine = "zh" if str(get_language()).startswith("zh") else "en"
    names = [n for n in dicts_in(content, "names") if isinstance(n.get("name"), str)]
    names.sort(key=lambda n: (n.get("language") != mine, not n.get("preferred")))
    return [n["name"] for n in names]


def _label(content: Mapping[str, Any]) -> str:
    mine = "label_zh" if str(get_language()).startswith("zh") else "label_en"
    return str(content.get(mine, UNKNOWN))


def dicts_in(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = content.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _codes(content: Mapping[str, Any]) -> str:
    return say(", ").join(str(each.get("code")) for each in dicts_in(content, "codes"))


def _numbers(content: Mapping[str, Any], name: str) -> list[int]:
    value = content.get(name)
    return [n for n in value if _is_number({name: n}, name)] if isinstance(value, list) else []


def _is_number(content: Mapping[str, Any], name: str) -> bool:
    value = content.get(name)
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
