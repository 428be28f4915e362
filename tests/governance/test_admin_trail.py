"""The audit trail as the compliance officer reads it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin

from governance import clock
from governance.actions import clients
from governance.admin.trail import TrailAdmin, subject_of
from governance.admin.trail_words import ACTIONS
from governance.duties import Scope
from governance.models import Account, AuditEntry, Person, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, version_at

LIST = "/admin/governance/auditentry/"


def at(entry: AuditEntry) -> str:
    return f"{LIST}{entry.pk}/change/"


def entry_of(action: str) -> AuditEntry:
    return AuditEntry.objects.filter(action=action).latest("number")


def test_entries_stand_newest_first(active: Version, cleo: Account) -> None:
    rows = Visitor(cleo).open(LIST).context["cl"].result_list

    numbers = [row.number for row in rows]
    assert numbers == sorted(numbers, reverse=True)


def test_person_is_named(active: Version, cleo: Account) -> None:
    assert "Ben" in Visitor(cleo).read(LIST, action="version.approved")


def test_reason_is_shown(active: Version, cleo: Account) -> None:
    assert "Read against the print." in Visitor(cleo).read(LIST, action="version.approved")


def test_person_whose_name_is_gone_keeps_a_number(active: Version, cleo: Account) -> None:
    Person.objects.filter(number="ben").update(display_name="")

    page = Visitor(cleo).read(LIST, action="version.approved")

    assert f"Person {entry_of('version.approved').person_id}" in page


def test_shell_is_named_as_who_acted(ana: Account, cleo: Account) -> None:
    assert "shell" in Visitor(cleo).read(LIST, who="shell")


def test_what_people_did_is_told_from_what_the_system_did(active: Version, cleo: Account) -> None:
    rows = Visitor(cleo).open(LIST, who="system").context["cl"].result_list

    assert {row.by_kind for row in rows} == {"system"}


def test_filter_by_action_leaves_out_the_others(active: Version, cleo: Account) -> None:
    rows = Visitor(cleo).open(LIST, action="version.approved").context["cl"].result_list

    assert {row.action for row in rows} == {"version.approved"}


def test_filter_by_time_leaves_out_what_is_older(active: Version, cleo: Account) -> None:
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        found = Visitor(cleo).open(LIST, period="1").context["cl"].result_count

    assert found == 0


def test_filter_by_day(active: Version, cleo: Account) -> None:
    today = clock.today()

    response = Visitor(cleo).open(LIST, at__year=today.year, at__month=today.month)

    assert response.context["cl"].result_count == AuditEntry.objects.count()


def test_entry_is_found_by_its_number(active: Version, cleo: Account) -> None:
    rows = Visitor(cleo).open(LIST, q="1").context["cl"].result_list

    assert 1 in {row.number for row in rows}


def test_list_leads_from_an_entry_to_its_version(active: Version, cleo: Account) -> None:
    assert version_at(active) in Visitor(cleo).read(LIST, action="version.approved")


def test_list_leads_to_no_account(ana: Account) -> None:
    entry = entry_of("account.created")

    assert "href" not in subject_of(entry)


def test_entry_without_a_subject_shows_a_dash() -> None:
    assert subject_of(AuditEntry(subject_type="")) == "–"


def test_entry_shows_the_bytes_that_are_committed_to(active: Version, cleo: Account) -> None:
    entry = entry_of("version.approved")

    leaf = Visitor(cleo).open(at(entry)).context["leaf"]

    assert json.loads(leaf) == json.loads(bytes(entry.leaf))


def test_entry_shows_the_hash_of_its_leaf(active: Version, cleo: Account) -> None:
    entry = entry_of("version.approved")

    assert bytes(entry.leaf_hash).hex() in Visitor(cleo).read(at(entry))


def test_entry_shows_what_it_only_commits_to(active: Version, cleo: Account) -> None:
    page = Visitor(cleo).read(at(entry_of("version.approved")))

    assert "Read against the print." in page


def test_program_is_named(sue: Account, cleo: Account) -> None:
    clients.create(name="ward-bot", scopes=[Scope.RETRIEVE], by=sue)

    assert "Sue" in Visitor(cleo).read(LIST, action="client.created")


@pytest.mark.parametrize("who", ["ana", "ben", "sue", "sam"])
def test_trail_is_closed_to_all_other_duties(who: str, request: pytest.FixtureRequest) -> None:
    account = request.getfixturevalue(who)

    assert Visitor(account).open(LIST).status_code == 403


def test_entry_offers_nothing_to_do(active: Version, cleo: Account) -> None:
    page = Visitor(cleo).read(at(entry_of("version.approved")))

    assert "What you may do now" not in page


@pytest.mark.parametrize("page", ["change", "delete"])
def test_entry_cannot_be_changed(page: str, active: Version, cleo: Account) -> None:
    before = AuditEntry.objects.count()

    response = Visitor(cleo).send(f"{LIST}1/{page}/", action="forged")

    assert response.status_code in (403, 405)
    assert AuditEntry.objects.get(pk=1).action != "forged"
    assert AuditEntry.objects.count() == before


def test_entry_cannot_be_added(cleo: Account) -> None:
    assert Visitor(cleo).send(f"{LIST}add/", number=1).status_code == 403


def test_list_asks_the_database_as_often_for_many_entries_as_for_few(
    active: Version, cleo: Account, django_assert_max_num_queries: Any
) -> None:
    visitor = Visitor(cleo)

    with django_assert_max_num_queries(14):
        visitor.read(LIST)


def test_every_action_that_was_taken_has_words(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)
    knowledge.lift(active, ben, dora)
    knowledge.reaffirm(active, ben)
    knowledge.retire(active, ben)

    taken = set(AuditEntry.objects.values_list("action", flat=True))

    assert taken <= set(ACTIONS)


def test_name_that_is_changed_is_the_name_shown(active: Version, cleo: Account) -> None:
    Person.objects.filter(number="ben").update(display_name="Benjamin")

    assert "Benjamin" in Visitor(cleo).read(LIST, action="version.approved")


def test_code_without_words_is_shown_as_it_stands() -> None:
    entry = AuditEntry(action="never.heard", subject_type="")

    assert TrailAdmin(AuditEntry, admin.site).deed(entry) == "never.heard"
