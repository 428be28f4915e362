"""What every page has that proposes a change of the graph: it writes into a change set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import change_sets
from governance.actions.graph_ground import Step
from governance.admin import canvas_steps
from governance.admin.canvas_asked import crumb_of_canvas, way_back
from governance.admin.pages import ActionPage
from governance.admin.set_pages import address_of_set, working_set
from governance.duties import Deed
from governance.models import Concept, ConceptStatus, Evidence, Relation

S = TypeVar("S", Concept, Relation, Evidence, None)


def list_of_concepts() -> str:
    return reverse("admin:governance_concept_changelist")


def address_of_concept(number: int) -> str:
    return reverse("admin:governance_concept_change", args=[number])


def place_of_relation(relation: Relation) -> str:
    """Where it stands on the page of the concept that it is said of."""
    return f"{address_of_concept(relation.subject_id)}#relation-{relation.pk}"


class Proposing(ActionPage[S]):
    """Writes steps into the change set that the person is at, or into a new one."""

    deed = Deed.DRAW
    done = _("Written into your change set. Nothing in the graph changes until it is applied.")

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        raise NotImplementedError

    def sentences(self) -> Sequence[str]:
        draft = working_set(self.account)
        where = (
            say("It is written into your change set “%(title)s”.") % {"title": draft.title}
            if draft
            else say("It is written into a new change set of yours.")
        )
        return [str(self.hint), where]

    def do(self, given: dict[str, Any]) -> str:
        steps = self.steps(given)
        draft = working_set(self.account)
        if draft is None:
            draft = change_sets.begin(title=self.name(given), steps=steps, by=self.account)
            edits = draft.edits_in_order()
        else:
            edits = change_sets.add_all(change_set=draft, steps=steps, by=self.account)
        return canvas_steps.after(self.request, edits) or address_of_set(draft.pk)

    def name(self, given: dict[str, Any]) -> str:
        """What a set that begins with this is called."""
        return f"{self.title} · {self.subject}"[: change_sets.LONGEST_TITLE]


class ConceptPage(Proposing[Concept]):
    press = _("Write the step")

    def fits(self) -> bool:
        return self.subject.status == ConceptStatus.CURRENT

    def back(self) -> str:
        return way_back(self.request) or address_of_concept(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return [
            (say("Concepts"), list_of_concepts()),
            *crumb_of_canvas(self.request),
            (str(self.subject), address_of_concept(self.subject.pk)),
        ]
