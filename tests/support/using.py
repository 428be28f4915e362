"""Retrievals as they are written down, without a store that would have to find anything."""

from __future__ import annotations

from collections.abc import Sequence

from governance import clock
from governance.actions import clients
from governance.duties import Scope
from governance.models import Client, Passage, Version
from governance.trail import SHELL
from llm.actions import feedback
from llm.actions.feedback import Said
from llm.found import Found
from llm.models import Ticket, Usage
from llm.retrieval import Answer, Question
from llm.usage import record


def ward(name: str = "ward") -> Client:
    """A program of this name, made where there is none yet."""
    scopes = [Scope.RETRIEVE, Scope.USAGE, Scope.FEEDBACK]
    known = Client.objects.filter(name=name).first()
    return known or clients.create(name=name, scopes=scopes, by=SHELL)[0]


def used(passages: Sequence[Passage], *, by: Client | None = None) -> Usage:
    found = [Found(passage, 0.5, None) for passage in passages]
    return record(
        Question("How is asthma treated?"),
        Answer(found, 1, 1, 0),
        client=by or ward(),
        at=clock.now(),
    )


def ticket(version: Version, *, comment: str = "Too low.", by: Client | None = None) -> Ticket:
    """Of feedback on the first passage of what was given of a version."""
    passages, program = list(version.passages.current()), by or ward()
    said = Said("wrong", passages[0].pk, comment)
    given, _is_new = feedback.give(usage=used(passages, by=program), said=said, by=program)
    return Ticket.objects.get(feedback=given.pk)


def rows(version: Version, by: Client) -> dict[str, str | int]:
    """The numbers of a ticket, and of the retrieval it is about."""
    made = ticket(version, by=by)
    return {"ticket": made.pk, "usage": str(Usage.objects.latest("at").pk)}
