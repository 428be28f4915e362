"""What is done with a proposed relation: taken as it is, corrected, or refused for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions import change_sets, proposals
from governance.actions.graph_ground import Step
from governance.actions.proposals import Proposed
from governance.admin import forms as fields
from governance.admin.graph_forms import (
    ConceptField,
    TypeField,
    lines_of,
    qualifiers_field,
    qualifiers_given,
)
from governance.admin.pages import ActionPage
from governance.admin.passage_choice import span_of
from governance.admin.set_pages import working_set
from governance.duties import Deed
from governance.errors import Malformed, NoLongerFits
from governance.models import (
    ChangeSet,
    Concept,
    ConceptType,
    GraphEdit,
    RelationType,
    WhyRefused,
)
from llm.admin.proposal_queue import Queue
from llm.admin.proposal_words import ends_of, marked, said
from llm.models import Proposal, ProposalSpan
from llm.naming.meanings import Meaning, of_concept
from llm.proposing.taking import Taken, steps_of


def span_shown(proposal: Proposal) -> ProposalSpan:
    """The first in force: the one that people are shown, and that carries what they take.

    Refused where none is in force any more.
    """
    spans = ProposalSpan.objects.filter(proposal=proposal).in_force(clock.now())
    rows = spans.select_related("passage__section", "passage__version__source")
    first = rows.order_by("pk").first()
    if first is None:
        raise NoLongerFits
    return first


class ProposalPage(ActionPage[Proposal]):
    """Leads to the next of the queue that the address names."""

    deed = Deed.DRAW

    @cached_property
    def queue(self) -> Queue:
        return Queue.of(self.request.GET.dict())

    def fits(self) -> bool:
        return Proposal.objects.waiting(clock.now()).filter(pk=self.subject.pk).exists()

    def back(self) -> str:
        return self.queue.address(self.subject)

    def crumbs(self) -> list[tuple[str, str]]:
        mine = reverse("admin:llm_proposal_changelist")
        return [(say("Proposed relations"), mine), (said(self.subject), self.back())]

    def next(self, place: int) -> str:
        return self.queue.address(self.queue.after(place))


class Taking(ProposalPage):
    """Writes what is taken into the change set that the person is at, or into a new one."""

    done = _("Taken into your change set. Nothing in the graph changes until it is applied.")

    def taken(self, given: dict[str, Any]) -> Taken:
        raise NotImplementedError

    def do(self, given: dict[str, Any]) -> str:
        place = span_shown(self.subject).pk
        draft = working_set(self.account)
        steps = steps_of(self.taken(given), draft)
        edit = self._written(self._while_it_waits(steps), draft)
        Proposal.objects.filter(pk=self.subject.pk).update(edit=edit)
        return self.next(place)

    def _written(self, steps: Iterator[Step], draft: ChangeSet | None) -> GraphEdit:
        """The last of them, which says it."""
        if draft is not None:
            return change_sets.add_all(change_set=draft, steps=steps, by=self.account)[-1]
        title = say("Relations read in text")
        draft = change_sets.begin(title=title, steps=steps, by=self.account)
        return draft.edits_in_order()[-1]

    def _while_it_waits(self, steps: Sequence[Step]) -> Iterator[Step]:
        """Asked for under the trail's lock: of two people who take it at once, one does."""
        if not self.fits():
            raise NoLongerFits
        yield from steps


class Accept(Taking):
    path = "accept"
    title = _("Take the proposed relation")
    button = _("Accept")
    hint = _("Writes it, and what it joins where that is new, into your change set.")
    form_class = fields.NothingForm

    def taken(self, given: dict[str, Any]) -> Taken:
        subject, object_ = ends_of(self.subject)
        span = span_shown(self.subject)
        where = {"passage": span.passage_id, "start": span.start, "end": span.end}
        says = self.subject.says
        qualifiers = says.qualifiers if says and says.ended_at is None else {}
        return Taken(subject, self.subject.type.code, object_, where, qualifiers)


