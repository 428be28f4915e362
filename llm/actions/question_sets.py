"""Founding sets of questions, and saying what a release must reach in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import AlreadyExists, Malformed, NoLongerFits
from governance.models import Account
from governance.trail import changing, needs_reason
from governance.visibility import says_something
from llm.models import QuestionSet
from llm.models.questions import LONGEST_NAME

WHOLE = 100  # hundredths


@dataclass(frozen=True)
class Least:
    """What a release must reach, in hundredths; 0 asks for nothing."""

    is_gate: bool
    least_recall: int = 0
    least_ndcg: int = 0
    least_abstention: int = 0


def found(*, name: str, description: str = "", by: Account) -> QuestionSet:
    with changing(by=by, may=Deed.CURATE) as changes:
        name = _name(name)
        if QuestionSet.objects.filter(name=name).exists():
            raise AlreadyExists(name=name)
        made = QuestionSet.objects.create(
            name=name,
            description=description.strip(),
            founded_by=by.person,
            founded_at=changes.at,
        )
        changes.note("question_set.founded", made)
    return made


def describe(*, question_set: QuestionSet, name: str, description: str, by: Account) -> None:
    with changing(by=by, may=Deed.CURATE) as changes:
        mine = _standing(question_set)
        name, description = _name(name), description.strip()
        if QuestionSet.objects.filter(name=name).exclude(pk=mine.pk).exists():
            raise AlreadyExists(name=name)
        if (mine.name, mine.description) != (name, description):
            mine.name, mine.description = name, description
            mine.save(update_fields=["name", "description"])
            changes.note("question_set.described", mine)


def set_least(*, question_set: QuestionSet, least: Least, reason: str, by: Account) -> None:
    """Say what a release must reach here before it is published, or that it need not."""
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        mine = _standing(question_set)
        told = asdict(least)
        for field, value in told.items():
            if not 0 <= value <= WHOLE:
                raise Malformed(field=field, problem=_("Give a share from 0 to 100."))
            setattr(mine, field, value)
        mine.save(update_fields=list(told))
        changes.note("question_set.least_set", mine, **told)


def retire(*, question_set: QuestionSet, reason: str, by: Account) -> None:
    """Ask it no more, and let no release wait for it. Its runs stay."""
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        mine = _standing(question_set)
        mine.is_gate, mine.retired_at = False, changes.at
        mine.save(update_fields=["is_gate", "retired_at"])
        changes.note("question_set.retired", mine)


def _name(name: str) -> str:
    name = name.strip()
    if not says_something(name) or "\0" in name or len(name) > LONGEST_NAME:
        problem = _("Give a name of at most %(most)s characters.") % {"most": LONGEST_NAME}
        raise Malformed(field="name", problem=problem)
    return name


def _standing(question_set: QuestionSet) -> QuestionSet:
    mine = QuestionSet.objects.get(pk=question_set.pk)
    if mine.retired_at is not None:
        raise NoLongerFits
    return mine
