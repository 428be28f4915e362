"""What happens to every call on its way through a door: let in at its rate, done once, counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import Throttled
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock, rates
from governance.actions import client_uses, repeats
from governance.actions.repeats import Begun
from governance.api.deprecation import headers_of
from governance.counting import counted
from governance.models import Account, Client

IDEMPOTENCY_KEY = "Idempotency-Key"


@dataclass
class Passage:
    """What is known of one call until it is answered."""

    verdict: rates.Verdict | None = None
    begun: Begun | None = None


class AnsweredBefore(Exception):
    """The same request was done already: what was answered then is the answer."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def admit(request: Request, passage: Passage) -> None:
    """Take a token of the program's bucket. Raises `Throttled` where there is none."""
    if isinstance(request.user, Client):
        passage.verdict = rates.ask(request.user, at=clock.now())
        if passage.verdict and passage.verdict.wait:
            raise Throttled(wait=passage.verdict.seconds)


def begin(request: Request, passage: Passage) -> None:
    """Reserve the request's key, where it has one. Raises `AnsweredBefore`."""
    header = request.headers.get(IDEMPOTENCY_KEY)
    user = request.user
    if header is None or not isinstance(user, Account | Client):
        return
    fingerprint = repeats.fingerprint_of(str(request.method), request.get_full_path(), request.data)
    found = repeats.begin(
        caller=user.named_in_logs,
        key=repeats.key_of(header),
        fingerprint=fingerprint,
        at=clock.now(),
    )
    if not isinstance(found, Begun):
        raise AnsweredBefore(found.status, found.body)
    passage.begun = found


def finish(request: Request, response: HttpResponseBase, passage: Passage) -> None:
    """Keep the answer for who asks again, and say with it what there is to say."""
    code = _code(response)
    # Whether something was done when the truth went away nobody knows.
    if passage.begun and code != "truth_unreachable":
        repeats.finish(passage.begun, status=response.status_code, body=_body(response))
    for name, value in {**_limits(passage), **headers_of(request._request)}.items():
        response.setdefault(name, value)
    count(request, code)


def count(request: Request, code: str) -> None:
    # Who was found, if anybody was looked for: asking now could fail as the looking did.
    user = getattr(request, "_user", None)
    if not isinstance(user, Client):
        return
    match = request._request.resolver_match
    door = (match.url_name if match else "") or "unnamed"
    if counted.add(user.pk, door[:40], code[:40], at=clock.now()):
        client_uses.write_down()


def _limits(passage: Passage) -> Mapping[str, str]:
    verdict = passage.verdict
    return verdict.headers(rates.microseconds(clock.now())) if verdict else {}


def _code(response: HttpResponseBase) -> str:
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return ""
    # A dialect says its errors in its own words, and keeps ours beside them.
    told = getattr(response, "told", None) or getattr(response, "data", None)
    return str(told.get("code", "")) if isinstance(told, Mapping) else str(response.status_code)


def _body(response: HttpResponseBase) -> Any:
    """As it is sent, so that it is sent the same again."""
    told = response.data if isinstance(response, Response) else None
    return json.loads(JSONRenderer().render(told) or b"null")
