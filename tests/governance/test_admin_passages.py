"""Reading the text of a version, and correcting a passage of it."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import passages, uploads
from governance.actions.passages import PassageText, SectionText, Text
from governance.actions.uploads import Reading
from governance.lifecycle import Status
from governance.models import Account, Contributor, Passage, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, passages_of, version_at, words

READING = Reading(
    "application/pdf", 3, "test-1", [{"code": "table_uncertain", "page": 2}, {"code": "brand_new"}]
)


def filled(source: Source, by: Account, text: Text) -> Version:
    version = knowledge.unread(source, by)
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    uploads.finish_reading(upload=version.upload, attempt=attempt, reading=READING, text=text)
    version.refresh_from_db()
    return version


@pytest.fixture
def book(source: Source, ana: Account) -> Version:
    """Three chapters of a hundred passages each."""
    sections = [SectionText(1, f"Chapter {n}", (f"Chapter {n}",), n) for n in (1, 2, 3)]
    passages = [
        PassageText(n // 100, f"Sentence number {n}.", page=n // 100 + 1) for n in range(300)
    ]
    return filled(source, ana, Text(sections, passages))


def correct(passage: Passage, by: Account, **changed: object) -> Any:
    fields = {"text": "Start very low.", "reason": "Misread."} | changed
    return Visitor(by).press(passage_at(passage, "correct"), **fields)


# Reading.


def test_text_stands_on_the_page(draft: Version, cleo: Account) -> None:
    page = Visitor(cleo).read(version_at(draft))

    assert "Start low." in page
    assert "Go slow." in page


def test_text_of_a_file_cannot_carry_script(source: Source, ana: Account) -> None:
    version = knowledge.draft(source, ana, texts=["<script>alert(1)</script>"])

    assert "<script>alert(1)" not in Visitor(ana).read(version_at(version))


def test_heading_of_a_file_cannot_carry_script(source: Source, ana: Account) -> None:
    evil = "<img src=x onerror=alert(1)>"
    text = Text([SectionText(1, evil, (evil,)), SectionText(1, "b", ("b",))], [PassageText(0, "a")])

    assert evil not in Visitor(ana).read(version_at(filled(source, ana, text)))


def test_table_is_shown_as_a_table(source: Source, ana: Account) -> None:
    table = PassageText(0, "| a | b |\n| --- | --- |\n| 1 | 2 |", Passage.Kind.TABLE)
    text = Text([SectionText(1, "Doses", ("Doses",))], [table])

    page = Visitor(ana).read(version_at(filled(source, ana, text)))

    assert "<th>a</th>" in page


def test_page_of_the_file_stands_with_the_passage(book: Version, ana: Account) -> None:
    assert "page 1" in Visitor(ana).read(version_at(book))


def test_hundred_passages_are_shown_at_once(book: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(book))

    assert page.count('class="kb-passage') - page.count('class="kb-passages') == 100


def test_second_page_shows_the_second_hundred(book: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(book), page="2")

    assert "Sentence number 100." in page
    assert "Sentence number 99." not in page


def test_contents_lead_to_the_page_of_each_section(book: Version, ana: Account) -> None:
    third = book.sections.get(position=2)

    page = Visitor(ana).read(version_at(book))

    assert f'href="?page=3#section-{third.pk}"' in page


def test_contents_of_sections_without_passages_lead_somewhere(source: Source, ana: Account) -> None:
    sections = [SectionText(1, "Part", ("Part",)), SectionText(2, "Chapter", ("Part", "Chapter"))]
    version = filled(source, ana, Text(sections, [PassageText(1, "Words.")]))

    page = Visitor(ana).read(version_at(version))

    assert f'href="?page=1#section-{version.sections.get(position=0).pk}"' in page


def test_address_of_a_passage_leads_to_its_place(book: Version, ana: Account) -> None:
    passage = passages_of(book)[250]

    response = Visitor(ana).open(passage_at(passage))

    expected = f"{version_at(book)}?page=3#passage-{passage.pk}"
    assert response.headers["Location"] == expected


def test_address_of_a_corrected_passage_leads_to_the_correction(
    draft: Version, ana: Account
) -> None:
    old = passages_of(draft)[0]
    correct(old, ana)

    response = Visitor(ana).open(passage_at(old))

    assert response.headers["Location"].endswith(f"#passage-{passages_of(draft)[0].pk}")


def test_remarks_of_the_reader_are_sentences(book: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(book))

    assert "Page 2: The cells of a table may have been put together wrongly." in page


def test_remark_without_a_sentence_is_still_shown(book: Version, ana: Account) -> None:
    assert "brand_new" in Visitor(ana).read(version_at(book))


def test_page_costs_the_same_whatever_the_length(
    book: Version, draft: Version, ana: Account, django_assert_max_num_queries: Any
) -> None:
    visitor = Visitor(ana)

    with django_assert_max_num_queries(45):
        visitor.read(version_at(book))


# Correcting.


def test_curator_corrects_a_passage(draft: Version, ana: Account) -> None:
    correct(passages_of(draft)[0], ana)

    assert passages_of(draft)[0].text == "Start very low."


def test_correction_leads_to_the_corrected_passage(draft: Version, ana: Account) -> None:
    response = correct(passages_of(draft)[0], ana)

    assert response.headers["Location"] == passage_at(passages_of(draft)[0])


def test_corrected_passage_shows_what_the_file_was_read_as(draft: Version, ana: Account) -> None:
    correct(passages_of(draft)[0], ana)

    page = Visitor(ana).read(version_at(draft))

    assert "What the file was read as" in page
    assert "Start low." in page


def test_lines_end_the_same_whatever_the_browser_sends(draft: Version, ana: Account) -> None:
    correct(passages_of(draft)[0], ana, text="| a |\r\n| b |")

    assert passages_of(draft)[0].text == "| a |\n| b |"


def test_correct_page_holds_the_text_as_it_stands(draft: Version, ana: Account) -> None:
    page = Visitor(ana).read(passage_at(passages_of(draft)[0], "correct"))

    assert "Start low.</textarea>" in page


def test_correcting_in_review_is_warned_about(in_review: Version, ben: Account) -> None:
    page = Visitor(ben).read(passage_at(passages_of(in_review)[0], "correct"))

    assert "a correction makes it a draft" in page


def test_correcting_in_review_makes_it_a_draft(in_review: Version, ana: Account) -> None:
    correct(passages_of(in_review)[0], ana)

    in_review.refresh_from_db()
    assert in_review.status == Status.DRAFT


def test_corrected_passage_is_told_of_in_words(draft: Version, ana: Account) -> None:
    visitor = Visitor(ana)

    visitor.press(passage_at(passages_of(draft)[0], "correct"), text="New.", reason="Better.")

    assert "Corrected: the passage reads as you wrote it." in visitor.read(version_at(draft))


def test_correction_in_review_says_that_it_is_to_be_submitted_again(
    in_review: Version, ana: Account
) -> None:
    visitor = Visitor(ana)

    visitor.press(passage_at(passages_of(in_review)[0], "correct"), text="New.", reason="Better.")

    assert "the version is a draft again" in visitor.read(version_at(in_review))


def test_who_corrects_becomes_a_contributor(draft: Version, ben: Account) -> None:
    correct(passages_of(draft)[0], ben)

    assert Contributor.objects.filter(version=draft, person=ben.person).exists()


def test_active_text_offers_no_correction(active: Version, ana: Account) -> None:
    passage = passages_of(active)[0]

    assert passage_at(passage, "correct") not in Visitor(ana).read(version_at(active))


def test_active_text_is_refused_in_words(active: Version, ana: Account) -> None:
    response = Visitor(ana).send(
        passage_at(passages_of(active)[0], "correct"), text="New.", reason="Better."
    )

    assert response.status_code == 409
    assert "Only the text of a draft can be changed." in words(response)


def test_same_correction_twice_is_done_once(draft: Version, ana: Account) -> None:
    first = passages_of(draft)[0]
    correct(first, ana, once="one correction")

    correct(first, ana, once="one correction")

    assert Passage.objects.filter(version=draft).count() == 3


def test_correcting_what_was_replaced_is_refused(draft: Version, ana: Account) -> None:
    first = passages_of(draft)[0]
    correct(first, ana)

    response = correct(first, ana, text="Otherwise.")

    assert response.status_code == 409


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_empty_text_is_refused_at_its_field(text: str, draft: Version, ana: Account) -> None:
    response = correct(passages_of(draft)[0], ana, text=text)

    assert response.status_code == 400
    assert response.context["form"].errors["text"]


def test_auditor_cannot_correct(draft: Version, cleo: Account) -> None:
    response = Visitor(cleo).send(
        passage_at(passages_of(draft)[0], "correct"), text="New.", reason="Better."
    )

    assert response.status_code == 403
    assert passages_of(draft)[0].text == "Start low."


def test_list_of_passages_leads_to_the_versions(ana: Account) -> None:
    response = Visitor(ana).open("/admin/governance/passage/")

    assert response.headers["Location"] == "/admin/governance/version/"


@pytest.mark.parametrize("page", ["correct", "comment"])
def test_button_that_sends_promises_no_further_page(
    page: str, draft: Version, ana: Account
) -> None:
    passage = passages_of(draft)[0]

    assert "…</button>" not in Visitor(ana).read(passage_at(passage, page))
    assert f"{page.capitalize()}…</a>" in Visitor(ana).read(version_at(draft))


def test_page_of_a_passage_that_was_corrected_leads_to_what_replaced_it(
    draft: Version, ana: Account
) -> None:
    old = draft.passages.current()[0]
    new = passages.correct(passage=old, text="Start lower.", reason="Misread.", by=ana)

    page = Visitor(ana).read(passage_at(old, "correct"))

    assert "was replaced by a correction" in page
    assert passage_at(new) in page
    assert "<textarea" not in page
