"""Tells the truth's pages which programs were given what of late, from the rows of use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Max

from governance.models import Client
from governance.uses import Use, Uses
from llm.models import UsagePassage

# Passages asked for in one statement: databases take only so many.
AT_ONCE = 5000


def tell(passages: dict[int, int], since: datetime) -> Uses:
    """Retrievals are counted once a version, however many of its passages they gave."""
    found = [use for some in _in_parts(passages) for use in _used(some, since)]
    return Uses(since, sorted(found, key=lambda use: -use.retrievals))


def _used(passages: list[int], since: datetime) -> Iterator[Use]:
    rows = UsagePassage.objects.filter(passage__in=passages, at__gte=since)
    # Programs by number, so that the index alone answers; their names are asked for afterwards.
    counted = rows.values_list("version", "client").annotate(
        n=Count("usage", distinct=True), last=Max("at")
    )
    found = list(counted.order_by())
    names = dict(Client.objects.values_list("pk", "name"))
    for version, program, retrievals, last in found:
        yield Use(version, names[program], retrievals, last)


def _in_parts(passages: dict[int, int]) -> Iterator[list[int]]:
    """Whole versions together, so that none is counted in two parts."""
    of: defaultdict[int, list[int]] = defaultdict(list)
    for passage, version in passages.items():
        of[version].append(passage)
    part: list[int] = []
    for mine in of.values():
        if part and len(part) + len(mine) > AT_ONCE:
            yield part
            part = []
        part += mine
    if part:
        yield part
