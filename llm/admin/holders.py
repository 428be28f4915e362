"""What else holds a version or a passage, in words and with the way to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from llm.models import ReleaseStatus

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Holder:
    name: str
    note: str
    address: str = ""


@dataclass(frozen=True)
class Holders:
    """`kind` is the name that the trace tells them under."""

    kind: str
    title: str | Promise
    all: list[Holder] = field(default_factory=list)


def holders(further: Mapping[str, list[dict[str, Any]]]) -> list[Holders]:
    """Of a trace, whichever there are; one that nobody described here is an error."""
    return [
        Holders(kind, _TITLES[kind], [_HOLDERS[kind](each) for each in told])
        for kind, told in further.items()
        if told
    ]


def _training_set(told: Told) -> Holder:
    n = told["rows"]
    note = ngettext("%(n)s row was made of it", "%(n)s rows were made of it", n) % {"n": n}
    return Holder(told["name"], note, _page("llm_trainingset", told["training_set"]))


def _adapter(told: Told) -> Holder:
    sets = say(", ").join(told["training_sets"])
    note = say("trained on %(sets)s") % {"sets": sets}
    return Holder(told["name"], note, _page("llm_adapter", told["adapter"]))


def _release(told: Told) -> Holder:
    status = str(ReleaseStatus(told["status"]).label)
    return Holder(told["name"], status, _page("llm_release", told["release"]))


def _mirror(told: Told) -> Holder:
    still = say("holds it by its last word, at change %(number)s")
    past = say("held it at change %(number)s, and has moved on since")
    note = (still if told["holds_it_still"] else past) % {"number": told["trail"]}
    return Holder(told["name"], note)


def _page(name: str, pk: int) -> str:
    return reverse(f"admin:{name}_change", args=[pk])


_TITLES = {
    "training_sets": _("Training sets with rows of it"),
    "adapters": _("Adapters trained on it"),
    "releases": _("Releases that were cut with it"),
    "mirrors": _("Copies of the corpus with it"),
}
_HOLDERS: dict[str, Callable[[Told], Holder]] = {
    "training_sets": _training_set,
    "adapters": _adapter,
    "releases": _release,
    "mirrors": _mirror,
}
