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
# Links that do not hold, and passwords that are refused, which one address may try in a while.
MOST_WRONG = 20
WRONG_SECONDS = 15 * 60


@never_cache
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Leads to the form in any case; what it holds there says whether the link does."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not _is_throttled(request):
        digest = password_links.digest_of_secret(secret)
        if password_links.holding(digest, at=clock.now()):
            request.session.cycle_key()
            request.session[HELD] = digest
        else:
            request.session.pop(HELD, None)
            _count_wrong(request)
    return HttpResponseRedirect(reverse("admin:choose_password"))


@never_cache
@sensitive_post_parameters("password", "again")
@csrf_protect
def choose(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if _is_throttled(request):
        return _shown(request, status=HTTPStatus.TOO_MANY_REQUESTS)
    digest = str(request.session.get(HELD, ""))
    link = password_links.holding(digest, at=clock.now()) if digest else None
    if link is None:
        return _shown(request, status=HTTPStatus.NOT_FOUND)
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
        return _shown(request, status=HTTPStatus.NOT_FOUND)
    del request.session[HELD]
    messages.success(request, _("Your password was chosen. Log in with it."))
    return HttpResponseRedirect(reverse("admin:login"))


def _refused(request: HttpRequest, link: PasswordLink, form: forms.Form) -> HttpResponse:
    _count_wrong(request)
    return _shown(request, link, form, HTTPStatus.BAD_REQUEST)


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
        response["Retry-After"] = str(WRONG_SECONDS)
    return response


def _key(request: HttpRequest) -> str:
    return f"password_link:{request.META.get('REMOTE_ADDR', '')}"


def _is_throttled(request: HttpRequest) -> bool:
    return bool(cache.get(_key(request), 0) >= MOST_WRONG)


def _count_wrong(request: HttpRequest) -> None:
    if not cache.add(_key(request), 1, WRONG_SECONDS):
        # It may have run out since the line above.
        with suppress(ValueError):
            cache.incr(_key(request))
