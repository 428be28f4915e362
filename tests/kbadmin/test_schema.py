"""The description of the API: complete, valid, and read without a network."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

CURATION = """
GET sources/ · POST sources/ · GET sources/{id}/ · PATCH sources/{id}/
POST sources/{id}/versions/
GET versions/{id}/ · GET versions/{id}/passages/ · GET versions/{id}/file/
GET versions/{id}/compare/
POST versions/{id}/submit/ · POST versions/{id}/send_back/ · POST versions/{id}/withdraw/
POST versions/{id}/approve/ · POST versions/{id}/amend/ · POST versions/{id}/reaffirm/
POST versions/{id}/retire/ · POST versions/{id}/quarantine/
POST versions/{id}/lift_quarantine/ · POST versions/{id}/retry/
GET passages/{id}/ · POST passages/{id}/correct/
POST passages/{id}/quarantine/ · POST passages/{id}/lift_quarantine/
"""
SESSION = "GET session/ · POST session/ · DELETE session/"
PROOF = "GET trail/ · GET trail/consistency/ · GET trail/{number}/proof/"


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path.removeprefix('/api/v1/')}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


@pytest.mark.slow
def test_description_is_valid_and_nothing_had_to_be_guessed() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


@pytest.mark.parametrize(
    ("tag", "calls"), [("curation", CURATION), ("session", SESSION), ("proof", PROOF)]
)
def test_every_call_is_described_under_its_tag(schema: Any, tag: str, calls: str) -> None:
    listed = {call.strip() for call in re.split(r"[·\n]", calls) if call.strip()}

    described = {name for name, call in operations(schema).items() if call["tags"] == [tag]}

    assert listed <= described


def test_every_call_tells_of_its_errors(schema: Any) -> None:
    for name, call in operations(schema).items():
        if call["tags"][0] in ("curation", "proof"):
            assert {"401", "403"} <= set(call["responses"]), name
        if call["tags"] == ["curation"] and name.startswith(("POST", "PATCH")):
            assert {"400", "409"} <= set(call["responses"]), name


def test_upload_is_described_as_a_form_that_may_be_too_large(schema: Any) -> None:
    upload = operations(schema)["POST sources/{id}/versions/"]

    assert list(upload["requestBody"]["content"]) == ["multipart/form-data"]
    assert "413" in upload["responses"]


def test_body_of_a_call_has_no_other_fields_than_are_named(schema: Any) -> None:
    for name, call in operations(schema).items():
        kinds = call.get("requestBody", {}).get("content", {})
        if kinds and call["tags"][0] in ("curation", "serving", "graph"):
            body = schema["components"]["schemas"][_body_of(kinds)]
            assert body["additionalProperties"] is False, name


def test_editing_a_source_asks_for_a_reason(schema: Any) -> None:
    kinds = operations(schema)["PATCH sources/{id}/"]["requestBody"]["content"]

    assert schema["components"]["schemas"][_body_of(kinds)]["required"] == ["reason"]


def test_file_of_a_version_is_sent_as_it_is(schema: Any) -> None:
    file = schema["components"]["schemas"]["VersionBody"]["properties"]["file"]

    assert file == {"type": "string", "format": "binary"}


def test_list_that_is_whole_is_not_described_as_a_page(schema: Any) -> None:
    trial = operations(schema)["GET change_sets/{id}/trial/"]["responses"]["200"]

    assert trial["content"]["application/json"]["schema"]["type"] == "array"


def _body_of(kinds: Any) -> str:
    described = next(iter(kinds.values()))["schema"]
    return str(described["$ref"].rpartition("/")[2])


def test_what_may_be_sent_again_says_so_and_what_may_not_does_not(schema: Any) -> None:
    calls = operations(schema)
    taking = {
        name
        for name, call in calls.items()
        if "Idempotency-Key" in [p["name"] for p in call.get("parameters", [])]
    }

    assert {"POST sources/", "POST versions/{id}/approve/"} <= taking
    assert not {"GET sources/", "POST retrieve/", "POST session/"} & taking
    assert all({"409", "422"} <= set(calls[name]["responses"]) for name in taking)


def test_every_call_of_a_program_may_come_too_often(schema: Any) -> None:
    for name in ("POST retrieve/", "GET corpus/", "GET changes/"):
        assert "429" in operations(schema)[name]["responses"], name


def test_every_call_has_a_summary(schema: Any) -> None:
    assert all(call.get("summary") for call in operations(schema).values())


def test_description_is_served_to_all(db: None) -> None:
    answer = Client().get("/api/v1/schema/")

    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content


def test_page_loads_nothing_from_elsewhere(db: None) -> None:
    page = Client().get("/api/v1/docs/")

    links = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert links
    assert all(link.startswith("/") for link in links)


def test_page_has_no_script_in_line(db: None) -> None:
    page = Client().get("/api/v1/docs/").content.decode()

    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", page))


def test_policy_of_the_page_allows_scripts_from_here_alone(db: None) -> None:
    policy = Client().get("/api/v1/docs/")["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("path", ["", "?script="])
def test_what_the_page_loads_is_there(db: None, path: str) -> None:
    page = Client().get(f"/api/v1/docs/{path}").content.decode()

    for link in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        answer = Client().get(link)
        assert answer.status_code == 200, link
        answer.close()
