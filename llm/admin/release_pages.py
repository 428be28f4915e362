"""What is done with a release: cut, tested, waived, published, withdrawn; and its notes written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin import forms as fields
from governance.admin.forms import NothingForm
from governance.admin.pages import ActionPage
from governance.duties import Deed
from llm.actions import releases
from llm.embedding import Unavailable
from llm.errors import CorpusBehind, GateChangedByPublisher
from llm.models import Release, ReleaseCheck, ReleaseStatus
from llm.models.releases import LONGEST_NAME, WAIVED_BY
from llm.releases.gate import title_of
from llm.stores.port import StoreAway


def list_of_releases() -> str:
    return reverse("admin:llm_release_changelist")


def address_of_release(number: int) -> str:
    return reverse("admin:llm_release_change", args=[number])


class CutForm(forms.Form):
    name = fields.line(
        _("Name"),
        _("By which programs ask within it: letters, digits, dots and hyphens, such as 2026-11."),
        longest=LONGEST_NAME,
    )
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))


class Cut(ActionPage[None]):
    path = "add"
    deed = Deed.REVIEW
    title = _("Cut a release")
    button = _("Cut")
    hint = _(
        "Freezes the corpus as it stands now, under a name. It is tested before it is published."
    )
    done = _("Cut. Have it tested now.")
    form_class = CutForm

    def back(self) -> str:
        return list_of_releases()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Releases"), list_of_releases())]

    def do(self, given: dict[str, Any]) -> str:
        try:
            made = releases.cut(name=given["name"], reason=given["reason"], by=self.account)
        except (StoreAway, Unavailable) as error:
            raise CorpusBehind from error
        return address_of_release(made.pk)


class ReleasePage(ActionPage[Release]):
    deed = Deed.REVIEW
    action_refuses = True

    def back(self) -> str:
        return address_of_release(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Releases"), list_of_releases()), (self.subject.name, self.back())]

    def is_in(self, *statuses: str) -> bool:
        return self.subject.status in statuses


class HaveTested(ReleasePage):
    path = "test"
    title = _("Have the release tested")
    button = _("Test")
    hint = _("Runs every check of the gate. Comparing the stores with the truth may take minutes.")
    done = _("It is being tested; load this page again to see what was found.")
    form_class = NothingForm

    def fits(self) -> bool:
        return self.is_in(ReleaseStatus.DRAFT, ReleaseStatus.TESTED)

    def is_next(self) -> bool:
        return self.is_in(ReleaseStatus.DRAFT)

    def warnings(self) -> Sequence[str]:
        is_waived = any(check.waivers.all() for check in self.subject.last_checks())
        return [say("What was waived of the last test is waived no more.")] if is_waived else []

    def do(self, given: dict[str, Any]) -> str:
        releases.order_test(release=self.subject, by=self.account)
        return self.back()


class WaiveForm(forms.Form):
    check = fields.one_of(_("Check"), ())
    reason = fields.paragraph(_("Reason"), _("Why it may be published all the same."))
    password = fields.own_password()

    def __init__(self, *args: Any, checks: Sequence[ReleaseCheck] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        field: Any = self.fields["check"]
        field.choices = [(c.name, f"{title_of(c.name)} – {c.told()}") for c in checks]


class Waive(ReleasePage):
    path = "waive"
    title = _("Waive a check that was not passed")
    button = _("Waive")
    hint = _("Two persons, of whom neither cut the release, must each say why it may go out.")
    done = _("Your waiver is on the record.")
    form_class = WaiveForm
    dangerous = True

    def fits(self) -> bool:
        return self.is_in(ReleaseStatus.TESTED) and bool(self.subject.in_the_way())

    def obstacle(self) -> str:
        if self.subject.cut_by == self.account.person:
            return say("You cut this release; two other persons may waive what it has not passed.")
        if not self.mine():
            return say("You have waived what it has not passed; it needs one more person.")
        return ""

    def mine(self) -> list[ReleaseCheck]:
        """What this person may still waive."""
        waiting = self.subject.in_the_way()
        person = self.account.person_id
        return [c for c in waiting if person not in {w.person_id for w in c.waivers.all()}]

    def sentences(self) -> Sequence[str]:
        told = say("A check counts as waived once %(most)s persons have waived it.")
        return [str(self.hint), told % {"most": WAIVED_BY}]

    def form_arguments(self) -> dict[str, Any]:
        return {"checks": self.mine()}

    def do(self, given: dict[str, Any]) -> str:
        releases.waive(
            release=self.subject,
            check=given["check"],
            reason=given["reason"],
            by=self.confirmed(given["password"]),
        )
        return self.back()


class PublishForm(forms.Form):
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))
    password = fields.own_password()


class Publish(ReleasePage):
    path = "publish"
    title = _("Publish the release")
    button = _("Publish")
    hint = _("Makes it the current one: what programs are given that ask within “current”.")
    done = _("It is the current release now.")
    form_class = PublishForm

    def fits(self) -> bool:
        may = self.is_in(ReleaseStatus.TESTED, ReleaseStatus.PUBLISHED)
        return may and self.subject != Release.objects.current()

    def is_next(self) -> bool:
        return self.is_in(ReleaseStatus.TESTED)

    def obstacle(self) -> str:
        failed = self.subject.in_the_way()
        if not failed:
            is_new = self.is_in(ReleaseStatus.TESTED)
            changed = is_new and releases.has_changed_the_gate(self.account.person)
            return str(GateChangedByPublisher()) if changed else ""
        names = say(", ").join(title_of(check.name) for check in failed)
        return say("Not passed, and not waived by two persons: %(checks)s.") % {"checks": names}

    def sentences(self) -> Sequence[str]:
        before = Release.objects.current()
        told = [str(self.hint)]
        if before:
            takes_over = say("It takes over from “%(name)s”, which stays published.")
            told.append(takes_over % {"name": before.name})
        if self.is_in(ReleaseStatus.PUBLISHED):
            told.append(say("What has left force since it was cut stays out."))
        return told

    def do(self, given: dict[str, Any]) -> str:
        confirmed = self.confirmed(given["password"])
        releases.publish(release=self.subject, reason=given["reason"], by=confirmed)
        return self.back()


class NotesForm(forms.Form):
    zh = fields.paragraph(
        _("In Chinese"), rows=12, required=False, max_length=releases.LONGEST_NOTES
    )
    en = fields.paragraph(
        _("In English"), rows=12, required=False, max_length=releases.LONGEST_NOTES
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for field in self.fields.values():
            field.widget.attrs["data-is-data"] = True


class WriteNotes(ReleasePage):
    path = "notes"
    title = _("Write the notes of the release")
    button = _("Write notes")
    press = _("Save")
    hint = _("What came, what went and why, for whoever uses it. Begun from the trail.")
    done = _("The notes are written.")
    form_class = NotesForm

    def fits(self) -> bool:
        return not self.is_in(ReleaseStatus.WITHDRAWN)

    def is_next(self) -> bool:
        return False

    def initial(self) -> dict[str, Any]:
        return {"zh": self.subject.notes_zh, "en": self.subject.notes_en}

    def do(self, given: dict[str, Any]) -> str:
        releases.write_notes(release=self.subject, zh=given["zh"], en=given["en"], by=self.account)
        return self.back()


class Withdraw(ReleasePage):
    path = "withdraw"
    title = _("Withdraw the release")
    button = _("Withdraw")
    hint = _("For good: no program asks within it any more. What it held stays on the record.")
    done = _("Withdrawn.")
    dangerous = True

    def fits(self) -> bool:
        return not self.is_in(ReleaseStatus.WITHDRAWN)

    def warnings(self) -> Sequence[str]:
        if self.subject != Release.objects.current():
            return []
        return [
            say(
                "It is the current one. Programs that ask within “current” are refused until a"
                " release is published again; publish an earlier one first to roll back."
            )
        ]

    def do(self, given: dict[str, Any]) -> str:
        releases.withdraw(release=self.subject, reason=given["reason"], by=self.account)
        return self.back()
