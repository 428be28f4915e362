"""Handing over everything of who leaves: looked at first, then one press."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import absences, assignments, people
from governance.actions.absences import HandedOver
from governance.admin.handing_over import in_words
from governance.models import Account, Assignment, AuditEntry, Source, Version
from governance.trail import SHELL
from tests.support import knowledge
from tests.support.visiting import Visitor

PAGE = "/admin/hand-over/"


def at(person: Account, successor: Account) -> str:
    return f"{PAGE}?person={person.person_id}&successor={successor.person_id}"


@pytest.fixture
def asked(in_review: Version, ana: Account, ben: Account) -> Version:
    """Waits for Ben's review."""
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)
    return in_review


def test_first_it_asks_who_leaves_and_who_takes_over(ana: Account) -> None:
    page = Visitor(ana).read(PAGE)

    assert "Who leaves" in page
    assert 'method="post" class="kb-form kb-narrow"' not in page


def test_page_names_what_goes_over(asked: Version, ben: Account, dora: Account) -> None:
    page = Visitor(dora).open(at(ben, dora))

    assert page.context["outlook"].going == [asked]
    assert str(asked) in page.content.decode()


def test_page_names_what_stays_and_why(asked: Version, ana: Account, ben: Account) -> None:
    page = Visitor(ana).read(at(ben, ana))

    assert "Ana is no reviewer." in page
    assert f"/version/{asked.pk}/assign/" in page


def test_contributor_is_told_why_a_review_stays(
    source: Source, ana: Account, ben: Account, dora: Account
) -> None:
    version = knowledge.in_review(source, dora)
    assignments.assign(version=version, reviewer=ben.person, by=ana)

    assert "Dora has contributed to these" in Visitor(ana).read(at(ben, dora))


def test_one_press_hands_it_all_over(
    source: Source, asked: Version, ana: Account, ben: Account, dora: Account
) -> None:
    own = knowledge.source(ben)

    Visitor(dora).press(at(ben, dora), reason="Ben leaves.")

    own.refresh_from_db()
    assert (own.owner, Assignment.objects.get().reviewer) == (dora.person, dora.person)


def test_result_is_said_in_words(asked: Version, ben: Account, dora: Account) -> None:
    visitor = Visitor(dora)
    visitor.press(at(ben, dora), reason="Ben leaves.")

    page = visitor.read(PAGE)

    assert "0 sources have a new owner. 1 review went over." in page


def test_what_could_not_go_is_said_in_words() -> None:
    assert "2 reviews stay" in in_words(HandedOver(3, 1, 2))


@pytest.mark.parametrize("successor", ["ana", "dora"])
def test_outlook_is_what_will_be_done(
    successor: str, asked: Version, ben: Account, dora: Account, request: pytest.FixtureRequest
) -> None:
    other = request.getfixturevalue(successor).person
    outlook = absences.outlook(person=ben.person, successor=other)

    done = absences.hand_over_everything(
        person=ben.person, successor=other, reason="Ben leaves.", by=dora
    )

    told = (len(outlook.sources), len(outlook.going), len(outlook.staying))
    assert told == (done.sources, done.assignments, done.left)


def test_reason_is_asked_for(asked: Version, ben: Account, dora: Account) -> None:
    answer = Visitor(dora).press(at(ben, dora), reason=" ")

    assert (answer.status_code, Assignment.objects.get().reviewer) == (400, ben.person)


def test_who_cannot_log_in_takes_nothing_over(asked: Version, ben: Account, dora: Account) -> None:
    people.set_active(account=dora, active=False, reason="Left.", by=SHELL)

    page = Visitor(ben).open(at(ben, dora))

    assert page.context["pair"] is None
    assert "and who can log in." in page.context["pair_form"].errors["successor"][0]


def test_what_is_of_who_was_disabled_goes_over(asked: Version, ben: Account, dora: Account) -> None:
    people.set_active(account=ben, active=False, reason="Left.", by=SHELL)

    Visitor(dora).press(at(ben, dora), reason="Ben left.")

    assert Assignment.objects.get().reviewer == dora.person


def test_who_has_another_duty_takes_nothing_over(
    asked: Version, ben: Account, cleo: Account
) -> None:
    page = Visitor(ben).open(at(ben, cleo))

    assert "whose duty is content" in page.context["pair_form"].errors["successor"][0]


def test_who_has_another_duty_has_nothing_to_leave(ben: Account, cleo: Account) -> None:
    page = Visitor(ben).open(at(cleo, ben))

    assert page.context["pair_form"].errors["person"] == ["Choose a person whose duty is content."]


def test_nobody_hands_over_to_the_same(ben: Account) -> None:
    assert "Choose somebody else." in Visitor(ben).read(at(ben, ben))


@pytest.mark.parametrize(
    ("successor", "why"), [("ben", "Choose somebody else."), ("cleo", "whose duty is content")]
)
def test_pair_that_is_sent_unseen_is_refused_at_its_field(
    successor: str, why: str, asked: Version, ben: Account, request: pytest.FixtureRequest
) -> None:
    other = request.getfixturevalue(successor)

    answer = Visitor(ben).send(at(ben, other), reason="Ben leaves.")

    assert answer.status_code == 400
    assert why in answer.context["pair_form"].errors["successor"][0]
    assert Assignment.objects.get().reviewer == ben.person


def test_where_there_is_nothing_it_says_so(ana: Account, ben: Account) -> None:
    assert "There is nothing that could go over." in Visitor(ana).read(at(ben, ana))


def test_form_sent_twice_is_done_once(asked: Version, ben: Account, dora: Account) -> None:
    visitor = Visitor(dora)
    for _time in range(2):
        visitor.press(at(ben, dora), reason="Ben leaves.", once="one press")

    assert AuditEntry.objects.filter(action="assignment.made").count() == 2


def test_auditor_hands_over_nothing(asked: Version, ben: Account, cleo: Account) -> None:
    assert Visitor(cleo).open(PAGE).status_code == 403
    assert Visitor(cleo).send(at(ben, ben), reason="Me.").status_code == 403


@pytest.mark.parametrize(
    "query", ["?person=x&successor=y", "?person=0", "?person=" + "9" * 40, "?successor=%00", "?a=b"]
)
def test_nonsense_hands_over_nothing(query: str, asked: Version, ben: Account) -> None:
    visitor: Any = Visitor(ben)

    assert visitor.open(f"{PAGE}{query}").status_code == 200
    assert visitor.send(f"{PAGE}{query}", reason="a").status_code == 400
    assert Assignment.objects.get().reviewer == ben.person
