"""`retrieve/`: who may ask, what may be asked, what is answered, and what is written down."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from governance import clock
from governance.actions import clients as keys
from governance.actions import sources
from governance.duties import Scope
from governance.models import Account, AuditEntry, Client, Version
from governance.trail import SHELL
from llm.projections.advance import last_knowledge
from tests.llm.asking import ask, found
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.callers import V1, Caller, code, log_in, program

# Who may ask


def test_nobody_is_asked_for_a_key(active: Version) -> None:
    answer = ask(Caller())

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer kb_guess", "Bearer", "Bearer ", "Basic YTpi", "kb_x"])
def test_unknown_key_opens_nothing(db: None, header: str) -> None:
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION=header)

    assert ask(caller).status_code == 401


def test_revoked_key_opens_nothing(tier: Caller) -> None:
    keys.revoke(client=Client.objects.get(), reason="Lost.", by=SHELL)

    assert ask(tier).status_code == 401


def test_expired_key_opens_nothing(db: None) -> None:
    until = clock.now() + timedelta(days=1)
    _client, key = keys.create(name="t", scopes=[Scope.RETRIEVE], expires_at=until, by=SHELL)
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")

    with time_machine.travel(until, tick=False):
        assert ask(caller).status_code == 401


def test_key_for_something_else_is_refused_and_leaves_its_trace(db: None) -> None:
    answer = ask(program(Scope.CORPUS, Scope.CHANGES))

    assert code(answer) == (403, "not_allowed")
    assert "refus" in AuditEntry.objects.latest("number").action


def test_person_is_refused(ben: Account) -> None:
    assert code(ask(log_in(ben))) == (403, "not_allowed")


def test_only_posting_is_offered(tier: Caller) -> None:
    assert tier.ask("retrieve/").status_code == 405


# What may be asked


@pytest.mark.parametrize("top_k", [0, 51, -1, "3", True, False, None, 2.5, 3.0, [], {}, 10**30])
def test_wrong_number_of_passages_is_malformed(tier: Caller, top_k: Any) -> None:
    answer = ask(tier, top_k=top_k)

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "top_k"


@pytest.mark.parametrize(
    "query",
    ["", " \t\n", "x" * 100_000, "a\x00b", "a\x1bb", "\ud800", "a\u202eb", None, 3, True, [], {}],
)
def test_query_that_is_no_question_is_malformed(tier: Caller, query: Any) -> None:
    answer = ask(tier, query)

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "query"


@pytest.mark.parametrize("field", ["releases", "as_off", "k", "top_K", "__proto__"])
def test_unknown_field_is_malformed(tier: Caller, field: str) -> None:
    assert code(ask(tier, **{field: "x"})) == (400, "malformed")


@pytest.mark.parametrize(
    "filters",
    [
        None,
        [],
        "en",
        {"language": "fr"},
        {"language": 1},
        {"source": 1},
        {"source": ["1"]},
        {"source": [True]},
        {"source": [0]},
        {"source": [2**63]},
        {"source": [1] * 501},
        {"source_class": "law"},
        {"source_class": ["blog"]},
        {"source_class": [["law"]]},
        {"source_class": None},
        {"issuer": "x"},
    ],
)
def test_malformed_filter_is_refused(tier: Caller, filters: Any) -> None:
    assert code(ask(tier, filters=filters)) == (400, "malformed")


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "3", '"x"', '{"query": "a", "query"}'])
def test_body_that_is_no_object_is_malformed(tier: Caller, body: str) -> None:
    assert code(tier.send_raw("retrieve/", body)) == (400, "malformed")


@pytest.mark.parametrize("query", ["?!…", "。，、", "—", "( )", "🙂"])
def test_query_of_signs_alone_is_answered(active: Version, tier: Caller, query: str) -> None:
    follow()

    assert ask(tier, query).status_code == 200


@pytest.mark.parametrize("query", ["Start low.\n\tGo slow.", "x" * 4000, "深静脉血栓"])
def test_long_and_many_lined_queries_are_answered(
    active: Version, tier: Caller, query: str
) -> None:
    follow()

    assert ask(tier, query).status_code == 200


# What is answered


def test_answer_has_these_fields_and_no_others(active: Version, tier: Caller) -> None:
    follow()

    answer = ask(tier).json()

    assert set(answer) == {
        *("usage", "trail", "truth", "release", "notice", "withheld", "passages"),
        *("confidence", "abstained"),
    }
    assert set(answer["passages"][0]) == {
        *("passage", "text", "score", "similarity", "citation"),
        *("language", "cross_language", "alike", "conflicts"),
    }
    assert answer["release"] is None
    assert answer["trail"] == answer["truth"] == last_knowledge()


def cited(version: Version, text: str) -> dict[str, Any]:
    """The citation of a passage, but for the instant of the approval."""
    passage, identifier = version.passages.get(text=text), version.source.identifiers.get()
    return {
        "source": version.source_id,
        "title": "Asthma guideline",
        "source_class": "clinical_guideline",
        "authority": 3,
        "issuer": "Respiratory Society",
        "identifiers": [{"kind": "doi", "value": identifier.value}],
        "version": version.pk,
        "label": "2024",
        "published_on": "2024-05",
        "page": None,
        "section": ["Dosing"],
        "digest": passage.digest,
        "review_due": version.review_due.isoformat(),
        "url": f"/passages/{passage.pk}/",
    }


def test_citation_says_everything(active: Version, tier: Caller) -> None:
    follow()

    citation = found(ask(tier))[0]["citation"]

    approved = citation.pop("approved_at")
    assert citation == cited(active, "Start low.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+08:00", approved)


def test_passages_come_best_first_with_scores_up_to_one(active: Version, tier: Caller) -> None:
    follow()

    first, second = found(ask(tier))

    assert first["text"] == "Start low."
    assert 1 >= first["score"] > second["score"] >= 0


def test_similarity_is_the_cosine_of_meaning(active: Version, tier: Caller) -> None:
    follow()
    embedded = active.passages.get(text="Start low.").embedded_text()

    same, other = found(ask(tier, embedded))

    assert same["similarity"] == pytest.approx(1, abs=0.001)
    assert abs(other["similarity"]) < 0.5


def test_number_of_passages_is_the_one_asked_for(active: Version, tier: Caller) -> None:
    follow()

    assert len(found(ask(tier, top_k=1))) == 1


def test_same_question_gets_the_same_passages_whoever_asks(active: Version, tier: Caller) -> None:
    follow()
    ward = program(Scope.RETRIEVE, name="ward")

    assert found(ask(tier)) == found(ask(ward))


@pytest.mark.parametrize(
    "filters",
    [{"language": "zh"}, {"source": [999_999]}, {"source_class": ["law"]}],
)
def test_filters_that_leave_nothing_give_an_empty_answer(
    active: Version, tier: Caller, filters: Any
) -> None:
    follow()

    assert found(ask(tier, filters=filters)) == []


def test_filters_that_fit_leave_what_fits(active: Version, tier: Caller) -> None:
    follow()
    fitting = {"language": "en", "source": [active.source_id]}

    answer = ask(tier, filters=fitting | {"source_class": ["clinical_guideline", "law"]})

    assert len(found(answer)) == 2


def test_filter_that_says_nothing_leaves_everything(active: Version, tier: Caller) -> None:
    follow()

    assert len(found(ask(tier, filters={"language": None, "source": []}))) == 2


def test_what_left_force_is_withheld_and_counted(
    active: Version, tier: Caller, ben: Account
) -> None:
    follow()
    knowledge.retire(active, ben)

    answer = ask(tier)

    assert found(answer) == []
    assert answer.json()["withheld"] == 2


def test_truth_may_be_ahead_of_the_store(active: Version, tier: Caller, ben: Account) -> None:
    follow()
    knowledge.quarantine(active, ben)

    answer = ask(tier).json()

    assert answer["truth"] == last_knowledge() > answer["trail"]


def licensed(ana: Account, ben: Account, **flags: bool) -> Version:
    licence = sources.Licence("All rights reserved", **flags)
    return knowledge.active(knowledge.source(ana, licence=licence), ana, ben)


def test_what_may_not_be_served_is_not_served(tier: Caller, ana: Account, ben: Account) -> None:
    knowledge.active(knowledge.source(ana), ana, ben, texts=["Something else."])
    hidden = licensed(ana, ben, serve=False)
    follow()

    assert hidden.pk not in {p["citation"]["version"] for p in found(ask(tier))}


def test_what_may_not_be_quoted_is_cited_without_its_text(
    tier: Caller, ana: Account, ben: Account
) -> None:
    version = licensed(ana, ben, quote=False)
    follow()

    answer = ask(tier)

    assert {p["text"] for p in found(answer)} == {None}
    assert {p["citation"]["version"] for p in found(answer)} == {version.pk}
    assert "Start low." not in answer.content.decode()


def test_notice_of_risk_comes_with_every_answer(active: Version, tier: Caller) -> None:
    follow()

    notice = ask(tier, filters={"language": "zh"}).json()["notice"]

    assert notice["id"] == "risk-notice-1"
    assert "clinician" in notice["text"]


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9,en;q=0.5", "zh", "zh-Hans"])
def test_notice_is_in_the_callers_language(active: Version, tier: Caller, language: str) -> None:
    follow()

    answer = tier.post(
        V1 + "retrieve/",
        json.dumps({"query": "x"}),
        content_type="application/json",
        HTTP_ACCEPT_LANGUAGE=language,
    )

    assert re.search(r"[\u4e00-\u9fff]{5}", answer.json()["notice"]["text"])


def test_answer_is_nothing_to_keep(active: Version, tier: Caller) -> None:
    follow()

    assert ask(tier)["Cache-Control"] == "no-store"
