"""Graphs for tests: a schema, concepts, and sets that a second person applies."""

from __future__ import annotations

from typing import Any

from governance import clock
from governance.actions import change_sets
from governance.actions.graph_default import write_down
from governance.actions.graph_ground import Step
from governance.confirmation import Confirmed
from governance.duties import Role
from governance.models import Account, ChangeSet, Concept, Evidence, Passage, Relation, Version
from governance.trail import SHELL, changing
from tests.support import knowledge

# A sentence, one in Chinese beside one of full width, and a table.
TEXTS = [
    "Give alteplase 0.9 mg/kg within 4.5 h.",
    "阿替普酶用于急性缺血性卒中。\nＡＬＴＥＰＬＡＳＥ lowers disability.",
    "| Drug | Dose |\n|---|---|\n| alteplase | 0.9 mg/kg |\n| aspirin | 300 mg |",
]


def begin_schema() -> None:
    with changing(by=SHELL) as changes:
        write_down(changes)


def written(by: Account, *steps: Step, title: str = "A change") -> ChangeSet:
    """A draft of these steps."""
    change_set = change_sets.begin(title=title, by=by)
    for step in steps:
        change_sets.add(change_set=change_set, step=step, by=by)
    return change_set


def submitted(by: Account, *steps: Step) -> ChangeSet:
    return change_sets.submit(change_set=written(by, *steps), by=by)


def applied(by: Account, reviewer: Account, *steps: Step) -> ChangeSet:
    return decide(submitted(by, *steps), reviewer)


def decide(change_set: ChangeSet, reviewer: Account) -> ChangeSet:
    return change_sets.apply(
        change_set=change_set,
        by=Confirmed(reviewer),
        reason="Read against the passages.",
        digest=change_set.digest_now(),
    )


def concept(ref: str, type_: str, en: str, zh: str = "", **more: Any) -> Step:
    names = [{"language": "en", "name": en, "preferred": True}]
    names += [{"language": "zh", "name": zh, "preferred": True}] if zh else []
    return "concept.add", {"ref": ref, "type": type_, "names": names, **more}


def relation(subject: Any, type_: str, object_: Any, *spans: dict[str, int], **more: Any) -> Step:
    content = {"subject": subject, "type": type_, "object": object_, "evidence": list(spans)}
    return "relation.add", content | more


def span(passage: Passage, words: str = "") -> dict[str, int]:
    """Where these words are in the passage; all of it, if none are given."""
    start = passage.text.index(words)
    return {"passage": passage.pk, "start": start, "end": start + len(words or passage.text)}


def named(name: str) -> Concept:
    return Concept.objects.filter(names__name=name).distinct().get()


def rows(by: Account) -> dict[str, int]:
    """The numbers of a concept, of a change set in review, and of what is said of the concept by
    a passage in force, by the names of their kinds.
    """
    begin_schema()
    asked = submitted(by, concept("h", "drug", "heparin"))
    second = knowledge.account("second-drawer", Role.GRAPH_EDITOR)
    carrying = span(Passage.objects.in_force(clock.now()).order_by("pk")[0])
    pain = concept("p", "finding", "pain")
    said = relation("new:a", "treats", "new:p", carrying)
    applied(by, second, concept("a", "drug", "aspirin"), pain, said)
    edge = Relation.objects.get(subject=named("aspirin"))
    return {"changeset": asked.pk, "concept": edge.subject_id, "relation": edge.pk}


def left_behind(by: Account, reviewer: Account) -> int:
    """The number of evidence that a new edition of its source left behind."""
    old = knowledge.active(knowledge.source(by), by, reviewer, texts=["Aspirin helps."])
    applied(
        by,
        reviewer,
        concept("x", "drug", "paracetamol"),
        concept("y", "finding", "fever"),
        relation("new:x", "treats", "new:y", span(old.passages.get())),
    )
    knowledge.active(old.source, by, reviewer, texts=["Aspirin harms."], label="2026")
    return Evidence.objects.get(passage=old.passages.get()).pk


def stroke(by: Account, reviewer: Account, passage: Passage) -> Relation:
    """Alteplase treats stroke, as the passage says."""
    begin_schema()
    applied(
        by,
        reviewer,
        concept("drug", "drug", "alteplase", "阿替普酶"),
        concept("disease", "disease", "ischaemic stroke", "缺血性卒中"),
        relation("new:drug", "treats", "new:disease", span(passage)),
    )
    return Relation.objects.get(subject=named("alteplase"))


def guideline(by: Account, reviewer: Account) -> Version:
    """In force, with these texts."""
    source = knowledge.source(by, title="Stroke guideline")
    return knowledge.active(source, by, reviewer, texts=TEXTS)


def two_drugs(by: Account, reviewer: Account) -> tuple[Concept, Concept]:
    """Of which nothing is said."""
    begin_schema()
    applied(by, reviewer, concept("h", "drug", "heparin"), concept("a", "drug", "aspirin"))
    return named("heparin"), named("aspirin")
