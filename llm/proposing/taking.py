"""Makes of a proposed relation the steps of a change set that would say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance import canonical
from governance.actions.graph_ground import NEW, Step
from governance.models import ChangeSet, Relation
from governance.wording import folded
from llm.naming.meanings import Meaning

Span = dict[str, int]


@dataclass(frozen=True)
class Taken:
    """A relation as a person takes it: as it was proposed, or corrected."""

    subject: Meaning
    relation: str
    object: Meaning
    span: Span
    qualifiers: Mapping[str, str] = field(default_factory=dict)


def steps_of(taken: Taken, draft: ChangeSet | None) -> list[Step]:
    """Adds what the graph does not have yet, then says it; where the graph says so already, these
    words are further evidence. What the draft adds is not added twice. The last step says it.
    """
    added = _added(draft)
    ends: list[int | str] = []
    steps: list[Step] = []
    for meaning in (taken.subject, taken.object):
        ref = "" if meaning.concept else _ref_of(meaning, added)
        if not meaning.concept and not ref:
            ref = f"read-{canonical.digest([meaning.type, *meaning.folded_names()])[:12]}"
            steps.append(("concept.add", _content(meaning, ref)))
        ends.append(meaning.concept or f"{NEW}{ref}")
    said = _said(taken)
    if said:
        return [("evidence.add", {"relation": said.pk, **taken.span})]
    content = {
        "subject": ends[0],
        "type": taken.relation,
        "object": ends[1],
        "qualifiers": dict(taken.qualifiers),
        "evidence": [taken.span],
    }
    return [*steps, ("relation.add", content)]


def _said(taken: Taken) -> Relation | None:
    if not taken.subject.concept or not taken.object.concept:
        return None
    rows = Relation.objects.current().filter(
        type__code=taken.relation, subject=taken.subject.concept, object=taken.object.concept
    )
    return next((row for row in rows if row.qualifiers == dict(taken.qualifiers)), None)


def _added(draft: ChangeSet | None) -> list[dict[str, Any]]:
    """What the steps of the draft add to the graph."""
    edits = draft.edits_in_order() if draft else []
    return [edit.content for edit in edits if edit.deed == "concept.add"]


def _ref_of(meaning: Meaning, added: Sequence[Mapping[str, Any]]) -> str:
    mine = set(meaning.folded_names())
    for content in added:
        if content.get("type") == meaning.type and _names_in(content) & mine:
            return str(content.get("ref") or "")
    return ""


def _names_in(content: Mapping[str, Any]) -> set[str]:
    """Folded. A step of a draft may hold anything: what it says is tried when it is applied."""
    told = content.get("names")
    names = [name for name in told if isinstance(name, dict)] if isinstance(told, list) else []
    return {folded(str(name.get("name")))[0] for name in names}


def _content(meaning: Meaning, ref: str) -> dict[str, Any]:
    languages: set[str] = set()
    names = []
    for language, name in meaning.names:
        names.append({"language": language, "name": name, "preferred": language not in languages})
        languages.add(language)
    return {"ref": ref, "type": meaning.type, "names": names, "codes": []}
