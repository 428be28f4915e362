"""Says what is configured, reachable, behind, due and parked."""

from __future__ import annotations

from typing import Any

from governance import clock
from governance.management.reporting import Report, ReportingCommand
from governance.models import Version
from kbadmin import health
from kbadmin.system import parts as parts_of
from llm.models import Parked


class Command(ReportingCommand):
    help = "Say what is configured, reachable, behind, due and parked. Exits 1 if a part is ill."
    requires_migrations_checks = False

    def act(self, options: dict[str, Any]) -> Report:
        parts = health.components()
        configured = parts_of.configured()
        sentences = [f"{name}: {value}" for name, value in configured.items()]
        sentences += [_line(part) for part in parts]
        data: dict[str, Any] = {
            "configured": configured,
            "components": {p.name: {"ok": p.ok, "detail": p.detail, **p.figures} for p in parts},
        }
        ok = all(part.ok for part in parts)
        if parts[0].ok:
            figures, due, parked = health.in_figures(), _due(), _parked()
            data |= {"figures": figures, "due": due, "parked": parked}
            sentences += [f"{name.replace('_', ' ')}: {value}" for name, value in figures.items()]
            sentences += [f"Due on {day}: {version}" for day, version in due]
            sentences += [f"Parked in {store}: {version}: {why}" for store, version, why in parked]
        return Report(sentences, data, ok)


def _line(part: health.Component) -> str:
    figures = ", ".join(f"{name} {value}" for name, value in part.figures.items())
    told = "; ".join(text for text in (part.detail, figures) if text)
    return f"{'well' if part.ok else 'ILL '}  {part.name}{': ' if told else ''}{told}"


def _due() -> list[tuple[str, str]]:
    """What is overdue, or due within 30 days."""
    active = Version.objects.active().select_related("source").order_by("review_due")
    soon = clock.today().toordinal() + 30
    return [
        (v.review_due.isoformat(), str(v))
        for v in active
        if v.review_due and v.review_due.toordinal() <= soon
    ]


def _parked() -> list[tuple[str, str, str]]:
    versions = Version.objects.select_related("source").in_bulk(
        Parked.objects.filter(kind="version").values_list("number", flat=True)
    )
    return [(p.projection, _named(p, versions), p.error) for p in Parked.objects.all()]


def _named(parked: Parked, versions: dict[int, Version]) -> str:
    version = versions.get(parked.number) if parked.kind == "version" else None
    return str(version or f"{parked.kind} {parked.number}")
