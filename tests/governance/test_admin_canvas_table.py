"""The canvas as two tables: the same, and every action by links alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from governance.admin import canvas_table
from governance.models import Account, ChangeSet, Concept, Passage, Relation, Version
from tests.governance.canvas_pages import HOSTILE, TABLE, led
from tests.support import graph
from tests.support.graph import applied, concept, named, relation, span, written
from tests.support.visiting import Visitor


@pytest.fixture
def passage(active: Version) -> Passage:
    graph.begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def links(page: str) -> dict[str, str]:
    """Addresses by the words that lead there."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', page)
    return {unescape(words).strip(): unescape(address) for address, words in found}


def rows(page: str) -> list[str]:
    plain = [re.sub(r"<[^>]+>", " ", row) for row in page.split("<tr")[1:]]
    return [" ".join(unescape(row).split()) for row in plain]


def test_concepts_and_relations_stand_in_two_tables(edge: Relation, cleo: Account) -> None:
    told = rows(Visitor(cleo).read(TABLE, concept=edge.subject_id))

    assert any("alteplase Take off Drug" in row for row in told)
    assert any("alteplase treats ischaemic stroke In force" in row for row in told)


def test_what_is_pending_is_marked_with_words(edge: Relation, ana: Account) -> None:
    written(ana, concept("h", "drug", "heparin"), ("relation.end", {"relation": edge.pk}))

    told = rows(Visitor(ana).read(TABLE, concept=edge.subject_id))

    assert any("heparin Would be added Drug" in row for row in told)
    assert any("treats Would be ended" in row for row in told)


def test_empty_table_leads_on(edge: Relation, cleo: Account) -> None:
    page = Visitor(cleo).read(TABLE)

    assert "Search for a concept to begin." in page
    assert links(page)["alteplase"] == f"{TABLE}?concept={edge.subject_id}"


