"""Lists come in pages, each naming the next."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

NO_CURSOR = _("The cursor is none that was given out. Begin again without it.")


class Pages(CursorPagination):
    ordering: str | tuple[str, ...] = "pk"
    page_size_query_param = "limit"
    max_page_size = 500

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Raises `ParseError` for a cursor that somebody has made up."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, ValidationError) as error:
            raise ParseError(NO_CURSOR) from error

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }


# What asks for a page, whatever else a list is asked by.
PAGING = (Pages.cursor_query_param, Pages.page_size_query_param)


class InReadingOrder(Pages):
    ordering = ("position", "pk")
