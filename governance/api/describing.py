"""What the description of the API says of every call: its rate, and what may be sent again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema

from governance.api.passing import IDEMPOTENCY_KEY

KEPT = "422"


class CallSchema(AutoSchema):
    """Adds to each call what comes with the door it goes through."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problem = bodies.get("401")
        if problem is None:
            return bodies
        bodies.setdefault("429", problem)
        if self._keeps_answers():
            bodies |= {code: bodies.get(code, problem) for code in ("409", KEPT)}
        return bodies

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        return [*parameters, _key()] if self._keeps_answers() else parameters

    def _keeps_answers(self) -> bool:
        return self.method == "POST" and bool(getattr(self.view, "keeps_answers", False))


def _key() -> dict[str, Any]:
    return {
        "in": "header",
        "name": IDEMPOTENCY_KEY,
        "schema": {"type": "string", "maxLength": 202},
        "description": _(
            "A value of your own, such as a UUID. Sent again within 24 hours with the same"
            " request, it is done once and answered alike."
        ),
    }
