"""What an error looks like in each dialect. The stable code of ours stands in every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Told = Mapping[str, Any]
Shape = Callable[[int, Told], dict[str, Any]]

# The three that Dify's documentation names; all others are the status, ten times.
HEADER_MALFORMED, NOT_LET_IN, NO_SUCH_KNOWLEDGE = 1001, 1002, 2001
DIFY = {
    "not_authenticated": HEADER_MALFORMED,
    "authentication_failed": NOT_LET_IN,
    "not_allowed": NOT_LET_IN,
    "class_not_open": NOT_LET_IN,
    "no_such_release": NO_SUCH_KNOWLEDGE,
}
# OpenAI's own words, by which its client chooses what to raise.
OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
OPENAI_CODES = {"authentication_failed": "invalid_api_key", "throttled": "rate_limit_exceeded"}
OUR_FAULT = 500
JSON, FHIR_JSON = "application/json", "application/fhir+json"
# JSON-RPC 2.0, 5.1; of those between -32000 and -32099 a server makes what it will.
PARSE_ERROR, INVALID_REQUEST, NO_SUCH_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, NOT_SERVED = -32603, -32000
FHIR = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    410: "deleted",
    429: "throttled",
    503: "transient",
}


def dify(status: int, told: Told) -> dict[str, Any]:
    number = DIFY.get(told["code"], status * 10)
    return {"error_code": number, "error_msg": told["detail"], **told}


def openai(status: int, told: Told) -> dict[str, Any]:
    kind = "server_error" if status >= OUR_FAULT else "invalid_request_error"
    code = OPENAI_CODES.get(told["code"], told["code"])
    error = {"message": told["detail"], "type": OPENAI_TYPES.get(status, kind), "code": code}
    return {"error": error | {"param": told.get("field")} | _number(told)}


def jsonrpc(status: int, told: Told) -> dict[str, Any]:
    """Of a request that was not understood far enough to know its id."""
    codes = {400: INVALID_REQUEST, 404: NO_SUCH_METHOD}
    code = INTERNAL_ERROR if status >= OUR_FAULT else codes.get(status, NOT_SERVED)
    error = {"code": code, "message": told["detail"], "data": dict(told)}
    return {"jsonrpc": "2.0", "id": None, "error": error}


def outcome(status: int, told: Told) -> dict[str, Any]:
    """An OperationOutcome of FHIR R5."""
    kind = FHIR.get(status, "exception" if status >= OUR_FAULT else "processing")
    issue = {"severity": "error", "code": kind, "diagnostics": told["detail"]}
    issue |= {"details": {"text": told["code"]}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _number(told: Told) -> dict[str, Any]:
    return {"request_id": told["request_id"]} if "request_id" in told else {}


OURS: Shape = lambda status, told: dict(told)  # noqa: E731
# By where the doors stand. The first that fits holds.
PLACES: tuple[tuple[str, Shape], ...] = (
    ("/v1/", openai),
    ("/api/v1/dify/", dify),
    ("/api/v1/mcp", jsonrpc),
    ("/api/v1/fhir/", outcome),
    ("/api/", OURS),
)


def shape_at(path: str) -> Shape | None:
    """In which dialect an error is said at this address. None where no program calls."""
    return next((shape for place, shape in PLACES if path.startswith(place)), None)


def media_type_at(path: str) -> str:
    """As what it is sent."""
    return FHIR_JSON if shape_at(path) is outcome else JSON
