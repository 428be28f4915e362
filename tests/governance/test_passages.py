from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from governance.actions import passages, versions
from governance.actions.passages import PassageText, SectionText, Text, digest_of_content
from governance.actions.sources import Licence
from governance.clock import now
from governance.errors import Malformed, NotAllowed, TextIsFixed
from governance.lifecycle import Status
from governance.models import Account, AuditEntry, Passage, Source, Version, digest_of
from tests.support import knowledge
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)


@pytest.fixture
def first(draft: Version) -> Passage:
    return draft.passages.get(position=0)


def correct(passage: Passage, text: str, by: Account) -> Passage:
    return passages.correct(passage=passage, text=text, reason="Misprint.", by=by)


def texts(version: Version) -> list[str]:
    return [p.text for p in version.passages.current()]


def test_correction_takes_the_place_of_the_passage(first: Passage, ana: Account) -> None:
    corrected = correct(first, "Start lower.", ana)

    assert texts(corrected.version) == ["Start lower.", "Go slow."]
    assert (corrected.replaces, corrected.position) == (first, first.position)


def test_correction_leaves_the_old_row_as_it_was(first: Passage, ana: Account) -> None:
    correct(first, "Start lower.", ana)

    assert Passage.objects.get(pk=first.pk).text == "Start low."


def test_correction_can_be_corrected(first: Passage, ana: Account) -> None:
    corrected = correct(correct(first, "Start lower.", ana), "Start lowest.", ana)

    assert texts(corrected.version) == ["Start lowest.", "Go slow."]


def test_passage_that_was_replaced_is_not_corrected(first: Passage, ana: Account) -> None:
    correct(first, "Start lower.", ana)

    with pytest.raises(TextIsFixed):
        correct(first, "Start lowest.", ana)


def test_correction_seals_the_text_anew(draft: Version, first: Passage, ana: Account) -> None:
    before = draft.content_digest
    correct(first, "Start lower.", ana)
    draft.refresh_from_db()

    assert draft.content_digest == digest_of_content(draft) != before


def test_digest_of_a_passage_is_that_of_its_text(first: Passage, ana: Account) -> None:
    assert correct(first, "Start lower.", ana).digest == digest_of("Start lower.")


def test_who_corrects_contributes(first: Passage, ben: Account) -> None:
    corrected = correct(first, "Start lower.", ben)

    assert corrected.version.contributed_to_by(ben.person)


def test_correction_voids_the_submission(in_review: Version, ana: Account) -> None:
    correct(in_review.passages.get(position=0), "Start lower.", ana)
    in_review.refresh_from_db()

    assert (in_review.status, in_review.submitted_at) == (Status.DRAFT, None)


@pytest.mark.parametrize("text", ["", " \n", "Start\0low.", "\u200b\u3164"])
def test_text_that_is_none_is_refused_with_its_own_sentence(
    first: Passage, ana: Account, text: str
) -> None:
    with pytest.raises(Malformed) as refused:
        correct(first, text, ana)

    assert str(TextIsFixed.sentence) not in str(refused.value)


def test_correction_that_says_the_same_is_none(
    in_review: Version, first: Passage, ben: Account
) -> None:
    before = AuditEntry.objects.last_number()

    same = passages.correct(passage=first, text=first.text, reason="Read again.", by=ben)

    in_review.refresh_from_db()
    assert same == first
    assert AuditEntry.objects.last_number() == before
    assert not in_review.contributed_to_by(ben.person)


def test_text_in_force_is_not_corrected(active: Version, ana: Account) -> None:
    with pytest.raises(TextIsFixed):
        correct(active.passages.get(position=0), "Start lower.", ana)


def test_who_only_audits_corrects_nothing(first: Passage, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        correct(first, "Start lower.", cleo)


def test_amendment_carries_corrections_and_not_what_they_replaced(
    first: Passage, ana: Account, ben: Account
) -> None:
    version = correct(first, "Start lower.", ana).version
    knowledge.approve(versions.submit(version=version, reason="Ready.", by=ana), ben)
    amendment = versions.amend(version=version, reason="Misread.", by=ana)

    assert amendment.passages.count() == 2
    assert texts(amendment) == texts(version)


def test_text_keeps_its_order_its_place_and_its_sections(source: Source, ana: Account) -> None:
    version = knowledge.unread(source, ana)
    sections = [SectionText(1, "A", ("A",), page=1), SectionText(2, "B", ("A", "B"), page=2)]
    told = [PassageText(i % 2, f"Text {i}.", page=i, boxes=((1.0, 2.0, 3.0, 4.0, 5.0),))
            for i in range(4)]  # fmt: skip
    passages.fill(version, Text(sections, told))

    found = version.passages.current().select_related("section")
    assert [(p.text, p.page, p.section.title) for p in found] == [
        ("Text 0.", 0, "A"), ("Text 1.", 1, "B"), ("Text 2.", 2, "A"), ("Text 3.", 3, "B")
    ]  # fmt: skip
    assert found[0].boxes == [[1.0, 2.0, 3.0, 4.0, 5.0]]


def test_heading_is_a_part_of_what_is_sealed(source: Source, ana: Account) -> None:
    digests = set()
    for title in ("Dosing", "Overdosing"):
        version = knowledge.unread(source, ana)
        passages.fill(version, Text([SectionText(1, title, ("Dosing",))], [PassageText(0, "x")]))
        digests.add(version.content_digest)

    assert len(digests) == 2


def test_passage_is_embedded_under_its_headings(first: Passage) -> None:
    assert first.embedded_text() == "Dosing\nStart low."


def test_only_what_the_licence_lets_be_served_is_served(ana: Account, ben: Account) -> None:
    licence = Licence("All rights reserved", serve=False)
    knowledge.active(knowledge.source(ana, licence=licence), ana, ben)

    assert list(Passage.objects.in_force(now())) == []


def test_corrected_text_is_served_without_what_it_replaced(
    first: Passage, ana: Account, ben: Account
) -> None:
    version = correct(first, "Start lower.", ana).version
    knowledge.approve(versions.submit(version=version, reason="Ready.", by=ana), ben)

    served = Passage.objects.in_force(now()).order_by("position")
    assert [p.text for p in served] == ["Start lower.", "Go slow."]


def test_fence_is_one_question(
    active: Version, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert len(Passage.objects.in_force(now())) == 2


@pytest.mark.parametrize("many", [2, 40])
def test_filling_asks_no_more_for_more_text(
    source: Source, ana: Account, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = knowledge.unread(source, ana)
    text = Text([SectionText(1, "A", ("A",))], [PassageText(0, f"Text {i}.") for i in range(many)])

    with django_assert_max_num_queries(7):
        passages.fill(version, text)


def test_database_takes_no_passage_without_text(draft: Version) -> None:
    with database_refuses("passage_has_text"):
        draft.passages.create(section=draft.sections.get(), position=9, text="")


def test_database_lets_a_passage_be_replaced_once(first: Passage, ana: Account) -> None:
    correct(first, "Start lower.", ana)

    with database_refuses("(?i)unique"):
        Passage.objects.create(
            version=first.version, section=first.section, position=0, text="x", replaces=first
        )
