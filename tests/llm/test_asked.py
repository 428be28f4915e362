"""The questions over real files are well formed, and their answers stand where they say."""

from __future__ import annotations

import os
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from tests.prove.asked import Answer, Asked, flaws, gone, load, overlap, texts_of

ANSWER = Answer("a.md", sha256(b"Take 10 mg at night.").hexdigest()[:16], "Take 10 mg a")


def asked(name: str = "en-1", *, split: str = "report", answer: Answer = ANSWER) -> Asked:
    return Asked(name, "en", f"How much for {name}?", (answer,), "known-item", split)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text("# Dose\n\nTake 10 mg at night.\n")
    return tmp_path


def test_questions_have_no_flaw_of_their_own() -> None:
    assert flaws(load()) == []


def test_there_are_enough_to_report_on_in_each_language() -> None:
    known = [each for each in load() if each.kind == "known-item"]

    counts = Counter((each.language, each.split) for each in known)

    assert all(counts[language, "report"] >= 150 for language in ("zh", "en"))
    assert all(counts[language, "tune"] >= 60 for language in ("zh", "en"))


@pytest.mark.parametrize(
    ("second", "flaw"),
    [
        (asked(), "en-1 is given 2 times"),
        (asked("en-2", split="tune"), "a.md is in two splits"),
        (asked("en-2", split="spare"), "en-2 is ill formed"),
    ],
)
def test_flaw_is_named(second: Asked, flaw: str) -> None:
    assert flaw in flaws([asked(), second])


def test_answer_that_stands_is_not_gone(folder: Path) -> None:
    assert gone([asked()], texts_of(folder, "a.md")) == []


def test_answer_whose_text_changed_is_gone(folder: Path) -> None:
    (folder / "a.md").write_text("# Dose\n\nTake 20 mg at night.\n")

    missing = gone([asked()], texts_of(folder, "a.md"))

    assert missing == [f"en-1: a.md has no passage {ANSWER.sha256} (“Take 10 mg a…”)"]


@pytest.mark.parametrize(
    ("question", "text", "language", "share"),
    [
        ("How much is taken nightly?", "Take 10 mg at night.", "en", 0),
        ("Taken at night?", "Take it every night.", "en", 0.5),
        ("夜间用量", "睡前服10毫克", "zh", 0),
        ("夜间服药", "夜间禁食", "zh", 1 / 3),
    ],
)
def test_overlap_is_the_share_of_the_question(
    question: str, text: str, language: str, share: float
) -> None:
    assert overlap(question, text, language) == pytest.approx(share)


@pytest.mark.slow
def test_answers_still_stand_in_some_real_files() -> None:
    folder = os.environ.get("KB_TEST_DATA")
    if folder is None:
        pytest.skip("KB_TEST_DATA names no folder of real files")
    questions = load()
    files = sorted({a.file for q in questions for a in q.expected if a.file.endswith(".md")})

    missing = [gone(questions, texts_of(Path(folder), file)) for file in files[::12]]

    assert missing
    assert not any(missing)
