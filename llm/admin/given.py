"""Who was given a version or a passage: programs, retrievals, answers, and what else holds it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as say

from governance.admin.pages import account_of, refuse_without
from governance.admin.passage_pages import place_of_number
from governance.admin.version_pages import crumbs_of
from governance.duties import Deed
from governance.models import Passage, Version
from llm import tracing
from llm.admin.holders import holders
from llm.as_of import may_look_back
from llm.models import Feedback, ReportedAnswer, Usage
from llm.tracing import Onward

A_PAGE = 50
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def of_version(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(Version.objects.select_related("source"), pk=_seen(request, pk))
    told = tracing.of_version(version, before=_before(request), page=A_PAGE)
    return _shown(request, say("Who was given this version"), version, told)


def of_passage(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Passage.objects.select_related("version__source")
    passage = get_object_or_404(rows, pk=_seen(request, pk))
    told = tracing.of_passage(passage, before=_before(request), page=A_PAGE)
    return _shown(request, say("Who was given this passage"), passage.version, told)


def of_usage(request: HttpRequest, pk: Any) -> HttpResponse:
    """One retrieval: what was asked, given, answered and said of it, and where it came from."""
    usage = get_object_or_404(Usage.objects.select_related("client"), pk=_seen(request, pk))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": say("A retrieval and what came of it"),
        "usage": usage,
        "told": tracing.back(usage),
    }
    return TemplateResponse(request, "llm/retrieval.html", context)


def _seen(request: HttpRequest, pk: Any) -> Any:
    """The number, for those who may look back."""
    account = account_of(request)
    if not may_look_back(account):
        refuse_without(Deed.AUDIT, account)
    return pk


def _before(request: HttpRequest) -> int | None:
    said = request.GET.get("before", "")
    return int(said) if _NUMBER.fullmatch(said) else None


def _shown(request: HttpRequest, title: str, version: Version, told: Onward) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": title,
        "crumbs": crumbs_of(version),
        "version": version,
        "told": told,
        "rows": _rows(told),
        "holders": holders(told.further),
        "next": f"?before={told.before}" if told.before else "",
        "is_first": _before(request) is None,
    }
    return TemplateResponse(request, "llm/given.html", context, status=HTTPStatus.OK)


def _rows(told: Onward) -> list[dict[str, Any]]:
    usages = [row.usage_id for row in told.rows]
    said: dict[Any, list[str]] = {}
    for given in Feedback.objects.filter(usage__in=usages).order_by("at"):
        said.setdefault(given.usage_id, []).append(str(given.get_verdict_display()))
    answered = set(ReportedAnswer.objects.filter(usage__in=usages).values_list("usage", flat=True))
    return [
        {
            "at": row.at,
            "program": row.client,
            "address": reverse("admin:retrieval", args=[row.usage_id]),
            "passage": row.passage_id,
            "place": place_of_number(row.passage_id),
            "answered": row.usage_id in answered,
            "said": said.get(row.usage_id, []),
        }
        for row in told.rows
    ]
