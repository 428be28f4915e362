"""The retrieval bench: whom it serves, what it shows of an answer, and that it keeps nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import localtime

from governance import clock
from governance.actions.sources import Licence
from governance.duties import Role
from governance.models import Account, AuditEntry, Passage, Source, Version
from llm import clients
from llm.models import Usage
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import interposed, moody, put_foreign
from tests.support.visiting import Visitor, words

BENCH = "/admin/bench/"


def ask(by: Account, query: str = "Start low.", *, language: str = "en", **given: Any) -> str:
    fields = {"query": query, "A-top_k": "10", "B-top_k": "10", **given}
    answer = Visitor(by, language=language).send(BENCH, **fields)
    assert answer.status_code == 200, words(answer)
    return words(answer)


def links(page: str) -> list[int]:
    """The passages that the answers lead to, in the order of the page."""
    return [int(pk) for pk in re.findall(r'href="/passages/(\d+)/"', page)]


def local(at: Any) -> str:
    return localtime(at).strftime("%Y-%m-%dT%H:%M")


# Whom it serves.


@pytest.mark.parametrize("role", [Role.CURATOR, Role.REVIEWER, Role.GRAPH_EDITOR, Role.COMPLIANCE])
def test_who_may_read_may_try(active: Version, role: Role) -> None:
    follow()

    assert len(links(ask(knowledge.account("joe", role)))) == 2


@pytest.mark.parametrize("who", ["sam", "sue"])
@pytest.mark.parametrize("way", ["open", "send"])
def test_nobody_else_may(db: None, who: str, way: str, request: pytest.FixtureRequest) -> None:
    visitor = Visitor(request.getfixturevalue(who))

    assert getattr(visitor, way)(BENCH).status_code == 403
    assert AuditEntry.objects.latest("number").action == "attempt.refused"


def test_nobody_at_all_is_asked_to_log_in(db: None) -> None:
    assert Visitor().open(BENCH).status_code == 302


def test_other_methods_are_not_offered(ana: Account) -> None:
    assert Visitor(ana).client.put(BENCH).status_code == 405


def test_it_is_offered_before_anything_is_asked(ana: Account) -> None:
    assert "As the inference tier would send it" in Visitor(ana).read(BENCH)


# What it shows.


def test_a_table_is_shown_as_one(source: Source, ana: Account, ben: Account) -> None:
    knowledge.active(source, ana, ben, texts=["| Drug | Dose |\n|---|---|\n| Aspirin | 100 mg |"])
    follow()

    assert "<td>Aspirin</td><td>100 mg</td>" in ask(ana, "Aspirin")


def test_a_passage_is_shown_with_its_place_ranks_and_scores(active: Version, ana: Account) -> None:
    follow()
    passage = Passage.objects.get(text="Start low.")

    page = ask(ana, passage.embedded_text(), **{"A-top_k": "1"})

    assert links(page) == [passage.pk]
    cells = re.findall(r'<td class="kb-number">([^<]+)</td>', page)
    assert cells == ["1", "1", "1", "1.0000", "1.000"]


def test_a_passage_that_only_one_list_names_says_so(active: Version, ana: Account) -> None:
    follow()

    page = ask(ana, "?!", **{"A-top_k": "1"})

    assert '<td class="kb-number">–</td>' in page


def test_what_may_not_be_quoted_is_cited_alone(ana: Account, ben: Account) -> None:
    source = knowledge.source(ana, licence=Licence("cite only", quote=False))
    knowledge.active(source, ana, ben, texts=["Secret words."])
    follow()

    page = ask(ana, "Dosing")

    assert "Cited without its text" in page
    assert "Secret words." not in page


def test_filters_are_those_of_the_interface(active: Version, ana: Account) -> None:
    follow()

    assert links(ask(ana, **{"A-source_class": "law"})) == []
    assert len(links(ask(ana, **{"A-language": "en", "A-source": f"{active.source_id}, 99"}))) == 2


def test_nothing_in_force_is_said(ana: Account, db: None) -> None:
    follow()

    assert "Nothing in force fits these filters." in ask(ana)


def test_the_store_away_is_said(active: Version, ana: Account) -> None:
    follow()
    interposed().is_away = True

    assert "The vector store cannot be reached" in ask(ana)


def test_the_encoder_away_is_said(active: Version, ana: Account) -> None:
    follow()
    encoder = moody()
    encoder.queries = encoder.passages  # type: ignore[method-assign]
    encoder.is_away = True

    assert "The encoder cannot be reached" in ask(ana)


def test_no_use_is_written_down_and_the_question_stands_nowhere(
    active: Version, ana: Account
) -> None:
    follow()
    entries = AuditEntry.objects.count()

    ask(ana, "a patient's name")

    assert not Usage.objects.exists()
    assert AuditEntry.objects.count() == entries


def test_what_is_typed_is_no_markup(active: Version, ana: Account) -> None:
    assert "<script>alert" not in ask(ana, "<script>alert(1)</script>")


@pytest.mark.parametrize(
    "wrong",
    [{"query": ""}, {"query": "\0"}, {"query": "x" * 5000}, {"A-top_k": "0"}, {"A-top_k": "51"},
     {"A-source": "x"}, {"A-source": "9" * 30}, {"A-source": "1 " * 51}, {"A-language": "xx"},
     {"A-source_class": "gossip"}, {"beside": "on", "B-top_k": "-1"}],
)  # fmt: skip
def test_nonsense_is_shown_back_with_what_is_wrong(ana: Account, wrong: dict[str, str]) -> None:
    given = {"query": "x", "A-top_k": "10", "B-top_k": "10", **wrong}

    answer = Visitor(ana).send(BENCH, **given)

    assert answer.status_code == 400
    assert "kb-wrong" in words(answer)


def test_the_second_setting_is_not_looked_at_unless_it_is_used(
    active: Version, ana: Account
) -> None:
    follow()

    assert len(links(ask(ana, **{"B-top_k": "nonsense"}))) == 2


# Two settings beside each other.


def test_a_passage_that_stands_beside_too_shows_how_it_moved(
    active: Version, ana: Account, ben: Account
) -> None:
    book = knowledge.source(ana, source_class="textbook", identifiers=[("isbn", "9787117000000")])
    other = knowledge.active(book, ana, ben, texts=["Start low now.", "Start."])
    follow()

    page = ask(ana, "Start low.", beside="on", **{"B-source": f"{other.source_id}"})

    assert "▲" in page
    assert "only here" in page


def test_a_move_up_here_is_a_move_down_beside_by_as_much(ana: Account, ben: Account) -> None:
    book = knowledge.source(ana, source_class="textbook", identifiers=[("isbn", "9787117000000")])
    knowledge.active(knowledge.source(ana), ana, ben, texts=["Start low."])
    other = knowledge.active(book, ana, ben, texts=["Start low now."])
    follow()

    page = ask(ana, "Start low.", beside="on", **{"B-source": f"{other.source_id}"})

    assert (page.count("▲ 1"), page.count("▼ 1")) == (1, 1)


def test_the_same_setting_twice_moves_nothing(active: Version, ana: Account) -> None:
    follow()

    page = ask(ana, beside="on")

    assert page.count('title="in the same place"') == 4
    assert "▲" not in page


# What is not served, and why.


def test_what_the_store_offers_and_the_truth_refuses_is_named(
    active: Version, ana: Account
) -> None:
    follow()
    knowledge.quarantine(active, ana)

    page = ask(ana)

    assert "withheld: 2" in page
    assert page.count("Its version is quarantined.") == 2


def test_a_point_of_nobody_is_named_as_the_store_named_it(active: Version, ana: Account) -> None:
    follow()
    put_foreign(passage="nobody")

    page = ask(ana)

    assert "<code>nobody</code>" in page
    assert "There is no such passage." in page


def test_what_is_expected_and_not_in_force_is_found_with_the_reason(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    follow()
    knowledge.active(source, ana, ben, label="2026", texts=["Rest."])
    follow()

    page = ask(ana, out_of_force="on")

    assert "Would fit, but is not in force" in page
    assert "Superseded by “2026”." in page


def test_table_that_is_not_in_force_is_shown_as_one(
    source: Source, ana: Account, ben: Account
) -> None:
    table = "Table 1\n| Drug | Dose |\n| --- | --- |\n| Aspirin | 100 mg |"
    knowledge.active(source, ana, ben, texts=[table])
    follow()
    knowledge.active(source, ana, ben, label="2026", texts=["Rest."])
    follow()

    page = ask(ana, "Aspirin", out_of_force="on")

    assert "<td>Aspirin</td><td>100 mg</td>" in page
    assert "| --- |" not in page


def test_nothing_else_is_looked_through_unless_asked(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(active, ben)
    follow()

    assert "Would fit" not in ask(ana)


# The past.


def test_a_reviewer_may_look_back_and_sees_what_has_left(active: Version, ben: Account) -> None:
    follow()
    with_version = local(clock.now() + timedelta(minutes=1))
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        knowledge.retire(active, ben)
        page = ask(ben, **{"A-as_of": with_version})

    assert f"as of {with_version.replace('T', ' ')}" in page
    assert page.count("no longer in force") == 2


def test_before_anything_was_there_is_said(active: Version, ben: Account) -> None:
    page = ask(ben, **{"A-as_of": "2020-01-01T00:00"})

    assert "Nothing that was in force then fits" in page


def test_what_the_cache_lacks_is_said(active: Version, ben: Account) -> None:
    follow()
    clients.install(with_encoder=FakeEncoder(seed=2))
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        page = ask(ben, **{"A-as_of": local(clock.now() - timedelta(minutes=5))})

    assert "2 passages of then have no vector" in page


@pytest.mark.parametrize("said", ["2999-01-01T00:00", "yesterday"])
def test_what_is_not_past_is_refused(ben: Account, said: str) -> None:
    answer = Visitor(ben).send(BENCH, **{"query": "x", "A-top_k": "10", "A-as_of": said})

    assert answer.status_code == 400


def test_who_may_not_look_back_is_not_offered_it(ana: Account) -> None:
    assert "A-as_of" not in Visitor(ana).read(BENCH)


def test_who_may_not_look_back_is_refused_it(ana: Account) -> None:
    sent = {"query": "x", "A-top_k": "10", "A-as_of": "2026-01-01T00:00"}

    assert Visitor(ana).send(BENCH, **sent).status_code == 403
    assert AuditEntry.objects.latest("number").action == "attempt.refused"
