"""The queue of proposed relations: one decision leads to the next."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from governance import clock
from governance.actions import change_sets
from governance.errors import NoLongerFits
from governance.models import (
    Account,
    ChangeSet,
    GraphEdit,
    Passage,
    RefusedProposal,
    Version,
)
from llm.admin.proposal_pages import Accept
from llm.models import Proposal
from llm.naming.meanings import Meaning
from llm.proposing.ends import read
from tests.support import graph as drawing
from tests.support import knowledge, proposing
from tests.support.visiting import Visitor, words

pytestmark = pytest.mark.django_db
LIST = "/admin/llm/proposal/"


def at(proposal: Proposal, page: str = "change") -> str:
    return f"{LIST}{proposal.pk}/{page}/"


@pytest.fixture
def two(active: Version) -> list[Proposal]:
    """That a drug causes itching, and that it causes hiccup."""
    drawing.begin_schema()
    return proposing.read_in(active.passages.current()[0], proposing.FINDING, proposing.OTHER)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_list_leads_to_the_first_and_each_decision_to_the_next(
    two: list[Proposal], ana: Account
) -> None:
    visitor = Visitor(ana)
    assert at(two[0]) in visitor.read(LIST)

    led_to = visitor.press(at(two[0], "accept"))["Location"]

    assert led_to == at(two[1])


def test_last_decision_leads_back_to_the_list(two: list[Proposal], ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(two[0], "accept"))

    led_to = visitor.press(at(two[1], "refuse"), why="not_said")["Location"]

    assert led_to == LIST
    assert "Nothing is proposed." in visitor.read(LIST)


def test_queue_keeps_to_what_the_list_was_narrowed_to(two: list[Proposal], ana: Account) -> None:
    led_to = Visitor(ana).press(f"{at(two[0], 'accept')}?type=causes&news=new")["Location"]

    assert led_to == f"{at(two[1])}?type=causes&news=new"


def test_queue_narrowed_to_what_is_not_there_ends(two: list[Proposal], ana: Account) -> None:
    led_to = Visitor(ana).press(f"{at(two[0], 'accept')}?type=treats")["Location"]

    assert led_to == f"{LIST}?type=treats"


def test_accepted_twice_goes_into_one_change_set_with_one_new_drug(
    two: list[Proposal], ana: Account
) -> None:
    for proposal in two:
        Visitor(ana).press(at(proposal, "accept"))

    deeds = [edit.deed for edit in ChangeSet.objects.get().edits_in_order()]
    assert deeds == ["concept.add", "concept.add", "relation.add", "concept.add", "relation.add"]


def test_page_shows_the_words_and_both_ends(two: list[Proposal], ana: Account) -> None:
    page = Visitor(ana).read(at(two[0]))

    assert "<mark>" in page
    assert "tenecteplase" in plain(page)
    assert "2 proposals wait." in plain(page)


def test_what_was_decided_is_not_there_any_more(two: list[Proposal], ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(two[0], "accept"))

    assert visitor.send(at(two[0], "accept")).status_code == 409
    assert visitor.open(at(two[0])).status_code == 404
    assert GraphEdit.objects.filter(deed="relation.add").count() == 1


def test_a_second_click_leads_where_the_first_did(two: list[Proposal], ana: Account) -> None:
    visitor = Visitor(ana)
    token = re.search(r'name="once" value="([^"]+)"', visitor.read(at(two[0])))
    assert token

    led_to = [visitor.send(at(two[0], "accept"), once=token[1])["Location"] for _click in "12"]

    assert led_to == [at(two[1])] * 2
    assert GraphEdit.objects.filter(deed="relation.add").count() == 1


def test_refusing_without_a_reason_asks_for_one(two: list[Proposal], ana: Account) -> None:
    answer = Visitor(ana).press(at(two[0], "refuse"))

    assert answer.status_code == 400
    assert not RefusedProposal.objects.exists()


def test_refused_for_another_reason_needs_words(two: list[Proposal], ana: Account) -> None:
    visitor = Visitor(ana)

    assert visitor.press(at(two[0], "refuse"), why="other").status_code == 400
    visitor.press(at(two[0], "refuse"), why="other", reason="It is about dogs.")

    assert RefusedProposal.objects.get().reason == "It is about dogs."


def test_refusal_is_shown_and_taken_back(two: list[Proposal], ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(at(two[0], "refuse"), why="too_general")
    refused = RefusedProposal.objects.get()
    mine = f"/admin/governance/refusedproposal/{refused.pk}"
    assert "Too general" in visitor.read(f"{mine}/change/")

    visitor.press(f"{mine}/readmit/")

    assert Proposal.objects.waiting(clock.now()).count() == 2


FIELDS = {
    "subject_type": "drug",
    "subject_names_en": "tenecteplase",
    "type": "causes",
    "object_type": "finding",
    "object_names_en": "itch",
    "words": "",
}


def test_corrected_it_is_written_as_corrected(
    two: list[Proposal], active: Version, ana: Account, ben: Account
) -> None:
    drawing.applied(ana, ben, drawing.concept("p", "finding", "pruritus"))
    pruritus = drawing.named("pruritus")
    quote = active.passages.current()[0].text[:10]

    Visitor(ana).press(
        at(two[0], "correct"),
        **FIELDS | {"object": pruritus.pk, "words": quote, "qualifiers": "severity: mild"},
    )

    said = GraphEdit.objects.filter(deed="relation.add").get().content
    assert (said["object"], said["qualifiers"]) == (pruritus.pk, {"severity": "mild"})
    assert (said["evidence"][0]["start"], said["evidence"][0]["end"]) == (0, 10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "words that stand nowhere"},
        {"object_names_en": ""},
        {"object_type": ""},
        {"type": "invented"},
        {"qualifiers": "colour: blue"},
        {"object": "999999"},
    ],
    ids=str,
)
def test_wrongly_corrected_it_is_refused_at_its_field(
    two: list[Proposal], active: Version, ana: Account, wrong: dict[str, str]
) -> None:
    quote = active.passages.current()[0].text[:10]

    answer = Visitor(ana).press(at(two[0], "correct"), **FIELDS | {"words": quote} | wrong)

    assert answer.status_code == 400
    assert not ChangeSet.objects.exists()


def test_names_are_shown_as_text(active: Version, ana: Account) -> None:
    drawing.begin_schema()
    hostile = Meaning("finding", (("en", '<script>alert("x")</script>'),))
    (proposal,) = proposing.read_in(active.passages.current()[0], hostile)

    pages = [words(Visitor(ana).open(a)) for a in (LIST, at(proposal), at(proposal, "correct"))]

    assert not any('<script>alert("x")' in page for page in pages)
    assert all("&lt;script&gt;" in page for page in pages)


def test_a_name_without_letters_in_the_screens_language_is_shown_in_the_other(
    active: Version, ana: Account
) -> None:
    drawing.begin_schema()
    chinese = Meaning("finding", (("zh", "呃逆"),))
    proposing.read_in(active.passages.current()[0], chinese)

    assert "呃逆" in Visitor(ana).read(LIST)


def test_a_table_is_shown_by_its_row(ana: Account, ben: Account) -> None:
    drawing.begin_schema()
    table = "| Drug | Effect |\n| --- | --- |\n| tenecteplase | itching |\n| other | rash |"
    version = knowledge.active(knowledge.source(ana), ana, ben, texts=[table])
    passage = version.passages.current()[0]
    start = table.index("| tene")
    where = (start, table.index("\n| other"))
    (proposal,) = proposing.read_at(passage, where, proposing.FINDING)

    page = Visitor(ana).read(at(proposal))

    assert "<strong>tenecteplase</strong>" in page
    assert "rash" not in page


@pytest.mark.parametrize("address", [LIST, "the first"])
def test_a_longer_queue_asks_no_more_of_the_database(
    active: Version, ana: Account, address: str
) -> None:
    drawing.begin_schema()
    visitor, passage = Visitor(ana), active.passages.current()[0]

    def asked(count: int) -> int:
        meanings = [Meaning("finding", (("en", f"finding {n}"),)) for n in range(count)]
        first, *_others = proposing.read_in(passage, *meanings)
        with CaptureQueriesContext(connection) as queries:
            visitor.read(LIST if address == LIST else at(first))
        return len(queries)

    visitor.read(LIST)
    assert asked(20) <= asked(5)


def test_what_left_force_meanwhile_is_not_taken(
    two: list[Proposal], active: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert Visitor(ana).send(at(two[0], "accept")).status_code == 409
    assert not ChangeSet.objects.exists()


@pytest.mark.parametrize("page", ["accept", "correct", "refuse"])
def test_what_left_force_is_said_not_to_fit_any_more(
    two: list[Proposal], active: Version, ana: Account, ben: Account, page: str
) -> None:
    visitor = Visitor(ana)
    knowledge.retire(active, ben)

    assert "cannot be done any more" in words(visitor.open(at(two[0], page)))
    assert visitor.send(at(two[0], page), type="1", words="x", why="not_said").status_code < 500


def test_of_two_who_take_it_at_once_one_does(
    two: list[Proposal], ana: Account, ben: Account
) -> None:
    request = RequestFactory().post(at(two[0], "accept"))
    request.user = ana
    late = Accept(request, two[0])
    assert late.fits()
    Visitor(ben).press(at(two[0], "accept"))

    with pytest.raises(NoLongerFits):
        late.do({})

    assert GraphEdit.objects.filter(deed="relation.add").count() == 1


@pytest.mark.parametrize("names", ["abc", None, 7, ["x", None, {"name": {"a": 1}}, {}]])
def test_a_step_of_nonsense_in_the_draft_is_in_nobodys_way(
    two: list[Proposal], ana: Account, names: Any
) -> None:
    step = ("concept.add", {"ref": "it", "type": "drug", "names": names})
    change_sets.begin(title="By a program", by=ana, steps=[step])

    assert Visitor(ana).press(at(two[0], "accept")).status_code == 302


def test_the_passage_is_the_first_in_force(two: list[Proposal]) -> None:
    assert Passage.objects.in_force(clock.now()).filter(pk=two[0].spans.get().passage_id).exists()
    assert str(read(two[0].subject)) == "tenecteplase"
