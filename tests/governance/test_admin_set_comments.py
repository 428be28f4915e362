"""Remarks on change sets on screen: beside what they are made on, and settled there."""

from __future__ import annotations

import pytest

from governance.actions import change_sets, comments
from governance.models import Account, ChangeSet, ChangeSetComment
from tests.support.graph import begin_schema, concept, submitted
from tests.support.visiting import Visitor


@pytest.fixture
def asked(ana: Account) -> ChangeSet:
    begin_schema()
    return submitted(ana, concept("h", "drug", "heparin"), concept("a", "drug", "aspirin"))


def at(change_set: ChangeSet, page: str = "change") -> str:
    return f"/admin/governance/changeset/{change_set.pk}/{page}/"


def test_comment_on_a_step_stands_beside_it(asked: ChangeSet, ben: Account) -> None:
    step = asked.edits_in_order()[1]

    answer = Visitor(ben).press(f"{at(asked, 'comment')}?step={step.pk}", text="Which salt?")

    assert answer.url.endswith(f"#step-{step.pk}")
    beside = Visitor(ben).read(at(asked)).split(f'id="step-{step.pk}"')[1]
    assert "Which salt?" in beside


def test_comment_on_the_whole_stands_above_the_steps(asked: ChangeSet, ben: Account) -> None:
    Visitor(ben).press(at(asked, "comment"), text="Cite the label.")

    above = Visitor(ben).read(at(asked)).split('id="step-')[0]
    assert "Cite the label." in above


def test_comment_on_a_step_that_was_taken_out_is_still_read(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    step = asked.edits_in_order()[0]
    comments.make_on_set(change_set=asked, edit=step, text="Which heparin?", by=ben)

    change_sets.remove(edit=step, by=ana)

    page = Visitor(ana).read(at(asked))
    assert "Comments on steps that were taken out" in page
    assert "Which heparin?" in page


def test_page_says_which_step_is_commented_on(asked: ChangeSet, ben: Account) -> None:
    step = asked.edits_in_order()[0]

    page = Visitor(ben).read(at(asked, "comment"), step=step.pk)

    assert "Step 1: Add the concept “heparin”" in page


@pytest.mark.parametrize("step", ["x", "0", "999999"])
def test_step_that_is_none_is_not_found(step: str, asked: ChangeSet, ben: Account) -> None:
    assert Visitor(ben).open(at(asked, "comment"), step=step).status_code == 404


def test_comment_is_settled_from_where_it_stands(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    made = comments.make_on_set(change_set=asked, text="Cite the label.", by=ben)

    Visitor(ana).press(f"{at(asked, 'settle-comment')}?comment={made.pk}")

    made.refresh_from_db()
    assert made.settled_by == ana.person
    assert "settled by" in Visitor(ben).read(at(asked))


def test_comment_of_another_set_is_not_settled_here(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    other = submitted(ana, concept("w", "drug", "warfarin"))
    made = comments.make_on_set(change_set=other, text="Why?", by=ben)

    answer = Visitor(ana).send(at(asked, "settle-comment"), comment=made.pk)

    made.refresh_from_db()
    assert (answer.status_code, made.settled_at) == (404, None)


@pytest.mark.parametrize("page", ["submit", "apply", "send-back"])
def test_who_moves_it_on_is_told_what_is_open(
    page: str, asked: ChangeSet, ana: Account, ben: Account
) -> None:
    comments.make_on_set(change_set=asked, text="Cite the label.", by=ben)
    if page == "submit":
        change_sets.send_back(change_set=asked, reason="See the remark.", by=ben)

    who = ana if page == "submit" else ben

    assert "1 comment on it is still open." in Visitor(who).read(at(asked, page))


def test_auditor_reads_and_does_not_comment(asked: ChangeSet, ben: Account, cleo: Account) -> None:
    comments.make_on_set(change_set=asked, text="Cite the label.", by=ben)

    page = Visitor(cleo).read(at(asked))

    assert "Cite the label." in page
    assert "comment/" not in page


def test_set_that_was_given_up_takes_no_comment(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    change_sets.withdraw(change_set=asked, reason="Not needed.", by=ana)

    answer = Visitor(ben).send(at(asked, "comment"), text="Too late?")

    assert (answer.status_code, ChangeSetComment.objects.count()) == (409, 0)


def test_list_shows_what_was_sent_back(asked: ChangeSet, ana: Account, ben: Account) -> None:
    change_sets.send_back(change_set=asked, reason="See the remark.", by=ben)

    rows = Visitor(ana).open("/admin/governance/changeset/", waiting="sent_back").context["cl"]

    assert [each.pk for each in rows.queryset] == [asked.pk]


def test_set_that_was_taken_out_of_review_was_not_sent_back(
    asked: ChangeSet, ana: Account, ben: Account
) -> None:
    change_sets.send_back(change_set=asked, reason="See the remark.", by=ben)
    change_sets.submit(change_set=asked, by=ana)
    change_sets.add(change_set=asked, step=concept("w", "drug", "warfarin"), by=ana)

    rows = Visitor(ana).open("/admin/governance/changeset/", waiting="sent_back").context["cl"]

    assert not rows.queryset
