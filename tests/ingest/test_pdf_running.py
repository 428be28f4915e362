"""What runs along on every page goes; what only looks like it stays."""

from __future__ import annotations

from collections.abc import Callable

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_running import drop_running, rows_of
from ingest.parsing.pdf_runs import Run
from tests.ingest.pdf_parts import column, page, run

TOP, BOTTOM = 40.0, 810.0


def body(number: int) -> list[Run]:
    letter = "abcdefghijklmnopqrstuvwxyz"[number % 26]
    return column([f"Text {letter * 3} of the body, line {n}" for n in range(20)], top=150)


def pages(count: int, *extra: Callable[[int], Run | None]) -> list[Page]:
    """Pages with a body, and what `extra` puts on each: called with the page's number."""
    made = []
    for number in range(1, count + 1):
        found = [each(number) for each in extra]
        made.append(page(number, body(number) + [each for each in found if each]))
    return made


def left(made: list[Page]) -> set[str]:
    drop_running(made)
    return {each.text for page in made for each in page.runs if not each.text.startswith("Text")}


# Headers and footers


def test_header_of_every_page_goes() -> None:
    assert left(pages(4, lambda n: run("Guideline 2024", baseline=TOP))) == set()


def test_footer_of_every_page_goes() -> None:
    assert left(pages(4, lambda n: run("Draft, do not cite", baseline=BOTTOM))) == set()


def test_body_stays_when_the_header_goes() -> None:
    made = pages(4, lambda n: run("Guideline", baseline=TOP))

    drop_running(made)

    assert all(len(page.runs) == 20 for page in made)


def test_header_with_a_number_in_it_goes() -> None:
    assert left(pages(4, lambda n: run(f"Guideline · {n}", baseline=TOP))) == set()


def test_header_that_counts_pages_of_a_total_goes() -> None:
    assert left(pages(4, lambda n: run(f"Guideline, page {n} of 4", baseline=TOP))) == set()


def test_first_lines_that_differ_in_a_dose_stay() -> None:
    made = pages(4, lambda n: run(f"Dose: {5 * 3**n} mg", baseline=TOP))

    assert len(left(made)) == 4


def test_header_of_odd_pages_alone_goes() -> None:
    made = pages(8, lambda n: run("Guideline", baseline=TOP) if n % 2 else None)

    assert left(made) == set()


def test_header_of_one_chapter_goes() -> None:
    made = pages(40, lambda n: run("Chapter 3", baseline=TOP) if 10 < n < 20 else None)

    assert left(made) == set()


def test_heading_at_the_top_of_three_far_pages_stays() -> None:
    made = pages(40, lambda n: run("Introduction", baseline=TOP) if n in (3, 18, 37) else None)

    assert left(made) == {"Introduction"}


def test_text_repeated_in_the_middle_of_the_page_stays() -> None:
    assert left(pages(5, lambda n: run("Nursing Implications", baseline=500))) == {
        "Nursing Implications"
    }


def test_text_repeated_at_other_heights_stays() -> None:
    made = pages(5, lambda n: run("Note", baseline=20 + 18 * n))

    assert left(made) == {"Note"}


def test_two_pages_do_not_make_a_header() -> None:
    assert left(pages(2, lambda n: run("Guideline", baseline=TOP))) == {"Guideline"}


def test_second_line_of_a_header_goes_too() -> None:
    first, second = (
        lambda n: run("Guideline", baseline=TOP),
        lambda n: run("Edition 2", baseline=TOP + 12),
    )

    assert left(pages(4, first, second)) == set()


def test_line_further_out_than_a_header_shields_it() -> None:
    header = pages(4, lambda n: run("Guideline", baseline=TOP + 14))
    for number, each in enumerate(header):
        each.runs.append(run("abcd"[number] * 8, baseline=TOP))

    assert "Guideline" in left(header)


def test_page_with_nothing_but_repeated_text_keeps_it() -> None:
    made = [page(number, [run("Label", baseline=TOP)]) for number in range(1, 5)]

    assert left(made) == {"Label"}


