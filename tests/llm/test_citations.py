"""Whether what was cited is still in force: why not, since when, and what stands instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance import clock
from governance.actions import passages as text
from governance.actions import versions
from governance.duties import Scope
from governance.models import Account, Passage, Source, Version
from llm.citations import Why, check
from tests.support import knowledge
from tests.support.callers import Caller, code, program

pytestmark = pytest.mark.database


def first(version: Version) -> Passage:
    passage = version.passages.current().first()
    assert passage
    return passage


def told(tier: Caller, *asked: Any) -> list[Any]:
    answer = tier.send("citations/check/", {"passages": asked})
    assert answer.status_code == 200, answer.json()
    return list(answer.json()["passages"])


def test_what_is_in_force_is_told_by_number_and_by_digest(active: Version, tier: Caller) -> None:
    passage = first(active)

    by_number, by_digest = told(tier, passage.pk, passage.digest)

    assert by_number == by_digest | {"asked": passage.pk}
    assert (by_number["in_force"], by_number["why"], by_number["instead"]) == (True, None, None)


def test_superseded_passage_leads_to_its_place_in_the_successor(
    source: Source, active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    texts = ["Start low today.", "Stop early."]
    edition = knowledge.active(source, ana, ben, texts=texts, label="2025")
    old = active.passages.current()

    gone, lost = told(tier, *(p.pk for p in old))

    assert (gone["why"], gone["reason_code"]) == ("superseded", "superseded")
    assert gone["instead"] == {"version": edition.pk, "label": "2025",
                               "passage": first(edition).pk, "same_text": False}  # fmt: skip
    assert lost["instead"]["passage"] is None


def test_same_text_is_found_wherever_it_stands(
    source: Source, active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    edition = knowledge.active(source, ana, ben, texts=["New.", "Start low."], label="2025")

    instead = told(tier, first(active).pk)[0]["instead"]

    assert instead["same_text"]
    assert instead["passage"] == edition.passages.get(text="Start low.").pk


def test_retired_passage_says_why_and_since_when(
    active: Version, ben: Account, tier: Caller
) -> None:
    knowledge.retire(active, ben)

    [gone] = told(tier, first(active).pk)

    assert (gone["why"], gone["reason_code"], gone["instead"]) == ("retired", "outdated", None)
    assert gone["since"]


def test_quarantined_passage_is_told_and_its_neighbour_is_not(
    active: Version, ana: Account, tier: Caller
) -> None:
    doubted, other = active.passages.current()
    knowledge.quarantine(doubted, ana)

    assert [t["why"] for t in told(tier, doubted.pk, other.pk)] == ["quarantined", None]


def test_what_nobody_reviewed_has_expired(active: Version) -> None:
    at = clock.now() + timedelta(days=400)

    [gone] = check([first(active).pk], at=at)

    assert gone.why is Why.EXPIRED
    assert gone.since == active.terms.get().ends_at


def test_what_takes_effect_later_is_told_from_when(
    source: Source, ana: Account, ben: Account, tier: Caller
) -> None:
    later = clock.today() + timedelta(days=30)
    version = knowledge.active(source, ana, ben, effective_from=later)

    assert told(tier, first(version).pk)[0]["why"] == "not_yet"


def test_corrected_text_leads_to_its_correction(
    draft: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    wrong = first(draft)
    right = text.correct(passage=wrong, text="Start very low.", reason="Misread.", by=ana)
    draft.refresh_from_db()
    versions.submit(version=draft, reason="Ready.", by=ana)
    draft.refresh_from_db()
    knowledge.approve(draft, ben)

    [gone] = told(tier, wrong.pk)

    assert (gone["why"], gone["instead"]["passage"]) == ("corrected", right.pk)


def test_no_program_learns_of_a_draft(draft: Version, tier: Caller) -> None:
    passage = first(draft)

    assert [t["why"] for t in told(tier, passage.pk, passage.digest)] == ["unknown"] * 2


def test_nonsense_is_unknown_in_its_place(active: Version, tier: Caller) -> None:
    real = first(active).pk
    asked = [None, real, "x" * 64, -1, 2.5, True, 10**30, {"a": [1]}, "", 0, str(real)]

    answers = told(tier, *asked)

    assert [t["asked"] for t in answers] == asked
    assert [t["why"] for t in answers] == ["unknown", None, *["unknown"] * 9]


@pytest.mark.parametrize("passages", [[], [1] * 501, "1", None, {"a": 1}])
def test_too_few_and_too_many_are_refused(db: None, tier: Caller, passages: Any) -> None:
    answer = tier.send("citations/check/", {"passages": passages})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"].startswith("passages")


def test_more_of_them_ask_no_more_of_the_database(
    source: Source, active: Version, ana: Account, ben: Account
) -> None:
    texts = [f"Start low, step {n}." for n in range(40)]
    edition = knowledge.active(source, ana, ben, texts=texts, label="2025")
    numbers = list(Passage.objects.values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as few:
        check(numbers[:1], at=clock.now())
    with CaptureQueriesContext(connection) as many:
        check([*numbers, *range(10**6, 10**6 + 400)], at=clock.now())

    assert edition.passages.count() == 40
    assert len(many) == len(few) <= 10


def test_it_wants_the_scope_that_retrieves(db: None) -> None:
    corpus = program(Scope.CORPUS)

    assert code(corpus.send("citations/check/", {"passages": [1]})) == (403, "not_allowed")
