"""Taking back what was submitted, before anybody has decided on it."""

from __future__ import annotations

from governance.actions.contributors import reread
from governance.duties import Deed
from governance.errors import NotTheContributor
from governance.models import Account, Version
from governance.trail import changing, needs_reason


def take_back(*, version: Version, reason: str, by: Account) -> Version:
    """Make it a draft again. For those who contributed to it; a reviewer sends it back."""
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        version = reread(version)
        if not version.contributed_to_by(by.person):
            raise NotTheContributor
        version.return_to_draft()
        version.save(update_fields=["status", "submitted_at"])
        changes.note("version.taken_back", version)
    return version
