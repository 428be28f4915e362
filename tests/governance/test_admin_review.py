"""The review page: comments beside the text, what came back, what is found."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions import comments, versions
from governance.actions.passages import PassageText, SectionText, Text
from governance.models import Account, Comment, Source, Version
from tests.governance.test_admin_passages import filled
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, passages_of, version_at, words

EVIL = "<img src=x onerror=alert(1)>"


def remark(version: Version, by: Account, text: str = "Which dose?") -> Comment:
    return comments.make(subject=passages_of(version)[0], text=text, by=by)


def long(source: Source, by: Account, count: int) -> Version:
    sections = [SectionText(1, "One", ("One",))]
    passages = [PassageText(0, f"Sentence {n}.", page=n + 1) for n in range(count)]
    return filled(source, by, Text(sections, passages))


# Comments.


def test_comment_stands_beside_its_passage(in_review: Version, ben: Account) -> None:
    Visitor(ben).press(passage_at(passages_of(in_review)[0], "comment"), text="Which dose?")

    assert "Which dose?" in Visitor(ben).read(version_at(in_review))


def test_comment_on_the_version_stands_on_its_page(in_review: Version, ben: Account) -> None:
    Visitor(ben).press(version_at(in_review, "comment"), text="The annex is missing.")

    assert "The annex is missing." in Visitor(ben).read(version_at(in_review))


def test_comment_cannot_carry_script(in_review: Version, ben: Account) -> None:
    remark(in_review, ben, EVIL)

    assert EVIL not in Visitor(ben).read(version_at(in_review))


def test_auditor_is_offered_no_comment(in_review: Version, cleo: Account) -> None:
    page = Visitor(cleo).read(version_at(in_review))

    assert passage_at(passages_of(in_review)[0], "comment") not in page


def test_auditor_cannot_send_a_comment(in_review: Version, cleo: Account) -> None:
    response = Visitor(cleo).send(version_at(in_review, "comment"), text="No.")

    assert response.status_code == 403
    assert not Comment.objects.exists()


def test_empty_comment_is_refused_at_the_field(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).press(version_at(in_review, "comment"), text=" ")

    assert response.status_code == 400


def test_comment_is_settled_from_its_place(in_review: Version, ben: Account, ana: Account) -> None:
    made = remark(in_review, ben)

    Visitor(ana).press(f"{version_at(in_review, 'settle-comment')}?comment={made.pk}")

    made.refresh_from_db()
    assert made.settled_by == ana.person


def test_comment_settled_meanwhile_is_refused_in_words(
    in_review: Version, ben: Account, ana: Account
) -> None:
    made = remark(in_review, ben)
    comments.settle(comment=made, by=ben)

    response = Visitor(ana).send(version_at(in_review, "settle-comment"), comment=made.pk)

    assert response.status_code == 409
    assert "The comment was settled already." in words(response)


@pytest.mark.parametrize("number", ["", "0", "x", "9" * 30, "77"])
def test_settling_no_comment_leads_nowhere(number: str, in_review: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(in_review, "settle-comment"), comment=number)

    assert response.status_code in (400, 404)


def test_comment_of_another_version_is_not_settled_here(
    in_review: Version, active: Version, ben: Account
) -> None:
    made = remark(active, ben)

    response = Visitor(ben).send(version_at(in_review, "settle-comment"), comment=made.pk)

    assert response.status_code == 404


def test_comment_stands_beside_what_replaced_its_passage(draft: Version, ana: Account) -> None:
    remark(draft, ana)
    first = passages_of(draft)[0]
    Visitor(ana).press(passage_at(first, "correct"), text="Start lower.", reason="Misread.")

    assert "Which dose?" in Visitor(ana).read(version_at(draft))


def test_open_comments_are_counted(in_review: Version, ben: Account) -> None:
    remark(in_review, ben)
    comments.settle(comment=remark(in_review, ben), by=ben)

    assert "1 open comment" in Visitor(ben).read(version_at(in_review))


def test_open_comments_lead_to_their_places(source: Source, ana: Account) -> None:
    version = long(source, ana, 150)
    made = comments.make(subject=passages_of(version)[120], text="Which?", by=ana)

    assert f'href="?page=2#comment-{made.pk}"' in Visitor(ana).read(version_at(version))


def test_settled_comment_is_not_among_the_open_ones(in_review: Version, ben: Account) -> None:
    made = comments.settle(comment=remark(in_review, ben), by=ben)

    assert f"#comment-{made.pk}" not in Visitor(ben).read(version_at(in_review))


def test_what_was_withdrawn_is_not_commented_on(draft: Version, ana: Account) -> None:
    versions.withdraw(version=draft, reason="Wrong file.", by=ana)

    page = Visitor(ana).read(version_at(draft))

    assert version_at(draft, "comment") not in page
    assert passage_at(passages_of(draft)[0], "comment") not in page


def test_approving_warns_of_open_comments(in_review: Version, ben: Account) -> None:
    remark(in_review, ben)

    page = Visitor(ben).read(version_at(in_review, "approve"))

    assert "1 comment on it is still open." in page


# What was sent back.


def test_sending_back_shows_what_is_open(in_review: Version, ben: Account) -> None:
    remark(in_review, ben)

    page = Visitor(ben).read(version_at(in_review, "send-back"))

    assert "1 open comment goes back with it" in page
    assert "Which dose?" in page


def test_draft_that_came_back_says_why_and_by_whom(
    in_review: Version, ben: Account, ana: Account
) -> None:
    versions.send_back(version=in_review, reason="The dose is missing.", by=ben)

    page = Visitor(ana).read(version_at(in_review))

    assert "Ben sent it back" in page
    assert "The dose is missing." in page


def test_reviewer_sees_what_was_said_with_the_submission_and_what_it_was_sent_back_for(
    in_review: Version, ana: Account, ben: Account
) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    versions.submit(version=in_review, reason="Page 3 is mended.", by=ana)

    for page in ("change", "approve"):
        told = Visitor(ben).read(version_at(in_review, page))
        assert "Page 3 is torn." in told
        assert "Page 3 is mended." in told


def test_draft_that_is_new_was_not_sent_back(draft: Version, ana: Account) -> None:
    assert "sent it back" not in Visitor(ana).read(version_at(draft))


def test_what_was_approved_says_it_no_more(in_review: Version, ben: Account, ana: Account) -> None:
    back = versions.send_back(version=in_review, reason="The dose is missing.", by=ben)
    knowledge.approve(versions.submit(version=back, reason="Mended.", by=ana), ben)

    assert "sent it back" not in Visitor(ana).read(version_at(in_review))


# Searching.


def test_search_leads_to_the_passage(source: Source, ana: Account) -> None:
    version = long(source, ana, 150)

    page = Visitor(ana).read(version_at(version), q="sentence 120")

    place = f"?page=2&amp;q=sentence%20120#passage-{passages_of(version)[120].pk}"
    assert f'href="{place}"' in page


def test_search_marks_and_counts(draft: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(draft), q="ＳＬＯＷ")

    assert "Go <mark>slow</mark>." in page
    assert "stands in 1 passage" in page


def test_search_for_script_carries_none(source: Source, ana: Account) -> None:
    version = knowledge.draft(source, ana, texts=[EVIL])

    page = Visitor(ana).read(version_at(version), q="<img")

    assert EVIL not in page
    assert "<mark>&lt;img</mark>" in page


def test_what_is_found_is_marked_where_it_stands(source: Source, ana: Account) -> None:
    version = knowledge.draft(source, ana, texts=["| Drug | Dose |\n| --- | --- |\n| Abc | 5 mg |"])

    page = Visitor(ana).read(version_at(version), q="abc")

    assert "<td><mark>Abc</mark></td>" in page


def test_next_page_keeps_what_is_sought(source: Source, ana: Account) -> None:
    version = long(source, ana, 150)

    page = Visitor(ana).read(version_at(version), q="a b")

    assert 'href="?page=2&amp;q=a%20b#text"' in page


# The page.


def test_boxes_of_a_passage_stand_with_it(source: Source, ana: Account) -> None:
    boxed = PassageText(0, "Words.", page=1, boxes=((1, 72.0, 100.5, 300.0, 120.0),))
    version = filled(source, ana, Text([SectionText(1, "A", ("A",))], [boxed]))

    page = Visitor(ana).read(version_at(version))

    assert 'data-boxes="[[1, 72.0, 100.5, 300.0, 120.0]]"' in page


def test_pages_of_the_file_stand_beside_its_text(source: Source, ana: Account) -> None:
    page = Visitor(ana).read(version_at(version := long(source, ana, 3)))

    assert page.count(f'src="/admin/pages/{version.pk}/') == 3


def test_format_without_pages_shows_its_text_alone(draft: Version, ana: Account) -> None:
    assert "/admin/pages/" not in Visitor(ana).read(version_at(draft))


def test_remark_of_the_reader_leads_to_its_page(source: Source, ana: Account) -> None:
    version = long(source, ana, 3)

    page = Visitor(ana).read(version_at(version))

    assert f'href="?page=1#passage-{passages_of(version)[1].pk}">Page 2:' in page


def test_text_in_force_offers_to_amend(active: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(active))

    assert "This text was approved and does not change." in page


def test_auditor_is_not_told_to_amend(active: Version, cleo: Account) -> None:
    assert "does not change" not in Visitor(cleo).read(version_at(active))


def test_hundred_passages_ask_no_more_than_ten(
    source: Source, ana: Account, django_assert_num_queries: Any
) -> None:
    few, many = long(source, ana, 10), long(source, ana, 100)
    visitor = Visitor(ana)
    visitor.read(version_at(few))
    with CaptureQueriesContext(connection) as asked:
        visitor.read(version_at(few))

    with django_assert_num_queries(len(asked)):
        visitor.read(version_at(many))
