"""Who contributed to a version, and what an edit does to its submission."""

from __future__ import annotations

from collections.abc import Sequence

from governance.lifecycle import Status
from governance.models import Contributor, Version
from governance.trail import Changes


def reread(version: Version) -> Version:
    """The version as it stands. The block holds the trail's lock, so it cannot move meanwhile."""
    return Version.objects.select_related("source", "upload").get(pk=version.pk)


def credit(version: Version, people: Sequence[int]) -> None:
    """Enter persons as contributors; once is enough."""
    Contributor.objects.bulk_create(
        (Contributor(version=version, person_id=p) for p in dict.fromkeys(people)),
        ignore_conflicts=True,
    )


def void_submission(version: Version, changes: Changes) -> None:
    """An edit of what is in review makes it a draft again."""
    if version.status == Status.IN_REVIEW:
        version.return_to_draft()
        version.save(update_fields=["status", "submitted_at"])
        changes.note("version.submission_voided", version)
