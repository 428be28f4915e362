"""Deciding on a version with one's password: approving it, and reaffirming it when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.actions import versions
from governance.admin import forms as fields
from governance.admin.forms import DecisionForm
from governance.admin.review import moves_of, open_comments
from governance.admin.standing import Standing, last_day, moment, open_quarantines
from governance.admin.version_doubts import doubts_of_dates, same_number, still_open
from governance.admin.version_pages import VersionPage
from governance.duties import Deed
from governance.errors import AlreadySuperseded, PredecessorChanged, TextQuarantined
from governance.lifecycle import Status
from governance.models import Review, Version

# When its review is near.
SOON = timedelta(days=60)


class Decision(VersionPage):
    """Deciding on a version with one's password: not as its contributor, and not twice."""

    kind: Review.Kind

    def obstacle(self) -> str:
        if self.subject.contributed_to_by(self.account.person):
            return say("You contributed to this version; another person must decide on it.")
        if self.standing.decided_by(self.account, self.kind):
            return say("You have decided on it already; it needs one more person.")
        return ""

    def persons(self) -> str:
        needed = self.standing.still_needed(self.kind)
        if needed == 1:
            return say("Your decision completes it.")
        sentence = ngettext(
            "After yours it needs %(more)s more person; until then nothing changes.",
            "After yours it needs %(more)s more persons; until then nothing changes.",
            needed - 1,
        )
        return sentence % {"more": needed - 1}

    def due(self) -> str:
        due = self.standing.would_be_due.isoformat()
        return say("Its next review is due by %(due)s.") % {"due": due}


class Approve(Decision):
    path = "approve"
    deed = Deed.REVIEW
    title = _("Approve")
    button = _("Approve")
    hint = _("Brings exactly this text into force, under your name.")
    done = _("Your approval is on the record; it needs one more person.")
    kind = Review.Kind.APPROVE
    form_class = DecisionForm
    template = "governance/approve.html"

    def fits(self) -> bool:
        return self.is_in(Status.IN_REVIEW)

    def obstacle(self) -> str:
        if obstacle := super().obstacle():
            return obstacle
        if self.subject.predecessor != versions.predecessor_of(self.subject):
            return str(PredecessorChanged.sentence)
        if versions.repeats_quarantined_text(self.subject):
            return str(TextQuarantined.sentence)
        if self.standing.would_end <= self.standing.would_start:
            return say("With its dates it would never be in force. Send it back.")
        return ""

    def sentences(self) -> Sequence[str]:
        return [self.persons(), self._effect(), *self._takes_over(), self._until(), self.due()]

    def warnings(self) -> Sequence[str]:
        return [
            *doubts_of_dates(self.subject, self.standing.today),
            *self._two_needed(),
            *still_open(self.subject),
            *same_number(self.subject.source),
        ]

    def told(self) -> str:
        """Whether it is served now, and if not, what it waits for."""
        version = Version.objects.get(pk=self.subject.pk)
        if version.status != Status.ACTIVE:
            return str(self.done)
        now = Standing.now(version)
        return say("Approved: it is in force.") if now.is_in_force else now.why_not_in_force()

    def _two_needed(self) -> list[str]:
        usual = self.subject.source.policy.approvals
        if self.subject.persons_needed(self.kind) == usual:
            return []
        return [
            say(
                "A version of this source is under quarantine, or was when it was retired, or text"
                " of this one is under quarantine elsewhere: two persons approve it."
            )
        ]

    def _effect(self) -> str:
        starts = self.standing.would_start
        if starts <= self.standing.at:
            return say("It takes effect at once.")
        return say("It takes effect on %(start)s.") % {"start": moment(starts)}

    def _takes_over(self) -> list[str]:
        before = self.subject.predecessor
        if before is None:
            return [say("It takes over from no other version of this source.")]
        sentence = say("It takes over from “%(label)s”, whose term ends at that instant.")
        return [sentence % {"label": before.label}]

    def _until(self) -> str:
        end = last_day(self.standing.would_end)
        return say("Unless it is reaffirmed, it is in force until the end of %(end)s.") % {
            "end": end
        }

    def context(self) -> dict[str, Any]:
        """What gives reason to look twice: what is quarantined of this source, and remarks on this
        version that nobody has settled.
        """
        return {
            "quarantined": open_quarantines(self.subject.source_id),
            "comments": open_comments(self.subject),
            "moves": moves_of(self.subject),
        }

    def initial(self) -> dict[str, Any]:
        return {"digest": self.subject.digest_now()}

    def do(self, given: dict[str, Any]) -> str:
        confirmed = self.confirmed(given["password"])
        versions.approve(
            version=self.subject, by=confirmed, reason=given["reason"], digest=given["digest"]
        )
        return self.back()


class ReaffirmForm(forms.Form):
    searched = fields.paragraph(
        _("What was searched"), _("Databases, the issuer's pages, and on which day.")
    )
    reason = fields.paragraph(_("Why it stands"))
    password = fields.own_password()


class Reaffirm(Decision):
    path = "reaffirm"
    deed = Deed.REVIEW
    title = _("Reaffirm: reviewed, no change")
    button = _("Reaffirm")
    hint = _("Says that it was reviewed and stands; a new time until the next review begins.")
    done = _("Your reaffirmation is on the record; it needs one more person.")
    kind = Review.Kind.REAFFIRM
    form_class = ReaffirmForm

    def fits(self) -> bool:
        return self.is_in(Status.ACTIVE)

    def is_next(self) -> bool:
        """As its review falls due, and not the day after it was approved."""
        due = self.subject.review_due
        return due is not None and due - self.standing.today <= SOON

    def obstacle(self) -> str:
        if self.standing.is_superseded:
            return str(AlreadySuperseded.sentence)
        return super().obstacle()

    def sentences(self) -> Sequence[str]:
        late = [say("It left force; a new term begins now, and the gap stays on the record.")]
        return [self.persons(), *(late if self.standing.is_overdue else []), self.due()]

    def warnings(self) -> Sequence[str]:
        whole = say("It is quarantined. To reaffirm it does not end that: nobody is served it.")
        return [
            *([whole] if self.standing.quarantine else []),
            *([self._passages()] if self.standing.quarantined_passages else []),
        ]

    def told(self) -> str:
        """Until when it holds now; said where the decision is complete."""
        version = Version.objects.get(pk=self.subject.pk)
        if version.decided_since_submission(self.kind).exists():
            return str(self.done)
        due = date_format(version.review_due, "Y-m-d") if version.review_due else ""
        return say("Reaffirmed: its next review is due by %(due)s.") % {"due": due}

    def _passages(self) -> str:
        count = len(self.standing.quarantined_passages)
        sentence = ngettext(
            "%(count)s passage of it is quarantined. To reaffirm the version does not end that.",
            "%(count)s passages of it are quarantined. To reaffirm the version does not end that.",
            count,
        )
        return sentence % {"count": count}

    def do(self, given: dict[str, Any]) -> str:
        confirmed = self.confirmed(given["password"])
        versions.reaffirm(
            version=self.subject,
            by=confirmed,
            reason=given["reason"],
            searched=given["searched"],
        )
        return self.back()
