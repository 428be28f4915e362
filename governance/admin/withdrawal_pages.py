"""What takes a version out of service, and what brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import quarantines, versions
from governance.actions.versions import RetirementOrder
from governance.admin.retire_form import RetireForm
from governance.admin.standing import Standing
from governance.admin.version_pages import VersionPage, waits_for_another
from governance.duties import Deed
from governance.lifecycle import RetirementReason, Status


class BeginQuarantine(VersionPage):
    path = "quarantine"
    deed = Deed.QUARANTINE
    title = _("Quarantine the version")
    button = _("Quarantine")
    hint = _("Takes it out of service at once; two persons are needed to end it.")
    done = _("Quarantined. It is served to nobody.")
    dangerous = True

    def fits(self) -> bool:
        return self.is_in(Status.ACTIVE) and self.standing.quarantine is None

    def do(self, given: dict[str, Any]) -> str:
        quarantines.begin(subject=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class LiftQuarantine(VersionPage):
    path = "lift-quarantine"
    deed = Deed.LIFT_QUARANTINE
    title = _("Take part in ending the quarantine")
    button = _("End quarantine")
    hint = _("The first of two persons says so; the second one's word ends it.")
    done = _("The quarantine is over.")

    def fits(self) -> bool:
        return self.standing.quarantine is not None

    def obstacle(self) -> str:
        quarantine = self.standing.quarantine
        if quarantine and quarantine.first_lift_by == self.account.person:
            return say("You have agreed to end the quarantine; another person must agree too.")
        return ""

    def sentences(self) -> Sequence[str]:
        quarantine = self.standing.quarantine
        if quarantine and quarantine.first_lift_by:
            first = {"name": quarantine.first_lift_by.display_name}
            return [say("%(name)s has agreed already; your word ends it now.") % first]
        return [say("You are the first of two; it stays quarantined until another agrees.")]

    def told(self) -> str:
        now = Standing.now(self.subject)
        if now.quarantine:
            return waits_for_another()
        if now.is_in_force:
            return say("The quarantine is over: the version is in force again.")
        return str(self.done)

    def do(self, given: dict[str, Any]) -> str:
        quarantines.lift(subject=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class Retire(VersionPage):
    path = "retire"
    deed = Deed.REVIEW
    title = _("Retire")
    button = _("Retire")
    hint = _("Takes it out of force for good; it will never come back.")
    done = _("Retired.")
    dangerous = True
    form_class = RetireForm

    def fits(self) -> bool:
        return self.is_in(Status.ACTIVE)

    def do(self, given: dict[str, Any]) -> str:
        confirmed = self.confirmed(given["password"])
        reason = RetirementReason(given["reason_code"])
        order = RetirementOrder(reason, given["note"], given["successor"])
        versions.retire(version=self.subject, order=order, by=confirmed)
        return self.back()
