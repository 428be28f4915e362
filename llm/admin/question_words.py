"""How questions, runs and their figures are said and where they stand, for every page of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.base import badge
from governance.classes import SourceClass
from governance.models import Language
from llm.evaluation.counting import COUNTED, DRAFT, RETIRED, STALE, UNREVIEWED
from llm.evaluation.summing import ABSTENTION, OF_AN_ANSWER
from llm.models import EvaluationQuestion, EvaluationRun, QuestionKind

FIGURES: dict[str, Promise] = {
    "recall_1": _("Recall at 1"),
    "recall_3": _("Recall at 3"),
    "recall_10": _("Recall at 10"),
    "ndcg_10": _("nDCG at 10"),
    "mrr": _("MRR"),
    ABSTENTION: _("Abstention"),
}
GROUPS: dict[str, tuple[Promise, Mapping[str, Any]]] = {
    "language": (_("By language"), dict(Language.choices)),
    "kind": (_("By kind"), dict(QuestionKind.choices)),
    "source_class": (_("By class"), dict(SourceClass.choices)),
}
STANDINGS = (
    (COUNTED, _("Counted")),
    (UNREVIEWED, _("Not reviewed")),
    (DRAFT, _("Draft of a program")),
    (STALE, _("Stale")),
    (RETIRED, _("Retired")),
)
_COLOURS = {COUNTED: "good", UNREVIEWED: "warn", DRAFT: "info", STALE: "bad", RETIRED: "plain"}


@dataclass(frozen=True)
class Figure:
    """A figure in hundredths, with between what it lies."""

    name: str
    value: str
    low: str
    high: str


@dataclass(frozen=True)
class Line:
    """A group of questions in a table of figures; a figure it has none for is None."""

    name: str
    questions: int
    figures: Sequence[Figure | None]


@dataclass(frozen=True)
class Table:
    title: str
    lines: Sequence[Line]


def list_of_sets() -> str:
    return reverse("admin:llm_questionset_changelist")


def address_of_set(number: int) -> str:
    return reverse("admin:llm_questionset_change", args=[number])


def list_of_questions(question_set: int, standing: str = "") -> str:
    address = f"{reverse('admin:llm_evaluationquestion_changelist')}?set={question_set}"
    return f"{address}&standing={standing}" if standing else address


def address_of_question(number: int) -> str:
    return reverse("admin:llm_evaluationquestion_change", args=[number])


def address_of_run(number: int) -> str:
    return reverse("admin:llm_evaluationrun_change", args=[number])


def standing_badge(standing: str) -> SafeString:
    return badge(_COLOURS[standing], dict(STANDINGS)[standing])


def stale_among(numbers: Sequence[int], at: datetime) -> frozenset[int]:
    rows = EvaluationQuestion.objects.filter(pk__in=numbers).stale(at)
    return frozenset(rows.values_list("pk", flat=True))


def tables_of(run: EvaluationRun) -> list[Table]:
    """All figures of a run: of everything, then of each group."""
    told = run.figures or {}
    whole = Table(say("All questions"), [_line(say("All"), told["all"])])
    groups = [
        Table(str(title), [_line(str(names.get(key, key)), g) for key, g in told[group].items()])
        for group, (title, names) in GROUPS.items()
    ]
    return [whole, *(table for table in groups if table.lines)]


def figures_in(group: Mapping[str, Any]) -> list[Figure]:
    """Those there are, in the order in which they are read."""
    return [_figure(name, group[name]) for name in FIGURES if name in group]


def _line(name: str, group: Mapping[str, Any]) -> Line:
    figures = [
        _figure(each, group[each]) if each in group else None
        for each in (*OF_AN_ANSWER, ABSTENTION)
    ]
    return Line(name, group["questions"], figures)


def _figure(name: str, told: Mapping[str, float]) -> Figure:
    value, low, high = (hundredths(told[part]) for part in ("value", "low", "high"))
    return Figure(str(FIGURES[name]), value, low, high)


def hundredths(share: float) -> str:
    return f"{share * 100:.1f}"
