"""Drafts are embedded and counted as soon as they have a text, so that approval only writes."""

from __future__ import annotations

from governance.actions import passages, versions
from governance.models import Account, Passage, Source, Version
from llm import drafts
from llm.models import CachedVector, Cursor, Parked, VersionWords
from tests.support import knowledge
from tests.support.following import (
    amended,
    days_later,
    follow,
    moody,
    passages_in_store,
    take_over,
)


def test_a_draft_is_prepared_when_its_text_is_there(draft: Version) -> None:
    drafts.prepare_waiting()

    assert CachedVector.objects.count() == 2
    assert VersionWords.objects.get().version == draft


def test_approval_of_what_was_prepared_embeds_nothing(in_review: Version, ben: Account) -> None:
    encoder = moody()
    drafts.prepare_waiting()
    encoder.given.clear()

    knowledge.approve(in_review, ben)
    follow()

    assert encoder.given == []
    assert len(passages_in_store()) == 2


def test_only_what_a_correction_changed_is_embedded(
    active: Version, ana: Account, ben: Account
) -> None:
    follow()
    encoder = moody()

    amended(active, ana, ben, "Go slow.", "Go slowly.")
    follow()

    assert [text.splitlines()[-1] for text in encoder.given] == ["Go slowly."]


def test_a_draft_without_text_waits_for_nobody(source: Source, ana: Account) -> None:
    knowledge.unread(source, ana)

    assert not drafts.waiting().exists()


def test_a_prepared_draft_waits_no_more(draft: Version) -> None:
    drafts.prepare_waiting()

    assert not drafts.waiting().exists()


def test_a_corrected_draft_waits_again(draft: Version, ana: Account) -> None:
    drafts.prepare_waiting()
    passages.correct(passage=Passage.objects.first(), text="Rest.", reason="Typo.", by=ana)

    assert drafts.waiting().get() == draft


def test_one_draft_that_cannot_be_prepared_does_not_hold_up_the_next(
    draft: Version, source: Source, ana: Account
) -> None:
    moody().refuses = "Go slow."
    other = knowledge.draft(source, ana, texts=["Rest."])

    drafts.prepare_waiting()

    assert VersionWords.objects.get().version == other
    assert "told to refuse" in Parked.objects.get(projection="drafts", number=draft.pk).error


def test_a_parked_draft_is_tried_again_after_its_pause(draft: Version) -> None:
    encoder = moody()
    encoder.refuses = "Go slow."
    drafts.prepare_waiting()
    encoder.refuses = ""

    with days_later(1):
        drafts.prepare_waiting()

    assert not Parked.objects.exists()
    assert VersionWords.objects.get().version == draft


def test_a_parked_draft_is_not_tried_during_its_pause(draft: Version) -> None:
    moody().refuses = "Go slow."
    drafts.prepare_waiting()

    drafts.prepare_waiting()

    assert Parked.objects.get().attempts == 1


def test_an_abandoned_draft_is_parked_no_more(draft: Version, ana: Account) -> None:
    moody().refuses = "Go slow."
    drafts.prepare_waiting()
    versions.withdraw(version=draft, reason="Wrong file.", by=ana)

    drafts.prepare_waiting()

    assert not Parked.objects.exists()


def test_an_encoder_away_parks_no_draft_and_gives_the_lease_back(draft: Version) -> None:
    moody().is_away = True

    drafts.prepare_waiting()

    assert not Parked.objects.exists()
    assert Cursor.objects.get(name="drafts").holder is None


def test_nothing_happens_while_another_worker_is_at_it(draft: Version) -> None:
    Cursor.objects.get_or_create(name="drafts")
    take_over("drafts")

    drafts.prepare_waiting()

    assert drafts.waiting().exists()
