"""Taking what was found out of service, from the page that found it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from governance import clock, uses
from governance.actions import pulls, quarantines
from governance.actions.pulls import Chosen
from governance.models import Account, Passage, Pull, Version
from governance.uses import Use, Uses
from tests.governance.pull_pages import LIST, NEW, found
from tests.support import knowledge
from tests.support.visiting import Visitor, words


def press(by: Account, said: str, chosen: list[str], reason: str = "Recalled.") -> Any:
    fields = {"chosen": chosen, "reason": reason}
    return Visitor(by).press(f"{NEW}?terms={said}", **fields)


@pytest.fixture
def told() -> Iterator[list[dict[int, int]]]:
    asked: list[dict[int, int]] = []

    def tell(passages: dict[int, int], since: datetime) -> Uses:
        asked.append(passages)
        last = datetime(2026, 8, 30, 9, tzinfo=UTC)
        given = [Use(version, "ward-assistant", 7, last) for version in set(passages.values())]
        return Uses(datetime(2026, 8, 1, tzinfo=UTC), given)

    before = list(uses._teller)
    uses.told_by(tell)
    yield asked
    uses._teller[:] = before


def test_who_was_given_it_is_shown(drug: Version, ana: Account, told: list[Any]) -> None:
    page = Visitor(ana).read(NEW, terms="aspirin")

    assert "ward-assistant: 7 retrievals, the last on 2026-08-30 17:00" in page
    assert "since 2026-08-01" in page


def test_use_is_asked_of_the_passages_found(drug: Version, ana: Account, told: list[Any]) -> None:
    found(ana, "surgery")

    last = drug.passages.latest("position")
    assert told == [{last.pk: drug.pk}]


# Pulling.


def test_one_press_takes_out_what_was_ticked(drug: Version, ana: Account) -> None:
    passage = drug.passages.earliest("position")

    answer = press(ana, "aspirin", [f"passage-{passage.pk}"])

    assert answer["Location"] == f"{LIST}{Pull.objects.get().pk}/"
    assert not Passage.objects.in_force(clock.now()).filter(pk=passage.pk).exists()


def test_pull_keeps_the_names_that_were_looked_for(drug: Version, ana: Account) -> None:
    press(ana, "aspirin%0A阿司匹林", [f"version-{drug.pk}"])

    assert Pull.objects.get().terms == ["aspirin", "阿司匹林"]


def test_without_a_reason_nothing_is_done_and_the_choice_is_kept(
    drug: Version, ana: Account
) -> None:
    answer = press(ana, "aspirin", [f"version-{drug.pk}"], reason="")

    assert (answer.status_code, Pull.objects.count()) == (400, 0)
    assert answer.context["ticked"] == {f"version-{drug.pk}"}


@pytest.mark.parametrize(
    "chosen", [[], ["x"], ["version-"], ["passage-0"], ["version-" + "9" * 40]]
)
def test_nonsense_chooses_nothing(chosen: list[str], drug: Version, ana: Account) -> None:
    answer = press(ana, "aspirin", chosen)

    assert (answer.status_code, Pull.objects.count()) == (400, 0)


def test_what_was_pulled_meanwhile_is_refused_in_words(drug: Version, ana: Account) -> None:
    visitor = Visitor(ana)
    knowledge.quarantine(drug, ana)

    answer = visitor.press(f"{NEW}?terms=aspirin", chosen=[f"version-{drug.pk}"], reason="Now.")

    # The page offers no token for it any more: it is sent without.
    assert answer.status_code in (400, 409)
    assert not Pull.objects.exists()


def test_skipped_ones_are_said(drug: Version, ana: Account) -> None:
    passage = drug.passages.earliest("position")
    chosen = [f"version-{drug.pk}", f"passage-{passage.pk}"]
    visitor = Visitor(ana)

    answer = visitor.press(f"{NEW}?terms=aspirin", chosen=chosen, reason="Recalled.")

    page = visitor.read(answer["Location"])
    done = page.index("1 whole version is out of service since")
    assert done < page.index("1 passage was skipped: it is out of service with its whole version.")


def test_what_was_out_already_is_said_to_be_skipped(drug: Version, ana: Account) -> None:
    first, last = drug.passages.exclude(text="Then wait.").order_by("position")
    visitor = Visitor(ana)
    once = visitor.open(f"{NEW}?terms=aspirin").context["once"]
    quarantines.begin(subject=first, reason="Doubted.", by=ana)
    fields = {"terms": "aspirin", "chosen": [f"passage-{first.pk}", f"passage-{last.pk}"]}

    answer = visitor.send(NEW, reason="Recalled.", once=once, **fields)

    page = visitor.read(answer["Location"])
    assert "1 passage is out of service since" in page
    assert "1 was skipped: it was out of service already." in page


def test_sent_twice_is_pulled_once(drug: Version, ana: Account) -> None:
    visitor = Visitor(ana)
    once = visitor.open(f"{NEW}?terms=aspirin").context["once"]
    fields = {"terms": "aspirin", "chosen": [f"version-{drug.pk}"], "reason": "R.", "once": once}

    answers = [visitor.send(NEW, **fields) for _time in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert Pull.objects.count() == 1


def test_more_than_are_allowed_are_refused_in_words(drug: Version, ana: Account) -> None:
    answer = press(ana, "aspirin", [f"passage-{n}" for n in range(1, pulls.MOST + 2)])

    assert answer.status_code == 400
    assert f"Choose at most {pulls.MOST} at once" in words(answer)


def test_auditor_neither_finds_nor_pulls(drug: Version, cleo: Account) -> None:
    fields = {"terms": "aspirin", "chosen": [f"version-{drug.pk}"], "reason": "Recalled."}
    visitor = Visitor(cleo)

    codes = [visitor.open(NEW).status_code, visitor.send(NEW, **fields).status_code]

    assert codes == [403, 403]


def test_nobody_is_sent_to_the_log_in(db: None) -> None:
    assert "/login/" in Visitor().open(NEW)["Location"]


@pytest.mark.slow
def test_as_many_of_one_version_as_are_allowed_go_in_one_pull(
    source: Any, ana: Account, ben: Account
) -> None:
    version = knowledge.active(source, ana, ben, texts=[f"Aspirin {n}." for n in range(pulls.MOST)])
    chosen = Chosen([], version.passages.values_list("pk", flat=True))

    pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recalled.", by=ana)

    assert version.quarantines.count() == pulls.MOST
