"""Where a one-time link leads: whoever holds it chooses the password of its account.

The only page of the admin that asks for no login. Opening the link moves what it holds into the
session and leads on, so that the secret stands in no page, referrer or line of our logs.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from governance import clock
from governance.actions import password_links
from governance.admin.people_pages import NewPasswordForm
from governance.errors import LinkSpent, Malformed
from governance.models import PasswordLink

HELD = "password_link"
# In a while so many passwords may be refused to the holder of one link, and so many links that do
# not hold be tried from one address. A whole hospital may stand behind one address: whose link
# holds is let in whatever others have tried from there.
MOST_REFUSED = 20
MOST_UNKNOWN = 300
WHILE_SECONDS = 15 * 60


@never_cache
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Leads to the form in any case; what it holds there says whether the link does."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    digest = password_links.digest_of_secret(secret)
    if password_links.holding(digest, at=clock.now()):
        request.session.cycle_key()
        request.session[HELD] = digest
    else:
        request.session.pop(HELD, None)
        _count(_key_of_address(request))
    return HttpResponseRedirect(reverse("admin:choose_password"))


@never_cache
@sensitive_post_parameters("password", "again")
@csrf_protect
def choose(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    digest = str(request.session.get(HELD, ""))
    link = password_links.holding(digest, at=clock.now()) if digest else None
    if link is None:
        return _not_held(request)
    if _counted(_key_of_link(link)) >= MOST_REFUSED:
        return _shown(request, status=HTTPStatus.TOO_MANY_REQUESTS)
    if request.method != "POST":
        return _shown(request, link, NewPasswordForm())
    form = NewPasswordForm(request.POST)
    return _chosen(request, link, form) if form.is_valid() else _refused(request, link, form)


def _chosen(request: HttpRequest, link: PasswordLink, form: forms.Form) -> HttpResponse:
    try:
        password_links.use(digest=link.digest, password=form.cleaned_data["password"])
    except Malformed as refusal:
        form.add_error("password", str(refusal.facts["problem"]))
        return _refused(request, link, form)
    except LinkSpent:
        return _not_held(request)
    del request.session[HELD]
    messages.success(request, _("Your password was chosen. Log in with it."))
    return HttpResponseRedirect(reverse("admin:login"))


def _refused(request: HttpRequest, link: PasswordLink, form: forms.Form) -> HttpResponse:
    _count(_key_of_link(link))
    return _shown(request, link, form, HTTPStatus.BAD_REQUEST)


def _not_held(request: HttpRequest) -> HttpResponse:
    is_throttled = _counted(_key_of_address(request)) >= MOST_UNKNOWN
    status = HTTPStatus.TOO_MANY_REQUESTS if is_throttled else HTTPStatus.NOT_FOUND
    return _shown(request, status=status)


def _shown(
    request: HttpRequest,
    link: PasswordLink | None = None,
    form: forms.Form | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Expired, used, replaced and never made are one sentence: which it was is for nobody."""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Choose a password"),
        "holder": link.account if link else None,
        "form": form,
        "is_throttled": status == HTTPStatus.TOO_MANY_REQUESTS,
    }
    response = TemplateResponse(request, "governance/password_link.html", context, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = str(WHILE_SECONDS)
    return response


def _key_of_address(request: HttpRequest) -> str:
    return f"password_link:address:{request.META.get('REMOTE_ADDR', '')}"


def _key_of_link(link: PasswordLink) -> str:
    return f"password_link:link:{link.pk}"


def _counted(key: str) -> int:
    return int(cache.get(key, 0))


def _count(key: str) -> None:
    if not cache.add(key, 1, WHILE_SECONDS):
        # It may have run out since the line above.
        with suppress(ValueError):
            cache.incr(key)
