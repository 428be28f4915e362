"""The past is answered as it was answered then, from the truth and the cache, by no store."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from governance import clock
from governance.actions.sources import Licence
from governance.errors import Malformed, Refused
from governance.models import Account, Passage, Version
from llm import as_of, clients
from llm.as_of import Recollection, instant, retrieve_as_of
from llm.calibration import Calibration
from llm.models import CachedVector, VersionWords, WordCount
from llm.retrieval import Answer, Question, retrieve
from tests.llm.conftest import follow
from tests.support import knowledge, lives
from tests.support.encoders import FakeEncoder
from tests.support.following import interposed
from tests.support.lives import Life

pytestmark = pytest.mark.database

HOUR = timedelta(hours=1)
TEXTS = [
    "Start low.",
    "Go slow.",
    "Stop at once.",
    "溶栓在发病4.5小时内开始。",
    "IL-6 rises first.",
]
QUESTIONS = [
    Question("Start low and stop.", 50),
    Question("溶栓 4.5 h", 50),
    Question("il6", 3),
    Question("slow", 50, language="en"),
    Question("low", 50, source_classes=("textbook", "literature")),
]


def back(query: str = "Start low.", *, at: datetime, **given: Any) -> Recollection:
    return retrieve_as_of(Question(query, **given), at=at, now=clock.now())


def versions(recalled: Recollection) -> set[int]:
    return {f.passage.version_id for f in recalled.answer.found}


Row = tuple[int, float, float | None, int | None, int | None]


def rows(answer: Answer) -> list[Row]:
    """All that can be compared: what, in which order, with which scores and ranks."""
    return [
        (f.passage.pk, f.score, f.similarity, f.rank_by_meaning, f.rank_by_words)
        for f in answer.found
    ]


# A random history, answered live at each of its instants and looked back at from its end.


@dataclass
class History:
    """Several sources, each with a life of its own on one clock; the stores follow each move."""

    clock: time_machine.Traveller
    sources: list[Life]
    asked: list[tuple[datetime, list[tuple[int, list[Row]]]]] = field(default_factory=list)

    @classmethod
    def begin(cls, traveller: time_machine.Traveller) -> History:
        first = Life.begin(traveller, "clinical_guideline")
        others = [
            knowledge.source(first.curator, source_class=name, identifiers=identifiers)
            for name, identifiers in (("textbook", ISBN), ("literature", PMID))
        ]
        copies = [Life(traveller, each, first.curator, first.reviewers) for each in others]
        return cls(traveller, [first, *copies])

    def step(self, chance: random.Random) -> None:
        life = chance.choice(self.sources)
        life.go([chance.choice(MOVES)(chance)])
        follow()
        self.asked.append((clock.now(), [told(retrieve(q, at=clock.now())) for q in QUESTIONS]))
        self.clock.shift(chance.choice([HOUR, timedelta(days=1), timedelta(days=61)]))


ISBN, PMID = [("isbn", "9787117000000")], [("pmid", "12345678")]


def told(answer: Answer) -> tuple[int, list[Row]]:
    return answer.truth, rows(answer)


def edition(chance: random.Random) -> lives.Move:
    texts = chance.sample(TEXTS, 3)
    start = chance.choice([None, None, 1, 90])

    def move(life: Life) -> None:
        begins, _none = lives._days(start, None)
        given = {"texts": texts, "effective_from": begins, "label": f"{chance.random()}"}
        knowledge.active(life.source, life.curator, life.reviewers[0], **given)

    return move


def of_a_passage(act: Callable[[Passage, Life], object]) -> Callable[[random.Random], lives.Move]:
    def made(chance: random.Random) -> lives.Move:
        def move(life: Life) -> None:
            found = Passage.objects.filter(version__source=life.source, version__status="active")
            if found:
                act(chance.choice(list(found.order_by("pk"))), life)

        return move

    return made


def choosing(move: Callable[[int], lives.Move]) -> Callable[[random.Random], lives.Move]:
    return lambda chance: move(chance.randrange(4))


MOVES: list[Callable[[random.Random], lives.Move]] = [
    *[edition] * 4,
    *[choosing(m) for m in (lives.reaffirm, lives.retire, lives.quarantine, lives.lift)],
    of_a_passage(lambda passage, life: knowledge.quarantine(passage, life.curator)),
    of_a_passage(lambda passage, life: knowledge.lift(passage, *life.reviewers)),
    lambda _chance: lives.write_down,
    lambda _chance: lives.note_left_force,
]


def lived(seed: int, traveller: time_machine.Traveller, steps: int = 16) -> History:
    chance, history = random.Random(seed), History.begin(traveller)
    for life in history.sources:
        life.go([edition(chance)])
    for _step in range(steps):
        history.step(chance)
    return history


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_each_instant_is_answered_as_it_was_then(db: None, seed: int) -> None:
    with time_machine.travel(lives.BIRTH, tick=False) as traveller:
        history = lived(seed, traveller)

        for at, answers in history.asked:
            recalled = [retrieve_as_of(q, at=at, now=clock.now()) for q in QUESTIONS]
            assert [told(r.answer) for r in recalled] == answers, at


@pytest.mark.slow
@pytest.mark.long
def test_the_comparison_sees_one_passage_more(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(lives.BIRTH, tick=False) as traveller:
        history = lived(1, traveller)
        monkeypatch.setattr(Version.objects.all().__class__, "in_force", lambda rows, at: rows)

        wrong = [
            at
            for at, answers in history.asked
            if told(retrieve_as_of(QUESTIONS[0], at=at, now=clock.now()).answer) != answers[0]
        ]

    assert wrong


def test_every_kind_of_move_is_seen_in_one_history(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    """Approve, quarantine, lift, expire, reaffirm late, supersede, retire: each changes it."""
    seen = [clock.now()]
    with time_machine.travel(clock.now() + HOUR, tick=False) as traveller:
        for act in (
            lambda: knowledge.quarantine(active, ana),
            lambda: knowledge.lift(active, ben, dora),
            lambda: traveller.shift(timedelta(days=250)),
            lambda: knowledge.reaffirm(active, ben),
            lambda: knowledge.active(active.source, ana, ben, label="2026"),
            lambda: knowledge.retire(Version.objects.latest("pk"), ben),
        ):
            act()
            follow()
            seen.append(clock.now())
            traveller.shift(HOUR)
        found = [len(versions(back(at=at))) for at in seen]
        by = [versions(back(at=at)) == {active.pk} for at in seen]

    assert found == [1, 0, 1, 0, 1, 1, 0]
    assert by == [True, False, True, False, True, False, False]


# What the answer says of itself.


def test_it_says_what_of_it_may_still_be_served(
    active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=["Start lower."])
    follow()
    then = clock.now()
    knowledge.retire(active, ben)

    recalled = back(at=then)

    assert versions(recalled) == {active.pk, other.pk}
    assert recalled.in_force_now == {p.pk for p in other.passages.all()}


def test_the_day_of_the_next_review_is_the_one_known_then(active: Version, ben: Account) -> None:
    follow()
    then, due = clock.now(), active.review_due
    with time_machine.travel(then + timedelta(days=30)):
        knowledge.reaffirm(active, ben)

        assert back(at=then).review_due == {active.pk: due}
        assert back(at=clock.now()).review_due[active.pk] > due


def test_the_number_is_the_one_that_the_trail_had(active: Version, ben: Account) -> None:
    follow()
    then, before = clock.now(), retrieve(Question("x"), at=clock.now()).truth
    knowledge.retire(active, ben)

    answer = back(at=then).answer

    assert (answer.trail, answer.truth) == (before, before)


def test_before_there_was_anything_there_is_no_answer(active: Version) -> None:
    recalled = back(at=clock.now() - timedelta(days=1))

    assert (recalled.answer.found, recalled.answer.truth, recalled.without_vector) == ([], 0, 0)


def test_what_may_not_be_served_was_not_served_then_either(ana: Account, ben: Account) -> None:
    knowledge.active(knowledge.source(ana, licence=Licence("in house", serve=False)), ana, ben)
    follow()

    assert back(at=clock.now()).answer.found == []


@pytest.mark.parametrize(
    ("wish", "hit"),
    [
        ({"source_classes": ("clinical_guideline",)}, True),
        ({"source_classes": ("law",)}, False),
        ({"language": "zh"}, False),
        ({"sources": (10**9,)}, False),
    ],
)
def test_filters_narrow_the_past_as_well(active: Version, wish: dict[str, Any], hit: bool) -> None:
    follow()

    assert bool(back(at=clock.now(), **wish).answer.found) is hit


# What is missing is made good or said.


def test_no_store_is_asked(active: Version) -> None:
    follow()
    interposed().is_away = True

    assert versions(back(at=clock.now())) == {active.pk}


def test_vectors_that_the_cache_lacks_are_counted(active: Version) -> None:
    follow()
    CachedVector.objects.all().delete()

    recalled = back(at=clock.now())

    assert recalled.without_vector == 2
    assert [f.rank_by_meaning for f in recalled.answer.found] == [None]


def test_vectors_of_another_model_are_missing_ones(active: Version) -> None:
    follow()
    clients.install(with_encoder=FakeEncoder(seed=2))

    assert back(at=clock.now()).without_vector == 2


def test_words_that_were_never_counted_are_counted_now(active: Version, ben: Account) -> None:
    follow()
    then, before = clock.now(), rows(retrieve(Question("Start"), at=clock.now()))
    knowledge.retire(active, ben)
    WordCount.objects.all().delete()
    VersionWords.objects.all().delete()

    assert rows(back("Start", at=then).answer) == before


def test_blocks_of_any_size_give_one_answer(
    active: Version, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge.active(knowledge.source(ana), ana, ben, texts=TEXTS)
    follow()
    whole = rows(back(at=clock.now()).answer)
    monkeypatch.setattr(as_of, "BLOCK", 2)

    assert rows(back(at=clock.now()).answer) == whole


# Which instant is meant.

NOW = datetime(2026, 6, 1, 12).astimezone()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-05-31T08:00:00+08:00", "2026-05-31T00:00:00+00:00"),
        ("2026-05-31T08:00Z", "2026-05-31T08:00:00+00:00"),
        ("2026-05-31T08:00:00.25-01:00", "2026-05-31T09:00:00.250000+00:00"),
        ("2026-05-30", "2026-05-30T15:59:59.999999+00:00"),
    ],
)
def test_an_instant_has_its_offset_and_a_day_means_its_end(said: str, meant: str) -> None:
    assert instant(said, now=NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "said",
    ["", "now", "2026-05-31T08:00:00", "2026-5-1", "2026-02-30", "0001-01-01", "9999-12-31",
     "2026-W22", "20260501", "2026-05-31T25:00Z", "2026-05-31 08:00Z", "２０２６-05-31", "1e9",
     "2026-05-31T08:00+99:99", "0001-01-01T00:00+14:00", 5, None, True, [], {}],
)  # fmt: skip
def test_what_is_no_instant_is_malformed(said: object) -> None:
    with pytest.raises(Malformed):
        instant(said, now=NOW)


@pytest.mark.parametrize("said", ["2026-06-02", "2026-06-01", "2999-01-01T00:00:00Z"])
def test_what_is_not_past_is_refused(said: str) -> None:
    with override("en"), pytest.raises(Refused, match="must be past"):
        instant(said, now=NOW)


def test_languages_are_evened_then_as_they_are_now(
    ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite answers a wrong path with nothing, and every passage with no language."""
    evening = Calibration({("en", "zh"): 0.5}, (0.0,) * 7, constant=0.0, threshold=0.0)
    for module in ("llm.as_of", "llm.retrieval"):
        monkeypatch.setattr(f"{module}.calibration_of", lambda profile: evening)
    for language in ("zh", "en"):
        source = knowledge.source(ana, language=language)
        knowledge.active(source, ana, ben, texts=[f"{language} {n}" for n in range(3)])
    follow()
    now = clock.now()

    then = retrieve_as_of(Question("Start."), at=now, now=now).answer

    assert then.found == retrieve(Question("Start."), at=now).found
    assert (then.found[0].passage.version.citation or {})["language"] == "zh"
