"""Concepts found by a part of any of their names, or by a code, to bring them onto the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Min, Q
from django.db.models.functions import Length

from governance.models import Concept
from governance.wording import folded

MOST_FOUND = 20
LONGEST_SOUGHT = 200


def sought(words: str) -> tuple[Sequence[Concept], bool]:
    """The best few, and whether there are more: whose name is hardly longer than what is sought
    comes first.
    """
    seen = "".join(c for c in words[:LONGEST_SOUGHT] if c.isprintable()).strip()
    if not seen:
        return [], False
    named = Q(names__folded__contains=folded(seen)[0]) | Q(codes__code__iexact=seen)
    rows = Concept.objects.current().filter(named).annotate(n=Min(Length("names__folded")))
    rows = rows.select_related("type").prefetch_related("names", "codes")
    found = list(rows.order_by("n", "pk")[: MOST_FOUND + 1])
    return found[:MOST_FOUND], len(found) > MOST_FOUND


def other_names(concept: Concept) -> list[str]:
    shown = str(concept)
    return sorted({each.name for each in concept.names.all()} - {shown})
