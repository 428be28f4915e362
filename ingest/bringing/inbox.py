"""The page on which files are dropped, and what has come in so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from governance import originals
from governance.admin.pages import account_of
from governance.errors import Malformed, Refused, TooLarge
from governance.models import Account
from governance.readings import error_sentence
from ingest import incoming
from ingest.bringing.doors import confirm_address, inbox_address, session_words
from ingest.models import Incoming

MEGABYTE = 1024 * 1024
A_PAGE = 100
BUSY = (Incoming.State.WAITING, Incoming.State.READING)
BADGES = {
    Incoming.State.READY: "good",
    Incoming.State.UNREADABLE: "bad",
    Incoming.State.READING: "info",
    Incoming.State.WAITING: "plain",
}


def bring_in(request: HttpRequest) -> HttpResponse:
    """Shows the inbox; takes files in, each on its own, so that one refused stops no other."""
    if request.method != "POST":
        return _page(request)
    files = request.FILES.getlist("files")
    taken, refused = _take(files, account_of(request))
    refused += _nameless(request)
    if _asks_for_json(request):
        return _told(taken, refused)
    for sentence in refused:
        messages.error(request, sentence)
    if not taken and not refused:
        messages.error(request, say("No file was chosen."))
    if taken:
        messages.success(
            request, ngettext("%(count)s file received.", "%(count)s files received.", len(taken))
            % {"count": len(taken)},
        )  # fmt: skip
    return HttpResponseRedirect(inbox_address())


def rows(request: HttpRequest) -> HttpResponse:
    """The inbox alone, asked for again and again while something is being read."""
    return TemplateResponse(request, "ingest/inbox_rows.html", _shown(request))


def file(request: HttpRequest, pk: int) -> FileResponse:
    """The bytes as they were received. Never opened in the browser: a file is hostile."""
    received = get_object_or_404(incoming.waiting(), pk=pk)
    place = originals.path_of(received.sha256)
    if not place.exists():
        raise Http404
    return FileResponse(
        place.open("rb"),
        as_attachment=True,
        filename=received.filename,
        content_type="application/octet-stream",
    )


def refuse_large(request: HttpRequest, refusal: TooLarge) -> HttpResponse:
    if _asks_for_json(request):
        return JsonResponse({"refused": [str(refusal)]}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    messages.error(request, str(refusal))
    return _page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _page(request: HttpRequest, status: int = HTTPStatus.OK) -> HttpResponse:
    limit = {"limit": settings.MAX_UPLOAD_MB}
    words = session_words() | {
        "tooLarge": say("Larger than the %(limit)s MB that are allowed; not sent.") % limit,
        "again": say("Try again"),
        "broken": say("The server could not take it. Try again later."),
    }
    context = {
        **admin.site.each_context(request),
        **_shown(request),
        "title": say("Bring in"),
        "limit": settings.MAX_UPLOAD_MB,
        "most_bytes": settings.MAX_UPLOAD_MB * MEGABYTE,
        "words": words,
    }
    return TemplateResponse(request, "ingest/inbox.html", context, status=status)


def _shown(request: HttpRequest) -> dict[str, Any]:
    """A page of what waits, all of it or what is in one state."""
    numbers = Counter(incoming.waiting().values_list("state", flat=True))
    state = request.GET.get("state", "")
    state = state if numbers[state] else ""
    found = incoming.waiting().filter(state=state) if state else incoming.waiting()
    pages = Paginator(found, A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {
        "counts": _counts(numbers),
        "total": numbers.total(),
        "state": state,
        "rows": [_row(each) for each in page],
        "page": page,
        "numbers": list(pages.get_elided_page_range(page.number)),
        "elided": pages.ELLIPSIS,
        "is_busy": any(numbers[busy] for busy in BUSY),
        "is_stalled": incoming.is_stalled(),
    }


def _counts(numbers: Counter[str]) -> list[tuple[str, str, str, int]]:
    """How many are in each state, with the badge and the name of it."""
    return [
        (state.value, BADGES[state], str(state.label), numbers[state])
        for state in BADGES
        if numbers[state]
    ]


def _row(each: Incoming) -> dict[str, Any]:
    title = next((p["value"] for p in each.proposals if p["field"] == "title"), "")
    return {
        "incoming": each,
        "badge": BADGES[Incoming.State(each.state)],
        "percent": round(each.share * 100),
        "title": title,
        "address": confirm_address(each.pk),
        "error": error_sentence(each.error_code, each.error_facts) if each.error_code else "",
    }


def _take(files: Iterable[UploadedFile[Any]], by: Account) -> tuple[list[Incoming], list[str]]:
    taken, refused = [], []
    for file in files:
        if not (name := _name_of(file)):
            continue
        try:
            taken.append(incoming.receive(originals.keep(file.chunks(), name), by=by))
        except Refused as refusal:
            refused.append(say("%(file)s: %(why)s") % {"file": name, "why": refusal})
    return taken, refused


def _name_of(file: UploadedFile[Any]) -> str:
    try:
        return originals.shown_name(file.name or "")
    except Malformed:
        return ""


def _nameless(request: HttpRequest) -> list[str]:
    """Which files have no name: by their place, or how many where one has not even a place.

    With nothing where its name would be a file comes as words, beside those that come as files.
    """
    files = enumerate(request.FILES.getlist("files"), start=1)
    places = [place for place, file in files if not _name_of(file)]
    elsewhere = sum(map(bool, request.POST.getlist("files")))
    if not elsewhere:
        said = say("File %(place)s has no name, so it was not taken. Name it, then send it again.")
        return [said % {"place": place} for place in places]
    count = len(places) + elsewhere
    said = ngettext(
        "%(count)s file has no name, so it was not taken. Name it, then send it again.",
        "%(count)s files have no names, so they were not taken. Name them, then send them again.",
        count,
    )
    return [said % {"count": count}]


def _told(taken: list[Incoming], refused: list[str]) -> HttpResponse:
    told = {"taken": [each.pk for each in taken], "refused": refused}
    if not taken and not refused:
        told["refused"] = [say("No file was chosen.")]
    return JsonResponse(told, status=HTTPStatus.OK if taken else HTTPStatus.CONFLICT)


def _asks_for_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
