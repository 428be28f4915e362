"""Whether all is well, in words: what `/health/ready/` tells machines, for people."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.duties import Deed
from governance.models import Account
from kbadmin.health import Component, components

# Below this share of the disk, or this many bytes, somebody should look.
SCARCE_SHARE, SCARCE_BYTES = 0.1, 5 << 30

NAMES: dict[str, Promise] = {
    "truth": _("Database"),
    "worker": _("Background work"),
    "vector_store": _("Vector store"),
    "vectors": _("Vectors"),
    "corpus": _("Corpus"),
    "graph": _("Graph database"),
    "uploads": _("Reading of files"),
    "incoming": _("Files brought in"),
    "cache": _("Shared cache"),
    "disk": _("Disk"),
}


@dataclass(frozen=True)
class Part:
    """`address` leads to where it can be mended, for those who may."""

    name: str
    is_well: bool
    sentence: str
    address: str = ""


def wellness(account: Account) -> list[Part]:
    address = reverse("admin:system") if account.may(Deed.OPERATE) else ""
    found = [*components(), _disk()]
    return [
        Part(str(NAMES.get(c.name, c.name)), c.ok, _sentence(c), "" if c.ok else address)
        for c in found
    ]


def _disk() -> Component:
    usage = shutil.disk_usage(settings.KB_HOME)
    is_well = usage.free > min(SCARCE_BYTES, usage.total * SCARCE_SHARE)
    return Component("disk", is_well, figures={"free": usage.free})


def _sentence(part: Component) -> str:
    if part.detail.startswith("out of reach"):
        return say("out of reach")
    if "behind" in part.figures:
        return _of_projection(part.figures["behind"], part.figures["parked"])
    if part.name in _SENTENCES:
        return _SENTENCES[part.name](part)
    return "" if part.ok else say("needs attention")


def _of_disk(part: Component) -> str:
    return say("%(size)s free") % {"size": filesizeformat(part.figures["free"])}


def _of_worker(part: Component) -> str:
    return say("at work") if part.ok else say("has done nothing for a minute: work is kept")


def _of_projection(behind: int, parked: int) -> str:
    if parked:
        words = ngettext("%(n)s version parked", "%(n)s versions parked", parked)
        return words % {"n": parked}
    if behind:
        return ngettext("%(n)s change behind", "%(n)s changes behind", behind) % {"n": behind}
    return say("up to date")


def _of_uploads(part: Component) -> str:
    failed = part.figures["failed"]
    if failed:
        told = ngettext("%(n)s file could not be read", "%(n)s files could not be read", failed)
        return told % {"n": failed}
    return _waiting(part.figures["queued"] + part.figures["running"])


def _of_incoming(part: Component) -> str:
    if part.ok:
        return _waiting(part.figures["waiting"])
    return say("files wait, and none was read for a minute")


def _waiting(count: int) -> str:
    return ngettext("%(n)s file waits", "%(n)s files wait", count) % {"n": count}


_SENTENCES: dict[str, Callable[[Component], str]] = {
    "disk": _of_disk,
    "worker": _of_worker,
    "uploads": _of_uploads,
    "incoming": _of_incoming,
}