def test_concept_is_found_and_brought_in(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(TABLE, q="卒中", concept=edge.subject_id)

    both = f"{TABLE}?concept={edge.subject_id},{edge.object_id}"
    assert links(page)["Bring in with what is around it"] == both
    assert (
        links(page)["Bring in alone"] == f"{TABLE}?concept={edge.subject_id}&with={edge.object_id}"
    )


def test_concept_leads_to_what_is_around_it(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(TABLE, **{"with": edge.subject_id})

    assert links(page)["1 relation"] == f"{TABLE}?concept={edge.subject_id}&with={edge.subject_id}"


def test_what_was_brought_in_is_taken_off(edge: Relation, ana: Account) -> None:
    both = f"{edge.subject_id},{edge.object_id}"

    page = Visitor(ana).read(TABLE, **{"with": both})

    assert links(page)["Take off"] == f"{TABLE}?with={edge.subject_id}"


def test_merger_of_unlike_things_is_not_offered(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(TABLE, concept=edge.subject_id, **{"from": f"c{edge.subject_id}"})

    assert "alteplase – treats → ischaemic stroke…" in links(page)
    assert not any(words.startswith("Merge") for words in links(page))


def test_table_is_narrowed_by_type(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(TABLE, concept=edge.subject_id, type=["drug", "device"])

    assert not any("ischaemic stroke" in row for row in rows(page))
    assert 'value="drug" id="type-drug" checked' in page


def test_relation_is_begun_here_and_its_end_chosen_there(
    edge: Relation, ana: Account, ben: Account
) -> None:
    applied(ana, ben, concept("h", "drug", "heparin"))
    visitor = Visitor(ana)
    both = {"concept": edge.subject_id, "with": named("heparin").pk}
    start = links(visitor.read(TABLE, **both))

    page = visitor.read(TABLE, **both, **{"from": f"c{named('heparin').pk}"})

    assert start["Relate it to another…"].startswith(TABLE)
    told = links(page)["heparin – treats → ischaemic stroke…"]
    assert f"/concept/{named('heparin').pk}/relate/?type=treats&object={edge.object_id}" in told
    assert "ischaemic stroke – treats → heparin…" not in links(page)


def test_merger_is_proposed_by_links_alone(ana: Account, ben: Account) -> None:
    one, other = graph.two_drugs(ana, ben)
    visitor = Visitor(ana)
    page = visitor.read(TABLE, **{"with": f"{one.pk},{other.pk}", "from": f"c{one.pk}"})

    answer = visitor.press(links(page)["Merge “heparin” into “aspirin”…"], into=other.pk)

    assert ChangeSet.objects.latest("pk").edits.get().deed == "concept.merge"
    assert answer.headers["Location"] == f"{TABLE}?with={one.pk},{other.pk}"


def test_every_page_of_a_concept_and_a_relation_is_reached(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(TABLE, concept=edge.subject_id)

    for path in ("relate", "rename", "recode", "retype", "merge", "split", "review", "retire"):
        assert f"/concept/{edge.subject_id}/{path}/?canvas=" in page
    for path in ("qualify", "add-evidence", "end"):
        assert f"/relation/{edge.pk}/{path}/?canvas=" in page


def test_last_step_is_taken_back_by_a_link(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(led(f"/admin/governance/relation/{edge.pk}/end/", "view=table"))
    page = visitor.read(TABLE, concept=edge.subject_id)

    answer = visitor.press(links(page)["Take back…"])

    assert answer.headers["Location"] == f"{TABLE}?concept={edge.subject_id}"
    assert not ChangeSet.objects.latest("pk").edits.exists()


def test_who_may_not_draw_is_offered_nothing(edge: Relation, cleo: Account) -> None:
    page = Visitor(cleo).read(TABLE, concept=edge.subject_id, **{"from": f"c{edge.subject_id}"})

    assert "Propose" not in page
    assert "Choose below" not in page


@pytest.mark.parametrize(
    "query", [{"from": "x"}, {"from": "9" * 30}, {"page": "x"}, {"relations": "-1"}, {"q": "\x00"}]
)
def test_nonsense_in_the_address_breaks_nothing(
    query: dict[str, str], edge: Relation, ana: Account
) -> None:
    assert Visitor(ana).open(TABLE, concept=edge.subject_id, **query).status_code == 200


@pytest.mark.slow
def test_hostile_names_are_text(ana: Account, ben: Account) -> None:
    graph.begin_schema()
    applied(ana, ben, *(concept(f"h{n}", "drug", name) for n, name in enumerate(HOSTILE)))
    numbers = ",".join(str(pk) for pk in Concept.objects.values_list("pk", flat=True))

    page = Visitor(ana).read(TABLE, **{"with": numbers, "from": f"c{numbers.split(',')[0]}"})

    told = [unescape(name) for name in re.findall(r"data-is-data>([^<]*)</a>", page)]
    assert set(HOSTILE) <= set(told)
    assert "<script>alert" not in page


def test_long_tables_have_pages(
    passage: Passage, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canvas_table, "A_PAGE", 2)
    begin = [concept(f"d{n}", "disease", f"disease {n}") for n in range(4)]
    said = [relation("new:h", "treats", f"new:d{n}", span(passage)) for n in range(4)]
    applied(ana, ben, concept("h", "drug", "heparin"), *begin, *said)

    page = Visitor(ana).read(TABLE, concept=named("heparin").pk, page="3", relations="2")

    assert [row for row in rows(page) if "disease 3 Disease" in row]
    assert not [row for row in rows(page) if "disease 0 Disease" in row]
    assert f"{TABLE}?concept={named('heparin').pk}&amp;page=1" in page


@pytest.mark.slow
def test_database_is_asked_as_often_for_many_as_for_few(
    passage: Passage,
    ana: Account,
    ben: Account,
    django_assert_max_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    visitor, asked = Visitor(ana), []
    visitor.read(TABLE)
    for size in (2, 30):
        ends = [concept(f"d{n}", "disease", f"disease {size} {n}") for n in range(size)]
        said = [relation("new:h", "treats", f"new:d{n}", span(passage)) for n in range(size)]
        applied(ana, ben, concept("h", "drug", f"drug {size}"), *ends, *said)
        with django_assert_max_num_queries(60) as told:
            visitor.read(TABLE, concept=named(f"drug {size}").pk)
        asked.append(len(told))

    assert asked[0] == asked[1]


def test_table_in_chinese_is_in_chinese(edge: Relation, ana: Account) -> None:
    page: Any = Visitor(ana, language="zh-hans").read(TABLE, concept=edge.subject_id)

    assert "阿替普酶" in page
