"""Freezes the corpus as it stands under a name."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from governance.management.reporting import Report, ReportingCommand
from governance.models import Account
from llm import jobs
from llm.actions import releases
from llm.embedding import Unavailable
from llm.stores.port import StoreAway


class Command(ReportingCommand):
    help = (
        "Freeze the corpus as it stands under a name: a release, to be tested and published. What"
        " follows the truth is brought to its end first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name")
        parser.add_argument("--by", required=True, help="the account in whose name it is cut")
        parser.add_argument("--reason", required=True, help="goes on the record")

    def act(self, options: dict[str, Any]) -> Report:
        account = Account.objects.filter(username=options["by"], is_active=True).first()
        if account is None:
            raise CommandError(f"There is no active account “{options['by']}”.")
        outcome = jobs.do("catch_up", {})
        if "error" in outcome:
            raise CommandError(f"Not caught up: {outcome['error']}")
        try:
            made = releases.cut(name=options["name"], reason=options["reason"], by=account)
        except (StoreAway, Unavailable) as error:
            raise CommandError(f"The corpus cannot be read: {error}") from error
        data = {
            "release": made.name,
            "number": made.number,
            "status": made.status,
            "trail": made.trail,
            "root": made.root,
            "versions": made.versions,
            "passages": made.passages,
        }
        sentence = (
            f"Release {made.number}, “{made.name}”, holds {made.versions} versions as they were at"
            f" number {made.trail} of the trail. Root {made.root}. Test it, then publish it."
        )
        return Report([sentence], data)
