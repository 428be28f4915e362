"""Registering, finding and editing sources over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.duties import Scope
from governance.models import Account, Department, Source, SourceContributor, Version
from tests.support import knowledge
from tests.support.callers import Caller, code, log_in, program

ASTHMA: dict[str, Any] = {
    "title": "Asthma guideline",
    "source_class": "clinical_guideline",
    "issuer": "Respiratory Society",
    "language": "en",
    "identifiers": [{"kind": "doi", "value": "https://doi.org/10.1000/ASTHMA"}],
    "licence": {"text": "CC BY 4.0", "serve": True, "quote": True, "train": False},
}


@pytest.fixture
def caller(ana: Account) -> Caller:
    return log_in(ana)


def test_registered_source_is_shown_as_it_is_kept(caller: Caller) -> None:
    answer = caller.send("sources/", ASTHMA)

    assert answer.status_code == 201
    shown = answer.json()
    assert shown.pop("registered_at")
    assert shown == ASTHMA | {
        "id": Source.objects.get().pk,
        "authority": 3,
        "identifiers": [{"kind": "doi", "value": "10.1000/asthma"}],
        "owner": "Ana",
        "department": None,
        "in_force": None,
        "versions": [],
    }


def test_department_is_founded_by_its_name(caller: Caller) -> None:
    answer = caller.send("sources/", ASTHMA | {"department": "Respiratory"})

    assert answer.json()["department"] == "Respiratory"
    assert Department.objects.get().name == "Respiratory"


def test_department_of_the_same_name_is_taken(caller: Caller) -> None:
    for _ in range(2):
        caller.send("sources/", ASTHMA | {"department": "Respiratory"})

    assert Department.objects.count() == 1


def test_licence_serves_and_quotes_but_does_not_train_unless_said(caller: Caller) -> None:
    answer = caller.send("sources/", ASTHMA | {"licence": {"text": "Own work"}})

    expected = {"text": "Own work", "serve": True, "quote": True, "train": False}
    assert answer.json()["licence"] == expected


@pytest.mark.parametrize("name", ["title", "source_class", "issuer", "language", "licence"])
def test_missing_field_is_named(caller: Caller, name: str) -> None:
    answer = caller.send("sources/", {k: v for k, v in ASTHMA.items() if k != name})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == name


MALFORMED: list[tuple[str, object]] = [
    ("title", ""),
    ("title", "   "),
    ("title", 7),
    ("title", None),
    ("title", ["x"]),
    ("title", "x" * 301),
    ("title", "nul\0"),
    ("title", "bell\a"),
    ("title", "two\nlines"),
    ("title", "\ud800"),
    ("title", "turned\u202e"),
    ("source_class", "blog"),
    ("source_class", 1),
    ("issuer", "x" * 201),
    ("language", "fr"),
    ("identifiers", "10.1000/182"),
    ("identifiers", None),
    ("licence", "CC BY"),
    ("licence", None),
    ("licence", {}),
    ("licence", {"text": "CC BY", "serve": "yes"}),
    ("licence", {"text": "CC BY", "serve": 1}),
    ("licence", {"text": "CC BY", "print": True}),
    ("department", 5),
    ("department", "x" * 101),
    ("colour", "blue"),
    ("\ud800", "blue"),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_malformed_field_is_refused(caller: Caller, name: str, value: object) -> None:
    answer = caller.send("sources/", ASTHMA | {name: value})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"].split(".")[0] in (name, "?")
    assert not Source.objects.exists()


IDENTIFIERS = [
    ("isbn", "978-0-306-40615-8"),
    ("isbn", "0-306-40615-3"),
    ("issn", "0317-8472"),
    ("doi", "11.1000/182"),
    ("doi", "asthma"),
    ("pmid", "PMC12345"),
    ("pmid", "0123"),
    ("document_number", "国卫办第268号"),
    ("document_number", "国卫办医政函〔1832〕268号"),
    ("approval_number", "国药准字H2012345"),
    ("approval_number", "国药准字Q20123456"),
    ("local_number", ""),
    ("isbn", "978-0-306\u200b-40615-7"),
    ("ark", "12345"),
]


@pytest.mark.parametrize(("kind", "value"), IDENTIFIERS)
def test_malformed_identifier_is_refused(caller: Caller, kind: str, value: str) -> None:
    answer = caller.send("sources/", ASTHMA | {"identifiers": [{"kind": kind, "value": value}]})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"].startswith("identifiers.")


def test_department_is_not_founded_for_a_malformed_source(caller: Caller) -> None:
    wrong = {"department": "Respiratory", "identifiers": [{"kind": "doi", "value": "no"}]}

    caller.send("sources/", ASTHMA | wrong)

    assert not Department.objects.exists()


def test_clinical_experience_cannot_be_said_to_train(caller: Caller) -> None:
    licence = {"text": "Own work", "train": True}

    answer = caller.send(
        "sources/", ASTHMA | {"source_class": "clinical_experience", "licence": licence}
    )

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "licence.train"


def test_compliance_officer_reads_but_does_not_register(source: Source, cleo: Account) -> None:
    caller = log_in(cleo)

    assert caller.ask("sources/").status_code == 200
    assert code(caller.send("sources/", ASTHMA)) == (403, "not_allowed")


def test_administrator_reads_no_content(source: Source, sam: Account) -> None:
    assert code(log_in(sam).ask("sources/")) == (403, "not_allowed")


def test_program_is_not_let_into_curation(source: Source) -> None:
    caller = program(*Scope)

    assert code(caller.ask("sources/")) == (403, "not_allowed")
    assert code(caller.send("sources/", ASTHMA)) == (403, "not_allowed")


def test_nobody_is_asked_to_log_in(source: Source) -> None:
    assert code(Caller().ask("sources/")) == (401, "not_authenticated")
    assert code(Caller().send("sources/", ASTHMA)) == (401, "not_authenticated")


def test_version_in_force_is_named(caller: Caller, active: Version) -> None:
    shown = caller.ask(f"sources/{active.source_id}/").json()

    assert shown["in_force"] == active.pk
    assert [v["status"] for v in shown["versions"]] == ["active"]


def test_quarantined_version_is_not_in_force(caller: Caller, active: Version, ana: Account) -> None:
    knowledge.quarantine(active, ana)

    assert caller.ask(f"sources/{active.source_id}/").json()["in_force"] is None


def found(caller: Caller, **query: str) -> list[str]:
    return [s["title"] for s in caller.ask("sources/", **query).json()["results"]]


@pytest.mark.parametrize("words", ["asthma", "RESPIRATORY", "10.1000/asthma"])
def test_search_looks_in_title_issuer_and_identifiers(
    caller: Caller, ana: Account, words: str
) -> None:
    knowledge.source(ana)
    knowledge.source(ana, title="Stroke", issuer="Neurologists", identifiers=[("doi", "10.1000/9")])

    assert found(caller, search=words) == ["Asthma guideline"]


def test_search_finds_words_of_two_characters(caller: Caller, ana: Account) -> None:
    knowledge.source(ana, title="急性脑梗死溶栓指南", language="zh")
    knowledge.source(ana)

    assert found(caller, search="溶栓") == ["急性脑梗死溶栓指南"]


def test_sources_are_filtered_by_class(caller: Caller, ana: Account) -> None:
    knowledge.source(ana)
    knowledge.source(ana, title="Lungs", source_class="textbook")

    assert found(caller, source_class="textbook") == ["Lungs"]


def test_sources_are_filtered_by_being_in_force(
    caller: Caller, ana: Account, active: Version
) -> None:
    knowledge.source(ana, title="Not yet")

    assert found(caller, in_force="true") == ["Asthma guideline"]
    assert found(caller, in_force="false") == ["Not yet"]


@pytest.mark.parametrize(
    "query", [{"in_force": "maybe"}, {"source_class": "blog"}, {"search": "\0"}]
)
def test_malformed_filter_is_refused(caller: Caller, query: dict[str, str]) -> None:
    assert code(caller.ask("sources/", **query)) == (400, "malformed")


def test_pages_follow_each_other_without_a_gap(caller: Caller, ana: Account) -> None:
    for number in range(5):
        knowledge.source(ana, title=f"No. {number}")

    page, titles = caller.ask("sources/", limit=2).json(), []
    while page["next"]:
        titles += [s["title"] for s in page["results"]]
        page = caller.get(page["next"]).json()

    assert [*titles, *(s["title"] for s in page["results"])] == [f"No. {n}" for n in range(5)]


@pytest.mark.parametrize("cursor", ["x", "cD1hYmM=", "cD0lMDA=", "ü", "bz0tMQ==", "cD0" + "5" * 40])
def test_made_up_cursor_is_malformed(caller: Caller, cursor: str) -> None:
    assert caller.ask("sources/", cursor=cursor).status_code in (200, 400)


def test_cursor_of_letters_is_malformed(caller: Caller) -> None:
    assert code(caller.ask("sources/", cursor="cD1hYmM=")) == (400, "malformed")


def _queries_of_list(caller: Caller) -> int:
    """Without what the first request of a session writes down about it."""
    caller.ask("sources/")
    with CaptureQueriesContext(connection) as queries:
        assert caller.ask("sources/").status_code == 200
    return len(queries)


def test_list_asks_as_often_for_many_sources_as_for_one(
    caller: Caller, ana: Account, ben: Account
) -> None:
    knowledge.active(knowledge.source(ana), ana, ben)
    of_one = _queries_of_list(caller)
    for _ in range(3):
        knowledge.active(knowledge.source(ana), ana, ben)

    assert _queries_of_list(caller) == of_one


def test_edit_leaves_what_it_does_not_name(caller: Caller, source: Source) -> None:
    body = {"title": "Asthma in adults", "reason": "As printed."}

    shown = caller.send(f"sources/{source.pk}/", body, by="patch").json()

    assert shown["title"] == "Asthma in adults"
    assert shown["issuer"] == "Respiratory Society"
    assert shown["identifiers"] == source.identified()


def test_edit_of_one_part_of_the_licence_leaves_the_others(caller: Caller, source: Source) -> None:
    body = {"licence": {"quote": False}, "reason": "The publisher wrote."}

    shown = caller.send(f"sources/{source.pk}/", body, by="patch").json()

    assert shown["licence"] == {
        "text": "CC BY 4.0",
        "serve": True,
        "quote": False,
        "train": False,
    }


def test_department_is_taken_away_by_null(caller: Caller, source: Source) -> None:
    caller.send(f"sources/{source.pk}/", {"department": "Lungs", "reason": "Theirs."}, by="patch")

    body = {"department": None, "reason": "Not theirs."}
    shown = caller.send(f"sources/{source.pk}/", body, by="patch").json()

    assert shown["department"] is None


@pytest.mark.parametrize("reason", [None, "", "  ", 5, "nul\0"])
def test_edit_needs_a_reason(caller: Caller, source: Source, reason: object) -> None:
    answer = caller.send(f"sources/{source.pk}/", {"title": "X", "reason": reason}, by="patch")

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "reason"


def test_identifier_without_its_value_is_refused_in_an_edit(caller: Caller, source: Source) -> None:
    body = {"identifiers": [{"kind": "doi"}], "reason": "Why."}

    assert code(caller.send(f"sources/{source.pk}/", body, by="patch")) == (400, "malformed")


def test_editor_becomes_a_contributor(source: Source, ben: Account) -> None:
    body = {"title": "Asthma in adults", "reason": "As printed."}

    log_in(ben).send(f"sources/{source.pk}/", body, by="patch")

    assert SourceContributor.objects.filter(source=source, person=ben.person).exists()


def test_class_of_a_source_in_use_is_fixed(caller: Caller, active: Version) -> None:
    body = {"source_class": "textbook", "reason": "It is one."}

    answer = caller.send(f"sources/{active.source_id}/", body, by="patch")

    assert code(answer) == (409, "class_is_fixed")


@pytest.mark.parametrize("number", ["abc", "-1", "0", "1.5", "9" * 18, "9" * 30, "%00", "1e3"])
def test_unknown_source_is_not_found(caller: Caller, number: str) -> None:
    assert code(caller.ask(f"sources/{number}/")) == (404, "not_found")


def test_right_is_asked_before_existence(cleo: Account) -> None:
    answer = log_in(cleo).send("sources/999/", {"reason": "Why."}, by="patch")

    assert code(answer) == (403, "not_allowed")


def test_existence_is_asked_before_form(caller: Caller) -> None:
    assert code(caller.send("sources/999/", {"colour": "blue"}, by="patch")) == (404, "not_found")


def test_method_that_is_not_offered_is_named(caller: Caller, source: Source) -> None:
    assert code(caller.send("sources/", {}, by="put")) == (405, "method_not_allowed")
    assert code(caller.send(f"sources/{source.pk}/", by="delete")) == (405, "method_not_allowed")