def test_row_of_a_table_is_no_header() -> None:
    made = pages(5, lambda n: run("Drug", baseline=TOP, cell=0))

    assert left(made) == {"Drug"}


# Page numbers


def test_page_number_goes() -> None:
    assert left(pages(4, lambda n: run(str(n), baseline=BOTTOM))) == set()


def test_page_number_goes_from_two_pages_too() -> None:
    assert left(pages(2, lambda n: run(str(n + 16), baseline=BOTTOM))) == set()


def test_page_number_goes_from_a_single_page() -> None:
    assert left(pages(1, lambda n: run("1", baseline=BOTTOM))) == set()


def test_page_number_in_chinese_goes() -> None:
    assert left(pages(2, lambda n: run(f"第 {n} 页", baseline=BOTTOM))) == set()


def test_other_number_at_the_foot_of_one_page_stays() -> None:
    assert left(pages(3, lambda n: run("42", baseline=BOTTOM) if n == 2 else None)) == {"42"}


def test_page_number_that_moves_from_side_to_side_goes() -> None:
    made = pages(6, lambda n: run(str(n), 500 if n % 2 else 72, BOTTOM))

    assert left(made) == set()


# Line numbers


def numbered(count: int, start: int = 1) -> list[Run]:
    return [run(str(start + n), 40, 150 + 12 * n) for n in range(count)]


def test_numbers_of_lines_go() -> None:
    made = [page(number, [*body(number), *numbered(20, 20 * number)]) for number in range(1, 4)]

    assert left(made) == set()


def test_numbers_of_a_column_that_does_not_count_stay() -> None:
    made = pages(3)
    for each in made:
        each.runs += [run(str(7 * n % 13), 40, 150 + 12 * n) for n in range(20)]

    assert left(made) != set()


def test_numbers_inside_the_text_stay() -> None:
    made = pages(3)
    for each in made:
        each.runs += [run(str(100 + n), 300, 180 + 12 * n) for n in range(20)]

    assert len(left(made)) == 20


def test_short_page_loses_its_line_numbers_with_the_others() -> None:
    made = [page(number, [*body(number), *numbered(20)]) for number in range(1, 4)]
    made.append(page(4, [run("Text ends", baseline=150), *numbered(2)]))

    assert left(made) == set()


def test_numbers_of_one_page_among_many_stay() -> None:
    made = pages(6)
    made[2].runs += numbered(20)

    assert len(left(made)) == 20


# Watermarks and backgrounds


def test_turned_text_of_every_page_goes() -> None:
    made = pages(4)
    for each in made:
        each.asides = [run("DRAFT", slanted=True)]

    drop_running(made)

    assert all(page.asides == [] for page in made)


def test_turned_text_of_one_page_stays() -> None:
    made = pages(4)
    made[1].asides = [run("Figure axis")]

    drop_running(made)

    assert [each.text for each in made[1].asides] == ["Figure axis"]


def test_picture_in_the_same_place_on_every_page_is_a_background() -> None:
    made = pages(4)
    for each in made:
        each.pictures = [Rect(100, 100, 400, 500)]

    drop_running(made)

    assert all(page.pictures == [] for page in made)


def test_pictures_in_other_places_are_figures() -> None:
    made = pages(4)
    for number, each in enumerate(made):
        each.pictures = [Rect(100, 100 + 40 * number, 400, 500)]

    drop_running(made)

    assert all(len(page.pictures) == 1 for page in made)


# What is said of it


def test_number_of_characters_left_out_is_told() -> None:
    made = pages(4, lambda n: run("Guideline", baseline=TOP))

    assert drop_running(made) == 4 * len("Guideline")


def test_nothing_left_out_is_told_as_nothing() -> None:
    assert drop_running(pages(3)) == 0


def test_rows_are_ordered_from_left_to_right() -> None:
    rows = rows_of([run("b", 200), run("a", 72), run("c", 72, 112)])

    assert [[each.text for each in row] for row in rows] == [["a", "b"], ["c"]]
