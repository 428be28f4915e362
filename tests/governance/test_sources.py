from __future__ import annotations

from typing import Any

import pytest

from governance.actions import sources, versions
from governance.actions.sources import Licence
from governance.classes import POLICIES, SourceClass
from governance.errors import ClassIsFixed, Malformed, NotAllowed
from governance.lifecycle import Status
from governance.models import Account, AuditEntry, ClassPolicy, Source, Version
from tests.support import knowledge
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database


def edit(source: Source, by: Account, **changed: object) -> Source:
    """Edit what is named and leave the rest as it is."""
    kept: dict[str, Any] = {
        "title": source.title,
        "source_class": source.source_class,
        "issuer": source.issuer,
        "language": source.language,
        "licence": Licence(source.licence_text),
        "identifiers": [(i["kind"], i["value"]) for i in source.identified()],
    }
    description = sources.Description(**(kept | changed))
    return sources.edit(source=source, description=description, reason="Wrong.", by=by)


def test_who_registers_owns_and_contributes(source: Source, ana: Account) -> None:
    assert source.owner == ana.person
    assert list(source.contributors.values_list("person", flat=True)) == [ana.person_id]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", " "),
        ("title", "two\nlines"),
        ("title", "x" * 301),
        ("issuer", ""),
        ("issuer", "x" * 201),
        ("licence", Licence("")),
        ("licence", Licence("x" * 301)),
        ("source_class", "blog"),
        ("language", "fr"),
        ("identifiers", [("doi", "not a doi")]),
        ("identifiers", [("isbn", "978-3-16-148410-1")]),
        ("identifiers", [("barcode", "1")]),
    ],
)
def test_description_that_does_not_fit_is_refused(ana: Account, field: str, value: object) -> None:
    with pytest.raises(Malformed):
        knowledge.source(ana, **{field: value})


def test_identifier_is_kept_in_its_normal_form_and_once(ana: Account) -> None:
    doi = "10.1000/asthma"
    source = knowledge.source(ana, identifiers=[("doi", doi), ("doi", f"https://doi.org/{doi}")])

    assert source.identified() == [{"kind": "doi", "value": doi}]


