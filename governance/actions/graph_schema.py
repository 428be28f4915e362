"""Steps about the schema: which types of concepts there are, and what may be said of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.actions.graph_ground import Deed, Ground, Step, nothing, rows, words
from governance.errors import Malformed, TypeInUse
from governance.models import AllowedTriple, ConceptType, Relation, RelationType

Content = Mapping[str, Any]
CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")
LONGEST_LABEL = 60
MOST_QUALIFIERS = 20


def set_concept_type(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Add one, or give it other labels. A type that was added stays: nothing need be of it."""
    code = _code(content, "code")
    before = ConceptType.objects.filter(code=code).values("code", "label_zh", "label_en").first()
    labels = {name: words(content, name, LONGEST_LABEL) for name in ("label_zh", "label_en")}
    type_, _made = ConceptType.objects.update_or_create(code=code, defaults=labels)
    ground.note("concept_type.set", type_)
    return [("concept_type.set", dict(before))] if before else []


def set_relation_type(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Add one, or change it. Refused where what is said would not be allowed any more."""
    code = _code(content, "code")
    known = RelationType.objects.filter(code=code).first()
    back: Step = ("relation_type.forbid", {"code": code})
    if known:
        back = ("relation_type.set", told(known))
    given = {
        "label_zh": words(content, "label_zh", LONGEST_LABEL),
        "label_en": words(content, "label_en", LONGEST_LABEL),
        "is_hierarchy": content.get("is_hierarchy") is True,
        "qualifiers": _qualifiers(content),
    }
    type_, is_new = RelationType.objects.update_or_create(code=code, defaults=given)
    _allow(type_, content)
    if not is_new:
        _refuse_what_is_said(type_, was_hierarchy=bool(known and known.is_hierarchy))
    ground.note("relation_type.set", type_)
    return [back]


def told(type_: RelationType) -> dict[str, Any]:
    """A type as the step has it that sets it."""
    triples = type_.triples.order_by("subject__code", "object__code")
    return {
        "code": type_.code,
        "label_zh": type_.label_zh,
        "label_en": type_.label_en,
        "is_hierarchy": type_.is_hierarchy,
        "qualifiers": type_.qualifiers,
        "triples": [
            {"subject": subject, "object": object_}
            for subject, object_ in triples.values_list("subject__code", "object__code")
        ],
    }


def forbid(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """A type of relation that may be said of nothing any more; it stays, for the record."""
    type_ = RelationType.objects.filter(code=content.get("code")).first()
    if type_ is None:
        raise Malformed(field="code", problem=_("There is no such type of relation."))
    return set_relation_type(ground, {**told(type_), "triples": []})


def _code(content: Content, name: str) -> str:
    code = content.get(name)
    if not isinstance(code, str) or not CODE.fullmatch(code):
        problem = _("A code is of small letters, digits and _, and begins with a letter.")
        raise Malformed(field=name, problem=problem)
    return code


def _qualifiers(content: Content) -> list[str]:
    given = content.get("qualifiers", [])
    if not isinstance(given, list) or len(given) > MOST_QUALIFIERS:
        raise Malformed(field="qualifiers", problem=_("A list of codes is expected."))
    return [_code({"qualifiers": each}, "qualifiers") for each in given]


def _allow(type_: RelationType, content: Content) -> None:
    types = {each.code: each for each in ConceptType.objects.all()}
    wanted = []
    for each in rows(content, "triples"):
        if each.get("subject") not in types or each.get("object") not in types:
            raise Malformed(field="triples", problem=_("There is no such type of concept."))
        wanted.append((types[each["subject"]], types[each["object"]]))
    type_.triples.all().delete()
    AllowedTriple.objects.bulk_create(
        AllowedTriple(relation_type=type_, subject=subject, object=object_)
        for subject, object_ in dict.fromkeys(wanted)
    )


def _refuse_what_is_said(type_: RelationType, *, was_hierarchy: bool) -> None:
    allowed = set(type_.triples.values_list("subject", "object"))
    said = Relation.objects.current().filter(type=type_)
    for subject, object_ in said.values_list("subject__type", "object__type").distinct():
        if (subject, object_) not in allowed:
            raise TypeInUse(type=str(type_))
    keys = {key for each in said.values_list("qualifiers", flat=True) for key in each}
    becomes_hierarchy = type_.is_hierarchy and not was_hierarchy
    if not keys <= set(type_.qualifiers) or (becomes_hierarchy and said.exists()):
        raise TypeInUse(type=str(type_))


DEEDS = {
    "concept_type.set": Deed(
        frozenset({"code", "label_zh", "label_en"}), nothing, set_concept_type
    ),
    "relation_type.set": Deed(
        frozenset({"code", "label_zh", "label_en", "is_hierarchy", "qualifiers", "triples"}),
        nothing,
        set_relation_type,
    ),
    "relation_type.forbid": Deed(frozenset({"code"}), nothing, forbid),
}
