"""Pages of the admin that belong to no list: each app enters its own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

_entered: list[URLPattern] = []


def enter(address: str, view: Callable[..., HttpResponseBase], name: str) -> None:
    """Have a page stand at this address of the admin, for whoever is logged in.

    Before the addresses are asked for, which is when `kbadmin.urls` is read. The page asks for
    the duty itself.
    """
    _entered.append(path(address, admin.site.admin_view(view), name=name))


def enter_open(address: str, view: Callable[..., HttpResponse], name: str) -> None:
    """The same for whoever comes: the page itself is all that stands between."""
    _entered.append(path(address, view, name=name))


def entered() -> list[URLPattern]:
    return list(_entered)