def test_who_only_audits_registers_nothing(cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        knowledge.source(cleo)


def test_edit_of_a_source_voids_what_is_in_review(in_review: Version, ana: Account) -> None:
    edit(in_review.source, ana, title="Another title")
    in_review.refresh_from_db()

    assert in_review.status == Status.DRAFT


def test_who_edits_a_source_contributes_to_its_drafts(draft: Version, ben: Account) -> None:
    edit(draft.source, ben, title="Another title")

    assert draft.contributed_to_by(ben.person)


def test_who_edited_a_source_contributes_to_later_drafts(
    source: Source, ana: Account, ben: Account
) -> None:
    edit(source, ben, title="Another title")

    assert knowledge.draft(source, ana).contributed_to_by(ben.person)


def test_who_edits_a_source_does_not_contribute_to_what_is_active(
    active: Version, dora: Account
) -> None:
    edit(active.source, dora, title="Another title")

    assert not active.contributed_to_by(dora.person)


@pytest.mark.parametrize(
    ("field", "value"),
    [("source_class", "expert_consensus"), ("language", "zh"), ("identifiers", [])],
)
def test_class_and_identifiers_are_fixed_once_a_version_is_active(
    active: Version, ana: Account, field: str, value: object
) -> None:
    with pytest.raises(ClassIsFixed):
        edit(active.source, ana, **{field: value})


def test_class_may_change_once_no_version_is_active_any_more(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert edit(active.source, ana, source_class="expert_consensus").months == 6


def test_change_to_a_source_reaches_readers_with_the_next_approval(
    active: Version, ana: Account, ben: Account
) -> None:
    edit(active.source, ana, title="Another title")
    amendment = versions.amend(version=active, reason="Retitled.", by=ana)
    versions.submit(version=amendment, reason="Ready.", by=ana)
    approved = knowledge.approve(Version.objects.get(pk=amendment.pk), ben)

    active.refresh_from_db()
    titles = [(v.citation or {})["title"] for v in (active, approved)]
    assert titles == ["Asthma guideline", "Another title"]


def test_edit_that_says_the_same_is_none(in_review: Version, ben: Account) -> None:
    before = AuditEntry.objects.last_number()

    edit(in_review.source, ben)

    in_review.refresh_from_db()
    assert AuditEntry.objects.last_number() == before
    assert in_review.status == Status.IN_REVIEW
    assert not in_review.contributed_to_by(ben.person)


def test_edit_of_identifiers_alone_is_one(source: Source, ana: Account) -> None:
    before = AuditEntry.objects.last_number()

    edit(source, ana, identifiers=[])

    assert AuditEntry.objects.last_number() == before + 1


def test_edit_says_why(source: Source, ana: Account) -> None:
    with pytest.raises(Malformed):
        sources.edit(source=source, description=knowledge.describe(), reason="", by=ana)


def test_handing_over_to_who_has_it_is_none(source: Source, ana: Account) -> None:
    before = AuditEntry.objects.last_number()

    sources.hand_over(source=source, owner=ana.person, reason="Moved.", by=ana)

    assert AuditEntry.objects.last_number() == before


def test_handing_over_makes_nobody_a_contributor(
    in_review: Version, ana: Account, ben: Account
) -> None:
    source = in_review.source
    sources.hand_over(source=source, owner=ben.person, reason="Moved.", by=ana)
    in_review.refresh_from_db()

    assert Source.objects.get().owner == ben.person
    assert in_review.status == Status.IN_REVIEW
    assert not in_review.contributed_to_by(ben.person)


def test_clinical_experience_never_trains(ana: Account) -> None:
    with pytest.raises(Malformed):
        knowledge.source(
            ana, source_class="clinical_experience", licence=Licence("Ours", train=True)
        )


def test_database_refuses_clinical_experience_that_trains(ana: Account) -> None:
    source = knowledge.source(ana, source_class="clinical_experience")

    with database_refuses("clinical_experience_never_trains_a_model"):
        Source.objects.filter(pk=source.pk).update(may_train=True)


@pytest.mark.parametrize("column", ["title", "issuer", "licence_text"])
def test_database_refuses_a_source_that_says_nothing(source: Source, column: str) -> None:
    with database_refuses("source_says_what_it_is_and_whose"):
        Source.objects.update(**{column: ""})


def test_database_knows_no_other_class(source: Source) -> None:
    with database_refuses("source_class_is_known"):
        Source.objects.update(source_class="blog")


def test_database_takes_the_same_identifier_once_a_source(source: Source) -> None:
    one = source.identifiers.get()

    with database_refuses("(?i)unique"):
        source.identifiers.create(kind=one.kind, value=one.value)


@pytest.mark.parametrize("months", [0, 7, 12])
def test_database_refuses_to_lengthen_the_months(db: None, months: int) -> None:
    with database_refuses("months_are_shortened_never_lengthened"):
        ClassPolicy.objects.create(source_class="textbook", months=months)


def test_database_refuses_to_lengthen_the_months_of_clinical_experience(db: None) -> None:
    with database_refuses("months_are_shortened_never_lengthened"):
        ClassPolicy.objects.create(source_class="clinical_experience", months=4)


def test_hospital_s_shorter_months_count(source: Source) -> None:
    ClassPolicy.objects.create(source_class="clinical_guideline", months=2)

    assert source.months == 2


def test_months_of_the_norm_hold_without_a_word_of_the_hospital(source: Source) -> None:
    assert source.months == 6


def test_every_class_has_a_policy_within_half_a_year() -> None:
    assert set(POLICIES) == set(SourceClass.values)
    assert all(1 <= p.months <= 6 and p.approvals >= 1 for p in POLICIES.values())
