"""Quarantining and retiring, on pages of the admin."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from governance import clock
from governance.actions import quarantines
from governance.duties import Role
from governance.lifecycle import Status
from governance.models import Account, Quarantine, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, passages_of, version_at, words


@pytest.fixture
def gus(db: None) -> Account:
    """Gus edits the graph."""
    return knowledge.account("gus", Role.GRAPH_EDITOR)


def test_curator_quarantines_a_version(active: Version, ana: Account) -> None:
    Visitor(ana).press(version_at(active, "quarantine"), reason="A reader doubts the dose.")

    assert not active.is_in_force(clock.now())


def test_graph_editor_may_quarantine(active: Version, gus: Account) -> None:
    Visitor(gus).press(version_at(active, "quarantine"), reason="Doubt.")

    assert active.is_quarantined(clock.now())


def test_auditor_cannot_quarantine(active: Version, cleo: Account) -> None:
    response = Visitor(cleo).send(version_at(active, "quarantine"), reason="Doubt.")

    assert response.status_code == 403
    assert active.is_in_force(clock.now())


def test_draft_cannot_be_quarantined(draft: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(draft, "quarantine"), reason="Doubt.")

    assert response.status_code == 409


def test_quarantining_twice_is_refused_in_words(quarantined: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(quarantined, "quarantine"), reason="Again.")

    assert response.status_code == 409
    assert "This is quarantined already." in words(response)


def test_quarantined_version_is_marked(quarantined: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(quarantined))

    assert "Quarantined: it is served to nobody until two persons end this." in page
    assert "A reader doubts the dose." in page


def test_first_word_does_not_end_a_quarantine(quarantined: Version, ben: Account) -> None:
    Visitor(ben).press(version_at(quarantined, "lift-quarantine"), reason="Dose is right.")

    assert quarantined.is_quarantined(clock.now())


def test_second_word_ends_it(quarantined: Version, ben: Account, dora: Account) -> None:
    for person in (ben, dora):
        Visitor(person).press(version_at(quarantined, "lift-quarantine"), reason="Right.")

    assert quarantined.is_in_force(clock.now())


def test_first_person_is_told_that_another_is_needed(quarantined: Version, ben: Account) -> None:
    knowledge.lift(quarantined, ben)

    page = Visitor(ben).read(version_at(quarantined))

    assert "You have agreed to end the quarantine; another person must agree too." in page


def test_second_person_is_told_who_agreed(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    knowledge.lift(quarantined, ben)

    page = Visitor(dora).read(version_at(quarantined, "lift-quarantine"))

    assert "Ben has agreed already; your word ends it now." in page


def test_both_who_ended_a_quarantine_are_listed_with_their_reasons(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    quarantines.lift(subject=quarantined, reason="Checked the print.", by=ben)
    quarantines.lift(subject=quarantined, reason="The issuer says so.", by=dora)

    page = Visitor(ben).read(version_at(quarantined))

    assert re.search(r"Ben agreed to end it on [-: \d]+: Checked the print\.", page)
    assert re.search(r"Dora ended it on [-: \d]+: The issuer says so\.", page)


def test_the_same_person_twice_is_refused(quarantined: Version, ben: Account) -> None:
    knowledge.lift(quarantined, ben)

    response = Visitor(ben).send(version_at(quarantined, "lift-quarantine"), reason="Again.")

    assert response.status_code == 409
    assert quarantined.is_quarantined(clock.now())


def test_curator_cannot_take_part_in_ending(quarantined: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(quarantined, "lift-quarantine"), reason="Right.")

    assert response.status_code == 403


def test_ending_what_is_not_quarantined_is_refused(active: Version, ben: Account) -> None:
    response = Visitor(ben).send(version_at(active, "lift-quarantine"), reason="Right.")

    assert response.status_code == 409
    assert "This is not quarantined." in words(response)


def test_first_of_two_is_told_that_it_stays_quarantined(quarantined: Version, ben: Account) -> None:
    visitor = Visitor(ben)

    visitor.press(version_at(quarantined, "lift-quarantine"), reason="Right.")

    assert "It stays quarantined until another person agrees." in visitor.read(
        version_at(quarantined)
    )


def test_second_of_two_is_told_that_it_is_in_force_again(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    knowledge.lift(quarantined, ben)
    visitor = Visitor(dora)

    visitor.press(version_at(quarantined, "lift-quarantine"), reason="Right.")

    page = visitor.read(version_at(quarantined))
    assert "The quarantine is over: the version is in force again." in page


def test_end_of_a_quarantine_says_nothing_of_force_where_there_is_none(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    knowledge.lift(quarantined, ben)

    with time_machine.travel(clock.now() + timedelta(days=400)):
        visitor = Visitor(dora)
        visitor.press(version_at(quarantined, "lift-quarantine"), reason="Right.")
        page = visitor.read(version_at(quarantined))

    assert "The quarantine is over." in page


def test_reaffirming_says_that_a_quarantine_stays(quarantined: Version, ben: Account) -> None:
    page = Visitor(ben).read(version_at(quarantined, "reaffirm"))

    assert "It is quarantined. To reaffirm it does not end that" in page


# Passages.


def test_reaffirming_says_how_many_passages_are_quarantined(
    active: Version, ana: Account, ben: Account
) -> None:
    quarantines.begin(subject=passages_of(active)[0], reason="Doubt.", by=ana)

    page = Visitor(ben).read(version_at(active, "reaffirm"))

    assert "1 passage of it is quarantined." in page


def test_reaffirming_says_nothing_where_nothing_is_quarantined(
    active: Version, ben: Account
) -> None:
    assert "quarantined" not in Visitor(ben).read(version_at(active, "reaffirm"))


def test_head_of_a_version_counts_quarantined_passages_and_leads_to_them(
    active: Version, ana: Account
) -> None:
    first, second = passages_of(active)
    for passage in (first, second):
        quarantines.begin(subject=passage, reason="Doubt.", by=ana)

    head = Visitor(ana).read(version_at(active)).partition("The version</h2>")[0]

    assert "2 passages are quarantined" in head
    assert passage_at(first) in head
    assert passage_at(second) in head


def test_head_of_a_version_is_silent_once_the_passage_is_free(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    first = passages_of(active)[0]
    quarantines.begin(subject=first, reason="Doubt.", by=ana)
    for person in (ben, dora):
        quarantines.lift(subject=first, reason="Right.", by=person)

    assert "passage is quarantined" not in Visitor(ana).read(version_at(active))


def test_those_who_free_a_passage_are_told_how_it_stands(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    first = passages_of(active)[0]
    quarantines.begin(subject=first, reason="Doubt.", by=ana)
    told = []
    for person in (ben, dora):
        visitor = Visitor(person)
        visitor.press(passage_at(first, "lift-quarantine"), reason="Right.")
        told.append(visitor.read(passage_at(first)))

    assert "It stays quarantined until another person agrees." in told[0]
    assert "The quarantine is over: the passage is in force again." in told[1]


def test_passage_is_quarantined_alone(active: Version, gus: Account) -> None:
    first, _second = passages_of(active)

    Visitor(gus).press(passage_at(first, "quarantine"), reason="Doubt.")

    assert Quarantine.objects.get().passage == first
    assert active.is_in_force(clock.now())


def test_quarantined_passage_is_marked_in_the_text(active: Version, gus: Account) -> None:
    first, _second = passages_of(active)
    Visitor(gus).press(passage_at(first, "quarantine"), reason="A wrong unit.")

    page = Visitor(gus).read(version_at(active))

    assert "A wrong unit." in page
    assert passage_at(first, "quarantine") not in page


def test_two_persons_end_the_quarantine_of_a_passage(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    first, _second = passages_of(active)
    Visitor(ana).press(passage_at(first, "quarantine"), reason="Doubt.")

    for person in (ben, dora):
        Visitor(person).press(passage_at(first, "lift-quarantine"), reason="Right.")

    assert Quarantine.objects.get().ended_by == dora.person


def test_first_person_sees_no_second_button_at_the_passage(
    active: Version, ana: Account, ben: Account
) -> None:
    first, _second = passages_of(active)
    Visitor(ana).press(passage_at(first, "quarantine"), reason="Doubt.")
    Visitor(ben).press(passage_at(first, "lift-quarantine"), reason="Right.")

    assert passage_at(first, "lift-quarantine") not in Visitor(ben).read(version_at(active))


def test_auditor_cannot_quarantine_a_passage(active: Version, cleo: Account) -> None:
    first, _second = passages_of(active)

    response = Visitor(cleo).send(passage_at(first, "quarantine"), reason="Doubt.")

    assert response.status_code == 403


def test_passage_of_a_draft_offers_no_quarantine(draft: Version, ana: Account) -> None:
    first, _second = passages_of(draft)

    assert passage_at(first, "quarantine") not in Visitor(ana).read(version_at(draft))


# Retiring.


def test_reviewer_retires(active: Version, ben: Account) -> None:
    Visitor(ben).decide(version_at(active, "retire"), reason_code="unsafe", note="Recalled.")

    active.refresh_from_db()
    assert active.status == Status.RETIRED


def test_retired_version_says_so_with_its_note(active: Version, ben: Account) -> None:
    Visitor(ben).decide(version_at(active, "retire"), reason_code="unsafe", note="Recalled.")

    page = Visitor(ben).read(version_at(active))

    assert "It was retired and will not come back." in page
    assert "Recalled." in page


def test_superseded_needs_a_successor_at_its_field(active: Version, ben: Account) -> None:
    response = Visitor(ben).decide(
        version_at(active, "retire"), reason_code="superseded", note="Newer."
    )

    assert response.status_code == 400
    assert response.context["form"].errors["successor"]


def test_successor_is_kept(active: Version, ana: Account, ben: Account) -> None:
    other = knowledge.active(knowledge.source(ana, title="Another"), ana, ben)

    Visitor(ben).decide(
        version_at(active, "retire"), reason_code="duplicate", note="Same.", successor=other.pk
    )

    assert active.retirement.successor == other


def test_version_is_not_its_own_successor(active: Version, ben: Account) -> None:
    response = Visitor(ben).decide(
        version_at(active, "retire"), reason_code="duplicate", note="Same.", successor=active.pk
    )

    assert response.status_code == 400
    assert response.context["form"].errors["successor"]


def test_unknown_reason_is_refused_at_its_field(active: Version, ben: Account) -> None:
    response = Visitor(ben).decide(
        version_at(active, "retire"), reason_code="boredom", note="Enough."
    )

    assert response.status_code == 400
    assert response.context["form"].errors["reason_code"]


def test_curator_cannot_retire(active: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(active, "retire"), reason_code="unsafe", note="x")

    assert response.status_code == 403


def test_draft_cannot_be_retired(draft: Version, ben: Account) -> None:
    response = Visitor(ben).decide(
        version_at(draft, "retire"), reason_code="unsafe", note="Recalled."
    )

    assert response.status_code == 409


def test_successor_is_found_by_typing(active: Version, ben: Account, source: Source) -> None:
    found = Visitor(ben).open(
        "/admin/autocomplete/",
        term=source.title[:5],
        app_label="governance",
        model_name="retirement",
        field_name="successor",
    )

    assert [row["id"] for row in found.json()["results"]] == [str(active.pk)]


def test_draft_is_offered_as_no_successor(draft: Version, ben: Account, source: Source) -> None:
    found = Visitor(ben).open(
        "/admin/autocomplete/",
        term=source.title,
        app_label="governance",
        model_name="retirement",
        field_name="successor",
    )

    assert found.json()["results"] == []
