"""Makes a key for a program, and prints it this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from governance.actions import clients
from governance.duties import Scope
from governance.management.reporting import Report, ReportingCommand
from governance.trail import SHELL


class Command(ReportingCommand):
    help = "Make a client with its key. The key is printed once and nowhere to be had again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name")
        parser.add_argument("--scope", action="append", required=True, choices=Scope.values)

    def act(self, options: dict[str, Any]) -> Report:
        scopes = [Scope(s) for s in options["scope"]]
        client, key = clients.create(name=options["name"], scopes=scopes, by=SHELL)
        sentences = [f"Client {client.name} was made. Its key, shown this once:", key]
        return Report(sentences, {"client": client.name, "key": key})
