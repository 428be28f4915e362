"""Bringing a graph in on its page: checked first, written if asked to, and downloaded again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from governance.models import Account, ChangeSet, Passage, Version
from tests.support.graph import begin_schema, stroke
from tests.support.graph_lists import as_csv, as_workbook
from tests.support.visiting import Visitor, words

PAGE = "/admin/bring-in/graph/"
CONCEPT = {"type": "drug", "name_zh": "阿替普酶"}


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


def send(account: Account, data: str | bytes, **fields: str) -> Any:
    file = SimpleUploadedFile("lists", data if isinstance(data, bytes) else data.encode())
    return Visitor(account).press(PAGE, file=file, **fields)


def test_lists_are_only_checked_at_first(passage: Passage, ana: Account) -> None:
    page = words(send(ana, as_csv("concepts", [CONCEPT])))

    assert "Of 1 rows 0 say what the graph says already; the others make 1 steps." in page
    assert not ChangeSet.objects.exists()


def test_lists_become_a_change_set_where_that_is_asked_for(passage: Passage, ana: Account) -> None:
    answer = send(ana, as_csv("concepts", [CONCEPT]), at_once="on")

    made = ChangeSet.objects.get()
    assert answer.headers["Location"] == f"/admin/governance/changeset/{made.pk}/change/"
    assert made.author == ana.person


def test_what_is_wrong_stands_on_the_page(passage: Passage, ana: Account, tmp_path: Path) -> None:
    book = as_workbook(tmp_path / "a.xlsx", concepts=[CONCEPT | {"type": "<x>"}])

    page = words(send(ana, book.read_bytes(), at_once="on"))

    assert "1 cell is wrong, so nothing can be brought in." in page
    assert '<td>2</td><td><code>type</code></td><td dir="auto">&lt;x&gt;</td>' in page
    assert not ChangeSet.objects.exists()


def test_what_is_known_altogether_is_said(passage: Passage, ana: Account, ben: Account) -> None:
    stroke(ana, ben, passage)

    page = words(send(ana, as_csv("concepts", [CONCEPT]), at_once="on"))

    assert "the graph says all of it already" in page


def test_what_is_no_list_of_the_graph_is_said_at_the_field(passage: Passage, ana: Account) -> None:
    answer = send(ana, b"%PDF-1.7")

    assert answer.status_code == 400
    assert "This is no list" in words(answer)


def test_longer_lists_are_left_to_the_command(passage: Passage, ana: Account) -> None:
    rows = [{"type": "drug", "name_en": f"drug {n}"} for n in range(2_001)]

    answer = send(ana, as_csv("concepts", rows))

    assert answer.status_code == 400
    assert "2000 rows that this page takes" in words(answer)


def test_auditor_brings_nothing_in(passage: Passage, cleo: Account) -> None:
    assert Visitor(cleo).open(PAGE).status_code == 403


def test_graph_is_downloaded(passage: Passage, ana: Account, ben: Account) -> None:
    stroke(ana, ben, passage)

    answer = Visitor(ana).open(f"{PAGE}graph.xlsx")

    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["concepts", "names", "relations"]
    assert book["relations"].max_row == 2
    answer.close()


def test_graph_is_downloaded_by_who_may_read_it(passage: Passage, sam: Account) -> None:
    assert Visitor(sam).open(f"{PAGE}graph.xlsx").status_code == 403


@pytest.mark.parametrize(("who", "is_there"), [("ana", True), ("cleo", False)])
def test_list_of_concepts_leads_there(
    who: str, is_there: bool, passage: Passage, request: pytest.FixtureRequest
) -> None:
    page = Visitor(request.getfixturevalue(who)).read("/admin/governance/concept/")

    assert (f'href="{PAGE}"' in page) is is_there
    assert (f'href="{PAGE}graph.xlsx"' in page) is is_there
