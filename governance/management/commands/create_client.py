"""Makes a key for a program, and prints it this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from governance.actions import clients
from governance.actions.clients import Limits
from governance.classes import SourceClass
from governance.duties import Scope
from governance.management.reporting import Report, ReportingCommand
from governance.trail import SHELL


class Command(ReportingCommand):
    help = "Make a client with its key. The key is printed once and nowhere to be had again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name")
        parser.add_argument("--scope", action="append", required=True, choices=Scope.values)
        parser.add_argument(
            "--source-class", action="append", default=[], choices=SourceClass.values
        )
        parser.add_argument("--rate", type=int, help="requests a minute; with --burst")
        parser.add_argument("--burst", type=int, help="requests at once; with --rate")

    def act(self, options: dict[str, Any]) -> Report:
        scopes = [Scope(s) for s in options["scope"]]
        limits = Limits(options["source_class"], options["rate"], options["burst"])
        client, key = clients.create(name=options["name"], scopes=scopes, limits=limits, by=SHELL)
        sentences = [f"Client {client.name} was made. Its key, shown this once:", key]
        return Report(sentences, {"client": client.name, "key": key})
