"""Characters of a PDF: what each says, and where it stands however the page is turned."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf_glyphs import Frame, Glyph, Glyphs, Rect, cleaned
from tests.ingest.pdf_parts import style

TURNS = range(4)


# What a code says


@pytest.mark.parametrize("letter", "，。；：？！（）【】《》“”、％～＋")
def test_full_width_punctuation_stays_as_it_is(letter: str) -> None:
    assert cleaned(ord(letter)) == letter


@pytest.mark.parametrize(("ligature", "letters"), [("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi")])
def test_ligature_becomes_its_letters(ligature: str, letters: str) -> None:
    assert cleaned(ord(ligature)) == letters


@pytest.mark.parametrize(("radical", "letter"), [("⽤", "用"), ("⼀", "一"), ("⻢", "马")])
def test_radical_becomes_the_character_it_stands_for(radical: str, letter: str) -> None:
    assert cleaned(ord(radical)) == letter


def test_old_ideograph_becomes_the_one_people_type() -> None:
    assert cleaned(0xF9F7) == "立"


def test_formula_letters_become_plain_ones() -> None:
    assert "".join(cleaned(ord(letter)) or "" for letter in "𝑚𝑔") == "mg"


@pytest.mark.parametrize("code", [0xAD, 0x200B, 0xFEFF, 0x2060, 0x0D, 0x0A])
def test_what_is_invisible_by_design_says_nothing_and_is_no_loss(code: int) -> None:
    assert cleaned(code) == ""


@pytest.mark.parametrize("code", [0xA0, 0x2003, 0x2009, 0x202F])
def test_every_kind_of_space_is_a_space(code: int) -> None:
    assert cleaned(code) == " "


def test_full_width_space_stays_itself() -> None:
    assert cleaned(0x3000) == "\u3000"


@pytest.mark.parametrize("code", [0, 1, 0x1F, 0xFFFD, 0xFFFE, 0xFFFF, 0x1FFFE, 0xE123, 0xF0001])
def test_what_means_nothing_is_counted_as_a_loss(code: int) -> None:
    assert cleaned(code) is None


@pytest.mark.parametrize(("code", "sign"), [(0xF0B3, "≥"), (0xF0A3, "≤"), (0xF0B1, "±")])
def test_symbol_font_keeps_its_signs(code: int, sign: str) -> None:
    assert cleaned(code, symbol=True) == sign


@pytest.mark.parametrize(("code", "letter"), [(0xF061, "α"), (0xF062, "β"), (0xF06D, "μ")])
def test_symbol_font_keeps_its_greek(code: int, letter: str) -> None:
    assert cleaned(code, symbol=True) == letter


def test_symbol_font_keeps_its_digits() -> None:
    assert cleaned(0xF035, symbol=True) == "5"


def test_private_code_of_another_font_is_not_taken_for_greek() -> None:
    assert cleaned(0xF061) is None


def test_bullet_of_a_word_list_stays_a_bullet() -> None:
    assert cleaned(0xF0B7) == "•"


def test_ordinary_letters_stay() -> None:
    text = "Aspirin 100 mg，阿司匹林 β"

    assert "".join(cleaned(ord(letter)) or "" for letter in text) == text


# Rectangles


def test_rectangles_join_to_the_one_around_both() -> None:
    joined = Rect(10, 20, 30, 40).joined(Rect(25, 5, 60, 30))

    assert joined == Rect(10, 5, 60, 40)


def test_rectangles_that_only_touch_do_not_meet() -> None:
    assert not Rect(0, 0, 10, 10).meets(Rect(10, 0, 20, 10))


def test_rectangles_that_overlap_meet() -> None:
    assert Rect(0, 0, 10, 10).meets(Rect(9, 9, 20, 20))


def test_area_of_a_rectangle_turned_inside_out_is_nothing() -> None:
    assert Rect(10, 10, 0, 0).area == 0.0


def test_rectangle_holds_its_edge_and_nothing_beyond() -> None:
    rect = Rect(0, 0, 10, 10)

    assert rect.holds(10, 10)
    assert not rect.holds(10.1, 10)


# Frames


def test_upright_page_counts_from_its_top() -> None:
    frame = Frame(0, 0, 100, 200, 0)

    assert frame.place(10, 190) == (10, 10)


def test_page_with_a_cut_margin_counts_from_what_is_shown() -> None:
    frame = Frame(20, 30, 100, 200, 0)

    assert frame.place(20, 200) == (0, 0)


def test_upper_left_corner_turned_once_is_upper_right() -> None:
    frame = Frame(0, 0, 100, 200, 1)

    assert frame.place(0, 200) == (200, 0)


def test_upper_left_corner_turned_twice_is_lower_right() -> None:
    frame = Frame(0, 0, 100, 200, 2)

    assert frame.place(0, 200) == (100, 200)


def test_upper_left_corner_turned_three_times_is_lower_left() -> None:
    frame = Frame(0, 0, 100, 200, 3)

    assert frame.place(0, 200) == (0, 100)


@pytest.mark.parametrize("turns", TURNS)
def test_turning_there_and_back_leads_to_the_same_point(turns: int) -> None:
    frame = Frame(7, 11, 107, 211, turns)

    assert frame.back(*frame.place(30, 50)) == (30, 50)


@pytest.mark.parametrize("turns", TURNS)
def test_every_point_of_the_page_is_placed_on_it(turns: int) -> None:
    frame = Frame(7, 11, 107, 211, turns)
    wide, high = frame.size

    x, y = frame.place(8, 210)

    assert 0 <= x <= wide
    assert 0 <= y <= high


@pytest.mark.parametrize("turns", TURNS)
def test_turned_rectangle_has_its_top_above_its_bottom(turns: int) -> None:
    rect = Frame(0, 0, 100, 200, turns).rect(10, 20, 30, 60)

    assert rect.left < rect.right
    assert rect.top < rect.bottom


@pytest.mark.parametrize("turns", TURNS)
def test_rectangle_goes_from_one_frame_to_another_and_back(turns: int) -> None:
    upright, turned = Frame(0, 0, 100, 200, 0), Frame(0, 0, 100, 200, turns)
    rect = Rect(10, 20, 30, 60)

    assert turned.rect_in(upright, upright.rect_in(turned, rect)) == rect


@pytest.mark.parametrize("turns", TURNS)
def test_turned_rectangle_keeps_its_area(turns: int) -> None:
    upright, turned = Frame(0, 0, 100, 200, 0), Frame(0, 0, 100, 200, turns)

    assert upright.rect_in(turned, Rect(10, 20, 30, 60)).area == 800


# A page's turns


def glyph(turns: int, slanted: bool = False) -> Glyph:
    return Glyph("x", 0, 0, 5, 10, 0, 0, style(turns=turns, slanted=slanted))


def test_page_is_turned_as_most_of_its_text_is() -> None:
    assert Glyphs([glyph(1), glyph(1), glyph(0)]).turns == 1


def test_slanted_watermark_does_not_turn_the_page() -> None:
    found = [glyph(0), *(glyph(1, slanted=True) for _ in range(9))]

    assert Glyphs(found).turns == 0


def test_page_without_text_is_not_turned() -> None:
    assert Glyphs().turns == 0
