"""Rows for training: of what may train alone, each with what it is of, the same for one seed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from governance import canonical
from governance.errors import AlreadyExists, Malformed, NotAllowed
from governance.models import Account, Version
from governance.verification import verify_trail
from llm.actions import feedback, releases, training_sets
from llm.actions.answers import Reported, report
from llm.actions.training_sets import Wanted
from llm.errors import NothingToTrain, ReleaseNotPublished, ReleaseWithdrawn
from llm.models import Release, TrainingRow, TrainingRowPassage, TrainingSet, Usage
from llm.training import cutting
from llm.training.writing import begin, folder_of
from tests.support import graph as drawing
from tests.support import knowledge, questions, releasing, training, using

pytestmark = pytest.mark.database

FEVER = "Give paracetamol to lower a high fever at home."


@pytest.fixture
def release(ana: Account, ben: Account) -> Release:
    """Three sources that may train, and one that may not."""
    for title in ("Asthma", "Gout", "Fever"):
        training.active(ana, ben, title)
    knowledge.active(knowledge.source(ana, title="Secret"), ana, ben, texts=["Not to be trained."])
    return releasing.published(ben)


def files(made: TrainingSet) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder_of(made.ordered).glob("*.jsonl")}


# What is in it


def test_only_what_may_train_is_in_a_row(release: Release, ben: Account) -> None:
    made = training.cut(release, ben)

    told = json.dumps(training.rows_of(made))
    assert made.rows == len(training.rows_of(made)) == 3
    assert "Secret" not in told
    assert made.left_out["may_not_train"] == 1


def test_row_names_what_it_was_made_of(release: Release, ben: Account) -> None:
    made = training.cut(release, ben)

    row = training.rows_of(made)[0]
    passages = [each["passage"] for each in row["lineage"]["passages"]]
    kept = TrainingRow.objects.get(digest=row["id"])
    assert canonical.digest({k: v for k, v in row.items() if k != "id"}) == row["id"]
    assert list(kept.made_of.values_list("passage", flat=True)) == passages
    assert row["lineage"]["root"] == release.root


def test_facts_quote_what_carries_them(ana: Account, ben: Account) -> None:
    version = training.active(ana, ben, "Stroke", texts=drawing.TEXTS)
    drawing.stroke(ana, ben, version.passages.current()[0])

    (row,) = training.rows_of(training.cut(releasing.published(ben), ben), "fact")

    assert row["input"] == drawing.TEXTS[0]
    assert "alteplase" in row["output"]
    assert row["lineage"]["relation"]


def test_reviewed_questions_give_pairs_with_negatives_of_the_same_part(
    ana: Account, ben: Account
) -> None:
    version = training.active(ana, ben, "Fever", texts=[FEVER, "Keep the child in bed for a day."])
    wanted, other = version.passages.current()
    wards = questions.founded(ana)
    questions.reviewed(wards, ana, ben, "What lowers a high fever?", wanted)
    questions.written(wards, ana, "Not reviewed by anybody?", wanted)

    (row,) = training.rows_of(training.cut(releasing.published(ben), ben), "pair")

    assert (row["query"], row["positives"]) == ("What lowers a high fever?", [FEVER])
    assert row["negatives"] == [other.text]


def answered(ana: Account, ben: Account) -> Usage:
    """Two answers to one question, of which the first was called wrong. Returns its retrieval."""
    version = training.active(ana, ben, "Fever", texts=[FEVER])
    passages, program = list(version.passages.current()), using.ward()
    for text, verdict in (("Give aspirin.", "wrong"), ("Give paracetamol.", "accepted")):
        usage = using.used(passages, by=program)
        said = Reported(text, "m", [passages[0].pk])
        report(usage=usage, reported=said, by=program, at=usage.at)
        feedback.give(usage=usage, said=feedback.Said(verdict), by=program)
    return Usage.objects.earliest("at")


def test_accepted_answer_is_preferred_to_one_called_wrong(ana: Account, ben: Account) -> None:
    wrong = answered(ana, ben)

    (row,) = training.rows_of(training.cut(releasing.published(ben), ben), "preference")

    assert (row["chosen"], row["rejected"]) == ("Give paracetamol.", "Give aspirin.")
    assert row["prompt"] == wrong.query
    assert row["lineage"]["usage"] == str(wrong.pk)


# Parts


def test_source_is_wholly_in_one_part_and_what_says_the_same_in_the_same(
    ana: Account, ben: Account
) -> None:
    shared = "Asthma: start with the lowest dose there is!"
    for number in range(9):
        training.active(ana, ben, f"Book {number}")
    twins = [training.active(ana, ben, t, texts=[shared, t]).source_id for t in ("One", "Two")]

    made = training.cut(releasing.published(ben), ben, seed=3)

    parts: dict[int, set[str]] = {}
    for part in ("train", "validation", "test"):
        for row in training.rows_of(made, part=part):
            for each in row["lineage"]["passages"]:
                parts.setdefault(each["source"], set()).add(part)
    assert all(len(each) == 1 for each in parts.values())
    assert parts[twins[0]] == parts[twins[1]]
    assert set().union(*parts.values()) == {"train", "validation", "test"}


def test_same_release_and_seed_are_the_same_bytes(release: Release, ben: Account) -> None:
    first, again = training.cut(release, ben), training.cut(release, ben, "tune-2")

    assert files(first) == files(again)
    assert first.digest == again.digest


# What is refused


def test_release_that_is_not_out_is_refused(active: Any, ben: Account) -> None:
    made = releasing.tried(ben)

    with pytest.raises(ReleaseNotPublished):
        training.outcome(made, ben)
    with pytest.raises(ReleaseWithdrawn):
        training.outcome(releases.withdraw(release=made, reason="No.", by=ben), ben)


def test_release_of_which_nothing_may_train_is_refused(active: Any, ben: Account) -> None:
    with pytest.raises(NothingToTrain):
        training.outcome(releasing.published(ben), ben)


def test_licence_taken_back_counts_before_any_correction(
    release: Release, ana: Account, ben: Account
) -> None:
    version = Version.objects.get(source__title="Gout")
    training.take_licence_back(version.source, ana)

    made = training.cut(release, ben)

    assert made.rows == 2
    assert not TrainingRowPassage.objects.filter(version=version).exists()


def test_name_is_given_once_and_curator_cuts_nothing(
    release: Release, ana: Account, ben: Account
) -> None:
    training.cut(release, ben)

    with pytest.raises(AlreadyExists):
        training.outcome(release, ben, training.NAME.upper())
    with pytest.raises(NotAllowed):
        training.outcome(release, ana, "tune-2")


@pytest.mark.parametrize(
    "wrong",
    [{"name": "a/b"}, {"kinds": ("poem",)}, {"kinds": ()}, {"seed": -1}, {"shares": {"train": 9}}],
)
def test_order_that_makes_no_sense_is_malformed(
    wrong: dict[str, Any], release: Release, ben: Account
) -> None:
    wanted = Wanted(**{"name": "tune", "release": release, **wrong})

    with pytest.raises(Malformed):
        training_sets.order(wanted=wanted, reason="For the ward.", by=ben)


# Whole or not at all


def test_nothing_of_a_cut_set_changes(release: Release, ben: Account) -> None:
    training.cut(release, ben)

    for change in (
        lambda: TrainingSet.objects.update(seed=1),
        lambda: TrainingRow.objects.update(file="x"),
        lambda: TrainingRowPassage.objects.all().delete(),
        lambda: TrainingRow.objects.create(set=TrainingSet.objects.get(), digest="1" * 64),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert list(verify_trail()) == []


def test_what_a_killed_cut_left_is_cleared_and_cut_once(release: Release, ben: Account) -> None:
    wanted = Wanted(training.NAME, release)
    job = training_sets.order(wanted=wanted, reason="For the ward.", by=ben)
    for ordered in (job.arguments["ordered"], str(uuid4())):
        (begin(UUID(ordered)) / "instruction-train-00000.jsonl").write_bytes(b"half a")
        TrainingRow.objects.create(set_id=ordered, digest="1" * 64)

    for _again in range(2):
        cutting.run(**job.arguments)

    made = TrainingSet.objects.get()
    assert TrainingRow.objects.filter(set=made).count() == made.rows == 3
    assert [path.name for path in folder_of(made.ordered).parent.iterdir()] == [str(made.ordered)]


def test_command_cuts_and_tells_scripts(
    release: Release, ben: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("cut_training_set", "tune", release="current", by="ben", reason="Ward.", json=True)

    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["rows"]) == ("tune", TrainingSet.objects.get().rows)
    with pytest.raises(CommandError, match="no release"):
        call_command("cut_training_set", "x", release="gone", by="ben", reason="Ward.")


def test_parquet_says_what_the_lines_say(release: Release, ben: Account) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")

    made = training.cut(release, ben, kinds=["instruction"])

    paths = sorted(folder_of(made.ordered).glob("*.parquet"))
    told = [row for path in paths for row in parquet.read_table(path).to_pylist()]
    lines = training.rows_of(made)
    assert [row["id"] for row in told] == [row["id"] for row in lines]
    assert json.loads(told[0]["lineage"]) == lines[0]["lineage"]
