"""People answer what readers said: the queue, the ticket, the decision, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance import clock
from governance.actions import notices
from governance.errors import NotQuarantined
from governance.models import Account, Notice, Version
from llm.actions import tickets
from llm.errors import StillServed, TicketDecided
from llm.models import Ticket
from tests.support import knowledge, using
from tests.support.refusing import database_refuses
from tests.support.visiting import Visitor, words

LIST = "/admin/llm/ticket/"


def at(ticket: Ticket, page: str = "change") -> str:
    return f"{LIST}{ticket.pk}/{page}/"


def test_ticket_shows_what_was_asked_given_and_said(active: Version, ana: Account) -> None:
    ticket = using.ticket(active, comment="患者王小明用后出血")

    page = Visitor(ana).read(at(ticket))

    assert "How is asthma treated?" in page
    assert "用后出血" in page
    assert "王小明" not in page
    assert f"/admin/governance/passage/{ticket.passage_id}/quarantine/" in page
    assert f"/admin/governance/version/{active.pk}/amend/" in page


def test_answer_closes_the_ticket(active: Version, ana: Account) -> None:
    ticket = using.ticket(active)

    Visitor(ana).press(at(ticket, "decide"), decision="no_change", answer="So says the print.")

    ticket.refresh_from_db()
    assert (ticket.decision, ticket.answer) == ("no_change", "So says the print.")
    assert ticket.decided_by == ana.person


def test_queue_is_narrowed_to_what_is_mine_and_overdue(
    active: Version, ana: Account, ben: Account
) -> None:
    ticket = using.ticket(active)
    later = clock.today() + timedelta(days=15)

    mine = words(Visitor(ana).open(LIST, state="mine"))
    others = words(Visitor(ben).open(LIST, state="mine"))

    assert at(ticket) in mine
    assert at(ticket) not in others
    assert list(Ticket.objects.overdue(later)) == [ticket]
    assert at(ticket) not in words(Visitor(ana).open(LIST, state="overdue"))


def test_owner_is_told_at_once_and_again_when_it_is_late(active: Version, ana: Account) -> None:
    notices.tell()
    ticket = using.ticket(active)
    later = clock.today() + timedelta(days=15)

    notices.tell()
    tickets.remind(later)
    tickets.remind(later + timedelta(days=1))

    told = Notice.objects.filter(person=ana.person, code__startswith="ticket")
    assert sorted(told.values_list("code", flat=True)) == ["ticket_opened", "ticket_overdue"]
    opened = Visitor(ana).open(f"/admin/notices/{told[0].pk}/")
    assert opened.headers["Location"] == at(ticket)
    assert "answer by" in Visitor(ana).read("/admin/notices/")


def test_home_counts_what_waits(active: Version, ana: Account) -> None:
    using.ticket(active)

    page = Visitor(ana).read("/admin/")

    assert f"{LIST}?state=mine" in page


def test_what_is_said_to_be_quarantined_must_be(active: Version, ana: Account) -> None:
    ticket = using.ticket(active)
    assert ticket.passage

    with pytest.raises(NotQuarantined):
        tickets.decide(ticket=ticket, decision="quarantined", answer="Done.", by=ana)
    knowledge.quarantine(ticket.passage, ana)

    assert tickets.decide(ticket=ticket, decision="quarantined", answer="Done.", by=ana)


def test_what_is_said_to_be_corrected_must_have_left_force(
    active: Version, ana: Account, ben: Account
) -> None:
    ticket = using.ticket(active)

    with pytest.raises(StillServed):
        tickets.decide(ticket=ticket, decision="corrected", answer="Done.", by=ana)
    knowledge.active(active.source, ana, ben, texts=["Start very low."], label="2025")

    assert tickets.decide(ticket=ticket, decision="corrected", answer="Done.", by=ana)


def test_ticket_is_decided_once(active: Version, ana: Account, ben: Account) -> None:
    ticket = using.ticket(active)
    tickets.decide(ticket=ticket, decision="no_change", answer="It stands.", by=ana)

    with pytest.raises(TicketDecided):
        tickets.decide(ticket=ticket, decision="no_change", answer="It does.", by=ben)
    with database_refuses("written once"):
        Ticket.objects.update(answer="It does not.")


def test_decision_without_an_answer_is_no_decision(active: Version) -> None:
    using.ticket(active)

    with database_refuses("ticket_is_decided_with_an_answer"):
        Ticket.objects.update(decision="no_change", decided_at=clock.now())


def test_compliance_reads_and_does_not_answer(active: Version, cleo: Account) -> None:
    ticket = using.ticket(active)
    visitor = Visitor(cleo)

    assert visitor.open(at(ticket)).status_code == 200
    assert visitor.send(at(ticket, "decide"), decision="no_change").status_code == 403


@pytest.mark.parametrize("sent", [{}, {"decision": "x", "answer": "y"}, {"decision": "no_change"}])
def test_nonsense_is_said_on_the_page(active: Version, ana: Account, sent: dict[str, str]) -> None:
    ticket = using.ticket(active)

    assert Visitor(ana).send(at(ticket, "decide"), **sent).status_code == 400
    assert Ticket.objects.get().decided_at is None
