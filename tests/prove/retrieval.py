"""How well real questions find real passages, with peers beside: the figures of `docs/evaluation`.

Every file in KB_TEST_DATA is read, approved and embedded by the product; the questions of
`questions/` marked `report` are asked, those marked `tune` are what weights and thresholds were
set on (`--split tune`). Beside stand LangChain's default retriever with the same encoder over the
same texts, words alone, and meaning alone. `--vectors FILE` keeps the vectors from one run to the
next; `--most N` takes a part of the passages, those that answer always among them, and
`--questions N` a part of the answerable questions, with theirs alone; `--sample` takes the sample
and its questions instead, every other of them for setting weights.

`--fit FILE` adds what the signs of `llm.calibration` are here, and fits its coefficients to all
that the file holds by then: of one size alone they would not hold for another.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import mean

import numpy as np
from django.core.management import call_command
from numpy.typing import NDArray

from governance import clock
from governance.actions import uploads
from governance.actions.uploads import Reading
from governance.models import Account, Passage
from ingest.parsing.document import Unreadable
from ingest.reading import text_of
from ingest.sandbox import read_apart
from kbadmin import demo
from llm import clients
from llm.caching import digest_of_embedded
from llm.evaluation.figures import difference_with_interval, ndcg_at, recall_at
from llm.models import CachedVector, EvaluationQuestion
from llm.retrieval import Question, retrieve
from llm.wording import statistics_of, wording_of
from tests.prove import arguments, say
from tests.prove.__main__ import SKIPPED
from tests.prove.asked import Answer, Asked, load
from tests.prove.fitting import note_signs, say_fit
from tests.prove.worlds import people
from tests.support import knowledge
from tests.support.following import follow

DEPTH = 50
# The same book three times would fill every list with itself.
LEFT_OUT = ("pharmacology-for-nurses.docx", "pharmacology-for-nurses.pdf", "NOTICE.md")
CLASSES = {
    "guidelines": {"source_class": "clinical_guideline"},
    "labels": {"source_class": "drug_label", "identifiers": [("ndc", "00074-4339-02")]},
    "textbook": {"source_class": "textbook", "identifiers": [("isbn", "9787117266031")]},
}
PART = 500

Vectors = NDArray[np.float32]
# Texts by rank, each once, named by the beginning of their SHA-256.
Ranked = list[str]
Ask = Callable[[Asked], Ranked]


@dataclass(frozen=True)
class Told:
    """What one question was given by one way of asking."""

    hit_at_1: float
    hit_at_10: float
    ndcg: float


def main(given: list[str]) -> int:
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, default=os.environ.get("KB_TEST_DATA"))
    parser.add_argument("--split", default="report", choices=("report", "tune"))
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--most", type=int, default=10**9)
    parser.add_argument("--questions", type=int, default=10**9)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--fit", type=Path)
    asked = parser.parse_args(given)
    if asked.folder is None and not asked.sample:
        say("KB_TEST_DATA names no folder of real files.")
        return SKIPPED
    call_command("migrate", verbosity=0)
    if asked.sample:
        questions = _sample()
    else:
        questions = _part(load(), asked.questions, asked.seed)
        _bring_in(asked.folder, questions, asked.most, asked.vectors)
    if asked.fit:
        note_signs(questions, asked.fit)
        say_fit(asked.fit)
    of_split = [each for each in questions if each.split == asked.split]
    _say_figures(of_split)
    _say_abstention(of_split)
    return 0


def _part(questions: Sequence[Asked], most: int, seed: int) -> list[Asked]:
    having = [each for each in questions if each.expected]
    kept = Random(seed).sample(having, min(most, len(having)))
    return [*kept, *(each for each in questions if not each.expected)]


def _sample() -> list[Asked]:
    demo.load(now=clock.now())
    follow()
    rows = EvaluationQuestion.objects.order_by("pk").prefetch_related("expected__passage")
    return [
        Asked(
            str(row.pk),
            row.language,
            row.text,
            tuple(Answer("", _key(each.passage.text), "") for each in row.expected.all()),
            "known-item" if row.expected.all() else "unanswerable-near",
            ("tune", "report")[place % 2],
        )
        for place, row in enumerate(rows)
    ]


# The world: every file, approved.


def _bring_in(folder: Path, questions: Sequence[Asked], most: int, vectors: Path | None) -> None:
    world = people(1)
    wanted = {answer.sha256 for each in questions for answer in each.expected}
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in LEFT_OUT]
    room = most
    for path in files:
        if path.parent.name != "pdf-samples":
            room -= _approve(path, path.relative_to(folder), wanted, room, world.ana, world.ben)
    _remember(vectors)
    began = time.monotonic()
    follow()
    passages = Passage.objects.count()
    say(f"{passages} passages in force, embedded in {time.monotonic() - began:.0f} s.")
    _keep(vectors)


def _approve(
    path: Path, name: Path, wanted: set[str], room: int, ana: Account, ben: Account
) -> int:
    """How many passages came in. Where there is no room, those that answer something."""
    try:
        _document, parsed = read_apart(path, path.name, progress=lambda share: None)
    except Unreadable:
        return 0
    text = text_of(parsed)
    kept = [p for n, p in enumerate(text.passages) if n < room or _key(p.text) in wanted]
    if not kept:
        return 0
    language = "zh" if name.parts[0] == "zh" else "en"
    of_class = CLASSES.get(name.parts[1], {"source_class": "literature"})
    source = knowledge.source(ana, title=path.stem, language=language, **of_class)
    version = knowledge.unread(source, ana)
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    uploads.finish_reading(
        upload=version.upload,
        attempt=attempt,
        reading=Reading("text/plain", None, "test-1", []),
        text=type(text)(text.sections, kept),
    )
    version.refresh_from_db()
    knowledge.approve(knowledge.submitted(version, ana), ben)
    return len(kept)


def _remember(file: Path | None) -> None:
    if file is None or not file.exists():
        return
    kept = np.load(file)
    profile = clients.encoder().profile.name
    rows = zip(kept["digests"], kept["vectors"], strict=True)
    CachedVector.objects.bulk_create(
        (CachedVector(profile=profile, digest=str(d), vector=v.tobytes()) for d, v in rows),
        batch_size=PART,
        ignore_conflicts=True,
    )


def _keep(file: Path | None) -> None:
    if file is None:
        return
    rows = CachedVector.objects.filter(profile=clients.encoder().profile.name).order_by("digest")
    digests = [row.digest for row in rows]
    np.savez(file, digests=np.array(digests), vectors=np.stack([row.numbers for row in rows]))


# The ways of asking.


def ways() -> dict[str, Ask]:
    passages = list(Passage.objects.in_force(clock.now()).select_related("section"))
    texts = {_key(p.text): p.embedded_text() for p in passages}
    keys = list(texts)
    vectors = _vectors([texts[key] for key in keys])
    found: dict[str, Ask] = {
        "ours": _ours,
        "words": _words,
        "meaning": lambda asked: _nearest(asked, keys, vectors),
    }
    peer = _langchain(keys, texts, vectors)
    return found | ({"langchain": peer} if peer else {})


def _ours(asked: Asked) -> Ranked:
    found = retrieve(Question(asked.question, top_k=DEPTH), at=clock.now()).found
    return [_key(each.passage.text) for each in found]


def _words(asked: Asked) -> Ranked:
    wording = wording_of(asked.question)
    own = dict.fromkeys(wording.own, 1.0)
    weights = statistics_of(own, at=clock.now()).weights(own)
    wanted = Question(asked.question).wanted(clock.now())
    hits = clients.vector_store().matching(weights, wanted, 2 * DEPTH) if weights.indices else []
    numbers = [int(hit.passage) for hit in hits]
    texts = dict(Passage.objects.filter(pk__in=numbers).values_list("pk", "text"))
    return list(dict.fromkeys(_key(texts[number]) for number in numbers))[:DEPTH]


def _nearest(asked: Asked, keys: Sequence[str], vectors: Vectors) -> Ranked:
    scores = vectors @ _query(asked.question)
    return [keys[at] for at in np.argsort(-scores)[:DEPTH]]


def _langchain(keys: Sequence[str], texts: dict[str, str], vectors: Vectors) -> Ask | None:
    """Its retriever as it comes: four documents, the nearest by cosine; asked for more here."""
    try:
        from langchain_core.embeddings import Embeddings
        from langchain_core.vectorstores import InMemoryVectorStore
    except ImportError:
        say("langchain-core is not installed; its retriever is not beside.")
        return None

    class Same(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [each.tolist() for each in vectors]

        def embed_query(self, text: str) -> list[float]:
            return [float(number) for number in _query(text)]

    store = InMemoryVectorStore.from_texts(
        [texts[key] for key in keys], Same(), metadatas=[{"key": key} for key in keys]
    )
    retriever = store.as_retriever(search_kwargs={"k": DEPTH})
    return lambda asked: [found.metadata["key"] for found in retriever.invoke(asked.question)]


_queries: dict[str, Vectors] = {}


def _query(text: str) -> Vectors:
    if text not in _queries:
        _queries[text] = clients.encoder().queries([text])[0]
    return _queries[text]


def _vectors(texts: Sequence[str]) -> Vectors:
    known = CachedVector.objects.filter(profile=clients.encoder().profile.name)
    by_digest = {row.digest: row.numbers for row in known}
    return np.stack([by_digest[digest_of_embedded(text)] for text in texts])


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


# What comes of it.


def _say_figures(questions: Sequence[Asked]) -> None:
    groups = list(_groups([each for each in questions if each.expected]))
    told = {
        way: {each.id: _told(each, ask(each)) for _name, group in groups for each in group}
        for way, ask in ways().items()
    }
    for name, group in groups:
        say(f"\n{name}: {len(group)} questions")
        for way, results in told.items():
            mine = [results[each.id] for each in group]
            figures = " ".join(f"{mean(column):7.3f}" for column in zip(*map(astuple, mine)))  # noqa: B905
            beside = "" if way == "ours" else _beside(told["ours"], results, group)
            say(f"  {way:10} recall@1, @10, nDCG@10 {figures} {beside}")


def _groups(questions: Sequence[Asked]) -> Iterator[tuple[str, list[Asked]]]:
    for name in sorted({(each.kind, each.language) for each in questions}):
        yield " ".join(name), [each for each in questions if (each.kind, each.language) == name]


def _told(asked: Asked, ranked: Ranked) -> Told:
    """Any passage that answers will do, so there is one to be found."""
    expected = {answer.sha256 for answer in asked.expected}
    place = next((n for n, key in enumerate(ranked, start=1) if key in expected), None)
    return Told(recall_at(1, [place]), recall_at(10, [place]), ndcg_at(10, [place]))


def _beside(ours: dict[str, Told], theirs: dict[str, Told], group: Sequence[Asked]) -> str:
    """What ours is ahead by in nDCG@10, with the interval of a paired bootstrap."""
    pairs = [(theirs[each.id].ndcg, ours[each.id].ndcg) for each in group]
    found = difference_with_interval([a for a, _b in pairs], [b for _a, b in pairs])
    return f"ours {found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def _say_abstention(questions: Sequence[Asked]) -> None:
    """Answerable refused against unanswerable refused, at every twentieth of the answerable."""
    scores = [(bool(q.expected), _confidence(q)) for q in questions]
    having = sorted(score for is_answerable, score in scores if is_answerable)
    lacking = [score for is_answerable, score in scores if not is_answerable]
    say(f"\nabstention: {len(having)} answerable, {len(lacking)} unanswerable questions")
    for share in (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3):
        threshold = having[int(share * len(having))]
        refused = mean(score < threshold for score in lacking)
        say(f"  below {threshold:.3f}: {share:5.1%} of answerable, {refused:5.1%} of unanswerable")
    at_hand = [q for q in questions if _abstains(q)]
    for name, group in {"answerable": True, "unanswerable": False}.items():
        mine = [q for q in questions if bool(q.expected) is group]
        say(f"  as shipped: {len([q for q in at_hand if q in mine]) / len(mine):5.1%} of {name}")


def _confidence(asked: Asked) -> float:
    return retrieve(Question(asked.question), at=clock.now()).confidence or 0.0


def _abstains(asked: Asked) -> bool:
    return retrieve(Question(asked.question), at=clock.now()).abstained


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
