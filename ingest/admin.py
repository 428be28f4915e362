"""The door to pictures of pages, which stands among the pages of the admin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from governance.admin import addresses
from governance.admin.pages import account_of
from governance.duties import Deed
from governance.models import Upload, Version
from ingest import page_images
from ingest.bringing import addresses as bringing
from ingest.graph_lists import page as graph_page
from ingest.parsing.document import Unreadable
from ingest.parsing.sniff import PDF

# The bytes of an upload never change, and what stands on a page is for who may read it alone.
_KEPT = "private, max-age=86400, immutable"


def page_picture(request: HttpRequest, pk: int, page: int) -> FileResponse:
    """A page as a picture, as wide as `?width=` says and there is."""
    upload = _pdf_of(request, pk)
    if not 1 <= page <= (upload.pages or 0):
        raise Http404
    wide = request.GET.get("width") == str(page_images.WIDTHS[-1])
    width = page_images.WIDTHS[-1 if wide else 0]
    return _answer(lambda: page_images.picture_of(upload.sha256, page, width), "image/png")


def page_sizes(request: HttpRequest, pk: int) -> FileResponse:
    """Width and height of every page in points, in which the boxes of passages are given."""
    upload = _pdf_of(request, pk)
    return _answer(lambda: page_images.sizes_of(upload.sha256), "application/json")


def _pdf_of(request: HttpRequest, pk: int) -> Upload:
    if not account_of(request).may(Deed.READ):
        raise PermissionDenied
    upload = get_object_or_404(Version.objects.select_related("upload"), pk=pk).upload
    if upload.media_type != PDF:
        raise Http404
    return upload


def _answer(file: Callable[[], Path], content_type: str) -> FileResponse:
    try:
        response = FileResponse(file().open("rb"), content_type=content_type)
    except (Unreadable, FileNotFoundError):
        raise Http404 from None
    response["Cache-Control"] = _KEPT
    response["X-Content-Type-Options"] = "nosniff"
    return response


addresses.enter("pages/<int:pk>/<int:page>.png", page_picture, "page_picture")
addresses.enter("pages/<int:pk>/sizes.json", page_sizes, "page_sizes")
bringing.enter()
graph_page.enter()
