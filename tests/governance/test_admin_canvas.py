"""The canvas: what it shows to whom, and how what is proposed from it leads back to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from governance.models import Account, ChangeSet, Passage, Relation, Version
from tests.governance.canvas_pages import (
    CANVAS,
    FOUND,
    HOSTILE,
    SHOWN,
    TAKE_BACK,
    labels,
    led,
    shown,
)
from tests.support import graph, knowledge
from tests.support.graph import applied, concept, named
from tests.support.visiting import Visitor, words


@pytest.fixture
def passage(active: Version) -> Passage:
    graph.begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def edge(passage: Passage, ana: Account, ben: Account) -> Relation:
    return graph.stroke(ana, ben, passage)


def at(row: Any, page: str = "change") -> str:
    return f"/admin/governance/{row._meta.model_name}/{row.pk}/{page}/"


def data(page: str, name: str) -> Any:
    start = page.index(f'id="{name}" type="application/json">') + len(name) + 30
    return json.loads(page[start : page.index("</script>", start)])


# What it shows.


def test_concept_is_shown_with_what_is_around_it(edge: Relation, cleo: Account) -> None:
    told = shown(Visitor(cleo), concept=edge.subject_id)

    assert labels(told) == ["alteplase", "ischaemic stroke"]
    assert [(e["label"], e["isInForce"]) for e in told["edges"]] == [("treats", True)]
    assert told["set"] is None


def test_names_are_those_of_the_readers_language(edge: Relation, cleo: Account) -> None:
    told = shown(Visitor(cleo, language="zh-hans"), concept=edge.subject_id)

    assert labels(told) == ["阿替普酶", "缺血性卒中"]


def test_what_lapsed_is_said_to_be_so(edge: Relation, passage: Passage, ben: Account) -> None:
    knowledge.retire(passage.version, ben)

    told = shown(Visitor(ben), concept=edge.subject_id, lapsed="1")

    assert [e["isInForce"] for e in told["edges"]] == [False]


def test_what_is_cut_is_said(
    edge: Relation, cleo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.surroundings.FIRST_NODES", 0)

    told = shown(Visitor(cleo), concept=edge.subject_id)

    assert told["remarks"] == ["There is more than fits here around: alteplase."]
    assert told["nodes"][0]["beyond"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"concept": "x,-1,1.5,9999999999999999999999,０"},
        {"concept": "," * 5000},
        {"with": "\x00"},
        {"type": "a'b,<b>", "relation": "%00"},
        {"set": "99999999999999999999"},
        {"set": "x", "lapsed": "maybe"},
        {"set": "²"},
    ],
)
def test_nonsense_shows_nothing_and_breaks_nothing(
    query: dict[str, str], edge: Relation, cleo: Account
) -> None:
    answer = Visitor(cleo).open(SHOWN, **query)

    assert (answer.status_code, answer.json()["nodes"]) == (200, [])


def test_more_centres_than_are_opened_at_a_time_are_said(edge: Relation, cleo: Account) -> None:
    many = ",".join(str(number) for number in range(edge.subject_id, edge.subject_id + 51))

    told = shown(Visitor(cleo), concept=many)

    assert told["remarks"] == ["At most 50 concepts are opened at a time, and 300 more shown."]


def test_type_that_nothing_has_leaves_what_was_asked_for(edge: Relation, cleo: Account) -> None:
    assert labels(shown(Visitor(cleo), concept=edge.subject_id, type="-")) == ["alteplase"]


@pytest.mark.parametrize("sought", ["ALTEPL", "阿替", "ａｌｔｅ"])
def test_concept_is_found_by_a_part_of_any_name(sought: str, edge: Relation, cleo: Account) -> None:
    found = Visitor(cleo).open(FOUND, q=sought).json()

    assert [hit["label"] for hit in found["found"]] == ["alteplase"]
    assert found["hasMore"] is False


def test_concept_is_found_by_its_code(ana: Account, ben: Account, edge: Relation) -> None:
    codes = [{"system": "atc", "code": "B01AD02"}]
    applied(ana, ben, ("concept.code", {"concept": edge.subject_id, "codes": codes}))

    found = Visitor(ana).open(FOUND, q="b01ad02").json()["found"]

    assert [hit["names"] for hit in found] == ["阿替普酶 · ATC B01AD02"]


@pytest.mark.parametrize("sought", ["", " ", "\x00", "\u200b", "x" * 5000, "%", "nothing like it"])
def test_what_no_name_holds_finds_nothing(sought: str, edge: Relation, cleo: Account) -> None:
    assert Visitor(cleo).open(FOUND, q=sought).json()["found"] == []


def test_closest_name_comes_first_and_more_are_said(ana: Account, ben: Account) -> None:
    graph.begin_schema()
    applied(ana, ben, *(concept(f"h{n}", "drug", f"heparin {n:0>3}") for n in range(25)))
    applied(ana, ben, concept("h", "drug", "heparin"))

    found = Visitor(ana).open(FOUND, q="heparin").json()

    assert (found["found"][0]["label"], len(found["found"])) == ("heparin", 20)
    assert found["hasMore"] is True


def test_details_tell_names_codes_and_what_may_be_proposed(edge: Relation, ana: Account) -> None:
    page = Visitor(ana).read(f"/admin/canvas/concept/{edge.subject_id}/", concept=edge.subject_id)

    assert "阿替普酶" in page
    assert f"{at(edge.subject, 'rename')}?canvas=concept%3D{edge.subject_id}" in page


def test_details_of_a_relation_quote_what_carries_it(
    edge: Relation, passage: Passage, cleo: Account
) -> None:
    page = Visitor(cleo).read(f"/admin/canvas/relation/{edge.pk}/")

    assert passage.text in page
    assert "/end/" not in page


def test_what_was_retired_is_said_to_be_and_offers_nothing(ana: Account, ben: Account) -> None:
    one, _other = graph.two_drugs(ana, ben)
    applied(ana, ben, ("concept.retire", {"concept": one.pk}))
    visitor = Visitor(ana)

    told = shown(visitor, concept=one.pk)
    page = visitor.read(f"/admin/canvas/concept/{one.pk}/")

    assert [node["standing"] for node in told["nodes"]] == ["Retired"]
    assert "?canvas=" not in page


def test_relation_that_was_ended_offers_nothing(edge: Relation, ana: Account, ben: Account) -> None:
    applied(ana, ben, ("relation.end", {"relation": edge.pk}))

    page = Visitor(ana).read(f"/admin/canvas/relation/{edge.pk}/")

    assert "Not in force" in page
    assert "?canvas=" not in page


def test_qualifiers_are_text(edge: Relation, ana: Account, ben: Account) -> None:
    said = {"relation": edge.pk, "qualifiers": {"dose": HOSTILE[0]}}
    applied(ana, ben, ("relation.qualify", said))
    newest = Relation.objects.current().get()

    page = Visitor(ana).read(f"/admin/canvas/relation/{newest.pk}/")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("kind", ["concept", "relation"])
@pytest.mark.parametrize("number", ["0", "99999999999999999999", "77777"])
def test_details_of_nothing_are_not_found(kind: str, number: str, cleo: Account) -> None:
    assert Visitor(cleo).open(f"/admin/canvas/{kind}/{number}/").status_code == 404


@pytest.mark.parametrize("address", [CANVAS, SHOWN, FOUND, "/admin/canvas/table/"])
def test_pages_to_read_take_no_post(address: str, ana: Account) -> None:
    assert Visitor(ana).send(address).status_code == 405


def test_who_may_not_draw_is_offered_nothing(edge: Relation, cleo: Account) -> None:
    page = Visitor(cleo).read(CANVAS, concept=edge.subject_id)

    assert "data-may-draw" not in page
    assert "data-undo" not in page


def test_page_tells_what_the_schema_allows(passage: Passage, ana: Account) -> None:
    told = data(Visitor(ana).read(CANVAS), "canvas-schema")

    assert ["treats", "drug", "disease"] in told["triples"]
    assert ["treats", "disease", "drug"] not in told["triples"]


def test_empty_canvas_names_somewhere_to_begin(edge: Relation, ana: Account) -> None:
    assert f'data-bring="{edge.subject_id}"' in Visitor(ana).read(CANVAS)


@pytest.mark.slow
def test_hostile_names_are_told_as_they_are(ana: Account, ben: Account) -> None:
    graph.begin_schema()
    applied(ana, ben, *(concept(f"h{n}", "drug", name) for n, name in enumerate(HOSTILE)))
    numbers = ",".join(str(named(name).pk) for name in HOSTILE)

    told = shown(Visitor(ana), **{"with": numbers})

    assert labels(told) == HOSTILE


@pytest.mark.slow
def test_hostile_names_are_text_in_every_page(ana: Account, ben: Account) -> None:
    graph.begin_schema()
    applied(ana, ben, *(concept(f"h{n}", "drug", name) for n, name in enumerate(HOSTILE[:8])))
    numbers = [named(name).pk for name in HOSTILE[:8]]
    visitor = Visitor(ana)

    pages = [visitor.read(f"/admin/canvas/concept/{number}/") for number in numbers]
    pages.append(visitor.read("/admin/canvas/table/", **{"with": ",".join(map(str, numbers))}))

    assert not any(name in page for page in pages for name in HOSTILE[:5])


def test_concept_and_change_set_lead_to_the_canvas(edge: Relation, ana: Account) -> None:
    visitor, made = (
        Visitor(ana),
        ChangeSet.objects.get(title="A change", edits__deed="concept.add", edits__position=1),
    )

    assert f"{CANVAS}?concept={edge.subject_id}" in visitor.read(at(edge.subject))
    assert f"{CANVAS}?set={made.pk}" in visitor.read(at(made))


# What is proposed from it.


def test_step_leads_back_to_where_it_was_proposed(edge: Relation, ana: Account) -> None:
    address = led(at(edge.subject, "rename"), f"concept={edge.subject_id}&type=drug")

    answer = Visitor(ana).press(address, names_zh="", names_en="rt-PA")

    assert answer.headers["Location"] == f"{CANVAS}?concept={edge.subject_id}&type=drug"


def test_step_leads_back_to_the_table(edge: Relation, ana: Account) -> None:
    address = led(at(edge, "end"), f"concept={edge.subject_id}&view=table")

    answer = Visitor(ana).press(address)

    assert answer.headers["Location"] == f"{CANVAS}table/?concept={edge.subject_id}"


def test_after_a_step_ones_own_draft_is_shown(edge: Relation, ana: Account) -> None:
    answer = Visitor(ana).press(led(at(edge, "end"), "set=1"))

    assert answer.headers["Location"] == CANVAS


@pytest.mark.parametrize(
    "canvas",
    ["//evil.example/", "https://evil.example", "concept=//x&next=/admin/", "\x00", "a" * 9000],
)
def test_way_back_leads_to_the_canvas_alone(canvas: str, edge: Relation, ana: Account) -> None:
    answer = Visitor(ana).press(led(at(edge, "end"), canvas))

    assert answer.headers["Location"] == CANVAS


def test_page_that_was_come_to_from_elsewhere_leads_to_the_set(
    edge: Relation, ana: Account
) -> None:
    answer = Visitor(ana).press(at(edge, "end"))

    assert answer.headers["Location"] == at(ChangeSet.objects.latest("pk"))


def test_relation_is_filled_in_as_it_was_drawn(
    edge: Relation, passage: Passage, ana: Account, ben: Account
) -> None:
    applied(ana, ben, concept("l", "drug", "low"), concept("h", "disease", "Start"))
    address = f"{at(named('low'), 'relate')}?type=treats&object={named('Start').pk}"

    page = Visitor(ana).read(address)

    assert '<option value="treats" selected>' in page
    assert f'<option value="{named("Start").pk}" selected' in page
    assert 'value="low Start"' in page
    assert f'id="found-{passage.pk}"' in page


@pytest.mark.parametrize("given", ["", "x", "99999999999999999999", "\x00", "<b>"])
def test_relation_drawn_to_nothing_is_filled_in_by_hand(
    given: str, edge: Relation, ana: Account
) -> None:
    answer = Visitor(ana).open(at(edge.subject, "relate"), object=given, type=given)

    assert answer.status_code == 200


def test_merger_is_proposed_by_the_form_of_the_canvas(ana: Account, ben: Account) -> None:
    one, other = graph.two_drugs(ana, ben)

    Visitor(ana).send(led(at(one, "merge"), f"with={one.pk}"), into=other.pk)

    edit = ChangeSet.objects.latest("pk").edits.get()
    assert (edit.deed, edit.content) == ("concept.merge", {"concept": one.pk, "into": other.pk})


# Taking back.


def test_last_step_is_taken_back(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(led(at(edge.subject, "rename")), names_zh="", names_en="rt-PA")
    visitor.press(led(at(edge.subject, "recode")), codes="atc B01AD02")

    visitor.press(led(TAKE_BACK, "concept=3"))

    assert [e.deed for e in ChangeSet.objects.latest("pk").edits.all()] == ["concept.name"]
    assert "Name “alteplase” anew" in shown(visitor)["last"]


def test_steps_that_were_written_at_once_are_taken_back_at_once(
    edge: Relation, ana: Account
) -> None:
    visitor = Visitor(ana)
    visitor.press(led(at(edge.subject, "retire")))
    assert ChangeSet.objects.latest("pk").edits.count() == 2

    visitor.press(TAKE_BACK)

    assert not ChangeSet.objects.latest("pk").edits.exists()


def test_nothing_is_left_to_take_back_where_nothing_was_written(
    edge: Relation, ana: Account
) -> None:
    visitor = Visitor(ana)
    visitor.press(at(edge, "end"))

    answer = visitor.send(TAKE_BACK)

    assert answer.status_code == 409
    assert "Nothing that you wrote here is left" in words(answer)
    assert ChangeSet.objects.latest("pk").edits.count() == 1


def test_what_was_submitted_is_not_taken_back(edge: Relation, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(led(at(edge, "end")))
    visitor.press(at(ChangeSet.objects.latest("pk"), "submit"))

    assert visitor.send(TAKE_BACK).status_code == 409
    assert ChangeSet.objects.latest("pk").status == "in_review"


def test_steps_of_somebody_else_are_not_taken_back(
    edge: Relation, ana: Account, dora: Account
) -> None:
    Visitor(ana).press(led(at(edge, "end")))
    other = Visitor(dora)
    session = other.client.session
    session["written_from_canvas"] = [[e.pk for e in ChangeSet.objects.latest("pk").edits.all()]]
    session.save()

    assert other.send(TAKE_BACK).status_code == 409


def test_who_may_not_draw_takes_nothing_back(edge: Relation, cleo: Account) -> None:
    assert Visitor(cleo).send(TAKE_BACK).status_code == 403
