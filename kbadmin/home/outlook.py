"""What is in force, and what of it falls due in which month, by class or by department."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as say

from governance import clock
from governance.classes import MOST_MONTHS, SourceClass
from governance.models import Department, Version
from kbadmin.home.today import list_of

# What a row stands for: the column of a version, and the parameter of the list.
GROUPINGS = {
    "class": ("source__source_class", "class"),
    "department": ("source__department", "department"),
}
# Fourteen colours that keep apart; a class has the same one every day.
COLOURS = (
    "#0f6f94",
    "#e07a1f",
    "#2f9e44",
    "#c2255c",
    "#7048e8",
    "#f2b705",
    "#0ca678",
    "#a61e4d",
    "#1c7ed6",
    "#868e96",
    "#74b816",
    "#d9480f",
    "#9c36b5",
    "#495057",
)


@dataclass(frozen=True)
class Row:
    """A class or a department: in force now, and due in each month, each with its list."""

    name: str
    colour: str
    in_force: tuple[int, str]
    due: list[tuple[int, str]]


def outlook(grouping: str) -> dict[str, Any]:
    """The months from this one to the last in which anything in force can fall due."""
    months = _months(clock.today())
    rows = _rows(grouping, months)
    return {
        "by": grouping,
        "months": months,
        "rows": rows,
        "chart": _chart(months, rows),
        "options": _OPTIONS,
    }


_OPTIONS = json.dumps(
    {
        "scales": {
            "x": {"stacked": True, "grid": {"display": False}},
            "y": {"stacked": True, "beginAtZero": True, "ticks": {"precision": 0}},
        },
        "plugins": {"legend": {"display": True, "position": "right", "align": "start"}},
        "maintainAspectRatio": False,
    }
)


def _months(today: date) -> list[date]:
    firsts = [today.replace(day=1)]
    while len(firsts) <= MOST_MONTHS:
        last = firsts[-1]
        firsts.append(date(last.year + last.month // 12, last.month % 12 + 1, 1))
    return firsts


def _rows(grouping: str, months: list[date]) -> list[Row]:
    column, parameter = GROUPINGS[grouping]
    standing = Version.objects.in_force(clock.now())
    in_force = dict(standing.values_list(column).annotate(n=Count("pk")).order_by())
    due = _due(column, months)
    names = _names(grouping)
    known = [key for key in names if key in in_force or key in due]
    return [
        Row(
            names[key],
            COLOURS[place % len(COLOURS)],
            (in_force.get(key, 0), list_of("version", force="yes", **{parameter: str(key or 0)})),
            [
                (due[key][m], list_of("version", month=f"{m:%Y-%m}", **{parameter: str(key or 0)}))
                for m in months
            ],
        )
        for place, key in enumerate(names)
        if key in known
    ]


def _due(column: str, months: list[date]) -> defaultdict[Any, defaultdict[date, int]]:
    found: defaultdict[Any, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    rows = (
        Version.objects.active()
        .filter(review_due__gte=months[0])
        .annotate(month=TruncMonth("review_due"))
    )
    for key, month, count in rows.values_list(column, "month").annotate(n=Count("pk")).order_by():
        found[key][month] = count
    return found


def _names(grouping: str) -> dict[Any, str]:
    if grouping == "class":
        return {value: str(label) for value, label in SourceClass.choices}
    return {**dict(Department.objects.values_list("pk", "name")), None: say("No department")}


def _chart(months: list[date], rows: list[Row]) -> str:
    """As the chart of the admin's theme wants it."""
    sets = [
        {"label": r.name, "data": [count for count, _address in r.due], "backgroundColor": r.colour}
        for r in rows
    ]
    return json.dumps({"labels": [f"{month:%Y-%m}" for month in months], "datasets": sets})
