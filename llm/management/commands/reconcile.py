"""Compares every derived store with the truth."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from governance.management.reporting import Report, ReportingCommand
from llm import jobs


class Command(ReportingCommand):
    help = "Compare every derived store with the truth. Exits 1 on drift that was not repaired."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--repair", action="store_true")

    def act(self, options: dict[str, Any]) -> Report:
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


def _version(store: str, number: int) -> str:
    """What differs in the graph says itself what it is."""
    return "" if store == "graph" else f" (version {number})"
