"""What may be proposed about a relation, and about what carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions.graph_ground import Step
from governance.admin import forms as fields
from governance.admin.canvas_asked import crumb_of_canvas, way_back
from governance.admin.graph_forms import allowed_by, qualifiers_field, qualifiers_given
from governance.admin.graph_words import qualified
from governance.admin.passage_choice import ByPassage, PassageForm, span_of
from governance.admin.proposing import (
    Proposing,
    address_of_concept,
    list_of_concepts,
    place_of_relation,
)
from governance.errors import LastEvidence, Malformed
from governance.models import Evidence, Relation

LONGEST_QUOTE = 300


class RelationPage(Proposing[Relation]):
    press = _("Write the step")

    def fits(self) -> bool:
        return self.subject.ended_at is None

    def back(self) -> str:
        return way_back(self.request) or place_of_relation(self.subject)

    def crumbs(self) -> list[tuple[str, str]]:
        of_whom = address_of_concept(self.subject.subject_id)
        return [
            (say("Concepts"), list_of_concepts()),
            *crumb_of_canvas(self.request),
            (str(self.subject.subject), of_whom),
            (str(self.subject), place_of_relation(self.subject)),
        ]

    def sentences(self) -> Sequence[str]:
        return [_told(self.subject), *super().sentences()]


class QualifyForm(forms.Form):
    qualifiers = qualifiers_field()


class Qualify(RelationPage):
    path = "qualify"
    title = _("Propose other qualifiers")
    button = _("Qualifiers")
    hint = _("What stands here takes the place of what is said with it. Its evidence stays.")
    form_class = QualifyForm
    template = "governance/graph_step.html"

    def obstacle(self) -> str:
        type_ = self.subject.type
        return "" if type_.qualifiers or self.subject.qualifiers else allowed_by(type_)

    def context(self) -> dict[str, Any]:
        type_ = self.subject.type
        return {"allowed": [(type_.code, allowed_by(type_))]}

    def initial(self) -> dict[str, Any]:
        told = qualified(self.subject.qualifiers)
        words = say("%(name)s: %(text)s")
        return {"qualifiers": "\n".join(words % {"name": n, "text": text} for n, text in told)}

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        qualifiers = qualifiers_given(given["qualifiers"], self.subject.type)
        if qualifiers == self.subject.qualifiers:
            problem = say("This is what is said with it already.")
            raise Malformed(field="qualifiers", problem=problem)
        content = {"relation": self.subject.pk, "qualifiers": qualifiers}
        return [("relation.qualify", content)]


class AddEvidence(ByPassage[Relation], RelationPage):
    path = "add-evidence"
    title = _("Propose further evidence")
    button = _("Add evidence")
    hint = _("Further words that carry it: it holds while the passage of any of them is in force.")
    form_class = PassageForm

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        span = span_of(given["passage"], given["words"], at=clock.now())
        if self.subject.evidence.current().filter(**span).exists():
            raise Malformed(field="words", problem=say("These words carry it already."))
        return [("evidence.add", {"relation": self.subject.pk, **span})]


class EvidenceForm(forms.Form):
    evidence = fields.one_of(_("Which words carry it no more"), [])

    def __init__(self, *args: Any, these: Sequence[Evidence], **given: Any) -> None:
        super().__init__(*args, **given)
        offered = self.fields["evidence"]
        assert isinstance(offered, forms.ChoiceField)  # noqa: S101  (made so above)
        rows = Evidence.objects.in_force(clock.now()).filter(pk__in=[each.pk for each in these])
        holding = set(rows.values_list("pk", flat=True))
        offered.choices = [(e.pk, _quoted(e, holds=e.pk in holding)) for e in these]


class EndEvidence(RelationPage):
    path = "end-evidence"
    title = _("Propose to end evidence")
    button = _("End evidence")
    hint = _("Takes words away that carry it. What else carries it stays.")
    form_class = EvidenceForm

    def form_arguments(self) -> dict[str, Any]:
        return {"these": list(self._current())}

    def obstacle(self) -> str:
        return "" if self._current().count() > 1 else str(LastEvidence())

    def way_out(self) -> tuple[str, str] | None:
        return say("End the relation"), address_of(End, self.subject)

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        if self.obstacle():
            raise LastEvidence
        return [("evidence.end", {"evidence": int(given["evidence"])})]

    def _current(self) -> QuerySet[Evidence]:
        rows = self.subject.evidence.current().select_related("passage__version__source")
        return rows.order_by("pk")


class End(RelationPage):
    path = "end"
    title = _("Propose to end the relation")
    button = _("End the relation")
    hint = _("Says it no more. What carried it stays on the record.")
    form_class = fields.NothingForm
    dangerous = True

    def steps(self, given: dict[str, Any]) -> Sequence[Step]:
        return [("relation.end", {"relation": self.subject.pk})]


def address_of(page: type[RelationPage], relation: Relation) -> str:
    return reverse(f"admin:relation_{page.path.replace('-', '_')}", args=[relation.pk])


def offers_of(
    relation: Relation, request: HttpRequest, *, carried: int
) -> list[tuple[RelationPage, str]]:
    """What this person may propose about a current relation, each with its address.

    `carried` is by how many words it is carried: the caller knows, and a long list asks once.
    """
    pages: list[RelationPage] = [AddEvidence(request, relation), End(request, relation)]
    if relation.type.qualifiers or relation.qualifiers:
        pages.insert(0, Qualify(request, relation))
    if carried > 1:
        pages.insert(-1, EndEvidence(request, relation))
    return [(page, address_of(type(page), relation)) for page in pages if page.is_allowed()]


def _told(relation: Relation) -> str:
    words = say("%(name)s: %(text)s")
    told = [words % {"name": n, "text": text} for n, text in qualified(relation.qualifiers)]
    return " · ".join([str(relation), *told])


def _quoted(evidence: Evidence, *, holds: bool) -> str:
    quote = Truncator(" ".join(evidence.quote.split())).chars(LONGEST_QUOTE)
    told = say("“%(words)s” %(source)s") % {"words": quote, "source": evidence.passage}
    return told if holds else f"{told} · {say('not in force')}"


PAGES: tuple[type[RelationPage], ...] = (Qualify, AddEvidence, EndEvidence, End)
