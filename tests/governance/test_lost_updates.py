"""Two who change a source at once: nothing of either is lost, and nothing overwritten unseen."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import sources
from governance.api import sources as door
from governance.errors import ChangedMeanwhile, ClassIsFixed, Malformed
from governance.models import Account, Department, Source, Version
from tests.governance.test_admin_sources import DOI, filled
from tests.support import knowledge
from tests.support.callers import log_in
from tests.support.visiting import Visitor, source_at, words

pytestmark = pytest.mark.database


def retitle(source: Source, by: Account, title: str = "Asthma in adults") -> Source:
    described = knowledge.describe(title=title, identifiers=[])
    return sources.edit(source=source, description=described, reason="Wrong.", by=by)


@pytest.fixture
def shown(source: Source, ana: Account) -> dict[str, Any]:
    """The form as Ana has it open, filled in with another issuer."""
    page = Visitor(ana).open(source_at(source, "edit"))
    seen = page.context["form"]["seen"].value()
    return filled(DOI, issuer="Lung Society", reason="New name.", seen=seen)


# By program.


def test_change_is_laid_over_what_stands_under_the_lock(source: Source, ana: Account) -> None:
    stale = Source.objects.get(pk=source.pk)
    retitle(source, ana)

    def issuer_alone(stands: Source) -> sources.Description:
        return door._described(door._merged(stands, {"issuer": "Lung Society"}))

    edited = sources.edit(source=stale, description=issuer_alone, reason="Name.", by=ana)
    assert (edited.title, edited.issuer) == ("Asthma in adults", "Lung Society")


def test_patch_leaves_what_it_does_not_name(source: Source, ana: Account) -> None:
    caller = log_in(ana)
    caller.send(f"sources/{source.pk}/", {"title": "New", "reason": "Name."}, by="patch")
    caller.send(f"sources/{source.pk}/", {"licence": {"quote": False}, "reason": "x"}, by="patch")

    source.refresh_from_db()
    assert (source.title, source.may_quote, source.may_serve) == ("New", False, True)


# By hand.


def test_form_sent_after_another_change_is_refused(
    source: Source, shown: dict[str, Any], ana: Account, ben: Account
) -> None:
    retitle(source, ben)

    answer = Visitor(ana).send(source_at(source, "edit"), **shown)

    assert answer.status_code == 409
    assert "Ben changed this meanwhile." in words(answer)
    assert Source.objects.get().issuer == "Respiratory Society"


def test_refused_form_keeps_what_was_typed_beside_what_stands(
    source: Source, shown: dict[str, Any], ana: Account, ben: Account
) -> None:
    retitle(source, ben)

    answer = Visitor(ana).send(source_at(source, "edit"), **shown)

    assert answer.context["form"]["issuer"].value() == "Lung Society"
    assert "It says now: Asthma in adults" in words(answer)
    assert "10.1000/182" in words(answer)


def test_form_sent_again_after_looking_is_done(
    source: Source, shown: dict[str, Any], ana: Account, ben: Account
) -> None:
    retitle(source, ben)
    refused = Visitor(ana).send(source_at(source, "edit"), **shown)

    again = shown | {"seen": refused.context["form"]["seen"].value()}
    Visitor(ana).send(source_at(source, "edit"), **again)

    assert Source.objects.get().issuer == "Lung Society"


def test_another_owner_is_no_change_of_what_is_said(
    source: Source, shown: dict[str, Any], ana: Account, ben: Account
) -> None:
    sources.hand_over(source=source, owner=ben.person, reason="On leave.", by=ben)

    Visitor(ana).send(source_at(source, "edit"), **shown)

    assert Source.objects.get().issuer == "Lung Society"


def test_form_that_does_not_say_what_was_seen_changes_nothing(source: Source, ana: Account) -> None:
    answer = Visitor(ana).send(
        source_at(source, "edit"), **filled(DOI, issuer="Lung Society", reason="New name.")
    )

    assert answer.status_code == 400
    assert Source.objects.get().issuer == "Respiratory Society"


def test_action_refuses_what_was_seen_before_the_last_change(source: Source, ana: Account) -> None:
    seen = sources.last_change(source)
    retitle(source, ana)

    with pytest.raises(ChangedMeanwhile):
        sources.edit(source=source, description=knowledge.describe(), reason="x", by=ana, seen=seen)


# A department with it.


def test_new_department_goes_with_the_registration_that_was_refused(ana: Account) -> None:
    with pytest.raises(Malformed):
        knowledge.source(ana, department="Cardiology", title=" ")

    assert not Department.objects.exists()


def test_new_department_goes_with_the_edit_that_was_refused(active: Version, ana: Account) -> None:
    described = knowledge.describe(source_class="literature", department="Cardiology")

    with pytest.raises(ClassIsFixed):
        sources.edit(source=active.source, description=described, reason="Wrong.", by=ana)

    assert not Department.objects.exists()


@pytest.mark.parametrize("path", ["add", "edit"])
def test_form_that_is_refused_founds_no_department(
    path: str, active: Version, ana: Account
) -> None:
    address = {
        "add": "/admin/governance/source/add/",
        "edit": source_at(active.source, "edit"),
    }
    given = filled(DOI, source_class="clinical_experience", may_train="on", reason="x")

    answer = Visitor(ana).press(address[path], **given, department="Cardiology")

    assert answer.status_code in (400, 409)
    assert not Department.objects.exists()


def test_program_founds_no_department_with_what_is_refused(active: Version, ana: Account) -> None:
    body = {"source_class": "literature", "department": "Cardiology", "reason": "Wrong."}

    answer = log_in(ana).send(f"sources/{active.source_id}/", body, by="patch")

    assert answer.status_code == 409
    assert not Department.objects.exists()


def test_department_is_founded_with_the_source(ana: Account) -> None:
    source = knowledge.source(ana, department="Cardiology")

    assert source.department == Department.objects.get(name="Cardiology")
