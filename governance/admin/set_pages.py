"""What the pages of change sets share: where they are, and the set that a person is at."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as say

from governance.admin.pages import ActionPage
from governance.models import Account, ChangeSet, ChangeSetStatus, GraphEdit

# Steps shown at a time.
A_PAGE = 200


def list_of_sets() -> str:
    return reverse("admin:governance_changeset_changelist")


def address_of_set(number: int) -> str:
    return reverse("admin:governance_changeset_change", args=[number])


def address_of_step(edit: GraphEdit) -> str:
    """Its place among the steps of its set, on the page of them that it is on."""
    before = edit.change_set.edits.filter(position__lt=edit.position).count()
    address = address_of_set(edit.change_set_id)
    return f"{address}?page={before // A_PAGE + 1}#step-{edit.pk}"


def working_set(account: Account) -> ChangeSet | None:
    """The draft of this person in which a step was written last."""
    mine = ChangeSet.objects.filter(author=account.person, status=ChangeSetStatus.DRAFT)
    return mine.order_by("-pk").first()


class SetPage(ActionPage[ChangeSet]):
    action_refuses = True

    def back(self) -> str:
        return address_of_set(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Change sets"), list_of_sets()), (self.subject.title, self.back())]

    def is_in(self, *statuses: str) -> bool:
        return self.subject.status in statuses
