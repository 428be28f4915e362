"""What the description of the API says of every call: its rate, and what may be sent again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema

from governance.api.passing import IDEMPOTENCY_KEY

KEPT = "422"
# Of 1 to 200 characters, in quotes or without.
VISIBLE = r'^("[!#-\[\]-~]{1,200}"|[!#-\[\]-~]{1,200})$'


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


class StrictBody(OpenApiSerializerExtension):
    """What has a field that is not named is refused, and the description says so."""

    target_class = "governance.api.bodies.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        told = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**told, "additionalProperties": False}


def _key() -> dict[str, Any]:
    return {
        "in": "header",
        "name": IDEMPOTENCY_KEY,
        "schema": {"type": "string", "pattern": VISIBLE},
        "description": _(
            "A value of your own, such as a UUID. Sent again within 24 hours with the same"
            " request, it is done once and answered alike."
        ),
    }
