"""Steps about concepts: added, named, coded, merged, split, retired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from governance.actions.graph_ground import (
    NEW,
    Deed,
    Ground,
    Step,
    nothing,
    one_of,
    rows,
    touching,
    whole,
    words,
)
from governance.actions.graph_relations import repoint
from governance.classes import MOST_MONTHS
from governance.errors import ConceptInUse, Malformed, NotInTheGraph
from governance.lifecycle import review_due_after
from governance.models import (
    LONGEST_CODE,
    LONGEST_NAME,
    CodeSystem,
    Concept,
    ConceptCode,
    ConceptName,
    ConceptStatus,
    ConceptType,
    Language,
    Relation,
)
from governance.wording import folded

Content = Mapping[str, Any]


def add(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """`ref` is what later steps of the set call it."""
    concept = Concept.objects.create(type=_type(content))
    _give_names(concept, content)
    _give_codes(concept, content)
    if ref := content.get("ref"):
        ground.made[f"{NEW}{ref}"] = concept.pk
    ground.note("concept.added", concept)
    return [("concept.retire", {"concept": concept.pk})]


def name(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """All its names anew."""
    concept = ground.concept(content.get("concept"))
    before = names_of(concept)
    concept.names.all().delete()
    _give_names(concept, content)
    ground.note("concept.named", concept)
    return [("concept.name", {"concept": concept.pk, "names": before})]


def code(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """All its codes anew."""
    concept = ground.concept(content.get("concept"))
    before = codes_of(concept)
    concept.codes.all().delete()
    _give_codes(concept, content)
    ground.note("concept.coded", concept)
    return [("concept.code", {"concept": concept.pk, "codes": before})]


def retype(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Refused where one of its relations could not be said of the new type."""
    concept = ground.concept(content.get("concept"))
    before, concept.type = concept.type.code, _type(content)
    for relation in _relations_of(concept):
        ends = [concept.type if end == concept else end.type for end in _ends(relation)]
        if not relation.type.allows(*ends):
            raise ConceptInUse(concept=str(concept), relation=str(relation))
    concept.save(update_fields=["type"])
    ground.note("concept.retyped", concept)
    return [("concept.retype", {"concept": concept.pk, "type": before})]


