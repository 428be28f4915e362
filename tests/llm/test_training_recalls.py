"""Rows that are called back: listed as the truth stands, traced both ways, and told of."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from governance.actions import notices
from governance.duties import Scope
from governance.models import Account, AuditEntry, Notice, Passage, Version
from governance.verification import verify_trail
from llm.models import Adapter, TrainingRecall, TrainingRow, TrainingSet
from llm.training import recalling
from llm.training.writing import folder_of
from tests.support import knowledge, releasing, training
from tests.support.callers import Caller, code, log_in, program

pytestmark = pytest.mark.database

SETS = f"training-sets/{training.NAME}"
BODY = {"name": "lora", "base_model": "Qwen3-8B", "digest": "a" * 64}


@pytest.fixture
def version(ana: Account, ben: Account) -> Version:
    return training.active(ana, ben)


@pytest.fixture
def made(version: Version, ben: Account) -> TrainingSet:
    return training.cut(releasing.published(ben), ben, kinds=["instruction"])


@pytest.fixture
def trainer(db: None) -> Caller:
    return program(Scope.TRAIN, name="trainer")


def whys(caller: Caller) -> list[str]:
    answer = caller.ask(f"{SETS}/recalled/").json()
    assert answer["rows"] == len(answer["results"])
    return [each["why"] for row in answer["results"] for each in row["because"]]


# What calls a row back


def test_nothing_is_called_back_of_what_stands(made: TrainingSet, trainer: Caller) -> None:
    assert whys(trainer) == []
    assert trainer.ask(f"{SETS}/").json()["recalled"] == 0


def test_retired_version_calls_its_rows_back_at_once(
    made: TrainingSet, version: Version, ben: Account, trainer: Caller
) -> None:
    knowledge.retire(version, ben)

    (row,) = trainer.ask(f"{SETS}/recalled/").json()["results"]
    assert row["id"] == TrainingRow.objects.get().digest
    assert whys(trainer) == ["left_force", "left_force"]


def test_quarantined_passage_calls_back_until_it_is_freed(
    made: TrainingSet, version: Version, ana: Account, ben: Account, dora: Account, trainer: Caller
) -> None:
    passage = version.passages.current()[0]
    knowledge.quarantine(passage, ana)

    before = whys(trainer)
    knowledge.lift(passage, ben, dora)

    assert (before, whys(trainer)) == (["quarantined"], [])


def test_licence_that_is_taken_back_calls_rows_back(
    made: TrainingSet, version: Version, ana: Account, trainer: Caller
) -> None:
    training.take_licence_back(version.source, ana)

    assert set(whys(trainer)) == {"licence"}


# Who is told


def test_who_cut_and_who_trained_are_told_once_and_programs_by_webhook(
    made: TrainingSet, version: Version, ana: Account, ben: Account, dora: Account
) -> None:
    training.adapter(made, ana)
    knowledge.retire(version, dora)

    assert (recalling.follow(), recalling.follow()) == (1, 0)
    notices.tell()

    told = Notice.objects.filter(code="training_recalled").values_list("person", flat=True)
    entry = AuditEntry.objects.get(action="training_set.recalled")
    assert set(told) == {ana.person_id, ben.person_id}
    assert TrainingRecall.objects.get().rows == 1
    assert entry.governs_type == "trainingset"
    assert list(verify_trail()) == []


def test_what_is_fit_again_is_nobodys_news(
    made: TrainingSet, version: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(version, ana)
    knowledge.lift(version, ben, dora)

    assert recalling.follow() == 0


# Files


def test_file_is_sent_whole_in_parts_and_not_twice(made: TrainingSet, trainer: Caller) -> None:
    told = trainer.ask(f"{SETS}/").json()["files"][-1]
    whole = trainer.get(told["url"])
    tag = {"HTTP_IF_NONE_MATCH": whole["ETag"]}
    part = trainer.get(told["url"], HTTP_RANGE="bytes=1-4")

    assert hashlib.sha256(whole.content).hexdigest() == told["sha256"]
    assert (part.status_code, part.content) == (206, whole.content[1:5])
    assert trainer.get(told["url"], **tag).status_code == 304
    assert trainer.get(told["url"], HTTP_RANGE="bytes=999999-").status_code == 416


def test_file_stays_where_rows_are_called_back_and_says_so(
    made: TrainingSet, version: Version, ben: Account, trainer: Caller
) -> None:
    knowledge.retire(version, ben)

    answer = trainer.get(trainer.ask(f"{SETS}/").json()["files"][0]["url"])
    assert (answer.status_code, answer["Training-Rows-Recalled"]) == (200, "1")


def test_file_that_was_changed_is_not_sent(made: TrainingSet, trainer: Caller) -> None:
    name = made.files[0]["name"]
    (folder_of(made.ordered) / name).write_bytes(b"other")

    answer = trainer.ask(f"{SETS}/files/{name}")
    assert code(answer) == (503, "training_file_unreachable")
    assert trainer.ask(f"{SETS}/files/none.jsonl").status_code == 404


def test_card_says_what_is_in_it_in_both_languages(made: TrainingSet, trainer: Caller) -> None:
    zh, en = (trainer.ask(f"{SETS}/files/card-{each}.md") for each in ("zh", "en"))

    assert made.release.root in en.content.decode()
    assert "CC BY 4.0" in zh.content.decode()
    assert "如何召回" in zh.content.decode()


def test_key_without_the_scope_opens_nothing(made: TrainingSet, sam: Account) -> None:
    for caller in (program(Scope.RETRIEVE), log_in(sam)):
        assert caller.ask("training-sets/").status_code == 403


# Adapters and traces


def test_adapter_is_registered_once_and_says_what_was_called_back(
    made: TrainingSet, version: Version, ben: Account, trainer: Caller
) -> None:
    body = BODY | {"training_sets": [made.name]}
    codes = [trainer.send("adapters/", body).status_code for _again in range(2)]
    knowledge.retire(version, ben)

    (told,) = trainer.ask("adapters/").json()["results"]
    assert codes == [201, 200]
    assert (told["registered_by"], told["recalled"]) == ("trainer", 1)
    assert code(trainer.send("adapters/", body | {"digest": "b" * 64})) == (409, "already_exists")


@pytest.mark.parametrize(
    "wrong",
    [{"digest": "A" * 64}, {"training_sets": ["gone"]}, {"training_sets": []}, {"name": "a/b"}],
)
def test_adapter_that_makes_no_sense_is_refused(
    wrong: dict[str, Any], made: TrainingSet, trainer: Caller
) -> None:
    body = BODY | {"training_sets": [made.name]} | wrong

    assert trainer.send("adapters/", body).status_code == 400
    assert not Adapter.objects.exists()


def test_trace_leads_on_to_rows_adapters_releases(
    made: TrainingSet, version: Version, ana: Account, ben: Account
) -> None:
    training.adapter(made, ana)
    passage = Passage.objects.filter(version=version)[0]

    for asked in ({"version": version.pk}, {"passage": passage.pk}):
        further = log_in(ben).ask("trace/", **asked).json()["further"]
        assert further["training_sets"][0]["rows"] == 1
        assert further["adapters"][0]["name"] == "ward-lora"
        assert further["releases"][0]["name"] == made.release.name


def test_reviewer_orders_one_by_the_api(version: Version, ben: Account) -> None:
    releasing.published(ben)
    body = {"name": "tune", "release": "current", "reason": "For the ward."}

    caller = log_in(ben)
    assert caller.send("training-sets/", body).status_code == 202
    assert code(caller.send("training-sets/", body)) == (409, "already_ordered")
    assert caller.send("training-sets/", body | {"release": "x"}).status_code == 404
