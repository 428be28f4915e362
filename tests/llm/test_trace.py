"""Both ways: from an answer to who approved what it says, and from a version to its readers."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.duties import Scope
from governance.models import Account, AuditEntry, Relation, Version
from llm import tracing
from llm.actions import answers, use
from llm.actions.answers import Reported
from llm.models import Usage
from tests.llm.reporting import answered, asked, tier
from tests.support import using
from tests.support.callers import Caller, code, log_in, program
from tests.support.visiting import Visitor

pytestmark = pytest.mark.database


@pytest.fixture
def auditor(db: None) -> Caller:
    return program(Scope.AUDIT, name="auditor")


def told(caller: Caller, **asked: Any) -> Any:
    answer = caller.ask("trace/", **asked)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_answer_leads_back_to_who_approved_what_it_says(
    active: Version, ben: Account, auditor: Caller
) -> None:
    caller = tier()
    usage, passages = asked(caller)
    number = answered(caller, usage, "Start low [1].", passages[:1]).json()["answer"]

    back = told(auditor, answer=number)

    first = back["passages"][0]
    entry = AuditEntry.objects.get(action="version.approved")
    assert (back["usage"], first["passage"], first["cited"]) == (usage, passages[0], True)
    assert (first["version"], first["upload"]) == (active.pk, active.upload.sha256)
    assert first["approved_by"][0]["name"] == "Ben"
    assert first["trail"] == entry.number


def test_leaves_are_told_once_they_are_sealed(active: Version, auditor: Caller) -> None:
    usage = str(using.used(list(active.passages.current())).pk)

    before = told(auditor, usage=usage)["leaf"]
    use.seal()

    assert (before, told(auditor, usage=usage)["leaf"]) == (None, 1)


def test_version_leads_on_to_programs_retrievals_and_answers(
    active: Version, auditor: Caller
) -> None:
    caller = tier()
    usage, passages = asked(caller)
    answered(caller, usage, "Start low [1].", passages)
    using.used(list(active.passages.current()))

    onward = told(auditor, version=active.pk)

    assert [(p["program"], p["retrievals"]) for p in onward["programs"]] == [
        ("tier", 1),
        ("ward", 1),
    ]
    assert (onward["retrievals"], onward["answers"]) == (2, 1)
    assert onward["results"][1]["usage"] == usage


def test_passage_leads_to_those_alone_who_were_given_it(active: Version, auditor: Caller) -> None:
    first, other = active.passages.current()
    using.used([first])

    assert told(auditor, passage=first.pk)["retrievals"] == 1
    assert told(auditor, passage=other.pk)["retrievals"] == 0


def test_relation_leads_to_who_was_given_what_carries_it(
    active: Version, stroke: Relation, auditor: Caller
) -> None:
    using.used([stroke.evidence.get().passage])

    onward = told(auditor, relation=stroke.pk)

    assert (onward["retrievals"], onward["relations"]) == (1, [stroke.pk])
    assert told(auditor, version=active.pk)["relations"] == [stroke.pk]


def test_pages_follow_each_other_without_a_gap(
    active: Version, auditor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [str(using.used(list(active.passages.current())).pk) for _ in range(5)]
    seen: list[str] = []
    before: int | None = None
    while True:
        page = tracing.of_version(active, before=before, page=2)
        seen += [str(row.usage_id) for row in page.rows]
        if (before := page.before) is None:
            break

    assert seen == made[::-1]


def test_whoever_keeps_more_is_asked_too(
    active: Version, auditor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "_tellers", {})
    tracing.also_told_by("releases", lambda versions, _passages: [{"name": f"r{min(versions)}"}])

    further = told(auditor, version=active.pk)["further"]

    assert further == {"releases": [{"name": f"r{active.pk}"}]}


def test_more_of_it_asks_no_more_of_the_database(active: Version) -> None:
    passages = list(active.passages.current())
    counts = []
    for times in (1, 8):
        for _ in range(times):
            made = using.used(passages)
            reported = Reported("Start low [1].", "m", [p.pk for p in passages])
            answers.report(usage=made, reported=reported, by=using.ward(), at=made.at)
        with CaptureQueriesContext(connection) as queries:
            tracing.of_version(active)
            tracing.back(made)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"usage": "nonsense"},
        {"answer": "7"},
        {"version": "x"},
        {"version": "-1"},
        {"version": "1", "passage": "1"},
        {"version": "1", "before": "x"},
        {"relation": "9" * 40},
    ],
)
def test_nonsense_is_malformed(active: Version, auditor: Caller, asked: dict[str, str]) -> None:
    mine = {"version": str(active.pk)} if "before" in asked else {}

    assert code(auditor.ask("trace/", **asked | mine)) == (400, "malformed")


@pytest.mark.parametrize("name", ["version", "passage", "relation", "usage", "answer"])
def test_number_of_nothing_is_not_found(auditor: Caller, name: str) -> None:
    number = uuid.uuid4() if name in ("usage", "answer") else 10**9

    assert code(auditor.ask("trace/", **{name: number})) == (404, "not_found")


def test_curators_and_other_keys_are_turned_away(
    active: Version, ana: Account, ben: Account
) -> None:
    curator, other = log_in(ana), program(Scope.USAGE)

    assert code(curator.ask("trace/", version=active.pk)) == (403, "not_allowed")
    assert code(other.ask("trace/", version=active.pk)) == (403, "not_allowed")
    assert log_in(ben).ask("trace/", version=active.pk).status_code == 200


def test_pages_lead_from_the_version_to_the_retrieval(active: Version, ben: Account) -> None:
    using.ticket(active)
    visitor = Visitor(ben)

    version = visitor.read(f"/admin/governance/version/{active.pk}/change/")
    given = visitor.read(f"/admin/given/version/{active.pk}/")
    retrieval = visitor.read(f"/admin/given/retrieval/{Usage.objects.get().pk}/")

    assert f"/admin/given/version/{active.pk}/" in version
    assert f"/admin/given/retrieval/{Usage.objects.get().pk}/" in given
    assert "wrong" in given
    assert "How is asthma treated?" in retrieval
    assert "Ben" in retrieval
