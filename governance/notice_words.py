"""What a notice says in words, on screen and by mail."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.models import Notice

SENTENCES: dict[str, Promise] = {
    "to_review": _("was submitted for review in your department"),
    "asked_to_review": _("waits for your review; you were asked"),
    "second_needed": _("was approved by the first of two and needs you"),
    "sent_back": _("was sent back; correct it and submit it again"),
    "approved": _("was approved"),
    "reopened": _("was changed while it was in review, so it is a draft again; submit it anew"),
    "reaffirmed": _("was reaffirmed"),
    "freed": _("is in quarantine no more"),
    "passage_freed": _("has a passage that is in quarantine no more"),
    "retired": _("was retired"),
    "left_force": _("left force: its review was not done in time"),
    "quarantined": _("is quarantined; two persons are needed to end it"),
    "passage_quarantined": _("has a passage in quarantine; two persons are needed to end it"),
    "lift_begun": _("is quarantined; one person agreed to end it, a second one is needed"),
    "passage_lift_begun": _(
        "has a passage in quarantine; one person agreed to end it, a second one is needed"
    ),
    "not_read": _("has a file that could not be read"),
    "commented": _("was commented on"),
    "to_decide": _("was submitted and waits for somebody to decide on it"),
    "applied": _("was applied: the graph has changed"),
    "evidence_left": _("took effect; evidence in the graph that did not follow it: %(count)s"),
    "ticket_opened": _("was called wrong, or overridden, by a reader; answer by %(due)s"),
    "training_recalled": _("had rows in the training set “%(name)s” called back: %(rows)s"),
    "ticket_overdue": _("has feedback that was to be answered by %(due)s"),
    "due": _("is due for review by %(due)s"),
    "overdue": _("is overdue since %(due)s and served no more"),
}


def sentence_of(notice: Notice) -> str:
    told: str = str(SENTENCES[notice.code]) % notice.facts
    return told
