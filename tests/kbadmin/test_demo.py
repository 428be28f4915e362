"""The sample of `serve --demo`: every state it promises, and answers to its own questions."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from governance import clock, graph
from governance.duties import Role
from governance.models import Account, Client, Concept, Evidence, Installation, Version
from governance.verification import verify_trail
from kbadmin import demo
from llm import clients, jobs
from llm.embedding import shipped
from llm.embedding.openvino_encoder import OpenVinoEncoder
from llm.retrieval import Question, retrieve
from tests.support import knowledge
from tests.support.encoders import shipped_home
from tests.support.served import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.usefixtures("stores", "db"),
]

TOLD = json.loads((demo.FOLDER / "sample.json").read_text("utf-8"))
QUESTIONS = json.loads((demo.FOLDER / "questions.json").read_text("utf-8"))
# The first are asked nearly in the words of what answers them; the others by what they mean.
PLAIN, OTHERS = QUESTIONS[:9], QUESTIONS[9:]


@pytest.fixture
def access() -> demo.Access:
    return demo.load(now=clock.now())


def state_of(version: Version) -> str:
    """As `sample.json` says it."""
    if version.status == "draft":
        return "sent_back" if version.comments.exists() else "draft"
    if version.status == "active":
        return _state_of_active(version)
    if version.status == "retired":
        return str(version.retirement.reason_code)
    return str(version.status)


def _state_of_active(version: Version) -> str:
    if version.quarantines.exists():
        return "quarantined"
    if Version.objects.overdue(clock.today()).filter(pk=version.pk).exists():
        return "overdue"
    soon = clock.today() + timedelta(days=14)
    is_due = version.review_due is not None and version.review_due <= soon
    return "due" if is_due else "active" if version.is_in_force(clock.now()) else "?"


def promised() -> Iterator[tuple[str, str, str]]:
    for source in TOLD:
        for version in source["versions"]:
            yield source["title"], version["label"], version["state"]


def test_graph_has_a_shelf_of_concepts_each_carried_by_words_in_force(access: demo.Access) -> None:
    concepts = Concept.objects.current()

    assert concepts.count() >= 80
    assert all(graph.is_in_force(concept, clock.now()) for concept in concepts)
    assert all(each.quote.strip() for each in Evidence.objects.select_related("passage"))


def test_versions_are_in_the_states_that_are_promised(access: demo.Access) -> None:
    versions = Version.objects.select_related("source")

    found = {(v.source.title, v.label, state_of(v)) for v in versions}

    assert found == set(promised())


def test_sample_is_marked_complete_and_its_trail_is_well(access: demo.Access) -> None:
    assert Installation.objects.get().is_sample
    assert demo.is_complete()
    assert not demo.is_empty()
    assert list(verify_trail()) == []


def test_accounts_and_key_open_what_they_should(access: demo.Access) -> None:
    accounts = {account.username: account for account in Account.objects.all()}
    client = Client.objects.with_key(access.key, at=clock.now())

    assert set(accounts) == set(access.passwords)
    assert all(accounts[n].check_password(p) for n, p in access.passwords.items())
    assert {role for a in accounts.values() for role in a.person.roles} == set(Role)
    assert len(set(access.passwords.values())) == len(access.passwords)
    assert all(len(password) >= 16 for password in access.passwords.values())
    assert client
    assert set(client.scopes) == {"retrieve", "corpus", "changes", "usage", "feedback"}


def test_empty_database_is_neither_sample_nor_complete() -> None:
    assert demo.is_empty()
    assert not demo.is_complete()


@pytest.fixture
def served(access: demo.Access) -> None:
    """Everything embedded by the model that is shipped."""
    model = functools.partial(shipped.folder, shipped_home())
    clients.install(with_encoder=OpenVinoEncoder(model, "auto"))
    assert jobs.do("catch_up", {})["parked"] == []


def best(asked: Any, *, of: int) -> list[tuple[str, str]]:
    """File and text of the best passages for a question."""
    found = retrieve(Question(asked["question"], top_k=of), at=clock.now()).found
    return [(f.passage.version.upload.filename, f.passage.text) for f in found]


def is_answered(asked: Any) -> bool:
    return any(asked["contains"] in text for _file, text in best(asked, of=5))


def in_the_language_of_the_source(questions: list[Any]) -> list[Any]:
    languages = {v["file"]: source["language"] for source in TOLD for v in source["versions"]}
    return [each for each in questions if languages.get(each["file"]) == each["language"]]


@pytest.mark.long
def test_questions_find_what_answers_them(served: None) -> None:
    """The shipped ones at once; the README's only after the approval that its walk ends in."""
    files = [{file for file, _text in best(asked, of=3)} for asked in PLAIN]
    answered = [asked for asked in PLAIN if is_answered(asked)]
    by_meaning = [is_answered(asked) for asked in in_the_language_of_the_source(OTHERS)[::3]]
    readme = re.findall(r'"query": "([^"]+)"', (ROOT / "README.md").read_text("utf-8"))
    chapter = Version.objects.get(status="in_review")

    knowledge.approve(chapter, Account.objects.get(username="reviewer"))
    jobs.do("catch_up", {})
    found = [best({"question": question}, of=1) for question in readme]

    assert [a["question"] for a, f in zip(PLAIN, files, strict=True) if a["file"] not in f] == []
    assert answered == PLAIN
    assert sum(by_meaning) >= 0.75 * len(by_meaning) > 20
    assert [file for each in found for file, _text in each] == [chapter.upload.filename]
