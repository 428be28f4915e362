"""Checks the audit trail against itself, and every governed row and kept file against it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from governance.management.reporting import Report, ReportingCommand
from governance.models import TrailHead
from governance.verification import verify_trail


class Command(ReportingCommand):
    help = "Check the audit trail, and replay it against the governed rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--without-files",
            action="store_true",
            help="leave out reading every kept file again, which takes as long as copying them",
        )

    def act(self, options: dict[str, Any]) -> Report:
        with_files = not options["without_files"]
        findings = list(verify_trail(with_files=with_files))
        head = TrailHead.objects.filter(pk=1).first()
        size, root = (head.size, head.root.hex()) if head else (0, "")
        sentences = [str(f) for f in findings]
        sentences.append(
            f"{len(findings)} findings in {size} entries."
            if findings
            else f"All is well: {size} entries, root {root}."
        )
        data = {
            "entries": size,
            "root": root,
            "files": with_files,
            "findings": [[f.kind, f.where, f.detail] for f in findings],
        }
        return Report(sentences, data, ok=not findings)
