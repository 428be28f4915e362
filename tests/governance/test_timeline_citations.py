"""A citation leads to its passage, and where that is served no more, this is said beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from governance.actions import passages, quarantines, versions
from governance.admin.citing import standing_of
from governance.models import Account, Passage, Version
from tests.governance.editions import NOON
from tests.support import knowledge
from tests.support.visiting import Visitor, passage_at, version_at

pytestmark = pytest.mark.usefixtures("clock")


def first(version: Version) -> Passage:
    return version.passages.earliest("position", "pk")


def led(by: Account, passage: Passage) -> Any:
    return Visitor(by).client.get(f"/passages/{passage.pk}/", follow=True)


def said(by: Account, passage: Passage) -> Any:
    return led(by, passage).context["cited"]


def test_citation_of_what_is_in_force_is_not_marked(active: Version, ana: Account) -> None:
    answer = led(ana, first(active))

    assert answer.redirect_chain[-1][0].endswith(f"?page=1#passage-{first(active).pk}")
    assert answer.context["cited"] is None


def test_mark_stands_beside_the_passage_and_not_only_above(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(active, ben)

    page = led(ana, first(active)).content.decode()

    article = page.split(f'id="passage-{first(active).pk}"')[1].split("</article>")[0]
    assert "Not in force since 2026-08-31 12:00: retired." in article


def test_retired_says_why(active: Version, ana: Account, ben: Account) -> None:
    knowledge.retire(active, ben)

    assert "Outdated. No longer fit." in said(ana, first(active)).why


def test_superseded_leads_to_the_same_words_in_what_took_over(
    active: Version, ana: Account, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    newer = knowledge.active(active.source, ana, ben, label="2026")

    cited = said(ana, first(active))

    assert "a newer version took over" in cited.why
    assert cited.instead == (str(newer), passage_at(first(newer)))


def test_superseded_leads_to_the_version_where_the_words_have_changed(
    active: Version, ana: Account, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    newer = knowledge.active(active.source, ana, ben, label="2026", texts=["Start lower."])

    assert said(ana, first(active)).instead == (str(newer), version_at(newer))


def test_amended_leads_to_the_amendment(
    active: Version, ana: Account, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    draft = versions.amend(version=active, reason="Misread.", by=ana)
    passages.correct(passage=first(draft), text="Start lower.", reason="Misread.", by=ana)
    newer = knowledge.approve(versions.submit(version=draft, reason="Ready.", by=ana), ben)

    assert said(ana, first(active)).instead == (str(newer), version_at(newer))


def test_version_in_quarantine_says_by_whom_since_when_and_why(
    active: Version, ana: Account
) -> None:
    knowledge.quarantine(active, ana)

    assert said(ana, first(active)).why == (
        "Not in force since 2026-08-31 12:00: quarantined by Ana. A reader doubts the dose."
    )


def test_passage_in_quarantine_says_it_once(active: Version, ana: Account) -> None:
    quarantines.begin(subject=first(active), reason="The dose is doubted.", by=ana)

    page = led(ana, first(active)).content.decode()

    article = page.split(f'id="passage-{first(active).pk}"')[1].split("</article>")[0]
    assert article.count("The dose is doubted.") == 1


def test_retired_says_so_also_of_a_passage_that_was_in_quarantine(
    active: Version, ana: Account, ben: Account
) -> None:
    quarantines.begin(subject=first(active), reason="The dose is doubted.", by=ana)
    knowledge.retire(active, ben)

    page = led(ana, first(active)).content.decode()

    article = page.split(f'id="passage-{first(active).pk}"')[1].split("</article>")[0]
    assert "retired. Outdated." in article


def test_overdue_says_since_when(active: Version, ana: Account) -> None:
    with time_machine.travel(NOON + timedelta(days=400), tick=False):
        why = said(ana, first(active)).why

    assert "nobody reaffirmed it" in why


def test_not_yet_in_force_says_from_when(scheduled: Version, ana: Account) -> None:
    assert said(ana, first(scheduled)).why == "Approved; takes effect on 2026-10-01 00:00."


def test_passage_replaced_by_a_correction_leads_to_what_replaced_it(
    draft: Version, ana: Account
) -> None:
    old = first(draft)
    new = passages.correct(passage=old, text="Start lower.", reason="Misread.", by=ana)

    answer = led(ana, old)

    assert answer.redirect_chain[-1][0].endswith(f"&cited={old.pk}#passage-{new.pk}")
    assert "was replaced by a correction on 2026-08-31 12:00" in answer.content.decode()


def test_passage_of_a_draft_is_not_marked(draft: Version, ana: Account) -> None:
    assert said(ana, first(draft)) is None


def test_whatever_may_be_served_is_in_force_to_a_citation(active: Version) -> None:
    assert standing_of(first(active), at=NOON) is None


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 40, "\u0661", ""])
def test_nonsense_cites_nothing(number: str, active: Version, ana: Account) -> None:
    page = Visitor(ana).open(version_at(active), cited=number)

    assert (page.status_code, page.context["cited"]) == (200, None)


def test_passage_of_another_version_is_not_marked_here(
    active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)
    knowledge.retire(other, ben)

    assert Visitor(ana).open(version_at(active), cited=first(other).pk).context["cited"] is None
