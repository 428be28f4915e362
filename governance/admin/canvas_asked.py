"""What a canvas is asked to show. It stands in the address, the same for canvas and table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as say

from governance.admin.row_numbers import number_of_row, numbers_of_rows
from governance.graph import MOST_NODES
from governance.models import Concept
from governance.surroundings import FIRST_NODES, Narrowing

# The part of a page's address that says from which canvas one came.
CAME_FROM = "canvas"
MOST_CENTRES = 50
# Of the way back; what is longer no canvas has written.
LONGEST = 8000
# Of any type that is asked for: what nothing has, so that nothing is left.
NO_TYPE = "-"
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,30}")


@dataclass(frozen=True)
class Asked:
    """`centres` are shown with what is around them, `alone` without. Without a type, all are meant.

    `set_number` is the change set that is shown with it: None for the person's own draft, 0 for
    none.
    """

    centres: tuple[int, ...] = ()
    alone: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    relation_types: tuple[str, ...] = ()
    with_lapsed: bool = False
    set_number: int | None = None
    is_table: bool = False
    # Whether more concepts were asked for by number than are taken.
    is_cut: bool = False

    @property
    def is_somewhere(self) -> bool:
        """Whether it asks for anything by its number."""
        return bool(self.centres or self.alone or self.set_number)

    @property
    def narrowing(self) -> Narrowing:
        types, relation_types = frozenset(self.types), frozenset(self.relation_types)
        return Narrowing(types or None, relation_types or None, self.with_lapsed)

    @property
    def told(self) -> dict[str, str]:
        """By the names that they have in the address; nothing that goes without saying."""
        told = {
            "concept": ",".join(map(str, self.centres)),
            "with": ",".join(map(str, self.alone)),
            "type": ",".join(self.types),
            "relation": ",".join(self.relation_types),
            "lapsed": "1" if self.with_lapsed else "",
            "set": "" if self.set_number is None else str(self.set_number),
            "view": "table" if self.is_table else "",
        }
        return {name: value for name, value in told.items() if value}

    @cached_property
    def query(self) -> str:
        return urlencode(self.told, safe=",")

    @property
    def address(self) -> str:
        page = reverse("admin:canvas_table" if self.is_table else "admin:canvas")
        query = replace(self, is_table=False).query
        return f"{page}?{query}" if query else page

    def at_page(self, **given: Any) -> str:
        """Its address with something that belongs to the page alone."""
        return f"{self.address}{'&' if '?' in self.address else '?'}{urlencode(given)}"

    def other(self, **changes: Any) -> Asked:
        return replace(self, **changes)

    def led_from(self, address: str) -> str:
        """The address of a page, told that it was come to from here."""
        return f"{address}{'&' if '?' in address else '?'}{urlencode({CAME_FROM: self.query})}"


def asked_by(request: HttpRequest, *, is_table: bool = False) -> Asked:
    return replace(_asked(request.GET), is_table=is_table)


def came_from(request: HttpRequest) -> Asked | None:
    """The canvas, or its table, that led to this page; it is led back to nothing else."""
    told = request.GET.get(CAME_FROM)
    if told is None:
        return None
    return _asked(QueryDict(told)) if len(told) <= LONGEST else Asked()


def way_back(request: HttpRequest) -> str:
    """Its address; empty where one did not come from a canvas."""
    asked = came_from(request)
    return asked.address if asked else ""


def crumb_of_canvas(request: HttpRequest) -> list[tuple[str, str]]:
    back = way_back(request)
    return [(say("Graph canvas"), back)] if back else []


def canvas_around(concept: Concept) -> str:
    return Asked(centres=(concept.pk,)).address


def canvas_of_set(number: int) -> str:
    return Asked(set_number=number).address


def _asked(told: QueryDict) -> Asked:
    centres, alone = _numbers(told, "concept"), _numbers(told, "with")
    return Asked(
        centres=centres[:MOST_CENTRES],
        alone=alone[:FIRST_NODES],
        types=_codes(told, "type"),
        relation_types=_codes(told, "relation"),
        with_lapsed=told.get("lapsed") == "1",
        set_number=_set_number(told),
        is_table=told.get("view") == "table",
        is_cut=len(centres) > MOST_CENTRES or len(alone) > FIRST_NODES,
    )


def _set_number(told: QueryDict) -> int | None:
    said = told.get("set", "")
    return number_of_row(said) if said.isascii() and said.isdecimal() else None


def _parts(told: QueryDict, name: str) -> Sequence[str]:
    parts = (part.strip() for each in told.getlist(name) for part in each.split(","))
    return list(dict.fromkeys(part for part in parts if part))[:MOST_NODES]


def _numbers(told: QueryDict, name: str) -> tuple[int, ...]:
    return tuple(numbers_of_rows(_parts(told, name)))


def _codes(told: QueryDict, name: str) -> tuple[str, ...]:
    """Slugs alone: nothing else is the code of a type."""
    return tuple(part for part in _parts(told, name) if _SLUG.fullmatch(part))
