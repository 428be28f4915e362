"""Steps about relations and what carries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from governance import canonical
from governance.actions.graph_ground import (
    Deed,
    Ground,
    Step,
    rows,
    touching,
    whole,
    words,
)
from governance.errors import (
    Circle,
    EvidenceNotInForce,
    LastEvidence,
    Malformed,
    NotInTheGraph,
    SaidAlready,
    TripleNotAllowed,
)
from governance.models import Concept, Evidence, Relation, RelationType

Content = Mapping[str, Any]
LONGEST_QUALIFIER = 300
# Where words of a passage are: its number, and the first and the last character but one.
Span = tuple[int, int, int]


def add(ground: Ground, content: dict[str, Any]) -> list[Step]:
    type_ = RelationType.objects.filter(code=content.get("type")).first()
    if type_ is None:
        raise Malformed(field="type", problem=_("There is no such type of relation."))
    relation = _told(
        type_,
        ground.concept(content.get("subject")),
        ground.concept(content.get("object")),
        _qualifiers(type_, content),
    )
    if Relation.objects.current().filter(key=relation.key).exists():
        raise SaidAlready(relation=str(relation))
    _say(ground, relation, [_span(ground, each) for each in rows(content, "evidence")])
    return [("relation.end", {"relation": relation.pk})]


def end(ground: Ground, content: dict[str, Any]) -> list[Step]:
    relation = ground.relation(content.get("relation"))
    _end(ground, relation)
    return [("relation.restore", {"relation": relation.pk})]


def restore(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """What was ended is said again, carried by what carried it."""
    ended = Relation.objects.exclude(ended_at=None).select_related("type")
    was = ended.filter(pk=whole(content.get("relation"))).first()
    if was is None:
        raise NotInTheGraph(what=_("relation"), number=content.get("relation"))
    subject, object_ = ground.concept(was.subject_id), ground.concept(was.object_id)
    relation = _told(was.type, subject, object_, was.qualifiers)
    if Relation.objects.current().filter(key=relation.key).exists():
        raise SaidAlready(relation=str(relation))
    spans = was.evidence.current().values_list("passage", "start", "end")
    _say(ground, relation, list(spans))
    ground.again[was.pk] = relation.pk
    return [("relation.end", {"relation": relation.pk})]


def qualify(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """The same with other qualifiers takes its place, carried by the same."""
    relation = ground.relation(content.get("relation"))
    return repoint(ground, relation, qualifiers=_qualifiers(relation.type, content))


def support(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Further words that carry it."""
    relation = ground.relation(content.get("relation"))
    added = _carry(ground, relation, [_span(ground, content)])
    ground.note("relation.supported", relation)
    return [("evidence.end", {"evidence": number}) for number in added]


