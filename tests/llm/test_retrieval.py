from __future__ import annotations

from governance import clock
from governance.models import Account, Source, Version
from llm.retrieval import Answer, Question, retrieve
from tests.llm.conftest import follow
from tests.support import knowledge


def ask(query: str = "Start low.", **given: object) -> Answer:
    return retrieve(Question(query, **given), at=clock.now())


def texts(answer: Answer) -> list[str]:
    return [f.passage.text for f in answer.found]


def test_passage_in_force_is_found(active: Version) -> None:
    follow()

    assert texts(ask())[0] == "Start low."


def test_draft_is_not_found(draft: Version, active: Version) -> None:
    follow()

    assert {f.passage.version_id for f in ask().found} == {active.pk}


def test_what_the_stores_still_hold_is_withheld(active: Version, ben: Account) -> None:
    follow()
    knowledge.retire(active, ben)

    answer = ask()

    assert answer.found == []
    assert answer.withheld == 2
