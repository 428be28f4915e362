"""Whether all is well, in words: what `/health/ready/` tells machines, for people."""

from __future__ import annotations

import shutil
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
    "uploads": _("Reading of files"),
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
    figures = part.figures
    if part.name == "disk":
        return say("%(size)s free") % {"size": filesizeformat(figures["free"])}
    if part.detail.startswith("out of reach"):
        return say("out of reach")
    if part.name == "worker":
        return say("at work") if part.ok else say("has done nothing for a minute: work is kept")
    if "behind" in figures:
        return _of_projection(figures["behind"], figures["parked"])
    if part.name == "uploads":
        return _of_uploads(figures["queued"] + figures["running"], figures["failed"])
    return "" if part.ok else say("needs attention")


def _of_projection(behind: int, parked: int) -> str:
    if parked:
        words = ngettext("%(n)s version parked", "%(n)s versions parked", parked)
        return words % {"n": parked}
    if behind:
        return ngettext("%(n)s change behind", "%(n)s changes behind", behind) % {"n": behind}
    return say("up to date")


def _of_uploads(waiting: int, failed: int) -> str:
    if failed:
        return ngettext("%(n)s file could not be read", "%(n)s files could not be read", failed) % {
            "n": failed
        }
    return ngettext("%(n)s file waits", "%(n)s files wait", waiting) % {"n": waiting}
