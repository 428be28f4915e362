"""What the bench says beside an answer: what contradicts, whether anything answers, the release."""

from __future__ import annotations

import pytest

from governance.actions.sources import Licence
from governance.models import Account, Passage, Source, Version
from llm import calibration
from tests.llm.conftest import follow
from tests.llm.test_bench import BENCH, ask, links
from tests.support import knowledge, releasing
from tests.support.encoders import FakeEncoder
from tests.support.visiting import Visitor

DAILY = "Adults should take 100 mg of aspirin once daily after the stroke."


def test_sources_that_contradict_each_other_are_shown_together(
    source: Source, ana: Account, ben: Account
) -> None:
    other = knowledge.source(ana, title="The other guideline")
    knowledge.active(source, ana, ben, texts=[DAILY])
    knowledge.active(other, ana, ben, texts=[DAILY.replace("100", "300")])
    follow()

    page = ask(ana, DAILY)

    assert page.count("Seems to contradict") == 2


def test_words_that_led_to_a_passage_are_named(active: Version, ana: Account) -> None:
    follow()

    assert "<span data-is-data>low " in ask(ana, "low")


def test_it_says_where_nothing_seems_to_answer(
    active: Version, ana: Account, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = calibration.Calibration({}, (0.0,) * 7, 0.0, threshold=0.9)
    known = {encoder.profile.model_digest[:16]: strict}
    monkeypatch.setattr(calibration, "_KNOWN", known)
    follow()

    assert "Nothing here seems to answer the question (0.500 of 1)." in ask(ana)


def test_it_asks_within_a_release_that_is_out(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    release = releasing.published(ben)
    later = knowledge.active(knowledge.source(ana, title="Later"), ana, ben, texts=["Low later."])
    follow()

    page = ask(ana, "low", **{"A-release": str(release.pk)})

    assert links(page)
    assert Passage.objects.get(version=later).pk not in links(page)


def test_sentences_of_what_may_only_be_cited_are_not_shown(
    source: Source, ana: Account, ben: Account
) -> None:
    other = knowledge.source(ana, title="Cited", licence=Licence("cite only", quote=False))
    knowledge.active(source, ana, ben, texts=[DAILY])
    knowledge.active(other, ana, ben, texts=[DAILY.replace("100", "300")])
    follow()

    page = ask(ana, "aspirin after the stroke")

    assert len(links(page)) == 2
    assert "300 mg" not in page


def test_a_release_that_is_not_out_is_none_to_choose(
    active: Version, ana: Account, ben: Account
) -> None:
    number = str(releasing.cut(ben).pk)
    given = {"query": "low", "A-top_k": "1", "B-top_k": "1", "A-release": number}

    assert Visitor(ana).send(BENCH, **given).status_code == 400
