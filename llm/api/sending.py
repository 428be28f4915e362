"""Sends bytes that have a strong tag: not what is known already, in parts, or compressed.

As in RFC 9110, sections 8.8 (tags), 12.5.3 (codings), 13 (conditions) and 14 (ranges).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

import zstandard
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request

# In the order in which they are preferred where a caller has no wish.
CODINGS = ("zstd", "gzip")
ZSTD_LEVEL = 9
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)", re.ASCII)


class NotSatisfiable(Exception):
    """A range that begins behind the end."""


@dataclass(frozen=True)
class Sent:
    """Bytes under a tag that is another as soon as one of them is."""

    content: bytes
    media_type: str
    etag: str
    headers: Mapping[str, str]

    def coded(self, request: Request) -> HttpResponse:
        """Compressed as the caller prefers, each coding with a tag of its own."""
        coding = _preferred(request.headers.get("Accept-Encoding", ""))
        etag = f'{self.etag[:-1]}-{coding}"' if coding else self.etag
        response = self._unless_known(request, etag)
        if response.status_code != HTTPStatus.NOT_MODIFIED:
            response.content = _compressed(self.content, coding) if coding else self.content
            if coding:
                response["Content-Encoding"] = coding
        patch_vary_headers(response, ["Accept-Encoding"])
        return response

    def in_parts(self, request: Request) -> HttpResponse:
        """The one range that was asked for, or all. Raises `NotSatisfiable`.

        Several ranges at once, and what is no range, are answered with everything.
        """
        response = self._unless_known(request, self.etag)
        response["Accept-Ranges"] = "bytes"
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return response
        size = len(self.content)
        part = self._part_asked(request, size)
        response.content = self.content[part.start : part.stop] if part else self.content
        if part:
            response.status_code = HTTPStatus.PARTIAL_CONTENT
            response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        return response

    def _unless_known(self, request: Request, etag: str) -> HttpResponse:
        """Without its content yet. What is held as a weak tag is the same to whoever asks."""
        asked = request.headers.get("If-None-Match", "").split(",")
        known = {tag.strip().removeprefix("W/") for tag in asked}
        headers = {**self.headers, "ETag": etag}
        if known & {etag, "*"}:
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return HttpResponse(content_type=self.media_type, headers=headers)

    def _part_asked(self, request: Request, size: int) -> range | None:
        # A part of something else joined to what a caller has would be neither.
        condition = request.headers.get("If-Range", self.etag)
        if request.method != "GET" or condition != self.etag:
            return None
        return part_of(size, request.headers.get("Range", ""))


def part_of(size: int, asked: str) -> range | None:
    """What a `Range` means for so many bytes; None is all. Raises `NotSatisfiable`."""
    match = _RANGE.fullmatch(asked.strip())
    if not match or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise NotSatisfiable
    return range(start, stop)


def _preferred(accepted: str) -> str:
    """The coding with the greatest weight; none where none of ours is accepted."""
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        name, _semicolon, rest = part.strip().lower().partition(";")
        weight = _WEIGHT.fullmatch(rest.strip()) if rest else None
        weights[name.strip()] = float(weight[1]) if weight else 0.0 if rest else 1.0
    any_other = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding, any_other))
    return best if weights.get(best, any_other) > 0 else ""


@lru_cache(maxsize=4)
def _compressed(content: bytes, coding: str) -> bytes:
    """Remembered, because every mirror asks for the same manifest."""
    if coding == "gzip":
        return gzip.compress(content, mtime=0)
    return zstandard.compress(content, ZSTD_LEVEL)
