"""How commands say what they did: a sentence for people, JSON for scripts, a bar for long work."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError

from governance.errors import Refused


@dataclass(frozen=True)
class Report:
    """What was done. Not `ok` ends the command with 1."""

    sentences: list[str]
    data: dict[str, Any] = field(default_factory=dict)
    ok: bool = True


class ReportingCommand(BaseCommand):
    """Takes `--json`, turns a refusal, also the database's, into a sentence, exits 1 on failure."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def act(self, options: dict[str, Any]) -> Report:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self.act(options)
        except Refused as refusal:
            raise CommandError(f"{refusal} ({refusal.code})") from refusal
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            why = str(error).strip().split("\n")[0]
            raise CommandError(f"The database does not let it be done: {why}") from error
        if options["json"]:
            self.stdout.write(json.dumps(report.data, ensure_ascii=False))
        else:
            for sentence in report.sentences:
                self.stdout.write(sentence)
        if not report.ok:
            sys.exit(1)

    def progress(self, done: int, of: int) -> None:
        """A bar on the terminal; silent where nobody looks."""
        if self.stderr.isatty():
            share = done / of if of else 1
            bar = "█" * round(share * 30)
            self.stderr.write(f"\r{bar:30} {done}/{of}", ending="\n" if done == of else "")
