"""`fhir/`: what HL7's own shapes, as fhir.resources has them, make of it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from fhir.resources.bundle import Bundle
from fhir.resources.capabilitystatement import CapabilityStatement
from fhir.resources.library import Library
from fhir.resources.operationoutcome import OperationOutcome

from governance.actions import clients
from governance.actions.clients import Limits
from governance.duties import Scope
from governance.models import Account, Client, Source, Version
from governance.trail import SHELL
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.callers import V1, Caller, program

pytestmark = pytest.mark.django_db
SITE = "http://testserver/"


@pytest.fixture
def caller(active: Version) -> Caller:
    follow()
    return program(Scope.RETRIEVE, Scope.CORPUS)


def read(caller: Caller, version: Version) -> Any:
    return caller.ask(f"fhir/Library/{version.pk}")


def found(caller: Caller, **query: Any) -> list[int]:
    answer = caller.ask("fhir/Library", **query)
    assert answer.status_code == 200, answer.json()
    bundle = Bundle.model_validate(answer.json())
    return [int(entry.resource.id) for entry in bundle.entry or []]


def test_a_version_is_a_library_with_the_names_of_crmi(caller: Caller, active: Version) -> None:
    answer = read(caller, active)

    told: Any = Library.model_validate(answer.json())
    assert answer["Content-Type"].startswith("application/fhir+json")
    assert (told.title, told.subtitle, told.status) == ("Asthma guideline", "2024", "active")
    assert all((told.approvalDate, told.lastReviewDate, told.effectivePeriod.end))
    assert told.identifier[0].system == "https://doi.org"
    assert told.relatedArtifact[0].type == "citation"


def test_its_content_is_the_object_of_the_corpus(caller: Caller, active: Version) -> None:
    content = read(caller, active).json()["content"][0]

    sent = caller.get(content["url"].removeprefix(SITE[:-1])).content
    assert base64.b64decode(content["hash"]) == hashlib.sha1(sent).digest()
    assert int(content["size"]) == len(sent)


def test_editions_name_each_other(
    caller: Caller, source: Source, active: Version, ana: Account, ben: Account
) -> None:
    newer = knowledge.active(source, ana, ben, label="2026")

    old, new = read(caller, active).json(), read(caller, newer).json()

    assert (old["status"], new["status"]) == ("retired", "active")
    assert found(caller, url=old["relatedArtifact"][-1]["resource"]) == [newer.pk]
    assert new["relatedArtifact"][-1]["type"] == "predecessor"


def test_what_nobody_may_rely_on_now_is_unknown(
    caller: Caller, active: Version, ana: Account
) -> None:
    knowledge.quarantine(active, ana)

    assert read(caller, active).json()["status"] == "unknown"
    assert found(caller, status="unknown") == [active.pk]
    assert found(caller, status="active") == []


def test_search_finds_by_what_names_a_work(
    caller: Caller, active: Version, ana: Account, ben: Account
) -> None:
    isbn = [("isbn", "9780306406157")]
    book = knowledge.source(ana, title="B", source_class="textbook", identifiers=isbn)
    other = knowledge.active(book, ana, ben)

    assert found(caller) == [active.pk, other.pk]
    assert found(caller, url=f"{SITE}api/v1/sources/{book.pk}/") == [other.pk]
    assert found(caller, url="urn:elsewhere") == []
    assert found(caller, identifier="urn:ietf:rfc:3986|urn:isbn:9780306406157") == [other.pk]
    assert found(caller, identifier="https://doi.org|9780306406157") == []
    first = caller.ask("fhir/Library", _count=1).json()
    following = caller.get(first["link"][1]["url"]).json()
    assert [e["resource"]["id"] for e in following["entry"]] == [str(other.pk)]


def test_drafts_are_never_told(caller: Caller, source: Source, ana: Account) -> None:
    draft = knowledge.draft(source, ana, label="2027")

    assert read(caller, draft).status_code == 404
    assert draft.pk not in found(caller)
    assert found(caller, status="draft") == []


def test_other_classes_than_the_key_opens_are_not_told(caller: Caller, active: Version) -> None:
    limits = Limits(["textbook"])
    clients.set_limits(client=Client.objects.get(), limits=limits, reason="A ward.", by=SHELL)

    assert found(caller) == []
    assert read(caller, active).status_code == 403


def test_errors_are_outcomes(caller: Caller, active: Version) -> None:
    asked = ("?status=nonsense", "?colour=red", "?_count=x", "/999999")
    answers = [caller.get(f"{V1}fhir/Library{each}") for each in asked]
    answers += [Caller().ask("fhir/Library"), caller.ask("fhir/Nonsense")]
    answers += [program(Scope.FEEDBACK, name="other").ask("fhir/metadata")]

    assert [a.status_code for a in answers] == [400, 400, 400, 404, 401, 404, 403]
    for answer in answers:
        assert OperationOutcome.model_validate(answer.json()).issue[0].severity == "error"


def test_it_says_what_it_can_do(caller: Caller) -> None:
    told: Any = CapabilityStatement.model_validate(caller.ask("fhir/metadata").json())

    assert told.fhirVersion == "5.0.0"
    assert [each.type for each in told.rest[0].resource] == ["Library"]
