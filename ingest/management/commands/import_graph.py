"""Brings lists of concepts, names and relations in as one change set, for another to review."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from governance import clock
from governance.management.reporting import Report, ReportingCommand
from governance.models import Account
from governance.readings import error_sentence
from ingest.graph_lists.apart import Read, read_tables
from ingest.graph_lists.checking import DryRun, bring_in, dry_run
from ingest.graph_lists.lines import refused
from ingest.listing.table import NotAList
from ingest.parsing.document import Unreadable

MOST_SHOWN = 200


class Command(ReportingCommand):
    help = (
        "Read the lists, say for each row what is wrong with it, and, if nothing is, write one"
        " change set in the name of the account. docs/graph-lists.md says what stands in them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", nargs="+", type=Path, help="XLSX or CSV")
        parser.add_argument("--by", required=True, help="the account on whose behalf")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")
        parser.add_argument("--title", help="of the change set; else the names of the files")

    def act(self, options: dict[str, Any]) -> Report:
        account = Account.objects.filter(username=options["by"], is_active=True).first()
        if account is None:
            raise CommandError(f"There is no active account “{options['by']}”.")
        run = dry_run([table for path in options["path"] for table in _tables(path)])
        made = None
        if run.steps and not options["dry_run"]:
            title = options["title"] or _title(options["path"])
            made = bring_in(run=run, title=title, by=account).pk
        return Report(list(_sentences(run, made)), _data(run, made), ok=not run.findings)


def _tables(path: Path) -> list[Read]:
    if not path.is_file():
        raise CommandError(f"There is no file “{path}”.")
    try:
        return read_tables(path.resolve(), path.name)
    except NotAList as reason:
        raise CommandError(f"{path}: {refused(reason)}") from reason
    except Unreadable as reason:
        raise CommandError(f"{path}: {error_sentence(reason.code, reason.facts)}") from reason


def _title(paths: list[Path]) -> str:
    names = ", ".join("".join(c for c in path.name if c.isprintable()) for path in paths)
    return f"{clock.today()} · {names}"[:200]


def _sentences(run: DryRun, made: int | None) -> list[str]:
    told = [f"{run.rows} rows: {run.known} known already, {len(run.findings)} with an error."]
    told += [str(finding) for finding in run.findings[:MOST_SHOWN]]
    if len(run.findings) > MOST_SHOWN:
        told.append(f"… and {len(run.findings) - MOST_SHOWN} more; --json has them all.")
    if run.findings:
        return [*told, "Nothing was brought in."]
    counts = ", ".join(f"{deed} {count}" for deed, count in sorted(run.counts().items()))
    told.append(f"{len(run.steps)} steps{f': {counts}' if counts else ''}.")
    if made is not None:
        told.append(f"Change set {made} is a draft now. Submit it, for another person to review.")
    return told


def _data(run: DryRun, made: int | None) -> dict[str, Any]:
    return {
        "rows": run.rows,
        "known": run.known,
        "findings": [asdict(finding) for finding in run.findings],
        "steps": run.counts(),
        "change_set": made,
    }
