"""Rows of what the graph says: the relation, and the words of the passage that carry it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch

from governance.models import Evidence, Relation
from llm.models import RowKind
from llm.training.ground import CHUNK, Ground
from llm.training.rows import Made

ASKED = {
    "zh": "根据下面的原文，“{subject}”与“{object}”之间是什么关系？请引用依据。",
    "en": "By the passage below, how are “{subject}” and “{object}” related? Quote what says so.",
}
SAID = {
    "zh": "{subject} – {type} → {object}{qualifiers}\n依据：“{quote}”",
    "en": "{subject} – {type} → {object}{qualifiers}\nEvidence: “{quote}”",
}


def facts(ground: Ground) -> Iterator[Made]:
    """What was said when the release was cut and is carried now, once for each passage."""
    since = ground.held.since
    mine = Relation.objects.filter(added_at__lte=since)
    named = mine.select_related("type", "subject", "object").prefetch_related(
        "subject__names", "object__names"
    )
    rows = Evidence.objects.in_force(ground.at).filter(added_at__lte=since, relation__in=mine)
    rows = rows.filter(relation__ended_at=None, passage__in=ground.passages().order_by())
    rows = rows.select_related("passage__version__source", "passage__section")
    rows = rows.prefetch_related(Prefetch("relation", queryset=named))
    for evidence in rows.order_by("relation", "pk").iterator(CHUNK):
        if ground.holds(evidence.passage):
            yield _row(evidence)


def _row(evidence: Evidence) -> Made:
    relation, passage = evidence.relation, evidence.passage
    language = (passage.version.citation or {})["language"]
    words = {
        "subject": relation.subject.name_in(language),
        "object": relation.object.name_in(language),
        "type": relation.type.label_zh if language == "zh" else relation.type.label_en,
        "qualifiers": _qualifiers(relation),
        "quote": evidence.quote,
    }
    says = {
        "instruction": ASKED[language].format(**words),
        "input": passage.text,
        "output": SAID[language].format(**words),
    }
    origin = {
        "relation": relation.pk,
        "evidence": evidence.pk,
        "start": evidence.start,
        "end": evidence.end,
    }
    keys = (f"relation:{relation.key}",)
    return Made(RowKind.FACT, "relation", language, says, [passage], keys, origin=origin)


def _qualifiers(relation: Relation) -> str:
    told = "; ".join(f"{name}: {value}" for name, value in sorted(relation.qualifiers.items()))
    return f" ({told})" if told else ""
