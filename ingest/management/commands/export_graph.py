"""Writes the knowledge graph out as lists that can be brought in again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from governance.management.reporting import Report, ReportingCommand
from ingest.graph_lists import writing_out


class Command(ReportingCommand):
    help = (
        "Write the current graph, whether in force or not, into one .xlsx, or into a folder as CSV"
        " files. docs/graph-lists.md says what stands in them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", required=True, type=Path, help="FILE.xlsx, or a new folder")

    def act(self, options: dict[str, Any]) -> Report:
        target: Path = options["to"]
        is_workbook = target.suffix.lower() == ".xlsx"
        if target.is_file() or (target.is_dir() and any(target.iterdir())):
            raise CommandError(f"There is something at “{target}” already.")
        write = writing_out.write_workbook if is_workbook else writing_out.write_folder
        try:
            counts = write(target)
        except OSError as why:
            raise CommandError(f"“{target}” cannot be written: {why}") from why
        told = ", ".join(f"{name}: {count} rows" for name, count in counts.items())
        return Report([f"Written to {target}. {told}."], {"to": str(target), "rows": counts})
