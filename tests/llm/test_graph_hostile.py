"""Five hundred names that would be something else if anybody took them for more than text."""

from __future__ import annotations

import random
from html import escape
from pathlib import Path

import pytest
from django.core.management import call_command

from governance.models import Account, ChangeSet, ConceptName, Version
from llm.projections import graph_rows
from llm.projections.advance import advance
from llm.projections.graph import Graph
from llm.stores.graph import Node
from llm.stores.neo4j import Neo4jStore
from tests.support import graph as drawing
from tests.support.callers import log_in
from tests.support.graph_standin import GraphInMemory
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.long]
Store = GraphInMemory | Neo4jStore

PIECES = [
    "'}) MATCH (n) DETACH DELETE n //",
    '"}) CALL db.index.fulltext.drop("cjk") //',
    "`) SET n.name_zh = null WITH n MATCH (`",
    "$name",
    "\\u0027 OR 1=1 //",
    "; DROP TABLE governance_concept; --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" autofocus onfocus="alert(1)',
    "{{ 7|add:'7' }}{% now 'Y' %}",
    "%(name)s %s {0} {name}",
    '=HYPERLINK("http://x")',
    "@SUM(A1)",
    "+1-1",
    "|---|",
    "a,b;c\td".replace("\t", " "),
    "𝕗𝕦𝕝𝕝 ﬁ ＡＢＣ",
    "ﷺ مرحبا שלום",
    "🩸💊🧬",
    "ⓓⓡⓤⓖ",
    "null",
    "None",
    "NaN",
    "true",
    "0x1F",
    "1e309",
    "../../etc/passwd",
    "C:\\con",
    "阿司匹林（肠溶片）《说明书》",
    "é\u0301ı",
]
UNSEEN = ["a\u200bb", "a\u202eb", "a\x00b", "a\x1b[31mb", "a\nb", "a\ufeffb", "\u2066a", "a\u2028b"]


def hostile(count: int) -> list[str]:
    """Each its own, whatever width and case it is compared in."""
    dice = random.Random(20261128)
    names = [f"{' '.join(dice.sample(PIECES, dice.randint(1, 3)))} {n}" for n in range(count)]
    assert all(name.isprintable() and len(name) <= 200 for name in names)
    return names


NAMES = hostile(500)


def over_http(by: Account, reviewer: Account) -> None:
    """All of them in one change set, which another person applies."""
    steps = [
        {"deed": deed, "content": content}
        for deed, content in (
            drawing.concept(f"n{n}", "drug", name) for n, name in enumerate(NAMES)
        )
    ]
    writer = log_in(by)
    made = writer.send("change_sets/", {"title": NAMES[0], "steps": steps}).json()
    asked = writer.send(f"change_sets/{made['id']}/submit/").json()
    body = {"reason": "Read.", "password": PASSWORD, "digest": asked["digest"]}
    answer = log_in(reviewer).send(f"change_sets/{made['id']}/apply/", body)
    assert answer.status_code == 200, answer.json()


def test_names_come_back_as_they_were_from_the_truth_and_the_graph(
    store: Store, active: Version, ana: Account, ben: Account
) -> None:
    drawing.begin_schema()
    over_http(ana, ben)

    assert advance(Graph(store))

    assert set(ConceptName.objects.values_list("name", flat=True)) == set(NAMES)
    live = store.generation() or 0
    rows = [found.row for found in store.nodes(live) if isinstance(found.row, Node)]
    assert {row.name_en for row in rows} == set(NAMES)
    wanted = [node for chunk in graph_rows.all_nodes() for node in chunk]
    assert sorted(rows, key=lambda node: node.id) == wanted


def test_names_are_found_and_shown_as_text(active: Version, ana: Account, ben: Account) -> None:
    drawing.begin_schema()
    over_http(ana, ben)
    caller, visitor = log_in(ana), Visitor(ana)

    for name in NAMES[::25]:
        (found,) = [
            each
            for each in caller.ask("concepts/", search=name).json()["results"]
            if each["names"][0]["name"] == name
        ]
        page = visitor.read(f"/admin/governance/concept/{found['id']}/change/")
        assert escape(name) in page
    assert "<script>alert(1)" not in visitor.read("/admin/governance/concept/?all=")


def test_names_go_out_in_lists_and_come_in_again(
    active: Version, ana: Account, ben: Account, tmp_path: Path
) -> None:
    drawing.begin_schema()
    over_http(ana, ben)

    for target in (tmp_path / "graph.xlsx", tmp_path / "lists"):
        call_command("export_graph", to=target)
        files = sorted(target.iterdir()) if target.is_dir() else [target]
        call_command("import_graph", *files, by="ana")

    # Everything was known already: nothing is left to be changed.
    assert ChangeSet.objects.count() == 1
    assert set(ConceptName.objects.values_list("name", flat=True)) == set(NAMES)


@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_what_cannot_be_seen_in_a_name_is_refused(
    active: Version, ana: Account, ben: Account, name: str
) -> None:
    drawing.begin_schema()
    _deed, content = drawing.concept("n", "drug", name)
    steps = [{"deed": "concept.add", "content": content}]
    writer = log_in(ana)

    answer = writer.send("change_sets/", {"title": "One", "steps": steps})

    refused = answer.status_code >= 400
    assert refused or writer.ask(f"change_sets/{answer.json()['id']}/trial/").json()
