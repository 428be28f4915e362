"""Addresses that are to go: said in the headers of every answer long before they do.

`Deprecation` is RFC 9745, `Sunset` RFC 8594. The policy is in `docs/api-policy.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import http_date


@dataclass(frozen=True)
class Deprecated:
    """Since when an address is not to be called any more, and from when on it may be gone.

    `name` is what it is called among the addresses (`llm/api/urls.py`), such as `retrieve`;
    `link` leads to what is said about it.
    """

    name: str
    since: datetime
    sunset: datetime
    link: str

    def headers(self) -> dict[str, str]:
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": http_date(self.sunset.timestamp()),
            "Link": f'<{self.link}>; rel="deprecation"; type="text/html"',
        }


# Nothing so far. A line here says so to every caller, and `docs/api-policy.md` how long before.
DEPRECATED: tuple[Deprecated, ...] = ()


def headers_of(request: HttpRequest) -> dict[str, str]:
    """What an answer from this address has to say about its end."""
    table: tuple[Deprecated, ...] = getattr(settings, "DEPRECATED", DEPRECATED)
    name = request.resolver_match.url_name if request.resolver_match else ""
    return next((each.headers() for each in table if each.name == name), {})
