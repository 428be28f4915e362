"""Bringing in a list on the pages: dry run, then all or nothing."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from governance import clock
from governance.models import Account, AuditEntry, Department, Source
from ingest import tidying
from ingest.bringing.lists import LEAVE_OUT
from ingest.listing.table import COLUMNS
from ingest.models import SourceList
from tests.ingest.incoming_files import LISTS, packed, row, workbook
from tests.support import knowledge
from tests.support.visiting import Visitor, source_at, words


def send(account: Account, *rows: dict[str, object], **fields: str) -> Any:
    file = SimpleUploadedFile("list.xlsx", packed(workbook(*rows)))
    return Visitor(account).press(LISTS, file=file, **fields)


def shown(account: Account, *rows: dict[str, object], **fields: str) -> str:
    return Visitor(account).read(send(account, *rows, **fields).headers["Location"])


def left_out(account: Account, *rows: dict[str, object]) -> Any:
    """The dry run with what is registered already left out."""
    address = send(account, *rows).headers["Location"]
    return Visitor(account).open(f"{address}?{LEAVE_OUT}=1")


def test_list_is_registered_whole(ana: Account) -> None:
    address = send(ana, row(), row(title="B", doi="10.1000/b")).headers["Location"]

    Visitor(ana).press(address)

    assert {each.title for each in Source.objects.all()} == {"Asthma", "B"}


def test_dry_run_registers_nothing(ana: Account) -> None:
    assert "Nothing is wrong in it" in shown(ana, row())

    assert not Source.objects.exists()


def test_list_is_one_change_of_the_trail(ana: Account) -> None:
    address = send(ana, row(), row(title="B", doi="10.1000/b")).headers["Location"]
    Visitor(ana).press(address)

    at = AuditEntry.objects.filter(action="source.registered").values_list("at", flat=True)
    assert len(set(at)) == 1


@pytest.mark.parametrize(
    ("changed", "column", "sentence"),
    [
        ({"title": None}, "Title", "This field is required."),
        ({"title": "=1+1"}, "Title", "This is a formula."),
        ({"source_class": "rumour"}, "Class", "Select a valid choice."),
        ({"isbn": "978-0-306-40615-8"}, "ISBN", "the last checks the others"),
        ({"may_train": "maybe"}, "May train a model", "Say yes or no."),
        ({"licence_text": None}, "Licence", "This field is required."),
        ({"title": "a\u200eb"}, "Title", "Give one line of text"),
        ({"issuer": "x" * 201}, "Issuer", "at most 200 characters"),
    ],
)
def test_wrong_cell_is_named(
    ana: Account, changed: dict[str, object], column: str, sentence: str
) -> None:
    page = shown(ana, row(**changed))

    assert f"<td>{column}</td>" in page
    assert sentence in page


def test_every_wrong_cell_is_told_at_once(ana: Account) -> None:
    page = shown(ana, row(source_class="x", isbn="1"), row(doi="y", title="B"))

    assert "3 cells are wrong" in page


def test_wrong_list_is_greeted_by_no_success(ana: Account) -> None:
    visitor = Visitor(ana)
    file = SimpleUploadedFile("list.xlsx", packed(workbook(row(doi="nonsense"))))

    answer = visitor.press(LISTS, file=file)

    told = visitor.open(answer.headers["Location"]).context["messages"]
    assert list(told) == []


def test_wrong_list_cannot_be_pressed_through(ana: Account) -> None:
    address = send(ana, row(), row(title="B", doi="nonsense")).headers["Location"]

    answer = Visitor(ana, language="zh-hans").send(address)

    assert answer.status_code == 400
    assert not re.search(r"\blist\s?[:：]", words(answer))
    assert not Source.objects.exists()


def test_same_number_twice_in_a_list_is_told(ana: Account) -> None:
    assert "stands in row 2 already" in shown(ana, row(), row(title="B"))


def test_source_that_is_there_is_told(ana: Account) -> None:
    knowledge.source(ana, identifiers=[("doi", "10.1000/182")])

    assert "registered already" in shown(ana, row())


def test_leaving_out_is_offered_where_something_is_registered_and_not_ticked(ana: Account) -> None:
    knowledge.source(ana, identifiers=[("doi", "10.1000/182")])

    pages = [shown(ana, row()), shown(ana, row(title="B", doi="10.1000/b"))]

    assert [f'name="{LEAVE_OUT}"' in page for page in pages] == [True, False]
    assert "checked" not in pages[0]


def test_what_is_registered_is_left_out_by_name_with_where_it_stands(ana: Account) -> None:
    source = knowledge.source(ana, title="Gout", identifiers=[("doi", "10.1000/182")])

    page = words(left_out(ana, row(), row(title="B", doi="10.1000/b")))

    assert "1 row is left out" in page
    assert f'<td><a class="kb-link" href="{source_at(source)}" dir="auto">Gout</a></td>' in page


def test_rest_of_a_list_is_registered_where_the_registered_is_left_out(ana: Account) -> None:
    knowledge.source(ana, title="Gout", identifiers=[("doi", "10.1000/182")])
    address = send(ana, row(), row(title="B", doi="10.1000/b")).headers["Location"]

    answer = Visitor(ana).press(f"{address}?{LEAVE_OUT}=1")

    assert {each.title for each in Source.objects.all()} == {"Gout", "B"}
    said = list(get_messages(answer.wsgi_request))
    assert str(said[0]) == "Registered: 1. Left out as registered already: 1."


def test_wrong_row_is_not_left_out(ana: Account) -> None:
    knowledge.source(ana, identifiers=[("doi", "10.1000/182")])
    rows = row(), row(title="B", doi="10.1000/b"), row(title="C", doi="nonsense")
    address = send(ana, *rows).headers["Location"]

    answer = Visitor(ana).press(f"{address}?{LEAVE_OUT}=1")

    assert answer.status_code == 400
    assert Source.objects.count() == 1


def test_list_that_is_registered_already_whole_has_nothing_to_register(ana: Account) -> None:
    knowledge.source(ana, identifiers=[("doi", "10.1000/182")])

    page = left_out(ana, row())

    assert "nothing is left to register" in words(page)
    assert "Register all" not in words(page)


def test_class_is_taken_by_its_name_in_either_language(ana: Account) -> None:
    chosen = row(source_class="Expert consensus [expert_consensus]", language="中文")

    Visitor(ana).press(send(ana, chosen).headers["Location"])

    source = Source.objects.get()
    assert (source.source_class, source.language) == ("expert_consensus", "zh")


def test_licence_given_once_holds_for_rows_without(ana: Account) -> None:
    address = send(ana, row(licence_text=None), licence_text="CC0").headers["Location"]

    Visitor(ana).press(address)

    assert Source.objects.get().licence_text == "CC0"


def test_department_of_two_rows_is_founded_once(ana: Account) -> None:
    rows = [row(department="呼吸科"), row(department="呼吸科", title="B", doi="10.1000/b")]

    Visitor(ana).press(send(ana, *rows).headers["Location"])

    assert Department.objects.filter(name="呼吸科").count() == 1


def test_list_pressed_twice_is_registered_once(ana: Account) -> None:
    address = send(ana, row()).headers["Location"]

    for _ in range(2):
        Visitor(ana).send(address)

    assert Source.objects.count() == 1


def test_list_is_its_senders_own(ana: Account, dora: Account) -> None:
    address = send(ana, row()).headers["Location"]

    assert Visitor(dora).open(address).status_code == 404


def test_what_is_no_list_is_said_at_the_field(ana: Account) -> None:
    file = SimpleUploadedFile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)

    answer = Visitor(ana).press(LISTS, file=file)

    assert answer.status_code == 400
    assert "Save it as .xlsx" in words(answer)


def test_template_is_read_back(ana: Account) -> None:
    book = load_workbook(io.BytesIO(Visitor(ana).open(f"{LISTS}template/").content))

    header = [cell.value for cell in book.worksheets[0][1]]
    assert [each.rpartition("[")[2].rstrip("]") for each in header] == list(COLUMNS)


def test_template_offers_the_classes(ana: Account) -> None:
    book = load_workbook(io.BytesIO(Visitor(ana).open(f"{LISTS}template/").content))

    assert len(book.worksheets[0].data_validations.dataValidation) == 5
    assert book["choices"]["A1"].value.endswith("]")


def test_forgotten_list_goes_in_a_day(ana: Account) -> None:
    send(ana, row())

    with time_machine.travel(clock.now() + timedelta(days=2)):
        tidying.tidy()

    assert not SourceList.objects.exists()
