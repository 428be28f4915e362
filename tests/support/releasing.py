"""Releases for tests, brought about as in life."""

from __future__ import annotations

from governance.confirmation import Confirmed
from governance.models import Account
from llm import clients
from llm.actions import releases
from llm.models import Release
from llm.projections.advance import advance
from llm.projections.registry import corpus
from llm.releases import testing
from tests.support.encoders import FakeEncoder
from tests.support.following import follow

NAME = "2026-11"


def cut(by: Account, name: str = NAME) -> Release:
    """Of the corpus at the end of the trail."""
    follow()
    return releases.cut(name=name, reason="For the ward.", by=by)


def tried(by: Account, name: str = NAME) -> Release:
    """Cut, and put to its test."""
    return try_out(cut(by, name), by)


def try_out(release: Release, by: Account) -> Release:
    outcome = testing.run(release=release.pk, by=by.pk)
    assert "error" not in outcome, outcome
    return Release.objects.get(pk=release.pk)


def publish(release: Release, by: Account) -> Release:
    return releases.publish(release=release, reason="Good to go.", by=Confirmed(by))


def published(by: Account, name: str = NAME) -> Release:
    return publish(tried(by, name), by)


def waive(release: Release, check: str, by: Account) -> None:
    releases.waive(release=release, check=check, reason="Known, harmless.", by=Confirmed(by))


def rows(by: Account) -> dict[str, int]:
    """The number of a release, where nothing but the corpus follows the truth."""
    clients.install(with_encoder=FakeEncoder(seed=1))
    advance(corpus())
    return {"release": releases.cut(name=NAME, reason="For the ward.", by=by).pk}
