"""What is given beside what is found: its likes, what contradicts it, what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from governance import clock
from governance.actions import uploads
from governance.actions.passages import PassageText, SectionText, Text
from governance.actions.uploads import Reading
from governance.models import Account, Passage, Version
from llm.around import around
from llm.calibration import SHIPPED, Calibration, Signs, calibration_of
from llm.conflicts import conflicts
from llm.retrieval import Question, retrieve
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.encoders import FakeEncoder

ISBN = [("isbn", "9787117266031")]
HOURS = "Give alteplase to adults within {} hours after the onset of ischaemic stroke."
DAYS = "低分子肝素用于髋部骨折术后预防血栓，疗程{}天。"


def guideline(ana: Account, ben: Account, *texts: str) -> Version:
    return knowledge.active(knowledge.source(ana), ana, ben, texts=texts)


def textbook(ana: Account, ben: Account, *texts: str) -> Version:
    source = knowledge.source(ana, source_class="textbook", identifiers=ISBN)
    return knowledge.active(source, ana, ben, texts=texts)


def first(version: Version) -> Passage:
    return version.passages.current().select_related("version", "section")[0]


# Alike


def test_what_two_sources_say_is_given_once_under_the_higher_authority(
    ana: Account, ben: Account
) -> None:
    book = textbook(ana, ben, "Rest, and drink.")
    guide = guideline(ana, ben, "Rest and drink")
    follow()

    (found,) = retrieve(Question("Rest and drink"), at=clock.now()).found

    assert (found.passage, found.alike) == (first(guide), (first(book),))


@pytest.mark.parametrize(
    ("one", "other"),
    [("年龄≥65岁", "年龄<65岁"), ("Give 1.5 mg", "Give 15 mg"), ("Take 5-10", "Take 5 10")],
)
def test_what_differs_in_a_figure_or_a_comparison_is_not_alike(
    ana: Account, ben: Account, one: str, other: str
) -> None:
    guideline(ana, ben, one)
    textbook(ana, ben, other)
    follow()

    assert len(retrieve(Question(one), at=clock.now()).found) == 2


# Contradictions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HOURS.format("4.5"), HOURS.format("3")),
        (
            "低分子肝素用于髋部骨折术后预防血栓，疗程28天。",
            "低分子肝素用于髋部骨折术后预防血栓，疗程35天。",
        ),
        ("妊娠期妇女可以使用依诺肝素预防静脉血栓。", "妊娠期妇女不宜使用依诺肝素预防静脉血栓。"),
    ],
)
def test_other_figures_or_a_not_are_pointed_at(
    ana: Account, ben: Account, one: str, other: str
) -> None:
    here, there = first(guideline(ana, ben, one)), first(textbook(ana, ben, other))

    (found,) = conflicts([here, there])

    assert {found.one.sentence, found.other.sentence} == {one, other}


@pytest.mark.parametrize("other", [HOURS.format("4.5"), "Give aspirin within 3 hours to adults."])
def test_what_says_the_same_or_something_else_is_no_contradiction(
    ana: Account, ben: Account, other: str
) -> None:
    here = first(guideline(ana, ben, HOURS.format("4.5")))
    there = first(textbook(ana, ben, other))

    assert conflicts([here, there]) == []


def test_one_source_does_not_contradict_itself(ana: Account, ben: Account) -> None:
    version = guideline(ana, ben, HOURS.format("4.5"), HOURS.format("3"))

    assert conflicts(list(version.passages.current().select_related("version"))) == []


# Around


def table_among(ana: Account, ben: Account) -> list[Passage]:
    """A passage, a table of three parts, and a passage."""
    version = knowledge.unread(knowledge.source(ana), ana)
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    parts = [PassageText(0, f"| {n} |", Passage.Kind.TABLE) for n in range(3)]
    texts = [PassageText(0, "Before."), *parts, PassageText(0, "Behind.")]
    text = Text([SectionText(1, "Dosing", ("Dosing",))], texts)
    reading = Reading("text/plain", None, "test-1", [])
    uploads.finish_reading(upload=version.upload, attempt=attempt, reading=reading, text=text)
    version.refresh_from_db()
    knowledge.approve(knowledge.submitted(version, ana), ben)
    return list(version.passages.current().select_related("version", "section"))


def texts(passages: Sequence[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def test_neighbours_are_those_of_the_same_version(ana: Account, ben: Account) -> None:
    before, one, *_rest = table_among(ana, ben)
    guideline(ana, ben, "Elsewhere.")

    found = around([one], at=clock.now(), neighbours=1)[one.pk]

    assert (texts(found.before), texts(found.after)) == (["Before."], ["| 1 |"])
    assert found.before == [before]


def test_whole_table_is_what_stands_without_a_gap(ana: Account, ben: Account) -> None:
    _before, _one, two, *_rest = table_among(ana, ben)

    found = around([two], at=clock.now(), whole_table=True)[two.pk]

    assert texts(found.table) == ["| 0 |", "| 1 |", "| 2 |"]


def test_what_is_quarantined_is_not_shown_beside(ana: Account, ben: Account) -> None:
    before, one, two, *_rest = table_among(ana, ben)
    knowledge.quarantine(before, ana)
    knowledge.quarantine(two, ana)

    found = around([one], at=clock.now(), neighbours=1, whole_table=True)[one.pk]

    assert (found.before, found.after, texts(found.table)) == ([], [], ["| 0 |"])


# Nothing where there is nothing


def test_confidence_is_the_logistic_of_the_weighed_signs() -> None:
    plain = Calibration({}, (1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0), constant=-2.0, threshold=0.5)

    assert plain.confidence(Signs(1.0, 9, 0.5, 9, 9, 9, 9)) == 0.5
    assert plain.confidence(Signs(2.0, 9, 0.5, 9, 9, 9, 9)) == pytest.approx(0.7310585786)


def test_what_speaks_for_an_answer_raises_confidence() -> None:
    bare = Signs(0.85, 0.2, 0.0, 0.02, 0.5, 1.0, 4.0)
    full = Signs(0.93, 0.8, 1.0, 2.0, 0.0, 1.0, 4.0)

    assert SHIPPED.confidence(bare) < SHIPPED.threshold < SHIPPED.confidence(full)


def test_encoder_that_was_never_calibrated_holds_nothing_back(active: Version) -> None:
    follow()

    answer = retrieve(Question("???"), at=clock.now())

    assert calibration_of(FakeEncoder(1).profile) is None
    assert (answer.confidence, answer.abstained, bool(answer.given)) == (None, False, True)


def test_answer_that_abstains_gives_nothing_and_says_how_sure_it_is(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    sure = Calibration({}, (0.0,) * 7, constant=0.0, threshold=0.9)
    monkeypatch.setattr("llm.retrieval.calibration_of", lambda profile: sure)

    answer: Any = retrieve(Question("Start low."), at=clock.now())

    assert (answer.confidence, answer.abstained, answer.given) == (0.5, True, [])
    assert answer.found
