"""What a canvas shows, and its table: some concepts, what is around them, and what is pending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from governance import clock
from governance.admin.canvas_asked import MOST_CENTRES, Asked
from governance.admin.canvas_pending import (
    MERGE,
    NEW_ID,
    OPEN,
    SPLIT,
    Pending,
    concept_id,
    pending_of,
    relation_id,
)
from governance.admin.graph_words import UNKNOWN
from governance.admin.set_pages import working_set
from governance.duties import Deed
from governance.models import (
    Account,
    ChangeSet,
    Concept,
    ConceptStatus,
    ConceptType,
    Relation,
    RelationType,
)
from governance.surroundings import FIRST_NODES, Surroundings, surroundings

# Concepts that are named in one sentence.
MOST_NAMED = 10


@dataclass(frozen=True)
class Node:
    """A concept as it is drawn; without a row where a step would add it."""

    id: str
    label: str
    type: str
    state: str = ""
    beyond: int = 0
    is_centre: bool = False
    concept: Concept | None = None

    @property
    def named(self) -> str:
        """As a step names it."""
        return str(self.concept.pk) if self.concept else self.id.removeprefix(NEW_ID)

    @property
    def standing(self) -> str:
        """Empty for what is current."""
        is_gone = self.concept and self.concept.status != ConceptStatus.CURRENT
        return str(self.concept.get_status_display()) if self.concept and is_gone else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "number": self.concept.pk if self.concept else None,
            "label": self.label,
            "type": self.type,
            "state": self.state,
            "beyond": self.beyond,
            "isCentre": self.is_centre,
            "standing": self.standing,
        }


@dataclass(frozen=True)
class Edge:
    """A relation as it is drawn; without a row where a step would add it."""

    id: str
    source: str
    target: str
    label: str
    type: str = ""
    kind: str = ""
    state: str = ""
    is_in_force: bool = True
    relation: Relation | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "number": self.relation.pk if self.relation else None,
            "source": self.source,
            "target": self.target,
            "label": self.label,
            "type": self.type,
            "kind": self.kind,
            "state": self.state,
            "isInForce": self.is_in_force,
        }


class Drawn:
    """Asked for once; what of it is read is worked out then."""

    def __init__(self, asked: Asked, account: Account) -> None:
        self.asked, self.account = asked, account
        self.change_set = _set_of(asked, account)
        self.pending: Pending = pending_of(self.change_set)
        self.types = {t.code: t.label for t in ConceptType.objects.order_by("code")}
        self.relation_types = {t.code: t.label for t in RelationType.objects.order_by("code")}

    @cached_property
    def around(self) -> Surroundings:
        alone = dict.fromkeys([*self.asked.alone, *self.pending.concepts])
        return surroundings(
            self.asked.centres, list(alone), at=clock.now(), narrowing=self.asked.narrowing
        )

    @cached_property
    def nodes(self) -> list[Node]:
        return [*self._existing(), *self._new()]

    @cached_property
    def edges(self) -> list[Edge]:
        """Those of which both ends are drawn."""
        there = {node.id for node in self.nodes}
        lines = [*map(self._edge, self._relations()), *self._lines()]
        return [each for each in lines if {each.source, each.target} <= there]

    @cached_property
    def in_force(self) -> set[int]:
        rows = Relation.objects.in_force(clock.now()).filter(pk__in=list(self.pending.relations))
        return self.around.in_force | set(rows.values_list("pk", flat=True))

    @property
    def may_draw(self) -> bool:
        return self.account.may(Deed.DRAW)

    @property
    def is_pending(self) -> bool:
        return self.change_set is not None and self.change_set.status in OPEN

    @cached_property
    def is_mine(self) -> bool:
        """Whether what is proposed here goes into the set that is shown."""
        return self.change_set is not None and self.change_set == working_set(self.account)

    def remarks(self) -> list[str]:
        """What is left out, in words."""
        return list(self._remarks())

    def _existing(self) -> Iterator[Node]:
        centres = set(self.asked.centres)
        for each in self.around.concepts:
            id_ = concept_id(each.pk)
            yield Node(
                id_,
                str(each),
                each.type.code,
                self.pending.states.get(id_, ""),
                self.around.beyond.get(each.pk, 0),
                each.pk in centres,
                each,
            )

    def _new(self) -> Iterator[Node]:
        for new in self.pending.new_concepts:
            yield Node(new.id, new.label, new.type, self.pending.states.get(new.id, ""))

    def _relations(self) -> list[Relation]:
        drawn = {each.pk: each for each in self.around.relations}
        return [*drawn.values(), *(r for n, r in self.pending.relations.items() if n not in drawn)]

    def _edge(self, relation: Relation) -> Edge:
        id_ = relation_id(relation.pk)
        return Edge(
            id_,
            concept_id(relation.subject_id),
            concept_id(relation.object_id),
            str(relation.type),
            relation.type.code,
            state=self.pending.states.get(id_, ""),
            is_in_force=relation.pk in self.in_force,
            relation=relation,
        )

    def _lines(self) -> Iterator[Edge]:
        kinds = {MERGE: say("merges into"), SPLIT: say("split off")}
        for line in self.pending.new_lines:
            label = kinds.get(line.kind) or self.relation_types.get(line.type, UNKNOWN)
            state = self.pending.states.get(line.id, "")
            yield Edge(line.id, line.source, line.target, label, line.type, line.kind, state)

    def _remarks(self) -> Iterator[str]:
        cut = set(self.around.cut_around)
        names = [node.label for node in self.nodes if node.concept and node.concept.pk in cut]
        if names:
            told = say("There is more than fits here around: %(names)s.")
            yield told % {"names": say(", ").join(names[:MOST_NAMED])}
        if self.asked.is_cut:
            told = say(
                "At most %(centres)s concepts are opened at a time, and %(alone)s more shown."
            )
            yield told % {"centres": MOST_CENTRES, "alone": FIRST_NODES}
        if self.around.is_cut:
            yield say("There are more relations between these than fit here. Narrow them by type.")
        if self.pending.is_cut:
            count = len(self.pending.steps)
            yield ngettext(
                "Of the change set the last step is shown.",
                "Of the change set the last %(n)s steps are shown.",
                count,
            ) % {"n": count}


def _set_of(asked: Asked, account: Account) -> ChangeSet | None:
    """The one that is asked for; else the draft of who asks, where they may write one."""
    if asked.set_number is None:
        return working_set(account) if account.may(Deed.DRAW) else None
    return ChangeSet.objects.filter(pk=asked.set_number).first()
