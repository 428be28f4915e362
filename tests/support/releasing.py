"""Releases for tests, brought about as in life."""

from __future__ import annotations

from governance.confirmation import Confirmed
from governance.models import Account
from llm.actions import releases
from llm.models import Release
from llm.releases import testing
from tests.support.following import follow


def cut(by: Account, name: str = "2026-11") -> Release:
    """Of the corpus at the end of the trail."""
    follow()
    return releases.cut(name=name, reason="For the ward.", by=by)


def tried(by: Account, name: str = "2026-11") -> Release:
    made = cut(by, name)
    testing.run(release=made.pk, by=by.pk)
    return Release.objects.get(pk=made.pk)


def publish(release: Release, by: Account) -> Release:
    return releases.publish(release=release, reason="Good to go.", by=Confirmed(by))


def published(by: Account, name: str = "2026-11") -> Release:
    return publish(tried(by, name), by)


def waive(release: Release, check: str, by: Account) -> None:
    releases.waive(release=release, check=check, reason="Known, harmless.", by=Confirmed(by))
