"""What may be done to a version, each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import submissions, uploads, versions
from governance.admin import forms as fields
from governance.admin.forms import NoteForm, NothingForm
from governance.admin.pages import ActionPage
from governance.admin.review import open_comments
from governance.admin.standing import Standing
from governance.admin.version_doubts import doubts_of_dates, same_number, still_open
from governance.duties import Deed
from governance.identifiers import IdentifierKind
from governance.lifecycle import Status
from governance.models import ParseState, Version


def address_of_version(version_id: int) -> str:
    return reverse("admin:governance_version_change", args=[version_id])


def address_of_source(source_id: int) -> str:
    return reverse("admin:governance_source_change", args=[source_id])


def crumbs_of(version: Version) -> list[tuple[str, str]]:
    return [
        (str(_("Sources")), reverse("admin:governance_source_changelist")),
        (version.source.title, address_of_source(version.source_id)),
        (version.label, address_of_version(version.pk)),
    ]


def waits_for_another() -> str:
    """Told to the first of two who end a quarantine."""
    return say("Your word is on the record. It stays quarantined until another person agrees.")


class VersionPage(ActionPage[Version]):
    action_refuses = True

    def why_unfit(self) -> str:
        is_away = self.subject.status == Status.ACTIVE and self.standing.quarantine
        now = say("Quarantined") if is_away else self.subject.get_status_display()
        return say("It is “%(now)s”, so this cannot be done.") % {"now": now}

    @cached_property
    def standing(self) -> Standing:
        return Standing.now(self.subject)

    def back(self) -> str:
        return address_of_version(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return crumbs_of(self.subject)

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        return fields.begun_at_first(super().form(data, files))

    def is_open(self) -> bool:
        """Whether this person may do it now."""
        return self.is_allowed() and self.fits() and not self.obstacle()

    def is_in(self, *statuses: Status) -> bool:
        return self.subject.status in statuses


class ReadAgain(VersionPage):
    path = "read-again"
    deed = Deed.CURATE
    title = _("Read the file again")
    button = _("Read again")
    hint = _("Has the same file read once more, from the beginning.")
    done = _("The file waits to be read.")
    form_class = NothingForm

    def fits(self) -> bool:
        failed = self.subject.upload.parse_state == ParseState.FAILED
        return failed and self.is_in(Status.DRAFT)

    def do(self, given: dict[str, Any]) -> str:
        uploads.retry(upload=self.subject.upload, by=self.account)
        return self.back()


class Submit(VersionPage):
    path = "submit"
    deed = Deed.CURATE
    title = _("Submit for review")
    button = _("Submit")
    hint = _("Asks a reviewer who has not contributed to approve exactly this text.")
    done = _("Submitted. A reviewer who has not contributed decides now.")
    form_class = NoteForm
    template = "governance/submit.html"

    def fits(self) -> bool:
        return self.is_in(Status.DRAFT)

    def is_next(self) -> bool:
        return self.subject.contributed_to_by(self.account.person)

    def obstacle(self) -> str:
        if self.subject.upload.parse_state == ParseState.FAILED:
            return say("It cannot be submitted: the file could not be read.")
        if not self._is_read():
            return say("It can be submitted as soon as the file has been read.")
        return self._asks_for_identifier() if self._lacks_identifier() else ""

    def warnings(self) -> Sequence[str]:
        may = say("It may be submitted all the same.")
        return [
            *doubts_of_dates(self.subject, self.standing.today),
            *[f"{told} {may}" for told in still_open(self.subject)],
            *same_number(self.subject.source),
        ]

    def context(self) -> dict[str, Any]:
        """What nobody has settled of that for which it was sent back, say."""
        return {"comments": open_comments(self.subject)}

    def way_out(self) -> tuple[str, str] | None:
        if not (self._is_read() and self._lacks_identifier()):
            return None
        edit = reverse("admin:source_edit", args=[self.subject.source_id])
        return say("Add an identifier"), f"{edit}?version={self.subject.pk}#identifiers"

    def _is_read(self) -> bool:
        is_done = self.subject.upload.parse_state == ParseState.DONE
        return is_done and bool(self.subject.content_digest)

    def _lacks_identifier(self) -> bool:
        return not self.subject.source.has_needed_identifier()

    def _asks_for_identifier(self) -> str:
        kinds = self.subject.source.policy.identified_by
        names = say(", ").join(str(IdentifierKind(kind).label) for kind in kinds)
        sentence = say(
            "Before submission its source needs one of these identifiers: %(kinds)s. A work that"
            " has none of them is entered under another class, by an identifier that it has."
        )
        return sentence % {"kinds": names}

    def do(self, given: dict[str, Any]) -> str:
        versions.submit(version=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class TakeBack(VersionPage):
    path = "take-back"
    deed = Deed.CURATE
    title = _("Take the submission back")
    button = _("Take back")
    hint = _("Makes it a draft again, to be changed and submitted anew.")
    done = _("Taken back. It is a draft again.")

    def fits(self) -> bool:
        is_mine = self.subject.contributed_to_by(self.account.person)
        return self.is_in(Status.IN_REVIEW) and is_mine

    def is_next(self) -> bool:
        return False

    def do(self, given: dict[str, Any]) -> str:
        submissions.take_back(version=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class SendBack(VersionPage):
    path = "send-back"
    deed = Deed.REVIEW
    title = _("Send back")
    button = _("Send back")
    hint = _("Makes it a draft again, with your reason for those who wrote it.")
    done = _("Sent back. It is a draft again.")
    template = "governance/send_back.html"

    def fits(self) -> bool:
        return self.is_in(Status.IN_REVIEW)

    def is_next(self) -> bool:
        return False

    def context(self) -> dict[str, Any]:
        """What goes back with it."""
        return {"comments": open_comments(self.subject)}

    def do(self, given: dict[str, Any]) -> str:
        versions.send_back(version=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class Withdraw(VersionPage):
    path = "withdraw"
    deed = Deed.CURATE
    title = _("Withdraw the draft")
    button = _("Withdraw")
    hint = _("Abandons the draft for good; the same file may then be uploaded again.")
    done = _("The draft was withdrawn.")
    dangerous = True

    def fits(self) -> bool:
        return self.is_in(Status.DRAFT)

    def do(self, given: dict[str, Any]) -> str:
        versions.withdraw(version=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class Amend(VersionPage):
    path = "amend"
    deed = Deed.CURATE
    title = _("Amend our reading of the file")
    button = _("Amend")
    hint = _("Makes a draft over the same file, to correct the text; this one stays as it is.")
    done = _("This is the new draft. Correct its passages, then submit it.")

    def fits(self) -> bool:
        return self.is_in(Status.ACTIVE)

    def is_next(self) -> bool:
        return False

    def do(self, given: dict[str, Any]) -> str:
        draft = versions.amend(version=self.subject, reason=given["reason"], by=self.account)
        return address_of_version(draft.pk)
