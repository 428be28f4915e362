"""What people are told of change sets: once, those it concerns, and never of their own doing."""

from __future__ import annotations

import pytest

from governance.actions import change_sets, comments, notices
from governance.duties import Role
from governance.models import Account, ChangeSet, Notice
from tests.support import knowledge
from tests.support.graph import begin_schema, concept, decide, submitted
from tests.support.visiting import Visitor


@pytest.fixture
def asked(ana: Account, ben: Account) -> ChangeSet:
    begin_schema()
    return submitted(ana, concept("h", "drug", "heparin"))


def told(account: Account) -> list[str]:
    notices.tell()
    return sorted(Notice.objects.filter(person=account.person).values_list("code", flat=True))


def test_who_may_decide_is_told(asked: ChangeSet, ben: Account) -> None:
    gus = knowledge.account("gus", Role.GRAPH_EDITOR)

    assert (told(ben), told(gus)) == (["to_decide"], ["to_decide"])


def test_who_wrote_it_or_may_not_decide_is_not_told(asked: ChangeSet, ana: Account) -> None:
    writer = knowledge.account("wim", Role.CURATOR)

    assert (told(ana), told(writer)) == ([], [])


def test_author_who_could_decide_is_not_asked_to(asked: ChangeSet, ben: Account) -> None:
    change_sets.add(change_set=asked, step=concept("a", "drug", "aspirin"), by=ben)

    change_sets.submit(change_set=asked, by=ben)

    assert "to_decide" not in told(ben)[1:]


def test_unread_word_that_it_waits_is_not_said_again(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    notices.tell()
    change_sets.add(change_set=asked, step=concept("a", "drug", "aspirin"), by=ana)

    change_sets.submit(change_set=asked, by=ana)

    assert told(ben) == ["to_decide"]


def test_what_was_read_and_waits_anew_is_told_anew(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    notices.tell()
    notices.mark_read(person=ben.person)
    change_sets.send_back(change_set=asked, reason="Which heparin?", by=ben)

    change_sets.submit(change_set=asked, by=ana)

    assert told(ben) == ["to_decide", "to_decide"]


def test_authors_are_told_that_it_was_sent_back(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    change_sets.send_back(change_set=asked, reason="Which heparin?", by=ben)

    assert told(ana) == ["sent_back"]


def test_authors_are_told_that_it_was_applied(asked: ChangeSet, ana: Account, ben: Account) -> None:
    decide(asked, ben)

    assert told(ana) == ["applied"]


def test_authors_are_told_of_a_comment(asked: ChangeSet, ana: Account, ben: Account) -> None:
    comments.make_on_set(change_set=asked, text="Which heparin?", by=ben)

    assert told(ana) == ["commented"]


def test_many_comments_are_one_notice_until_it_is_read(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    for text in ("Which heparin?", "Which salt?"):
        comments.make_on_set(change_set=asked, text=text, by=ben)

    assert told(ana) == ["commented"]


def test_authors_are_told_that_another_took_it_out_of_review(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    change_sets.add(change_set=asked, step=concept("a", "drug", "aspirin"), by=ben)

    assert told(ana) == ["reopened"]


def test_notice_leads_to_the_set(asked: ChangeSet, ben: Account) -> None:
    notices.tell()
    notice = Notice.objects.get(person=ben.person)

    answer = Visitor(ben).open(f"/admin/notices/{notice.pk}/")

    assert answer.url == f"/admin/governance/changeset/{asked.pk}/change/"


def test_page_of_notices_names_the_set(asked: ChangeSet, ben: Account) -> None:
    notices.tell()

    assert asked.title in Visitor(ben).read("/admin/notices/")
