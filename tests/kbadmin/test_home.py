"""The first page: what waits for whom, what is due, whether all is well, and what falls due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from governance import clock
from governance.actions import change_sets, people, versions
from governance.actions.people import Applicant
from governance.duties import Role
from governance.models import Account, Source, Version
from governance.trail import SHELL
from kbadmin.home.outlook import outlook
from tests.support import graph, knowledge
from tests.support.visiting import Visitor, version_at

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SEVEN_MONTHS = timedelta(days=214)


@pytest.fixture(autouse=True)
def noon(stores: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def later(traveller: time_machine.Traveller, by: timedelta) -> None:
    traveller.move_to(clock.now() + by, tick=False)


def home(account: Account, **query: Any) -> Any:
    return Visitor(account).open("/admin/", **query).context


def waiting_for(account: Account) -> dict[str, int]:
    return {str(w.what): w.count for w in home(account)["waiting"]}


def due_of(account: Account) -> dict[str, list[int]]:
    return {row.whose: [n for n, _at in row.cells] for row in home(account)["due"]["rows"]}


def test_reviewer_is_told_what_to_approve(in_review: Version, ben: Account) -> None:
    assert waiting_for(ben)["in review, for you to approve or send back"] == 1


def test_change_set_of_another_waits_for_who_may_apply_it(ana: Account, ben: Account) -> None:
    graph.begin_schema()
    graph.submitted(ana, graph.concept("a", "drug", "alteplase"))
    graph.submitted(ben, graph.concept("b", "drug", "heparin"))
    sets = "change sets of the graph, for you to apply or send back"

    assert (waiting_for(ben)[sets], waiting_for(ana).get(sets)) == (1, None)


def test_change_set_that_was_sent_back_waits_for_who_wrote_it(ana: Account, ben: Account) -> None:
    graph.begin_schema()
    asked = graph.submitted(ana, graph.concept("a", "drug", "alteplase"))
    change_sets.send_back(change_set=asked, reason="Which salt?", by=ben)
    sets = "change sets of the graph, sent back to you to be corrected"

    assert (waiting_for(ana)[sets], waiting_for(ben).get(sets)) == (1, None)


def test_evidence_that_a_new_edition_left_behind_waits(
    active: Version, ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    graph.stroke(ana, ben, active.passages.current()[0])
    later(noon, timedelta(hours=1))
    knowledge.active(active.source, ana, ben, texts=["Start high."], label="2026")
    what = "evidence that did not follow a new edition, to be looked at"

    assert (waiting_for(ana)[what], waiting_for(ben)[what]) == (1, 1)


def test_contributor_is_told_of_own_drafts(draft: Version, ana: Account) -> None:
    assert waiting_for(ana)["drafts and submissions you contributed to"] == 1


def test_everybody_who_reads_is_told_of_what_is_overdue(
    active: Version, cleo: Account, noon: time_machine.Traveller
) -> None:
    later(noon, SEVEN_MONTHS)

    assert due_of(cleo)["All"] == [1, 0, 0, 0, 0, 0]


def test_due_within_two_weeks_is_due_within_a_month_too(
    active: Version, ana: Account, noon: time_machine.Traveller
) -> None:
    noon.move_to(clock.start_of(active.review_due - timedelta(days=10)), tick=False)

    assert due_of(ana)["All"] == [0, 0, 0, 1, 1, 1]


def test_owner_sees_what_is_theirs_apart(
    active: Version, ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    later(noon, SEVEN_MONTHS)

    assert (due_of(ana)["Yours"][0], due_of(ben)["Yours"][0]) == (1, 0)


def test_person_sees_what_is_due_in_the_own_department(
    ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    cardiology = people.found_department(name="Cardiology", by=ana)
    gina = people.create_account(
        applicant=Applicant("gina", display_name="Gina", department=cardiology),
        roles=[Role.CURATOR],
        password=knowledge.PASSWORD,
        by=SHELL,
    )
    knowledge.active(knowledge.source(ana, department=cardiology), ana, ben)
    later(noon, SEVEN_MONTHS)

    assert due_of(gina)["Cardiology"][0] == 1


def test_sent_back_waits_until_it_is_submitted_again(
    in_review: Version, ana: Account, ben: Account
) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    told = waiting_for(ana)["sent back to you, to be corrected"]
    versions.submit(version=in_review, reason="Mended.", by=ana)

    assert (told, "sent back to you, to be corrected" in waiting_for(ana)) == (1, False)


def test_reviewer_is_told_of_quarantines_to_help_end(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)

    assert waiting_for(ben)["quarantined, where your word on ending it is missing"] == 1


def test_who_gave_a_word_on_a_quarantine_is_not_asked_again(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)
    knowledge.lift(active, ben)

    assert "quarantined, where your word on ending it is missing" not in waiting_for(ben)


def test_auditor_is_told_of_refused_attempts(draft: Version, ben: Account, cleo: Account) -> None:
    Visitor(cleo).send(version_at(draft, "submit"))

    assert waiting_for(cleo)["refused attempts noted in the last 7 days"] == 1


def test_system_administrator_is_told_of_files_that_wait(
    source: Source, ana: Account, sam: Account
) -> None:
    knowledge.unread(source, ana)

    assert waiting_for(sam)["files of drafts waiting to be read, or being read"] == 1


def test_nothing_waiting_is_said_in_words(sue: Account) -> None:
    assert "Nothing waits for you now." in Visitor(sue).read("/admin/")


@pytest.mark.parametrize("who", ["ana", "ben", "cleo", "sue", "sam"])
def test_first_page_is_empty_for_nobody(who: str, request: pytest.FixtureRequest) -> None:
    account = request.getfixturevalue(who)

    page = Visitor(account).read("/admin/")

    assert "Is all well?" in page


def addresses(context: Any) -> list[tuple[int, str]]:
    """Every number on the page with the list it leads to."""
    found = [(w.count, w.address) for w in context["waiting"] if w.address]
    found += [cell for row in context["due"]["rows"] for cell in row.cells]
    for row in context["outlook"]["rows"]:
        found += [row.in_force, *row.due]
    return found


@pytest.mark.parametrize("by", ["class", "department"])
def test_every_number_leads_to_a_list_with_as_many_rows(
    by: str, in_review: Version, ana: Account, ben: Account
) -> None:
    knowledge.active(knowledge.source(ana), ana, ben)
    graph.begin_schema()
    graph.submitted(ana, graph.concept("a", "drug", "alteplase"))
    graph.submitted(ben, graph.concept("b", "drug", "heparin"))
    visitor = Visitor(ben)
    told = addresses(visitor.open("/admin/", by=by).context)

    found = [(visitor.open(at).context["cl"].result_count, at) for _n, at in told]

    assert found == told


def test_months_reach_as_far_as_anything_can_be_due(active: Version) -> None:
    months = outlook("class")["months"]

    assert f"{active.review_due:%Y-%m}" == f"{months[-1]:%Y-%m}"


def test_chart_counts_what_falls_due(active: Version) -> None:
    (row,) = outlook("class")["rows"]

    assert (row.in_force[0], row.due[-1][0]) == (1, 1)


def test_nonsense_in_the_address_shows_the_classes(active: Version, ana: Account) -> None:
    assert home(ana, by="x\0")["outlook"]["by"] == "class"


def test_empty_base_says_what_to_do_first(ana: Account) -> None:
    assert "Register a source" in Visitor(ana).read("/admin/")


def test_silent_worker_is_said(active: Version, ana: Account) -> None:
    parts = {p.name: p for p in home(ana)["parts"]}

    assert not parts["Background work"].is_well


def test_programmers_words_are_not_shown(active: Version, ana: Account) -> None:
    page = Visitor(ana, language="zh-hans").read("/admin/")

    assert not [word for word in ("vector_store", "uploads", "has not begun") if word in page]


def test_questions_do_not_grow_with_the_rows(
    active: Version, ana: Account, ben: Account, django_assert_max_num_queries: Any
) -> None:
    visitor = Visitor(ana)
    with django_assert_max_num_queries(100) as few:
        visitor.read("/admin/")
    for _ in range(3):
        knowledge.active(knowledge.source(ana), ana, ben)

    with django_assert_max_num_queries(len(few)):
        visitor.read("/admin/")
