"""Conditions on what is said of a source, as other dialects put them, as what a search narrows.

The store is asked for classes, a language and sources. Whatever else is asked (a title that holds
a word, an issuer) is asked of the truth first, and becomes the sources of which it is so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from governance.errors import Malformed
from governance.models import Version
from llm.api.questions import LARGEST_SOURCE, MOST_SOURCES

TEXTS = ("title", "issuer", "label", "language", "source_class", "identifier")
NUMBERS = ("source", "authority")
DAY = "published_on"
DIGITS = 18
# What a store narrows by itself, and by which comparisons.
NATIVE, NATIVE_BY = ("source_class", "language"), ("is", "in")
FIELDS = (*TEXTS, *NUMBERS, DAY)
# No source has this number: what is narrowed to it is nothing.
NOTHING = [LARGEST_SOURCE]

Operator = Callable[[Any, Any], bool]
SAME: dict[str, Operator] = {
    "is": lambda has, wanted: has == wanted,
    "is not": lambda has, wanted: has != wanted,
    "in": lambda has, wanted: has in wanted,
    "not in": lambda has, wanted: has not in wanted,
    "empty": lambda has, wanted: has == "",
    "not empty": lambda has, wanted: has != "",
}
WITHIN: dict[str, Operator] = {
    "contains": lambda has, wanted: wanted.casefold() in has.casefold(),
    "not contains": lambda has, wanted: wanted.casefold() not in has.casefold(),
    "start with": lambda has, wanted: has.casefold().startswith(wanted.casefold()),
    "end with": lambda has, wanted: has.casefold().endswith(wanted.casefold()),
}
ORDER: dict[str, Operator] = {
    "=": lambda has, wanted: has == wanted,
    "≠": lambda has, wanted: has != wanted,
    ">": lambda has, wanted: has > wanted,
    "<": lambda has, wanted: has < wanted,
    "≥": lambda has, wanted: has >= wanted,
    "≤": lambda has, wanted: has <= wanted,
}
WHEN: dict[str, Operator] = {"before": ORDER["<"], "after": ORDER[">"]}
LISTS = ("in", "not in")
BARE = ("empty", "not empty")
# What is the case only if no identifier of several makes it untrue.
DENIALS = ("is not", "not in", "not contains", "empty")


@dataclass(frozen=True)
class Condition:
    """`field` is one of FIELDS, `operator` one that it knows; `value` of its kind."""

    field: str
    operator: str
    value: Any

    def holds(self, version: Version) -> bool:
        has = _values(version, self.field)
        told = [OPERATORS[self.field][self.operator](each, self.value) for each in has]
        return all(told) if self.operator in DENIALS else any(told)


@dataclass(frozen=True)
class Joined:
    """All of its parts hold; or, where `any_of`, one of them."""

    parts: tuple[Condition | Joined, ...]
    any_of: bool = False

    def holds(self, version: Version) -> bool:
        return (any if self.any_of else all)(part.holds(version) for part in self.parts)


Node = Condition | Joined
OPERATORS: Mapping[str, Mapping[str, Operator]] = {
    **dict.fromkeys(TEXTS, SAME | WITHIN),
    **dict.fromkeys(NUMBERS, SAME | ORDER),
    DAY: SAME | ORDER | WHEN | {"start with": WITHIN["start with"]},
}


def condition(field: Any, operator: Any, value: Any, *, at: str) -> Condition:
    """Raises `Malformed`, naming the place, for what cannot be asked of what is kept here."""
    if not isinstance(field, str) or field not in FIELDS:
        problem = _("There are conditions on %(fields)s.") % {"fields": ", ".join(FIELDS)}
        raise Malformed(field=at, problem=problem)
    if not isinstance(operator, str) or operator not in OPERATORS[field]:
        known = ", ".join(OPERATORS[field])
        problem = _("%(field)s can be compared by %(operators)s.")
        raise Malformed(field=at, problem=problem % {"field": field, "operators": known})
    if operator in BARE:
        return Condition(field, operator, "")
    if operator not in LISTS:
        return Condition(field, operator, _taken(field, value, at))
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_SOURCES:
        problem = _("Give a list of 1 to %(most)s values.") % {"most": MOST_SOURCES}
        raise Malformed(field=at, problem=problem)
    return Condition(field, operator, tuple(_taken(field, each, at) for each in value))


def filters_of(asked: Node | None, *, at: datetime) -> dict[str, Any]:
    """As `retrieve/` takes them. Raises `Malformed` where too many sources are left to name."""
    if asked is None:
        return {}
    parts = asked.parts if isinstance(asked, Joined) and not asked.any_of else (asked,)
    found: dict[str, Any] = {}
    rest: list[Node] = []
    for part in parts:
        if isinstance(part, Condition) and part.field in NATIVE and part.operator in NATIVE_BY:
            chosen = set(part.value) if part.operator == "in" else {part.value}
            found[part.field] = sorted(chosen & set(found.get(part.field, chosen)))
        else:
            rest.append(part)
    if rest:
        found["source"] = _sources(Joined(tuple(rest)), at=at)
    return _as_filters(found)


def _as_filters(found: dict[str, Any]) -> dict[str, Any]:
    """A list of nothing would be no filter at all; two languages are every language."""
    if any(not values for values in found.values()):
        return {"source": NOTHING}
    languages = found.pop("language", [])
    return found | ({"language": languages[0]} if len(languages) == 1 else {})


def _sources(asked: Node, *, at: datetime) -> list[int]:
    fitting = {v.source_id for v in _in_force(at) if asked.holds(v)}
    if len(fitting) > MOST_SOURCES:
        problem = _("%(found)s sources are left; narrow it to %(most)s at most.")
        facts = {"found": len(fitting), "most": MOST_SOURCES}
        raise Malformed(field="filters", problem=problem % facts)
    return sorted(fitting)


def _in_force(at: datetime) -> Iterable[Version]:
    return Version.objects.in_force(at).servable().only("source_id", "citation").iterator()


def _values(version: Version, field: str) -> Sequence[Any]:
    cited = version.citation or {}
    if field == "source":
        return [version.source_id]
    if field == "identifier":
        return [each["value"] for each in cited["identifiers"]] or [""]
    return [cited[field]]


def _taken(field: str, value: Any, at: str) -> Any:
    """A number may come as text, as Dify sends it; nothing else is taken for what it is not."""
    if field in NUMBERS:
        if (
            isinstance(value, str)
            and value.isascii()
            and value.isdecimal()
            and len(value) <= DIGITS
        ):
            return int(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        raise Malformed(field=at, problem=_("Give a number."))
    if not isinstance(value, str) or not value:
        raise Malformed(field=at, problem=_("Give text."))
    return value
