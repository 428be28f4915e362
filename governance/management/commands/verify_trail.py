"""Checks the audit trail against itself, and every governed row against the trail."""

from __future__ import annotations

from typing import Any

from governance.management.reporting import Report, ReportingCommand
from governance.models import TrailHead
from governance.verification import verify_trail


class Command(ReportingCommand):
    help = "Check the audit trail, and replay it against the governed rows."

    def act(self, options: dict[str, Any]) -> Report:
        findings = list(verify_trail())
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
            "findings": [[f.kind, f.where, f.detail] for f in findings],
        }
        return Report(sentences, data, ok=not findings)
