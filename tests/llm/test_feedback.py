"""What readers say of answers is kept; where somebody has to answer, a ticket is opened."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from governance import clock
from governance.actions import people
from governance.models import Account, AuditEntry, Department, Source, Version
from governance.trail import SHELL
from llm.actions import tickets
from llm.actions.feedback import owner_of
from llm.models import Feedback, Ticket
from tests.llm.reporting import asked, tier
from tests.support.callers import Caller, code


def give(caller: Caller, usage: str, verdict: str = "wrong", **more: Any) -> Any:
    return caller.send("feedback/", {"usage": usage, "verdict": verdict, **more})


@pytest.mark.parametrize(
    ("verdict", "opened"),
    [("accepted", 0), ("unhelpful", 0), ("overridden", 1), ("wrong", 1)],
)
def test_only_what_asks_for_an_answer_opens_a_ticket(
    active: Version, verdict: str, opened: int
) -> None:
    caller = tier()
    usage, _passages = asked(caller)

    told = give(caller, usage, verdict)

    assert told.status_code == 201
    assert (Feedback.objects.count(), Ticket.objects.count()) == (1, opened)
    assert bool(told.json()["ticket"]) == bool(opened)


def test_ticket_is_the_owner_s_and_has_a_day(active: Version, ana: Account) -> None:
    caller = tier()
    usage, passages = asked(caller)

    give(caller, usage, passage=passages[0], comment="Dose is too high.")

    ticket = Ticket.objects.get()
    assert (ticket.owner, ticket.version, ticket.passage_id) == (ana.person, active, passages[0])
    assert ticket.due_on == clock.today() + timedelta(days=14)


def test_decision_reaches_whoever_gave_the_feedback(active: Version, ana: Account) -> None:
    caller = tier()
    usage, _passages = asked(caller)
    given = give(caller, usage).json()["feedback"]
    ticket = Ticket.objects.get()
    tickets.decide(ticket=ticket, decision="no_change", answer="The print says so.", by=ana)

    told = caller.ask(f"feedback/{given}/").json()["ticket"]

    assert (told["decision"], told["answer"]) == ("no_change", "The print says so.")
    assert code(tier("other").ask(f"feedback/{given}/")) == (404, "not_found")


def test_the_same_again_opens_nothing(active: Version) -> None:
    caller = tier()
    usage, _passages = asked(caller)
    first = give(caller, usage)

    again = give(caller, usage)

    assert (again.status_code, again.json()) == (200, first.json())
    assert Ticket.objects.count() == 1
    assert code(give(caller, usage, "accepted")) == (409, "feedback_differs")


def test_comment_is_kept_without_the_patient_and_the_trail_has_none_of_it(
    active: Version,
) -> None:
    caller = tier()
    usage, _passages = asked(caller)

    told = give(caller, usage, comment="患者李建国（住院号 00482913）用后出血。")

    assert "用后出血" in told.json()["comment"]
    assert "李建国" not in Feedback.objects.get().comment
    assert "00482913" not in Feedback.objects.get().comment
    opened = AuditEntry.objects.get(action="ticket.opened")
    assert "出血" not in bytes(opened.leaf).decode()


def test_retrieval_that_never_was_is_not_found(db: None) -> None:
    assert code(give(tier(), str(uuid.uuid4()))) == (404, "not_found")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"verdict": "bad"}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"passage": 10**12}, "passage"),
        ({"passage": "1"}, "passage"),
        ({"comment": "x" * 1_000_000}, "comment"),
        ({"comment": 7}, "comment"),
        ({"usage": 7}, "usage"),
        ({"more": 1}, "more"),
    ],
)
def test_nonsense_names_its_field(active: Version, wrong: dict[str, Any], field: str) -> None:
    caller = tier()
    usage, _passages = asked(caller)

    told = give(caller, **({"usage": usage} | wrong))

    assert code(told) == (400, "malformed")
    assert told.json()["field"] == field
    assert not Feedback.objects.exists()


def test_ticket_goes_to_the_lead_once_the_owner_is_gone(
    draft: Version, ana: Account, ben: Account
) -> None:
    place = people.found_department(name="Lungs", by=SHELL)
    Department.objects.filter(pk=place.pk).update(lead=ben.person)
    Source.objects.filter(pk=draft.source_id).update(department=place)
    draft.source.refresh_from_db()
    people.set_active(account=ana, active=False, reason="Has left.", by=SHELL)

    assert owner_of(draft.source) == ben.person
