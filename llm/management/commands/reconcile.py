"""Compares every derived store with the truth."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError

from governance.management.reporting import Report, ReportingCommand
from governance.models import Account
from llm import graph_offering, jobs
from llm.graph_offering import Offered
from llm.models import LostLease
from llm.projections.rebuild import Busy
from llm.stores.port import StoreAway


class Command(ReportingCommand):
    help = (
        "Compare every derived store with the truth. Exits 1 on drift that was not repaired. With"
        " --offer, write what was changed in the graph database into a change set for review."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--repair", action="store_true")
        how.add_argument("--offer", action="store_true", help="the graph alone; wants --by")
        parser.add_argument("--by", help="the account in whose name it is offered")

    def act(self, options: dict[str, Any]) -> Report:
        if options["offer"]:
            return _offer(options["by"])
        outcome = jobs.do("reconcile", {"repair": options["repair"]})
        if "error" in outcome:
            return Report([f"Not compared: {outcome['error']}"], outcome, ok=False)
        drift = outcome["drift"]
        sentences = [f"{s}: {kind} {what}{_version(s, n)}" for s, kind, what, n in drift]
        if not drift:
            sentences = ["Every store is as the truth says."]
        elif outcome["repaired"]:
            sentences.append(f"{len(drift)} differences, repaired.")
        return Report(sentences, outcome, ok=outcome["repaired"] or not drift)


def _offer(by: str | None) -> Report:
    """Neo4j is written to from any process, so this one does it itself."""
    account = Account.objects.filter(username=by or "", is_active=True).first()
    if account is None:
        raise CommandError(f"There is no active account “{by}”." if by else "Say --by whom.")
    if not settings.NEO4J_URI:
        raise CommandError("There is no graph database here: NEO4J_URI is not set.")
    try:
        told = graph_offering.offer(by=account)
    except (StoreAway, Busy, LostLease) as error:
        return Report([f"Not compared: {error!r}"], {"error": repr(error)}, ok=False)
    return Report(_sentences(told), _data(told), ok=told.is_right or not told.offers)


def _sentences(told: Offered) -> list[str]:
    if not told.offers:
        return ["The graph database is as the truth says."]
    found = [f"{each.what}{'' if each.steps else f': {each.why}'}" for each in told.offers]
    if told.change_set is None:
        return [*found, "Nothing was offered. reconcile --repair puts it right."]
    made = f"Change set {told.change_set.pk} is a draft now. Submit it, for another to review."
    right = "put right" if told.is_right else "not put right: reconcile --repair does it"
    return [*found, made, f"The graph database is {right}."]


def _data(told: Offered) -> dict[str, Any]:
    return {
        "change_set": told.change_set.pk if told.change_set else None,
        "offered": [each.what for each in told.offers if each.steps],
        "not_offered": [{"what": o.what, "why": o.why} for o in told.offers if not o.steps],
        "put_right": told.is_right,
    }


def _version(store: str, number: int) -> str:
    """What differs in the graph says itself what it is."""
    return "" if store == "graph" else f" (version {number})"
