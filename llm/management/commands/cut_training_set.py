"""Cuts rows for training from a release that is published."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from governance.management.reporting import Report, ReportingCommand
from governance.models import Account
from llm import jobs
from llm.actions import training_sets
from llm.actions.training_sets import Wanted
from llm.models import Release, RowKind
from llm.releases import held
from llm.training import parquet


class Command(ReportingCommand):
    help = (
        "Cut rows for training from a release that is published, of what may train a model, into"
        " files under KB_HOME, each row with what it was made of."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name")
        parser.add_argument("--release", required=True, help="its name, or “current”")
        parser.add_argument("--by", required=True, help="the account in whose name it is cut")
        parser.add_argument("--reason", required=True, help="goes on the record")
        parser.add_argument("--kinds", nargs="+", choices=RowKind.values, default=RowKind.values)
        parser.add_argument("--seed", type=int, default=0, help="of which sources go where")

    def act(self, options: dict[str, Any]) -> Report:
        account = Account.objects.filter(username=options["by"], is_active=True).first()
        if account is None:
            raise CommandError(f"There is no active account “{options['by']}”.")
        release = held.named(options["release"])
        if release is None:
            raise CommandError(f"There is no release “{options['release']}”.")
        return _report(_cut(options, release, account))


def _cut(options: dict[str, Any], release: Release, account: Account) -> dict[str, Any]:
    wanted = Wanted(options["name"], release, tuple(options["kinds"]), options["seed"])
    job = training_sets.order(wanted=wanted, reason=options["reason"], by=account)
    outcome = jobs.carry_out(job)
    if "error" in outcome:
        raise CommandError(str(outcome["error"]))
    return outcome


def _report(outcome: dict[str, Any]) -> Report:
    told = [
        f"Training set “{outcome['name']}” has {outcome['rows']} rows. Digest {outcome['digest']}."
    ]
    if not parquet.is_there():
        told.append("No Parquet: pyarrow is not installed (requirements/parquet.txt).")
    return Report(told, outcome)