def retire(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """It keeps its names and gives its codes back. Refused while anything is said of it."""
    concept = ground.concept(content.get("concept"))
    if relation := _relations_of(concept).first():
        raise ConceptInUse(concept=str(concept), relation=str(relation))
    before = codes_of(concept)
    concept.codes.all().delete()
    concept.status = ConceptStatus.RETIRED
    concept.save(update_fields=["status"])
    ground.note("concept.retired", concept)
    return [("concept.revive", {"concept": concept.pk, "codes": before})]


def revive(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """What was retired, or merged into another, is there again; `names` are given where it has none
    left.
    """
    known = Concept.objects.exclude(status=ConceptStatus.CURRENT)
    concept = known.filter(pk=whole(content.get("concept"))).first()
    if concept is None:
        raise NotInTheGraph(what=_("concept"), number=content.get("concept"))
    concept.status, concept.merged_into = ConceptStatus.CURRENT, None
    concept.save(update_fields=["status", "merged_into"])
    if "names" in content:
        _give_names(concept, content)
    _give_codes(concept, content)
    ground.note("concept.revived", concept)
    return [("concept.retire", {"concept": concept.pk})]


def review(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Says that it holds by itself, without any relation, for as long as a version would."""
    concept = ground.concept(content.get("concept"))
    concept.review_due = review_due_after(ground.changes.today, months=MOST_MONTHS)
    concept.save(update_fields=["review_due"])
    ground.note("concept.reviewed", concept, review_due=concept.review_due)
    return []


def merge(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Names and codes move to the other, and its relations with what carries them.

    What was said between the two ends; what both say becomes one, carried by the evidence of both.
    """
    concept, into = ground.concept(content.get("concept")), ground.concept(content.get("into"))
    if concept == into:
        raise Malformed(field="into", problem=_("A concept is not merged into itself."))
    back: list[Step] = []
    for relation in _relations_of(concept):
        subject = into if relation.subject == concept else relation.subject
        object_ = into if relation.object == concept else relation.object
        back += repoint(ground, relation, subject=subject, object_=object_)
    names, codes = names_of(concept), codes_of(concept)
    before = names_of(into), codes_of(into)
    _move_to(into, concept)
    concept.status, concept.merged_into = ConceptStatus.MERGED, into
    concept.save(update_fields=["status", "merged_into"])
    ground.note("concept.merged", concept, into=into.pk)
    ground.note("concept.named", into)
    return [
        ("concept.name", {"concept": into.pk, "names": before[0]}),
        ("concept.code", {"concept": into.pk, "codes": before[1]}),
        ("concept.revive", {"concept": concept.pk, "names": names, "codes": codes}),
        *back,
    ]


def split(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """A new concept takes some of its names, codes and relations.

    `names` and `codes` as `add` takes them, `relations` the numbers of those that go over.
    """
    concept = ground.concept(content.get("concept"))
    given = {(each.get("language"), each.get("name")) for each in rows(content, "names")}
    kept = [n for n in names_of(concept) if (n["language"], n["name"]) not in given]
    taken = rows(content, "codes")
    back = name(ground, {"concept": concept.pk, "names": kept})
    back += code(
        ground,
        {"concept": concept.pk, "codes": [c for c in codes_of(concept) if c not in taken]},
    )
    ref = str(content.get("ref") or f"split-{concept.pk}")
    made = add(ground, {**content, "ref": ref, "type": content.get("type", concept.type.code)})
    new = ground.concept(f"{NEW}{ref}")
    moved: list[Step] = []
    for number in content.get("relations", []):
        relation = ground.relation(number)
        subject = new if relation.subject == concept else relation.subject
        object_ = new if relation.object == concept else relation.object
        moved += repoint(ground, relation, subject=subject, object_=object_)
    return [*moved, *made, *back]


def names_of(concept: Concept) -> list[dict[str, Any]]:
    found = concept.names.order_by("language", "-is_preferred", "name")
    return [{"language": n.language, "name": n.name, "preferred": n.is_preferred} for n in found]


def codes_of(concept: Concept) -> list[dict[str, Any]]:
    found = concept.codes.order_by("system", "code")
    return [{"system": each.system, "code": each.code} for each in found]


def _type(content: Content) -> ConceptType:
    found = ConceptType.objects.filter(code=content.get("type")).first()
    if found is None:
        raise Malformed(field="type", problem=_("There is no such type of concept."))
    return found


def _give_names(concept: Concept, content: Content) -> None:
    """At least one, and one preferred in each language that has any."""
    given = [
        (
            one_of(each, "language", Language.values),
            words(each, "name", LONGEST_NAME),
            bool(each.get("preferred")),
        )
        for each in rows(content, "names")
    ]
    if not given:
        raise Malformed(field="names", problem=_("A concept has at least one name."))
    for language in {language for language, _name, _preferred in given}:
        mine = [each for each in given if each[0] == language]
        if sum(preferred for _language, _name, preferred in mine) != 1:
            problem = _("One name in each language is the preferred one.")
            raise Malformed(field="names", problem=problem)
        if len({text for _language, text, _preferred in mine}) != len(mine):
            raise Malformed(field="names", problem=_("A name stands there twice."))
    ConceptName.objects.bulk_create(
        ConceptName(
            concept=concept,
            language=language,
            name=text,
            folded=folded(text)[0],
            is_preferred=preferred,
        )
        for language, text, preferred in given
    )


def _give_codes(concept: Concept, content: Content) -> None:
    given = [
        (one_of(each, "system", CodeSystem.values), words(each, "code", LONGEST_CODE))
        for each in rows(content, "codes")
    ]
    for system, text in given:
        other = ConceptCode.objects.filter(system=system, code=text).first()
        if other or given.count((system, text)) > 1:
            whose = other.concept if other else concept
            problem = _("The code %(code)s is that of “%(name)s” already.")
            raise Malformed(field="codes", problem=problem % {"code": text, "name": whose})
    ConceptCode.objects.bulk_create(
        ConceptCode(concept=concept, system=system, code=text) for system, text in given
    )


def _move_to(into: Concept, concept: Concept) -> None:
    """Names that the other has already stand once; preferred stays what was."""
    known = set(into.names.values_list("language", "name"))
    spoken = set(into.names.values_list("language", flat=True))
    for each in concept.names.all():
        if (each.language, each.name) in known:
            each.delete()
            continue
        each.concept = into
        each.is_preferred = each.is_preferred and each.language not in spoken
        each.save(update_fields=["concept", "is_preferred"])
    concept.codes.update(concept=into)


def _relations_of(concept: Concept) -> Any:
    said = Relation.objects.current().filter(Q(subject=concept) | Q(object=concept))
    return said.select_related("type", "subject__type", "object__type").order_by("pk")


def _ends(relation: Relation) -> tuple[Concept, Concept]:
    return relation.subject, relation.object


_MINE = touching("concept", "concept")
DEEDS = {
    "concept.add": Deed(frozenset({"ref", "type", "names", "codes"}), nothing, add),
    "concept.name": Deed(frozenset({"concept", "names"}), _MINE, name),
    "concept.code": Deed(frozenset({"concept", "codes"}), _MINE, code),
    "concept.retype": Deed(frozenset({"concept", "type"}), _MINE, retype),
    "concept.retire": Deed(frozenset({"concept"}), _MINE, retire),
    "concept.revive": Deed(frozenset({"concept", "names", "codes"}), _MINE, revive),
    "concept.review": Deed(frozenset({"concept"}), _MINE, review),
    "concept.merge": Deed(
        frozenset({"concept", "into"}), touching("concept", "concept", "into"), merge
    ),
    "concept.split": Deed(
        frozenset({"concept", "ref", "type", "names", "codes", "relations"}), _MINE, split
    ),
}
