"""What forms say beside their fields, and what becomes of what is typed into them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from governance.actions import uploads
from governance.admin.people_pages import AccountForm, NewPasswordForm, role_choices
from governance.admin.retire_form import RetireForm
from governance.admin.source_forms import (
    EXAMPLES,
    IdentifierForm,
    SourceForm,
    VersionForm,
    description_of,
    ranked_classes,
    rules_of_classes,
)
from governance.admin.uploads import report_of
from governance.classes import POLICIES, SourceClass
from governance.duties import Role
from governance.identifiers import IdentifierKind, normalised
from governance.lifecycle import RetirementReason
from governance.models import Account, Source
from tests.support import knowledge


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("kind", IdentifierKind)
def test_every_kind_of_identifier_has_an_example(kind: IdentifierKind) -> None:
    assert EXAMPLES[kind]


@pytest.mark.parametrize("kind", IdentifierKind)
def test_every_example_would_be_taken(kind: IdentifierKind) -> None:
    assert normalised(kind, EXAMPLES[kind])


def test_classes_stand_in_the_order_of_their_authority() -> None:
    ranks = [POLICIES[value].rank for value, _label in ranked_classes() if value]

    assert ranks == sorted(ranks)


def test_no_class_is_missing() -> None:
    assert {value for value, _label in ranked_classes()} == {"", *SourceClass.values}


def test_rank_stands_with_the_class() -> None:
    assert ("law", "Law (rank 1)") in ranked_classes()


def test_rule_of_a_class_names_months_and_approvals() -> None:
    rule = rules_of_classes()["clinical_experience"]["sentence"]

    assert "every 3 months" in rule
    assert "Approvals: 2" in rule


@pytest.mark.parametrize("source_class", SourceClass)
def test_rule_of_every_class_names_what_it_must_carry(source_class: SourceClass) -> None:
    kinds = [str(IdentifierKind(k).label) for k in POLICIES[source_class].identified_by]

    sentence = rules_of_classes()[source_class.value]["sentence"]
    assert all(kind in sentence for kind in kinds)


@pytest.mark.parametrize("source_class", SourceClass)
def test_kind_that_a_class_asks_for_first_is_one_it_takes(source_class: SourceClass) -> None:
    kind = rules_of_classes()[source_class.value]["kind"]

    assert kind in POLICIES[source_class].identified_by
    assert kind in IdentifierKind.values


def test_every_role_can_be_chosen_and_names_its_duty() -> None:
    assert dict(role_choices())[Role.CURATOR] == "Curator (duty: Content)"
    assert len(role_choices()) == len(Role)


def test_form_of_a_source_holds_what_there_is(source: Source) -> None:
    form = SourceForm(initial=description_of(source))

    assert form["title"].value() == source.title
    assert form["department"].value() == ""


def test_empty_row_of_identifiers_is_valid() -> None:
    assert IdentifierForm({"kind": "", "value": ""}).is_valid()


def test_kind_without_a_number_is_left_out() -> None:
    form = IdentifierForm({"kind": "doi", "value": ""})

    assert form.is_valid()
    assert form.cleaned_data["value"] == ""


def test_wrong_number_says_what_is_expected() -> None:
    form = IdentifierForm({"kind": "pmid", "value": "abc"})

    assert "A PMID has one to eight digits" in form.errors["value"][0]


def test_limit_of_the_file_is_said(settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 7

    assert "at most 7 MB" in str(VersionForm().fields["file"].help_text)


def test_limit_of_the_file_is_told_to_the_browser(settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 7

    assert f'data-most-bytes="{7 * 1024 * 1024}"' in str(VersionForm()["file"])


def test_all_reasons_to_retire_can_be_chosen(db: None) -> None:
    values = {value for value, _label in RetireForm().fields["reason_code"].choices}  # type: ignore[attr-defined]

    assert values == {"", *RetirementReason.values}


def test_reason_to_retire_is_never_chosen_beforehand(db: None) -> None:
    assert not RetireForm()["reason_code"].value()


def test_new_passwords_are_offered_to_no_password_store(db: None) -> None:
    assert 'autocomplete="new-password"' in str(NewPasswordForm()["password"])


def test_name_comes_first_in_the_form_of_an_account(db: None) -> None:
    assert next(iter(AccountForm().fields)) == "username"


def test_report_of_a_waiting_file_is_not_settled(source: Source, ana: Account) -> None:
    report = report_of(knowledge.unread(source, ana).upload)

    assert not report.is_settled
    assert report.error == ""


def test_report_of_a_failed_file_says_what_to_do(source: Source, ana: Account) -> None:
    upload = knowledge.unread(source, ana).upload
    attempt = uploads.begin_reading(upload=upload)
    assert attempt
    uploads.fail_reading(upload=upload, attempt=attempt, code="no_text", facts={})
    upload.refresh_from_db()

    assert "have the text recognised first" in report_of(upload).error
