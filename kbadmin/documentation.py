"""The readable description of the API, with nothing loaded from elsewhere."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

# Scripts from here alone, none inline; the page's few styles are inline, its icons data.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


class Documentation(SpectacularSwaggerSplitView):
    # What the library says of itself to OPTIONS has no page to stand on.
    metadata_class = None

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = cast(Response, super().finalize_response(request, response, *args, **kwargs))
        response["Content-Security-Policy"] = POLICY
        return response