def end_support(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """Refused for the last that carries it: then the relation is ended."""
    known = Evidence.objects.current().select_related("relation")
    evidence = known.filter(pk=whole(content.get("evidence"))).first()
    if evidence is None or evidence.relation.ended_at:
        raise NotInTheGraph(what=_("evidence"), number=content.get("evidence"))
    if not evidence.relation.evidence.current().exclude(pk=evidence.pk).exists():
        raise LastEvidence
    evidence.ended_at = ground.changes.at
    evidence.save(update_fields=["ended_at"])
    ground.note("relation.support_ended", evidence.relation)
    return [("evidence.restore", {"evidence": evidence.pk})]


def restore_support(ground: Ground, content: dict[str, Any]) -> list[Step]:
    """By the same words again, whether they are in force now or not."""
    known = Evidence.objects.exclude(ended_at=None)
    was = known.filter(pk=whole(content.get("evidence"))).first()
    if was is None:
        raise NotInTheGraph(what=_("evidence"), number=content.get("evidence"))
    relation = ground.relation(was.relation_id)
    added = _carry(ground, relation, [(was.passage_id, was.start, was.end)])
    ground.note("relation.supported", relation)
    return [("evidence.end", {"evidence": number}) for number in added]


def repoint(
    ground: Ground,
    relation: Relation,
    *,
    subject: Concept | None = None,
    object_: Concept | None = None,
    qualifiers: dict[str, str] | None = None,
) -> list[Step]:
    """Say it of others, or otherwise, carried by the same words. Returns what takes it back.

    What would be said of a concept and itself ends; what is said already gains the evidence.
    """
    spans = list(relation.evidence.current().values_list("passage", "start", "end"))
    new = _told(
        relation.type,
        subject or relation.subject,
        object_ or relation.object,
        relation.qualifiers if qualifiers is None else qualifiers,
    )
    if new.key == relation.key:
        return []
    _end(ground, relation)
    back: list[Step] = [("relation.restore", {"relation": relation.pk})]
    if new.subject == new.object:
        return back
    said = Relation.objects.current().filter(key=new.key).first()
    if said is None:
        _say(ground, new, spans)
        return [("relation.end", {"relation": new.pk}), *back]
    added = _carry(ground, said, spans)
    ground.note("relation.supported", said)
    return [*(("evidence.end", {"evidence": number}) for number in added), *back]


def key_of(type_: int, subject: int, object_: int, qualifiers: Mapping[str, str]) -> str:
    """By which it is known that the same is said already, all of them by their numbers."""
    what: list[Any] = [type_, subject, object_, dict(qualifiers)]
    return canonical.digest(what)


def _told(
    type_: RelationType, subject: Concept, object_: Concept, qualifiers: dict[str, str]
) -> Relation:
    return Relation(
        type=type_,
        subject=subject,
        object=object_,
        qualifiers=qualifiers,
        key=key_of(type_.pk, subject.pk, object_.pk, qualifiers),
    )


def _say(ground: Ground, relation: Relation, spans: list[Span]) -> None:
    """Evidence first: the database lets no relation in that nothing carries."""
    if not spans:
        raise Malformed(field="evidence", problem=_("Name the words of a passage that say so."))
    _check(relation)
    relation.pk = (Relation.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    relation.added_at = ground.changes.at
    _carry(ground, relation, spans)
    relation.save(force_insert=True)
    ground.note("relation.added", relation)


def _carry(ground: Ground, relation: Relation, spans: Iterable[Span]) -> list[int]:
    """Returns the numbers of what was added; what carries it already is passed over."""
    known: set[Span] = set()
    if not relation._state.adding:
        known.update(relation.evidence.current().values_list("passage", "start", "end"))
    added = [
        Evidence.objects.create(
            relation_id=relation.pk,
            passage_id=passage,
            start=start,
            end=end_,
            added_by_id=ground.person_id,
            added_at=ground.changes.at,
        )
        for passage, start, end_ in dict.fromkeys(spans)
        if (passage, start, end_) not in known
    ]
    return [each.pk for each in added]


def _end(ground: Ground, relation: Relation) -> None:
    relation.ended_at = ground.changes.at
    relation.save(update_fields=["ended_at"])
    ground.note("relation.ended", relation)


def _check(relation: Relation) -> None:
    """Refused: with itself, what the schema does not allow, a circle in a hierarchy."""
    if relation.subject == relation.object:
        raise Circle(concept=str(relation.subject), relation=str(relation.type))
    if not relation.type.allows(relation.subject.type, relation.object.type):
        raise TripleNotAllowed(
            subject=str(relation.subject.type),
            relation=str(relation.type),
            object=str(relation.object.type),
        )
    if relation.type.is_hierarchy and _leads(relation.type, relation.object, relation.subject):
        raise Circle(concept=str(relation.subject), relation=str(relation.type))


def _leads(type_: RelationType, start: Concept, wanted: Concept) -> bool:
    """Whether one comes from the first to the other along a hierarchy."""
    seen, edge = {start.pk}, {start.pk}
    while edge:
        steps = Relation.objects.current().filter(type=type_, subject__in=edge)
        edge = set(steps.values_list("object", flat=True)) - seen
        seen |= edge
    return wanted.pk in seen


def _qualifiers(type_: RelationType, content: Content) -> dict[str, str]:
    given = content.get("qualifiers", {})
    if not isinstance(given, dict) or not set(given) <= set(type_.qualifiers):
        problem = _("Qualifiers of this relation are: %(these)s") % {
            "these": ", ".join(type_.qualifiers) or "–"
        }
        raise Malformed(field="qualifiers", problem=problem)
    return {key: words(given, key, LONGEST_QUALIFIER) for key in sorted(given)}


def _span(ground: Ground, content: Content) -> Span:
    """The words must be there, and be served now."""
    number = whole(content.get("passage"))
    start, end_ = content.get("start"), content.get("end")
    passage, is_in_force = ground.passage(number)
    if passage is None or not isinstance(start, int) or not isinstance(end_, int):
        raise Malformed(field="evidence", problem=_("There is no such place in a passage."))
    if not 0 <= start < end_ <= len(passage.text) or not passage.text[start:end_].strip():
        raise Malformed(field="evidence", problem=_("These words are not in the passage."))
    if not is_in_force:
        raise EvidenceNotInForce(passage=number)
    return number, start, end_


_SPAN = frozenset({"passage", "start", "end"})
_MINE = touching("relation", "relation")


def _of_evidence(content: Content) -> list[tuple[str, Any]]:
    evidence = Evidence.objects.filter(pk=whole(content.get("evidence"))).first()
    return [("relation", evidence.relation_id)] if evidence else []


DEEDS = {
    "relation.add": Deed(
        frozenset({"type", "subject", "object", "qualifiers", "evidence"}),
        touching("concept", "subject", "object"),
        add,
    ),
    "relation.end": Deed(frozenset({"relation"}), _MINE, end),
    "relation.restore": Deed(frozenset({"relation"}), _MINE, restore),
    "relation.qualify": Deed(frozenset({"relation", "qualifiers"}), _MINE, qualify),
    "evidence.add": Deed(frozenset({"relation"}) | _SPAN, _MINE, support),
    "evidence.end": Deed(frozenset({"evidence"}), _of_evidence, end_support),
    "evidence.restore": Deed(frozenset({"evidence"}), _of_evidence, restore_support),
}
