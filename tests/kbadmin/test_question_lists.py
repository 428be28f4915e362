"""Lists of questions: what is read in a file, what is wrong in a row, and all or none of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from governance.models import Account, Version
from llm.models import EvaluationQuestion, QuestionSet
from tests.support.questions import founded, written
from tests.support.visiting import Visitor, passages_of, words

pytestmark = pytest.mark.slow

CSV = "question,language,kind,contains\nHow low?,en,,Start low\nWho won the cup?,en,unanswerable,\n"


@pytest.fixture
def wards(active: Version, ana: Account) -> QuestionSet:
    return founded(ana)


def send(by: Account, wards: QuestionSet, content: bytes | str, *, write: bool = True) -> Any:
    data = content.encode() if isinstance(content, str) else content
    given = {"file": SimpleUploadedFile("questions.csv", data), "at_once": "on" if write else ""}
    return Visitor(by).press(f"/admin/llm/questionset/{wards.pk}/import/", **given)


def spreadsheet(*rows: list[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def asked() -> list[tuple[str, str, int]]:
    rows = EvaluationQuestion.objects.order_by("pk")
    return [(q.text, q.kind, q.expected.count()) for q in rows]


def test_list_is_checked_first_and_written_when_asked_to(wards: QuestionSet, ana: Account) -> None:
    dry = words(send(ana, wards, CSV, write=False))
    before = asked()

    answer = send(ana, wards, CSV)

    assert ("2 questions are new" in dry, before, answer.status_code) == (True, [], 302)
    assert asked() == [("How low?", "known_item", 1), ("Who won the cup?", "unanswerable", 0)]


@pytest.mark.parametrize("kind", ["array", "lines", "xlsx"])
def test_same_list_in_other_formats(
    wards: QuestionSet, active: Version, ana: Account, kind: str
) -> None:
    told: list[dict[str, Any]] = [
        {"question": "起始剂量是多少？", "language": "zh", "passage": passages_of(active)[0].pk},
        {"question": "Who won the cup?", "language": "en", "file": None, "contains": None},
    ]
    sheet = spreadsheet(
        ["问题 [question]", "passage", "kind"],
        [told[0]["question"], told[0]["passage"], "cross_language"],
        [told[1]["question"], None, "unanswerable"],
    )
    content = {
        "array": json.dumps(told),
        "lines": "\n".join(map(json.dumps, told)),
        "xlsx": sheet,
    }

    send(ana, wards, content[kind])

    assert [kind for _text, kind, _count in asked()] == ["cross_language", "unanswerable"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (",en,,Start low", "Say what is asked"),
        ("How low?,fr,,Start low", "Say zh or en"),
        ("How low?,en,rumour,Start low", "or unanswerable, or nothing"),
        ("How low?,en,unanswerable,Start low", "something does answer it"),
        ("How low?,en,,", "Say where the answer stands"),
        ("How low?,en,,Start high", "No passage in force there has these words"),
        (f"{'x' * 1001},en,,Start low", "At most 1000 characters"),
        ("Start?,en,,low\nstart ?,en,,low", "Row 3 asks the same"),
        ("=1+1,en,,Start low", "formula"),
    ],
)
def test_row_that_is_wrong_keeps_the_whole_list_out(
    wards: QuestionSet, ana: Account, row: str, says: str
) -> None:
    page = words(
        send(ana, wards, f"question,language,kind,contains\nWhy?,en,unanswerable,\n{row}\n")
    )

    assert says in page
    assert asked() == []


def test_what_the_set_asks_already_is_left_out(wards: QuestionSet, ana: Account) -> None:
    written(wards, ana, "how LOW?")

    send(ana, wards, CSV)

    assert [text for text, *_rest in asked()] == ["how LOW?", "Who won the cup?"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n1,2\n", "no column that is headed"),
        ("", "empty"),
        ("[1]", ""),
        ('[{"question": "x"', ""),
        (b"%PDF-1.7", "no list of questions"),
        ("question\n" + "Why?\n" * 10_000, "2000"),
        (json.dumps([{"question": f"Why {n}?", "file": None} for n in range(10_000)]), "2000"),
    ],
)
def test_what_is_no_list_or_too_long_is_refused(
    wards: QuestionSet, ana: Account, content: Any, says: str
) -> None:
    answer = send(ana, wards, content)

    assert answer.status_code == 400
    assert says in words(answer)
    assert asked() == []


def test_only_who_curates_brings_questions_in(wards: QuestionSet, cleo: Account) -> None:
    assert send(cleo, wards, CSV).status_code == 403
    assert Visitor(cleo).open(f"/admin/llm/questionset/{wards.pk}/import/").status_code == 403
