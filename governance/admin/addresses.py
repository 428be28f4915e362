"""Pages of the admin that belong to no list: each app enters its own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

_entered: list[URLPattern] = []


def enter(address: str, view: Callable[..., HttpResponse], name: str) -> None:
    """Have a page stand at this address of the admin, for whoever is logged in.

    Before the addresses are asked for, which is when `kbadmin.urls` is read. The page asks for
    the duty itself.
    """
    _entered.append(path(address, admin.site.admin_view(view), name=name))


def entered() -> list[URLPattern]:
    return list(_entered)
