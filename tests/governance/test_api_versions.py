"""Reading versions and passages, comparing, and correcting, over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import uploads
from governance.actions.passages import PassageText, SectionText, Text
from governance.actions.uploads import Reading
from governance.models import Account, Source, Version, digest_of
from tests.support import knowledge
from tests.support.callers import Caller, code, log_in

REASON = {"reason": "Against the print."}


@pytest.fixture
def caller(ana: Account) -> Caller:
    return log_in(ana)


def passages_of(caller: Caller, version: Version, **query: Any) -> list[dict[str, Any]]:
    page = caller.ask(f"versions/{version.pk}/passages/", **query).json()
    results: list[dict[str, Any]] = page["results"]
    return results


def test_passages_come_in_reading_order(caller: Caller, draft: Version) -> None:
    shown = passages_of(caller, draft)

    assert shown[0] == {
        "passage": draft.passages.first().pk,
        "version": draft.pk,
        "position": 0,
        "section": ["Dosing"],
        "page": None,
        "boxes": [],
        "kind": "text",
        "text": "Start low.",
        "digest": digest_of("Start low."),
        "quarantined": False,
        "replaced_by": None,
    }
    assert [p["text"] for p in shown] == ["Start low.", "Go slow."]


def test_passages_come_in_pages(caller: Caller, source: Source, ana: Account) -> None:
    version = knowledge.draft(source, ana, texts=[f"No. {n}" for n in range(5)])

    page, texts = caller.ask(f"versions/{version.pk}/passages/", limit=2).json(), []
    while page["next"]:
        texts += [p["text"] for p in page["results"]]
        page = caller.get(page["next"]).json()

    assert [*texts, *(p["text"] for p in page["results"])] == [f"No. {n}" for n in range(5)]


def test_passages_cost_a_fixed_number_of_queries(
    caller: Caller, source: Source, ana: Account
) -> None:
    short = knowledge.draft(source, ana, texts=["One."])
    long = knowledge.draft(source, ana, texts=[f"No. {n}" for n in range(20)])
    # The first request of a session writes something down about it.
    passages_of(caller, short)

    counts = []
    for version in (short, long):
        with CaptureQueriesContext(connection) as queries:
            passages_of(caller, version)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_page_and_boxes_are_shown(caller: Caller, source: Source, ana: Account) -> None:
    version = knowledge.unread(source, ana)
    attempt = uploads.begin_reading(upload=version.upload) or 0
    text = Text(
        [SectionText(1, "A", ("A",))], [PassageText(0, "x", page=3, boxes=((3, 1, 2, 3, 4),))]
    )
    reading = Reading("application/pdf", 3, "test-1", [{"code": "page_garbled", "page": 3}])
    uploads.finish_reading(upload=version.upload, attempt=attempt, reading=reading, text=text)

    shown = passages_of(caller, version)[0]

    assert (shown["page"], shown["boxes"]) == (3, [[3, 1, 2, 3, 4]])


def test_warnings_are_told_in_sentences_with_their_page(
    caller: Caller, source: Source, ana: Account
) -> None:
    version = knowledge.unread(source, ana)
    attempt = uploads.begin_reading(upload=version.upload) or 0
    reading = Reading("application/pdf", 3, "test-1", [{"code": "page_garbled", "page": 3}])
    uploads.finish_reading(upload=version.upload, attempt=attempt, reading=reading, text=Text())

    warning = caller.ask(f"versions/{version.pk}/").json()["parse"]["warnings"][0]

    assert (warning["code"], warning["page"]) == ("page_garbled", 3)
    assert "3" in warning["detail"]


def test_correction_takes_the_place_of_a_passage(caller: Caller, draft: Version) -> None:
    first = draft.passages.first()

    answer = caller.send(f"passages/{first.pk}/correct/", REASON | {"text": "Start lower."})

    assert answer.status_code == 201
    assert answer.json()["text"] == "Start lower."
    assert [p["text"] for p in passages_of(caller, draft)] == ["Start lower.", "Go slow."]


def test_replaced_passage_names_its_correction(caller: Caller, draft: Version) -> None:
    first = draft.passages.first()
    new = caller.send(f"passages/{first.pk}/correct/", REASON | {"text": "Start lower."}).json()

    assert caller.ask(f"passages/{first.pk}/").json()["replaced_by"] == new["passage"]


def test_correction_keeps_the_space_around_lines(caller: Caller, draft: Version) -> None:
    first = draft.passages.first()

    answer = caller.send(f"passages/{first.pk}/correct/", REASON | {"text": "  a\n\tb\n"})

    assert answer.json()["text"] == "  a\n\tb\n"


def test_replaced_passage_is_not_corrected_again(caller: Caller, draft: Version) -> None:
    first = draft.passages.first()
    caller.send(f"passages/{first.pk}/correct/", REASON | {"text": "Start lower."})

    answer = caller.send(f"passages/{first.pk}/correct/", REASON | {"text": "Start higher."})

    assert code(answer) == (409, "text_is_fixed")


def test_passage_of_an_active_version_is_not_corrected(caller: Caller, active: Version) -> None:
    passage = active.passages.first()

    answer = caller.send(f"passages/{passage.pk}/correct/", REASON | {"text": "Start lower."})

    assert code(answer) == (409, "text_is_fixed")


@pytest.mark.parametrize(
    "text", [None, "", "  \n", 5, [], "nul\0", "\ud800", "bell\a", "x" * 20_001]
)
def test_malformed_correction_is_refused(caller: Caller, draft: Version, text: object) -> None:
    answer = caller.send(f"passages/{draft.passages.first().pk}/correct/", REASON | {"text": text})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "text"


def test_passage_is_quarantined_alone(caller: Caller, active: Version) -> None:
    first = active.passages.first()

    shown = caller.send(f"passages/{first.pk}/quarantine/", REASON).json()

    assert shown["quarantined"] is True
    assert [p["quarantined"] for p in passages_of(caller, active)] == [True, False]
    assert caller.ask(f"versions/{active.pk}/").json()["in_force"] is True


def test_passage_is_served_again_after_the_second_person(
    caller: Caller, active: Version, ben: Account, dora: Account
) -> None:
    first = active.passages.first()
    caller.send(f"passages/{first.pk}/quarantine/", REASON)

    lifted = [log_in(p).send(f"passages/{first.pk}/lift_quarantine/", REASON) for p in (ben, dora)]

    assert [a.json()["quarantined"] for a in lifted] == [True, False]


def test_curator_does_not_take_part_in_lifting(caller: Caller, active: Version) -> None:
    first = active.passages.first()
    caller.send(f"passages/{first.pk}/quarantine/", REASON)

    answer = caller.send(f"passages/{first.pk}/lift_quarantine/", REASON)

    assert code(answer) == (403, "not_allowed")


@pytest.mark.parametrize("number", ["abc", "-1", "0", "9" * 18, "9" * 40])
@pytest.mark.parametrize(
    "path",
    [
        "versions/{}/",
        "versions/{}/passages/",
        "versions/{}/file/",
        "versions/{}/compare/",
        "passages/{}/",
    ],
)
def test_unknown_number_is_not_found(caller: Caller, path: str, number: str) -> None:
    assert code(caller.ask(path.format(number), **{"with": "1"})) == (404, "not_found")


def test_compliance_officer_reads_everything(active: Version, cleo: Account) -> None:
    caller = log_in(cleo)

    for path in ("", "passages/", "file/"):
        answer = caller.ask(f"versions/{active.pk}/{path}")
        assert b"".join(answer)
        assert answer.status_code == 200


def test_comparison_tells_what_a_new_edition_changes(
    caller: Caller, source: Source, ana: Account
) -> None:
    old = knowledge.draft(source, ana, texts=["Within 3 hours of onset.", "Go slow.", "Old."])
    new = knowledge.draft(source, ana, texts=["Within 4.5 hours of onset.", "Go slow.", "New!"])

    found = caller.ask(f"versions/{new.pk}/compare/", **{"with": old.pk}).json()

    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1, "moved": 0, "same": 1}
    section = found["sections"][0]
    assert section["section"] == ["Dosing"]
    assert section["changed"][0]["before"]["text"] == "Within 3 hours of onset."
    assert section["changed"][0]["after"]["text"] == "Within 4.5 hours of onset."
    assert section["same"] == [digest_of("Go slow.")]


def test_comparison_with_itself_finds_nothing(caller: Caller, draft: Version) -> None:
    found = caller.ask(f"versions/{draft.pk}/compare/", **{"with": draft.pk}).json()

    assert found["counts"] == {"added": 0, "removed": 0, "changed": 0, "moved": 0, "same": 2}


@pytest.mark.parametrize("other", [None, "", "abc", "-1", "1.5", "9" * 30, "\0", "١"])
def test_comparison_with_no_number_is_malformed(
    caller: Caller, draft: Version, other: str | None
) -> None:
    query = {} if other is None else {"with": other}

    answer = caller.ask(f"versions/{draft.pk}/compare/", **query)

    assert code(answer) == (400, "malformed")


def test_comparison_with_an_unknown_version_is_not_found(caller: Caller, draft: Version) -> None:
    answer = caller.ask(f"versions/{draft.pk}/compare/", **{"with": "999"})

    assert code(answer) == (404, "not_found")
