"""What was changed in the graph database on a page and by command: offered, and who may."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.models import Account, ChangeSet, Relation, Version
from llm import clients
from llm.projections.advance import advance
from llm.projections.graph import Graph
from llm.stores.graph import Found
from tests.support import graph as drawing
from tests.support.graph_standin import Behind, GraphInMemory
from tests.support.visiting import Visitor

pytestmark = pytest.mark.django_db
PAGE = "/admin/graph-drift/"
NAMED = Found(None, "x0", {"name_zh": "肝素", "name_en": "heparin"}, ("Concept", "Drug"))
HOSTILE = Found(None, "x1", {"name_en": "<script>\x01" + "y" * 10_000}, ("Concept", "Drug"))


@pytest.fixture
def memory(settings: Any) -> GraphInMemory:
    settings.NEO4J_URI = "bolt://the.graph"
    store = GraphInMemory()
    clients.install(graph=store)
    return store


@pytest.fixture
def stroke(memory: GraphInMemory, active: Version, ana: Account, ben: Account) -> Relation:
    made = drawing.stroke(ana, ben, active.passages.current()[0])
    assert advance(Graph(memory))
    return made


def sets() -> int:
    return ChangeSet.objects.count()


# The page.


def test_what_can_be_offered_is_told_apart(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.strange = [NAMED, HOSTILE]

    page = Visitor(ana).read(PAGE)

    offered, unfit = page.split('id="unfit"')
    assert "“肝素” was added" in offered
    assert "Add the concept “heparin · 肝素”, a Drug" in offered
    assert "It has a name that is too long" in unfit
    assert "<script>�" not in page


def test_button_writes_a_set_and_leads_to_it(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.strange = [NAMED]

    answer = Visitor(ana).press(PAGE)

    made = ChangeSet.objects.latest("pk")
    assert answer.url == f"/admin/governance/changeset/{made.pk}/change/"
    assert [edit.deed for edit in made.edits.all()] == ["concept.add"]
    assert memory.strange == []


def test_what_changed_since_it_was_seen_is_not_offered(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.strange = [NAMED]

    answer = Visitor(ana).send(PAGE, digest="0" * 64)

    assert (answer.status_code, sets(), memory.strange) == (409, 1, [NAMED])


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ([], "Nobody has changed anything there"),
        ([HOSTILE], "Nothing of it can be offered"),
    ],
)
def test_where_nothing_can_be_offered_it_says_so(
    found: list[Found], sentence: str, memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.strange = found

    page = Visitor(ana).read(PAGE)

    assert sentence in page
    assert 'name="digest"' not in page


def test_database_that_is_away_is_said(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.is_away = True
    visitor = Visitor(ana)

    assert "The graph database is out of reach." in visitor.read(PAGE)
    assert visitor.send(PAGE, digest="0" * 64).status_code == 302
    assert sets() == 1


def test_without_a_graph_database_there_is_no_way(ana: Account) -> None:
    visitor = Visitor(ana)

    assert "There is no graph database here." in visitor.read(PAGE)
    assert visitor.send(PAGE, digest="0" * 64).status_code == 409
    assert PAGE not in visitor.read("/admin/governance/changeset/")


def test_page_is_in_the_side_bar_of_who_may_draw(
    memory: GraphInMemory, stroke: Relation, ana: Account, cleo: Account
) -> None:
    address = "/admin/governance/changeset/"

    assert PAGE in Visitor(ana).read(address)
    assert PAGE not in Visitor(cleo).read(address)
    assert Visitor(cleo).open(PAGE).status_code == 403


def test_page_is_read_in_chinese(memory: GraphInMemory, stroke: Relation, ana: Account) -> None:
    memory.strange = [NAMED, HOSTILE]

    assert Visitor(ana, language="zh-hans").open(PAGE).status_code == 200


# The command.


def run(*arguments: str, ok: bool = True) -> Any:
    printed = io.StringIO()
    if ok:
        call_command("reconcile", "--json", *arguments, stdout=printed)
    else:
        with pytest.raises(SystemExit):
            call_command("reconcile", "--json", *arguments, stdout=printed)
    return json.loads(printed.getvalue())


def test_command_offers_in_somebodys_name(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    Behind(memory).remove_edge(stroke.pk)
    memory.strange = [HOSTILE]

    told = run("--offer", "--by", "ana")

    made = ChangeSet.objects.get(pk=told["change_set"])
    assert (made.author, told["put_right"]) == (ana.person, True)
    assert told["offered"] == ["“alteplase – treats → ischaemic stroke” was taken away"]
    assert len(told["not_offered"]) == 1


def test_command_says_in_words_what_it_did(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    Behind(memory).remove_edge(stroke.pk)
    printed = io.StringIO()

    call_command("reconcile", "--offer", "--by", "ana", stdout=printed)

    assert "is a draft now. Submit it, for another to review." in printed.getvalue()


def test_command_leaves_what_cannot_be_offered(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.strange = [HOSTILE]

    told = run("--offer", "--by", "ana", ok=False)

    assert (told["change_set"], memory.strange) == (None, [HOSTILE])


def test_command_finds_nothing_where_nothing_is(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    assert run("--offer", "--by", "ana")["change_set"] is None


@pytest.mark.parametrize("arguments", [[], ["--by", "nobody"], ["--by", "cleo"]])
def test_command_wants_somebody_who_may(
    arguments: list[str], memory: GraphInMemory, stroke: Relation, cleo: Account
) -> None:
    Behind(memory).remove_edge(stroke.pk)

    with pytest.raises(CommandError):
        call_command("reconcile", "--offer", *arguments)

    assert sets() == 1


def test_command_wants_a_graph_database(ana: Account) -> None:
    with pytest.raises(CommandError, match="NEO4J_URI"):
        call_command("reconcile", "--offer", "--by", "ana")


def test_command_says_that_the_database_is_away(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    memory.is_away = True

    assert "told to be away" in run("--offer", "--by", "ana", ok=False)["error"]
