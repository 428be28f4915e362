"""What people may do to a version, on pages of the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from governance import clock
from governance.actions import comments, versions
from governance.lifecycle import Status
from governance.models import Account, AuditEntry, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, source_at, version_at, words


def status_of(version: Version) -> str:
    version.refresh_from_db()
    return version.status


# Submitting.


def test_curator_submits_a_draft(draft: Version, ana: Account) -> None:
    Visitor(ana).press(version_at(draft, "submit"), reason="")

    assert status_of(draft) == Status.IN_REVIEW


@pytest.mark.parametrize(
    ("kind", "value", "warns"), [("doi", "10.1000/182", True), ("isbn", "9780306406157", False)]
)
@pytest.mark.parametrize("page", ["submit", "approve"])
def test_second_source_of_one_work_is_warned_of(
    page: str, kind: str, value: str, warns: bool, ana: Account, ben: Account
) -> None:
    numbers = [(kind, value)]
    first, second = (knowledge.source(ana, title=t, identifiers=numbers) for t in ("One", "Two"))
    knowledge.active(first, ana, ben)
    make = {"submit": knowledge.draft, "approve": knowledge.in_review}[page]

    shown = Visitor({"submit": ana, "approve": ben}[page]).read(version_at(make(second, ana), page))

    assert ("Another source has the same number: “One”" in shown) is warns


def test_submitting_leads_back_to_the_version(draft: Version, ana: Account) -> None:
    response = Visitor(ana).press(version_at(draft, "submit"), reason="Ready.")

    assert response.headers["Location"] == version_at(draft)


def test_submitting_is_said_in_words(draft: Version, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(version_at(draft, "submit"), reason="")

    assert "Submitted. A reviewer who has not contributed decides now." in visitor.read(
        version_at(draft)
    )


def test_submission_leads_to_how_it_is_taken_back(draft: Version, ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.press(version_at(draft, "submit"), reason="")

    assert version_at(draft, "take-back") in visitor.read(version_at(draft))


def test_open_comments_are_told_before_submission(draft: Version, ana: Account) -> None:
    passage = draft.passages.latest("position")
    comments.make(subject=passage, text="Which dose?", by=ana)
    comments.make(subject=draft, text="Which edition?", by=ana)

    page = Visitor(ana).read(version_at(draft, "submit"))

    assert "2 comments on it are still open." in page
    assert passage_at(passage) in page
    assert f"{version_at(draft)}#comment-" in page


def test_settled_comments_are_no_more_told_before_submission(draft: Version, ana: Account) -> None:
    comment = comments.make(subject=draft, text="Which edition?", by=ana)
    comments.settle(comment=comment, by=ana)

    assert "Which edition?" not in Visitor(ana).read(version_at(draft, "submit"))


def test_auditor_cannot_submit(draft: Version, cleo: Account) -> None:
    response = Visitor(cleo).send(version_at(draft, "submit"), reason="Now.")

    assert response.status_code == 403
    assert status_of(draft) == Status.DRAFT


def test_attempt_without_the_duty_is_in_the_trail(draft: Version, cleo: Account) -> None:
    Visitor(cleo).send(version_at(draft, "submit"))

    last = AuditEntry.objects.latest("number")
    assert (last.action, last.person_id) == ("attempt.refused", cleo.person_id)


def test_submitting_twice_is_refused_in_words(in_review: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(in_review, "submit"), reason="Again.")

    assert response.status_code == 409
    assert "cannot become" in words(response)


def test_draft_whose_file_is_not_read_offers_no_submission(source: Source, ana: Account) -> None:
    unread = knowledge.unread(source, ana)

    page = Visitor(ana).read(version_at(unread))

    assert version_at(unread, "submit") not in page
    assert "It can be submitted as soon as the file has been read." in page


def test_lack_of_an_identifier_is_said_before_submission(ana: Account) -> None:
    bare = knowledge.source(ana, source_class="textbook", identifiers=[])
    draft = knowledge.draft(bare, ana)

    page = Visitor(ana).read(version_at(draft))

    assert "its source needs one of these identifiers: ISBN" in page


def test_lack_of_an_identifier_leads_to_where_one_is_added_and_back(ana: Account) -> None:
    bare = knowledge.source(ana, source_class="textbook", identifiers=[])
    draft = knowledge.draft(bare, ana)
    edit = f"{source_at(bare, 'edit')}?version={draft.pk}"
    visitor = Visitor(ana)

    for page in (version_at(draft), version_at(draft, "submit")):
        assert f'{edit}#identifiers">Add an identifier' in visitor.read(page)
    assert f'href="{version_at(draft)}">Cancel' in visitor.read(edit)


@pytest.mark.parametrize("named", ["", "x", "²", "9" * 30, "-1", "999999"])
def test_editing_leads_to_the_source_where_no_version_of_it_is_named(
    draft: Version, ana: Account, named: str
) -> None:
    edit = f"{source_at(draft.source, 'edit')}?version={named}"

    assert f'href="{source_at(draft.source)}">Cancel' in Visitor(ana).read(edit)


def test_version_of_another_source_is_no_way_back(draft: Version, ana: Account) -> None:
    other = knowledge.source(ana, title="Another")
    edit = f"{source_at(other, 'edit')}?version={draft.pk}"

    assert f'href="{source_at(other)}">Cancel' in Visitor(ana).read(edit)


def test_unread_draft_leads_to_no_identifier_yet(ana: Account) -> None:
    bare = knowledge.source(ana, source_class="textbook", identifiers=[])
    unread = knowledge.unread(bare, ana)

    assert "Add an identifier" not in Visitor(ana).read(version_at(unread))


# Sending back and withdrawing.


def test_reviewer_sends_back(in_review: Version, ben: Account) -> None:
    Visitor(ben).press(version_at(in_review, "send-back"), reason="The dose is missing.")

    assert status_of(in_review) == Status.DRAFT


def test_sending_back_without_a_reason_is_refused_at_the_field(
    in_review: Version, ben: Account
) -> None:
    response = Visitor(ben).press(version_at(in_review, "send-back"), reason="")

    assert response.status_code == 400
    assert response.context["form"].errors["reason"]


def test_reason_of_spaces_is_no_reason(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).press(version_at(in_review, "send-back"), reason="   ")

    assert response.status_code == 400
    assert status_of(in_review) == Status.IN_REVIEW


def test_curator_cannot_send_back(in_review: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(in_review, "send-back"), reason="No.")

    assert response.status_code == 403


def test_curator_withdraws_a_draft(draft: Version, ana: Account) -> None:
    Visitor(ana).press(version_at(draft, "withdraw"), reason="Wrong file.")

    assert status_of(draft) == Status.WITHDRAWN


def test_withdrawn_draft_offers_nothing(draft: Version, ana: Account) -> None:
    Visitor(ana).press(version_at(draft, "withdraw"), reason="Wrong file.")

    assert "What you may do now" not in Visitor(ana).read(version_at(draft))


def test_active_version_cannot_be_withdrawn(active: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(active, "withdraw"), reason="Old.")

    assert response.status_code == 409
    assert status_of(active) == Status.ACTIVE


# Reaffirming.


def test_reviewer_reaffirms(active: Version, ben: Account) -> None:
    Visitor(ben).decide(version_at(active, "reaffirm"), reason="Stands.", searched="PubMed")

    assert active.reviews.filter(kind="reaffirm").count() == 1


def test_reaffirming_says_what_was_searched_or_is_refused(active: Version, ben: Account) -> None:
    response = Visitor(ben).decide(version_at(active, "reaffirm"), reason="Stands.", searched="")

    assert response.status_code == 400
    assert response.context["form"].errors["searched"]


def test_curator_cannot_reaffirm(active: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(active, "reaffirm"))

    assert response.status_code == 403


def test_decisions_stand_on_the_page_with_their_reasons(active: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(active))

    assert "Read against the print." in page


# Amending.


def test_amending_leads_to_a_new_draft(active: Version, ana: Account) -> None:
    response = Visitor(ana).press(version_at(active, "amend"), reason="A table is garbled.")

    draft = Version.objects.get(amends=active)
    assert response.headers["Location"] == version_at(draft)


def test_auditor_cannot_amend(active: Version, cleo: Account) -> None:
    response = Visitor(cleo).send(version_at(active, "amend"), reason="Please.")

    assert response.status_code == 403


def test_draft_cannot_be_amended(draft: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(draft, "amend"), reason="A table is garbled.")

    assert response.status_code == 409


def test_page_opened_too_late_says_that_things_changed(draft: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(draft, "amend"))

    assert "This cannot be done any more" in page


def test_number_that_no_column_holds_leads_back_to_the_list(ben: Account) -> None:
    client = Client()
    client.force_login(ben)

    answer = client.get("/admin/governance/version/", {"source": "9" * 20})

    assert answer.status_code == 302


# Dates that may be a slip.


@pytest.mark.parametrize(
    ("before", "after", "is_doubted"),
    [
        ("2024-05", "2023", True),
        ("2024-05", "2024-04-30", True),
        ("2024-05", "2024", False),
        ("2024-05", "2025-01", False),
    ],
)
def test_edition_older_than_the_one_it_ends_is_doubted(
    source: Source, ana: Account, ben: Account, before: str, after: str, is_doubted: bool
) -> None:
    standing = knowledge.active(source, ana, ben)
    Version.objects.filter(pk=standing.pk).update(published_on=before)
    later = knowledge.draft(source, ana, texts=["Another."], label="Later")
    Version.objects.filter(pk=later.pk).update(published_on=after)
    submit = Visitor(ana).read(version_at(later, "submit"))
    versions.submit(version=later, reason="Ready.", by=ana)

    for page in (submit, Visitor(ben).read(version_at(later, "approve"))):
        assert ("published before the edition it would end" in page) == is_doubted


def test_edition_of_a_day_to_come_is_doubted(in_review: Version, ben: Account) -> None:
    to_come = f"{clock.today().year + 1}-02"
    Version.objects.filter(pk=in_review.pk).update(published_on=to_come)

    page = Visitor(ben).read(version_at(in_review, "approve"))

    assert f"will be published on {to_come}" in page
