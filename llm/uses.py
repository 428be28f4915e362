"""Tells the truth's pages which programs were given what of late, from the rows of use."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from governance.uses import Use, Uses
from llm.models import Usage

# Rows looked at, the newest first: some seconds, while somebody waits to take a drug out.
MOST_ROWS = 100_000
AT_ONCE = 2000


def tell(passages: dict[int, int], since: datetime) -> Uses:
    """Retrievals are counted once a version, however many of its passages they gave."""
    counts: Counter[tuple[int, str]] = Counter()
    last: dict[tuple[int, str], datetime] = {}
    rows = Usage.objects.filter(at__gte=since).order_by("-at")
    columns = rows.values_list("at", "client__name", "passages")
    for number, (at, program, given) in enumerate(columns.iterator(AT_ONCE), start=1):
        for version in {passages[pk] for pk, *_rest in given if pk in passages}:
            counts[version, program] += 1
            last.setdefault((version, program), at)
        if number == MOST_ROWS:
            since = at
            break
    found = [Use(v, program, n, last[v, program]) for (v, program), n in counts.most_common()]
    return Uses(since, found)
