"""Characters put together to runs: where a run ends, and which spaces are the author's."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf_runs import Placed, runs_of
from tests.ingest.pdf_parts import box, runs, spelled, style


def placed(text: str, left: float, baseline: float = 100, wide: float = 5) -> Placed:
    return Placed(text, box(left, baseline, wide, 10), baseline, style())


# Where a run ends


def test_characters_side_by_side_are_one_run() -> None:
    assert runs("aspirin") == ["aspirin"]


def test_space_between_words_is_kept() -> None:
    assert runs("aspirin daily") == ["aspirin daily"]


def test_wide_gap_ends_a_run() -> None:
    found = runs_of([*spelled("left", left=72), *spelled("right", left=300)])

    assert [run.text for run in found] == ["left", "right"]


def test_gap_of_a_justified_line_does_not_end_a_run() -> None:
    found = runs_of([*spelled("left", left=72), *spelled("right", left=100)])

    assert [run.text for run in found] == ["left right"]


def test_next_line_is_another_run() -> None:
    found = runs_of([*spelled("one", baseline=100), *spelled("two", baseline=112)])

    assert [run.text for run in found] == ["one", "two"]


def test_raised_figure_stays_in_its_run() -> None:
    raised = spelled("2", left=82, baseline=96, look=style(size=6.0))
    found = runs_of([*spelled("km", left=72), *raised])

    assert [run.text for run in found] == ["km²"]


def test_lowered_figure_stays_in_its_run() -> None:
    lowered = spelled("2", left=77, baseline=102, look=style(size=6.0))
    found = runs_of([*spelled("H", left=72), *lowered, *spelled("O", left=82)])

    assert [run.text for run in found] == ["H₂O"]


def test_run_takes_size_and_baseline_of_its_largest_letters() -> None:
    small = spelled("1", left=72, baseline=96, look=style(size=6.0))
    run = runs_of([*small, *spelled("Division", left=77)])[0]

    assert (run.size, run.baseline) == (10.0, 100)


def test_both_letters_of_a_ligature_stand_in_one_box_and_one_run() -> None:
    found = runs_of([placed("f", 72, wide=8), placed("i", 72, wide=8), placed("t", 80)])

    assert [run.text for run in found] == ["fit"]


def test_jump_back_begins_another_run() -> None:
    found = runs_of([*spelled("later", left=200), *spelled("sooner", left=72)])

    assert [run.text for run in found] == ["later", "sooner"]


def test_letters_that_run_to_the_left_stay_together() -> None:
    found = runs_of([placed("ب", 90), placed("ي", 85), placed("ح", 80)])

    assert [run.text for run in found] == ["بيح"]


def test_edge_of_a_cell_ends_a_run() -> None:
    found = runs_of(spelled("leftright"), lambda x, y: int(x > 92))

    assert [(run.text, run.cell) for run in found] == [("left", 0), ("right", 1)]


def test_spaces_alone_are_no_run() -> None:
    assert runs("   ") == []


# Spaces


@pytest.mark.parametrize("text", ["溶 栓", "溶， 栓", "“ 溶栓"])
def test_space_between_chinese_characters_is_dropped(text: str) -> None:
    assert runs(text) == [text.replace(" ", "")]


def test_space_beside_latin_is_kept() -> None:
    assert runs("剂量 50 mg") == ["剂量 50 mg"]


def test_full_width_space_is_kept_without_another_beside_it() -> None:
    assert runs("关键词\u3000 溶栓") == ["关键词\u3000溶栓"]


def test_gap_without_a_space_character_is_a_space() -> None:
    found = runs_of([*spelled("one", left=72), *spelled("two", left=90)])

    assert found[0].text == "one two"


def test_letters_set_close_get_no_space() -> None:
    found = runs_of([*spelled("one", left=72), *spelled("two", left=87.5)])

    assert found[0].text == "onetwo"


# What a run knows


def test_run_encloses_all_its_characters() -> None:
    raised = spelled("2", left=82, baseline=96, look=style(size=6.0))
    letters = [*spelled("km", left=72), *raised]

    rect = runs_of(letters)[0].rect

    assert all(rect.joined(letter.rect) == rect for letter in letters)


def test_run_counts_its_bold_letters() -> None:
    bold = spelled("Note", look=style(bold=True))
    run = runs_of([*bold, *spelled(" this", left=92)])[0]

    assert (run.bold, run.letters) == (4, 8)


def test_run_without_a_known_size_takes_its_height() -> None:
    run = runs_of([Placed("x", box(72, 100, 5, 10), 100, style(size=0.0))])[0]

    assert run.size == 10


def test_slanted_letters_are_one_run_whatever_their_baselines() -> None:
    look = style(slanted=True)
    letters = [
        Placed(letter, box(72 + 9 * n, 100 - 9 * n, 5, 10), 100 - 9 * n, look)
        for n, letter in enumerate("DRAFT")
    ]

    assert [run.text for run in runs_of(letters)] == ["DRAFT"]


def test_slanted_letters_do_not_join_upright_ones() -> None:
    upright, slanted = spelled("ab"), spelled("cd", left=82, look=style(slanted=True))

    assert [run.text for run in runs_of([*upright, *slanted])] == ["ab", "cd"]


# Chinese marks, which give up half their square


@pytest.mark.parametrize("lent", [2, 4, 5, 6])
def test_squeezed_mark_stays_in_its_run(lent: float) -> None:
    letters = [*spelled("剂量", wide=10), *spelled("，每日", left=92 - lent, wide=10)]

    assert [run.text for run in runs_of(letters)] == ["剂量，每日"]


def test_letter_squeezed_into_the_mark_before_it_stays_in_its_run() -> None:
    letters = [*spelled("（成人）", wide=10), *spelled("。", left=107, wide=10)]

    assert [run.text for run in runs_of(letters)] == ["（成人）。"]


def test_letters_that_are_no_marks_do_not_lend_so_much() -> None:
    letters = [*spelled("剂量", wide=10), *spelled("每日", left=86, wide=10)]

    assert [run.text for run in runs_of(letters)] == ["剂量", "每日"]


def test_accent_drawn_over_the_letter_before_it_ends_no_run() -> None:
    accent = placed("\u0307", 74)
    found = runs_of([*spelled("ml", wide=10), accent, *spelled("以上", left=92, wide=10)])

    assert [run.text for run in found] == ["ml\u0307以上"]
