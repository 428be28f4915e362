"""Brings every projection to the end of the trail."""

from __future__ import annotations

from typing import Any

from governance.management.reporting import Report, ReportingCommand
from llm import jobs


class Command(ReportingCommand):
    help = "Bring every projection to the end of the trail. Exits 1 with what is parked."

    def act(self, options: dict[str, Any]) -> Report:
        outcome = jobs.do("catch_up", {})
        if "error" in outcome:
            return Report([f"Not caught up: {outcome['error']}"], outcome, ok=False)
        sentences = [f"{name} is at {number}." for name, number in outcome["numbers"].items()]
        parked = outcome["parked"]
        sentences += [f"Parked: {store}, {kind} {n}: {error}" for store, kind, n, error in parked]
        return Report(sentences, outcome, ok=not parked)
