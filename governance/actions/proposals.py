"""Refusing relations that were read in a text, and letting them be proposed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import Malformed, ProposalRefusedAlready
from governance.models import Account, Passage, RefusedProposal, RelationType, WhyRefused
from governance.trail import changing, needs_reason


@dataclass(frozen=True)
class Proposed:
    """What was read, and in which words: characters `start` to `end` of the passage."""

    type: RelationType
    subject: dict[str, Any]
    object: dict[str, Any]
    passage: Passage
    start: int
    end: int


def refuse(*, proposed: Proposed, why: str, by: Account, reason: str = "") -> RefusedProposal:
    """Remember that it is not to be proposed again. Refused where that is remembered already."""
    with changing(by=by, may=Deed.DRAW) as changes:
        if why not in WhyRefused.values:
            raise Malformed(field="why", problem=_("Choose why."))
        reason = needs_reason(reason) if reason.strip() or why == WhyRefused.OTHER else ""
        same = RefusedProposal.objects.filter(
            type=proposed.type, subject=proposed.subject, object=proposed.object
        )
        if same.filter(taken_back_at=None).exists():
            raise ProposalRefusedAlready
        made = RefusedProposal.objects.create(
            **vars(proposed), why=why, reason=reason, person=by.person, at=changes.at
        )
        changes.note("proposal.refused", made, why=why, private={"reason": reason})
    return made


def readmit(*, refused: RefusedProposal, by: Account) -> RefusedProposal:
    """Let it be proposed again, the next time that the text is read. Twice does no harm."""
    with changing(by=by, may=Deed.DRAW) as changes:
        refused = RefusedProposal.objects.get(pk=refused.pk)
        if refused.taken_back_at is None:
            refused.taken_back_at = changes.at
            refused.save(update_fields=["taken_back_at"])
            changes.note("proposal.readmitted", refused)
    return refused