class CorrectForm(forms.Form):
    """For each end a concept of the graph, or names and a type for one that is none yet."""

    subject = ConceptField(label=_("Subject concept"), required=False)
    subject_type = TypeField(ConceptType.objects.order_by("code"), required=False)
    subject_names_zh = fields.paragraph("", required=False, rows=4)
    subject_names_en = fields.paragraph("", required=False, rows=4)
    type = TypeField(RelationType.objects.order_by("code"), label=_("Relation"))
    object = ConceptField(label=_("Object concept"), required=False)
    object_type = TypeField(ConceptType.objects.order_by("code"), required=False)
    object_names_zh = fields.paragraph("", required=False, rows=4)
    object_names_en = fields.paragraph("", required=False, rows=4)
    words = fields.paragraph(
        _("The words that say so"), _("Copied from the passage, as they stand there.")
    )
    qualifiers = qualifiers_field()

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        labels = {
            "type": _("Type"),
            "names_zh": _("Names in Chinese"),
            "names_en": _("Names in English"),
        }
        for end in ("subject", "object"):
            for name, label in labels.items():
                self.fields[f"{end}_{name}"].label = label
            for language in ("zh", "en"):
                self.fields[f"{end}_names_{language}"].widget.attrs["data-is-data"] = True


class Correct(Taking):
    path = "correct"
    title = _("Correct the proposed relation")
    button = _("Correct")
    press = _("Take it like this")
    hint = _("What stands here is written into your change set in place of what was proposed.")
    form_class = CorrectForm
    template = "llm/correct.html"

    def context(self) -> dict[str, Any]:
        if not self.fits():
            return {}
        span = span_shown(self.subject)
        return {"span": span, "text": marked(span, ends_of(self.subject))}

    def initial(self) -> dict[str, Any]:
        if not self.fits():
            return {}
        ends = dict(zip(("subject", "object"), ends_of(self.subject), strict=True))
        return {
            "type": self.subject.type.code,
            "words": span_shown(self.subject).quote,
            **{name: meaning.concept for name, meaning in ends.items()},
            **{
                f"{name}_type": meaning.type
                for name, meaning in ends.items()
                if not meaning.concept
            },
            **{
                f"{name}_names_{language}": "\n".join(
                    n for lang, n in meaning.names if lang == language
                )
                for name, meaning in ends.items()
                if not meaning.concept
                for language in ("zh", "en")
            },
        }

    def taken(self, given: dict[str, Any]) -> Taken:
        passage = span_shown(self.subject).passage_id
        return Taken(
            _end(given, "subject"),
            given["type"].code,
            _end(given, "object"),
            span_of(passage, given["words"], at=clock.now()),
            qualifiers_given(given["qualifiers"], given["type"]),
        )


def _end(given: dict[str, Any], name: str) -> Meaning:
    concept: Concept | None = given[name]
    if concept is not None:
        return of_concept(concept)
    names = [
        (language, line)
        for language in ("zh", "en")
        for line in dict.fromkeys(lines_of(given[f"{name}_names_{language}"]))
    ]
    type_ = given[f"{name}_type"]
    if not names or type_ is None:
        problem = say("Choose a concept of the graph, or give names and a type for a new one.")
        raise Malformed(field=name, problem=problem)
    return Meaning(type_.code, tuple(names))


class RefuseForm(forms.Form):
    why = fields.one_of(_("Why"), WhyRefused.choices)
    reason = fields.paragraph(_("In words, if you like"), required=False, rows=2, max_length=1000)


class Refuse(ProposalPage):
    path = "refuse"
    title = _("Refuse the proposed relation")
    button = _("Refuse")
    hint = _("It is not proposed again, wherever else it is read.")
    done = _("Refused. It is not proposed again.")
    form_class = RefuseForm

    def is_next(self) -> bool:
        return False

    def do(self, given: dict[str, Any]) -> str:
        span = span_shown(self.subject)
        mine = self.subject
        refused = proposals.refuse(
            proposed=Proposed(
                mine.type, mine.subject, mine.object, span.passage, span.start, span.end
            ),
            why=given["why"],
            reason=given["reason"],
            by=self.account,
        )
        Proposal.objects.filter(pk=mine.pk).update(refused=refused)
        return self.next(span.pk)


class Readmit(ActionPage[Any]):
    path = "readmit"
    deed = Deed.DRAW
    title = _("Let the relation be proposed again")
    button = _("Propose it again")
    hint = _("Takes the refusal back; it waits in the queue again.")
    done = _("The refusal is taken back.")
    form_class = fields.NothingForm

    def fits(self) -> bool:
        return self.subject.taken_back_at is None

    def back(self) -> str:
        return reverse("admin:governance_refusedproposal_change", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        mine = reverse("admin:governance_refusedproposal_changelist")
        return [(say("Refused proposals"), mine)]

    def do(self, given: dict[str, Any]) -> str:
        proposals.readmit(refused=self.subject, by=self.account)
        return self.back()
