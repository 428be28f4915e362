"""The knowledge base's own figures beside those of Django, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import Error
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from kbadmin import health


class KnowledgeCollector(Collector):
    """Asked anew at every scrape. With the truth out of reach only `kb_up` is told, as 0."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            figures, parts = health.in_figures(), health.components()
        except Error:
            figures, parts = {}, []
        up = bool(parts) and parts[0].ok
        yield GaugeMetricFamily("kb_up", "Whether the truth can be read.", value=float(up))
        for name, value in figures.items():
            yield GaugeMetricFamily(f"kb_{name}", name.replace("_", " "), value=value)
        yield from _by_component(parts)


def _by_component(parts: list[health.Component]) -> Iterator[GaugeMetricFamily]:
    ok = GaugeMetricFamily("kb_component_ok", "Whether a part is well.", labels=["component"])
    behind = GaugeMetricFamily("kb_behind", "Changes not yet followed.", labels=["projection"])
    parked = GaugeMetricFamily("kb_parked", "Versions set aside.", labels=["projection"])
    for part in parts:
        ok.add_metric([part.name], float(part.ok))
        if "behind" in part.figures:
            behind.add_metric([part.name], part.figures["behind"])
            parked.add_metric([part.name], part.figures["parked"])
    yield from (ok, behind, parked)


def register() -> None:
    """Once a process."""
    REGISTRY.register(KnowledgeCollector())
