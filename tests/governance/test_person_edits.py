"""What a person is called, by which number, and where: put right by the security administrator."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import people
from governance.duties import Role
from governance.errors import AlreadyExists, Malformed, NotAllowed
from governance.models import Account, AuditEntry, AuditPayload, Department, Person
from governance.trail import SHELL
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.visiting import Visitor, words


def edit(person: Person, by: Account, **changed: Any) -> bool:
    told = {
        "number": person.number,
        "display_name": person.display_name,
        "department": person.department,
    }
    reason = changed.pop("reason", "Misspelt.")
    identity = people.Identity(**(told | changed))
    return people.edit(person=person, identity=identity, reason=reason, by=by)


def at(person: Person, page: str = "edit") -> str:
    return f"/admin/governance/person/{person.pk}/{page}/"


def press(by: Account, person: Person, **changed: Any) -> Any:
    typed = {"number": person.number, "display_name": person.display_name, "reason": "Misspelt."}
    return Visitor(by).press(at(person), **(typed | changed))


def stands(account: Account) -> Person:
    return Person.objects.get(pk=account.person_id)


@pytest.fixture
def cardiology(db: None) -> Department:
    return people.found_department(name="Cardiology", by=SHELL)


# The action.


def test_name_number_and_department_are_put_right(
    ana: Account, sue: Account, cardiology: Department
) -> None:
    edit(ana.person, sue, number="E-42", display_name="Anna", department=cardiology)

    person = stands(ana)
    told = person.number, person.display_name, person.department
    assert told == ("E-42", "Anna", cardiology)


def test_roles_and_sessions_stay(ana: Account, sue: Account) -> None:
    inside = Visitor(ana)

    edit(ana.person, sue, number="E-42")

    assert stands(ana).roles == {Role.CURATOR}
    assert inside.open("/admin/").status_code == 200


@pytest.mark.parametrize("number", ["ben", "BEN", "ｂｅｎ"])
def test_number_of_another_is_refused_however_it_is_spelt(
    number: str, ana: Account, ben: Account, sue: Account
) -> None:
    with pytest.raises(AlreadyExists):
        edit(ana.person, sue, number=number)

    assert stands(ana).number == "ana"


def test_own_number_may_be_spelt_otherwise(ana: Account, sue: Account) -> None:
    edit(ana.person, sue, number="ＡＮＡ")

    assert stands(ana).number == "ANA"


@pytest.mark.parametrize("changed", [{"number": ""}, {"display_name": "A\u202eb"}, {"reason": " "}])
def test_what_is_no_name_or_reason_is_refused(
    changed: dict[str, str], ana: Account, sue: Account
) -> None:
    with pytest.raises(Malformed):
        edit(ana.person, sue, **changed)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECURITY_ADMIN])
def test_nobody_but_security_edits_a_person(role: Role, ana: Account) -> None:
    with pytest.raises(NotAllowed):
        edit(ana.person, knowledge.account("pat", role), display_name="Anna")


def test_edit_is_on_the_record_without_a_name_in_the_entry(ana: Account, sue: Account) -> None:
    edit(ana.person, sue, display_name="Anna Li")

    entry = AuditEntry.objects.latest("number")
    told = AuditPayload.objects.get(number=entry.number).content
    assert (entry.action, entry.subject_id) == ("person.edited", str(ana.person_id))
    assert told == {"number": "ana", "name": "Anna Li", "reason": "Misspelt."}
    assert b"Anna" not in bytes(entry.leaf)


def test_trail_fits_the_edited_person(ana: Account, sue: Account) -> None:
    edit(ana.person, sue, number="E-42", display_name="Anna")

    assert list(verify_trail()) == []


def test_edit_that_says_nothing_new_is_none(ana: Account, sue: Account) -> None:
    before = AuditEntry.objects.count()

    assert not edit(ana.person, sue)
    assert AuditEntry.objects.count() == before


def test_number_that_was_given_up_is_another_person_s(ana: Account, sue: Account) -> None:
    edit(ana.person, sue, number="E-42")

    assert knowledge.account("eva", Role.CURATOR, number="ana").person_id != ana.person_id


# The page.


def test_page_of_a_person_leads_to_it(ana: Account, sue: Account) -> None:
    assert at(ana.person) in Visitor(sue).read(at(ana.person, "change"))


def test_page_holds_what_stands_now(ana: Account, sue: Account, cardiology: Department) -> None:
    edit(ana.person, sue, department=cardiology)

    form = Visitor(sue).open(at(ana.person)).context["form"]

    stands = {"number": "ana", "display_name": "Ana", "department": cardiology.pk}
    assert form.initial == stands | {"seen": people.last_change(ana.person)}


def test_person_is_edited_on_the_page(ana: Account, sue: Account, cardiology: Department) -> None:
    press(sue, ana.person, display_name="Anna", department=cardiology.pk)

    assert (stands(ana).display_name, stands(ana).department) == ("Anna", cardiology)


def test_number_of_another_is_refused_at_its_field(
    ana: Account, ben: Account, sue: Account
) -> None:
    answer = press(sue, ana.person, number="BEN", display_name="Anna")

    assert answer.status_code == 409
    assert answer.context["form"].errors["number"] == ["Ben has this number already."]
    assert 'value="Anna"' in words(answer)


def test_page_says_that_nothing_was_changed(ana: Account, sue: Account) -> None:
    visitor = Visitor(sue)
    visitor.press(at(ana.person), number="ana", display_name="Ana", reason="Again.")

    assert "nothing was changed" in visitor.read(at(ana.person, "change"))


def test_history_says_what_it_was_and_why(ana: Account, sue: Account) -> None:
    press(sue, ana.person, display_name="Anna")

    page = Visitor(sue).read(at(ana.person, "history"))

    assert "Ana → Anna" in page
    assert "Misspelt." in page


def test_trail_says_it_in_words(ana: Account, sue: Account, cleo: Account) -> None:
    press(sue, ana.person, display_name="Anna")

    assert "Person edited" in Visitor(cleo).read("/admin/governance/auditentry/")


def test_curator_does_not_edit_persons(ana: Account, ben: Account) -> None:
    answer = Visitor(ben).send(at(ana.person), number="ana", display_name="X", reason="Fun.")

    assert (answer.status_code, stands(ana).display_name) == (403, "Ana")


def test_page_that_is_older_than_a_change_of_the_person_undoes_nothing(
    sue: Account, ana: Account
) -> None:
    old = words_of(sue, at(ana.person))
    edit(ana.person, sue, display_name="Ana Lin")

    answer = Visitor(sue).send(
        at(ana.person), number="E1", display_name="Ana", reason="Misspelt.", seen=old
    )

    ana.person.refresh_from_db()
    assert (answer.status_code, ana.person.display_name) == (409, "Ana Lin")
    assert "changed this meanwhile" in answer.content.decode()


def test_roles_that_another_page_set_meanwhile_are_not_overwritten(
    sue: Account, ana: Account
) -> None:
    old = words_of(sue, at(ana.person, "set-roles"))
    people.set_roles(person=ana.person, roles=[Role.REVIEWER], reason="New duty.", by=sue)

    answer = Visitor(sue).send(
        at(ana.person, "set-roles"), roles=["curator", "graph_editor"], reason="More.", seen=old
    )

    ana.person.refresh_from_db()
    assert (answer.status_code, ana.person.roles) == (409, frozenset({Role.REVIEWER}))


def words_of(by: Account, address: str) -> str:
    """What the page was made with."""
    return str(Visitor(by).open(address).context["form"]["seen"].value())


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": ["curator", "graph_editor"]},
        {"display_name": "Somebody Else"},
    ],
)
def test_second_account_changes_nothing_about_its_person(
    changed: dict[str, Any], sue: Account, ana: Account
) -> None:
    given = {"username": "ana-2", "number": ana.person.number, "roles": ["curator"]} | changed

    answer = Visitor(sue).press("/admin/governance/account/add/", **given)

    ana.person.refresh_from_db()
    assert "A second account of theirs has the same roles" in answer.content.decode()
    assert (ana.person.display_name, ana.person.roles) == ("Ana", frozenset({Role.CURATOR}))
    assert Account.objects.filter(person=ana.person).count() == 1
