"""What comes next, said on the page of a version: what to do as its review falls due, and which
version waits next for this reviewer."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say

from governance import clock
from governance.admin.filters import DUE_WITHIN, due_within, overdue, undecided_by
from governance.admin.pages import account_of
from governance.admin.source_pages import NewVersion
from governance.admin.version_pages import address_of_version
from governance.duties import Deed
from governance.lifecycle import OPEN
from governance.models import Assignment, Version


@dataclass(frozen=True)
class NextSteps:
    """A sentence, and words and addresses of what leads on from it."""

    sentence: str
    links: list[tuple[str, str]]


def as_review_falls_due(version: Version, request: HttpRequest) -> NextSteps | None:
    """For who may do something about it; None for others, and where no review is near."""
    account = account_of(request)
    same = Version.objects.filter(pk=version.pk)
    is_near = (overdue(same) | due_within(same, DUE_WITHIN[-1])).exists()
    if not is_near or not account.may(Deed.CURATE):
        return None
    if coming := version.source.versions.filter(status__in=OPEN).order_by("pk"):
        sentence = say("Another version of its source is on its way; approved, it takes over:")
        return NextSteps(sentence, [(each.label, address_of_version(each.pk)) for each in coming])
    asked = Assignment.objects.filter(version=version).select_related("reviewer").first()
    if account.may(Deed.REVIEW):
        sentence = say(
            "Look for a newer edition. If there is none, reaffirm this one; if there is one, upload"
            " it; if it is no longer fit, retire it."
        )
    elif asked:
        sentence = say(
            "%(name)s was asked to review it. A newer edition, if there is one, can be uploaded"
            " meanwhile."
        ) % {"name": asked.reviewer}
    else:
        sentence = say(
            "Look for a newer edition. If there is none, ask a reviewer, who reaffirms it, or"
            " retires it where it is no longer fit; if there is one, upload it."
        )
    return NextSteps(f"{_due(version)} {sentence}", _ways(version, request, is_asked=bool(asked)))


def _due(version: Version) -> str:
    told = say("Its review is due by %(day)s.")
    if version.is_overdue(clock.today()):
        told = say("Its review is overdue since %(day)s.")
    return told % {"day": version.review_due}


def _ways(version: Version, request: HttpRequest, *, is_asked: bool) -> list[tuple[str, str]]:
    upload = reverse("admin:source_new_version", args=[version.source_id])
    ways = [(str(NewVersion.title), upload)]
    if not is_asked and not account_of(request).may(Deed.REVIEW):
        ask = reverse("admin:version_assign", args=[version.pk])
        ways.insert(0, (say("Ask somebody to review it"), ask))
    return ways


def next_to_decide(version: Version, request: HttpRequest) -> NextSteps | None:
    """The oldest other version that waits for this reviewer, unless this one does."""
    account = account_of(request)
    if not account.may(Deed.REVIEW):
        return None
    waiting = undecided_by(Version.objects.select_related("source"), account)
    waiting = waiting.order_by("submitted_at", "pk")
    if waiting.filter(pk=version.pk).exists() or (first := waiting.first()) is None:
        return None
    return NextSteps(say("Next for your decision:"), [(str(first), address_of_version(first.pk))])
