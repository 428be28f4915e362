"""Builds a derived store anew from the truth, beside the one that is read."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from governance.management.reporting import Report, ReportingCommand
from llm import jobs
from llm.projections.registry import names


class Command(ReportingCommand):
    help = "Build a derived store anew beside the old one, check it, then move the readers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("store", choices=sorted(names()))

    def act(self, options: dict[str, Any]) -> Report:
        outcome = jobs.do("rebuild", {"store": options["store"]}, progress=self.progress)
        if "error" in outcome:
            return Report([f"Not rebuilt: {outcome['error']}"], outcome, ok=False)
        counted = {k: v for k, v in outcome.items() if k != "store"}
        told = ", ".join(f"{v} {k}" for k, v in counted.items())
        return Report([f"Rebuilt {outcome['store']}: {told}."], outcome)
