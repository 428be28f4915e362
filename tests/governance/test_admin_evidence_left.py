"""Evidence that a new edition left behind, on screen: found, read beside the new text, decided."""

from __future__ import annotations

from typing import Any

import pytest

from governance import clock
from governance.actions import notices
from governance.models import Account, ChangeSet, Evidence, Notice, Passage, Relation, Version
from tests.support import knowledge
from tests.support.graph import applied, decide, span, stroke, written
from tests.support.visiting import Visitor

LIST = "/admin/evidence/"
OLD = "Alteplase is given within 3 h of onset."
NEW = "Alteplase is given within 4.5 h of onset."


@pytest.fixture
def edge(ana: Account, ben: Account) -> Relation:
    old = knowledge.active(knowledge.source(ana), ana, ben, texts=[OLD, "Watch."])
    return stroke(ana, ben, old.passages.current()[0])


@pytest.fixture
def left(edge: Relation, ana: Account, ben: Account) -> Evidence:
    evidence = Evidence.objects.select_related("passage__version__source").get()
    source = evidence.passage.version.source
    knowledge.active(source, ana, ben, texts=["Watch.", NEW], label="2026")
    return evidence


@pytest.fixture
def new(left: Evidence) -> Passage:
    return Passage.objects.get(text=NEW)


def at(evidence: Evidence) -> str:
    return f"{LIST}{evidence.pk}/"


def steps_of(change_set: ChangeSet) -> list[tuple[str, Any]]:
    return [(edit.deed, edit.content) for edit in change_set.edits_in_order()]


def test_list_leads_to_what_is_to_be_looked_at(left: Evidence, ana: Account) -> None:
    page = Visitor(ana).read(LIST)

    assert "Nothing carries it" in page
    assert OLD in page
    assert at(left) in page


def test_page_shows_what_took_the_place_of_the_words(
    left: Evidence, new: Passage, ana: Account
) -> None:
    page = Visitor(ana).open(at(left))

    assert f"<mark>{OLD}</mark>" in page.content.decode()
    assert page.context["choice"].chosen == new.pk
    assert page.context["form"].initial["words"] == NEW


def test_new_passage_carries_it_once_another_has_it_applied(
    left: Evidence, new: Passage, edge: Relation, ana: Account, ben: Account
) -> None:
    answer = Visitor(ana).press(at(left), decision="carried", found=new.pk, words="within 4.5 h")

    made = ChangeSet.objects.latest("pk")
    assert (answer.url, steps_of(made)) == (
        LIST,
        [
            ("evidence.add", {"relation": edge.pk, **span(new, "within 4.5 h")}),
            ("evidence.end", {"evidence": left.pk}),
        ],
    )
    Visitor(ana).press(f"/admin/governance/changeset/{made.pk}/submit/")
    decide(ChangeSet.objects.get(pk=made.pk), ben)
    assert Relation.objects.in_force(clock.now()).get() == edge


def test_what_holds_no_more_is_ended(left: Evidence, edge: Relation, ana: Account) -> None:
    Visitor(ana).press(at(left), decision="ended")

    made = ChangeSet.objects.latest("pk")
    assert steps_of(made) == [("relation.end", {"relation": edge.pk})]


def test_words_alone_are_taken_away_from_what_else_is_carried(
    left: Evidence, new: Passage, edge: Relation, ana: Account, ben: Account
) -> None:
    watch = Passage.objects.in_force(clock.now()).get(text="Watch.")
    applied(ana, ben, ("evidence.add", {"relation": edge.pk, **span(watch)}))

    Visitor(ana).press(at(left), decision="taken_away")

    made = ChangeSet.objects.latest("pk")
    assert steps_of(made) == [("evidence.end", {"evidence": left.pk})]


def test_last_words_are_not_taken_away_alone(left: Evidence, ana: Account) -> None:
    answer = Visitor(ana).press(at(left), decision="taken_away")

    assert (answer.status_code, ChangeSet.objects.count()) == (400, 1)


def test_all_decisions_of_a_person_go_into_one_set(left: Evidence, ana: Account) -> None:
    draft = written(ana, title="After the new edition")

    Visitor(ana).press(at(left), decision="ended")

    assert ChangeSet.objects.latest("pk") == draft
    assert draft.edits.count() == 1


def test_what_was_decided_is_marked_and_not_asked_again(left: Evidence, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(left), decision="ended")

    assert "Nothing is to be decided" in visitor.read(LIST)
    assert "Decided about in:" in visitor.read(LIST, state="proposed")
    assert "which is not applied yet" in visitor.read(at(left))
    answer = visitor.send(at(left), decision="ended")
    assert (answer.status_code, ChangeSet.objects.latest("pk").edits.count()) == (409, 1)


def test_other_passage_is_looked_for_with_what_was_typed_kept(left: Evidence, ana: Account) -> None:
    answer = Visitor(ana).send(at(left), look="1", find="watch", words="Watch.", decision="carried")

    hits = answer.context["choice"].hits
    assert [hit.passage.text for hit in hits] == ["Watch."]
    assert "checked" in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"decision": ""}, "This field is required."),
        ({"decision": "maybe"}, "Select a valid choice"),
        ({"decision": "carried"}, "Choose a passage that was found"),
        ({"decision": "carried", "passage": 10**15}, "There is no such passage."),
        ({"decision": "carried", "passage": "old"}, "is not in force"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    given: dict[str, Any], sentence: str, left: Evidence, ana: Account
) -> None:
    if given.get("passage") == "old":
        given = given | {"passage": left.passage_id}

    answer = Visitor(ana).send(at(left), **given)

    assert sentence in answer.content.decode()
    assert ChangeSet.objects.count() == 1


def test_evidence_that_followed_is_no_task(edge: Relation, ana: Account) -> None:
    evidence = edge.evidence.get()

    answer = Visitor(ana).send(at(evidence), decision="ended")

    assert (answer.status_code, Visitor(ana).open(f"{LIST}999/").status_code) == (409, 404)


def test_auditor_reads_the_list_and_decides_nothing(left: Evidence, cleo: Account) -> None:
    visitor = Visitor(cleo)

    assert at(left) not in visitor.read(LIST)
    assert visitor.send(at(left), decision="ended").status_code == 403


def test_list_is_narrowed_to_a_source(left: Evidence, active: Version, ana: Account) -> None:
    visitor = Visitor(ana)

    found = [
        len(visitor.open(LIST, source=number).context["rows"])
        for number in (left.passage.version.source_id, active.source_id, "x", "")
    ]

    assert found == [1, 0, 1, 1]


def test_notice_leads_to_the_list(left: Evidence, ana: Account) -> None:
    notices.tell()
    notice = Notice.objects.get(person=ana.person, code="evidence_left")

    answer = Visitor(ana).open(f"/admin/notices/{notice.pk}/")

    assert answer.url == f"{LIST}?source={left.passage.version.source_id}"


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "99"}, {"state": "\0"}, {"source": "9" * 40}]
)
def test_nonsense_in_the_address_breaks_nothing(
    query: dict[str, str], left: Evidence, ana: Account
) -> None:
    assert Visitor(ana).open(LIST, **query).status_code == 200
