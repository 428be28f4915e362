"""Words that changed, and words that are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import wording
from governance.wording import Run, compared, found_in


def side(runs: list[Run], but: str) -> str:
    return "".join(run.text for run in runs if run.kind != but)


def test_word_that_changed_is_told_from_its_neighbours() -> None:
    assert compared("Give 5 mg daily.", "Give 50 mg daily.") == [
        Run("same", "Give "),
        Run("gone", "5"),
        Run("come", "50"),
        Run("same", " mg daily."),
    ]


def test_number_is_never_cut_in_two() -> None:
    assert Run("come", "2.50") in compared("take 2.5 g", "take 2.50 g")


def test_chinese_is_compared_by_characters() -> None:
    assert compared("每日口服一次", "每日口服两次")[1:3] == [Run("gone", "一"), Run("come", "两")]


def test_what_is_the_same_is_one_run() -> None:
    assert compared("Go slow.", "Go slow.") == [Run("same", "Go slow.")]


def test_what_is_new_has_come_whole() -> None:
    assert compared("", "New words") == [Run("come", "New words")]


def test_texts_too_long_to_compare_are_told_apart_as_wholes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wording, "MOST_WORK", 4)

    assert [run.kind for run in compared("a b c d", "e b f d g")] == ["gone", "come"]


@given(st.text(alphabet="ab 一二1.|\n", max_size=60), st.text(alphabet="ab 一二1.|\n", max_size=60))
def test_both_texts_can_be_read_from_the_runs(before: str, after: str) -> None:
    runs = compared(before, after)

    assert (side(runs, "come"), side(runs, "gone")) == (before, after)


@pytest.mark.parametrize("wanted", ["ECG", "ecg", "ＥＣＧ", "ｅcg"])
def test_case_and_width_do_not_matter_to_finding(wanted: str) -> None:
    assert found_in("an ＥcG now", wanted) == [(3, 6)]


def test_chinese_is_found() -> None:
    assert found_in("禁用阿司匹林，慎用阿司匹林", "阿司匹林") == [(2, 6), (9, 13)]


def test_letter_that_unfolds_to_several_keeps_the_place() -> None:
    assert found_in("㎎ of x", "mg") == [(0, 1)]


def test_nothing_is_found_of_nothing() -> None:
    assert found_in("text", "") == []


@given(st.text(max_size=40), st.integers(0, 39), st.integers(1, 10))
def test_every_piece_of_a_text_is_found_where_it_stands(text: str, at: int, long: int) -> None:
    wanted = text[at : at + long]

    found = found_in(text, wanted)

    assert all(start <= end for start, end in found)
    assert bool(found) == bool(wanted)


def test_characters_that_two_wordings_happen_to_share_are_no_islands() -> None:
    runs = compared("慎用，酌情减量。", "不用，改用肝素。")

    assert [run.kind for run in runs] == ["gone", "come", "same"]
