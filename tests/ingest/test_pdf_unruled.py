"""Tables that only gaps make: rows kept with their header, prose left alone."""

from __future__ import annotations

from ingest.parsing.pdf_layout import Line
from ingest.parsing.pdf_tables import Table
from ingest.parsing.pdf_unruled import parts_of
from tests.ingest.pdf_parts import line, tabbed

NAMES = ["Opioid", "Codeine", "Morphine", "Oxycodone"]
FACTORS = ["Conversion factor", "0.15", "1", "1.5"]


def pairs(left: list[str], right: list[str], top: float = 100) -> list[Line]:
    return [
        tabbed([(a, 72), (b, 300)], top + 14 * n)
        for n, (a, b) in enumerate(zip(left, right, strict=True))
    ]


def found(lines: list[Line]) -> list[Table]:
    return [part for part in parts_of(lines) if isinstance(part, Table)]


def test_lines_with_a_common_gap_are_a_table() -> None:
    table = found(pairs(NAMES, FACTORS))[0]

    assert table.rows[1] == ("Codeine", "0.15")


def test_row_of_names_over_figures_is_the_header() -> None:
    assert found(pairs(NAMES, FACTORS))[0].header_rows == 1


def test_bold_row_over_light_ones_is_the_header() -> None:
    lines = pairs(["Sign", "Fever", "Cough"], ["Meaning", "sepsis", "cold"])
    lines[0].bold = True

    assert found(lines)[0].header_rows == 1


def test_rows_that_all_look_alike_have_no_header() -> None:
    lines = pairs(["Fever", "Cough", "Rash"], ["sepsis", "cold", "measles"])

    assert found(lines)[0].header_rows == 0


def test_table_that_only_gaps_make_is_said_to_be_doubtful() -> None:
    assert found(pairs(NAMES, FACTORS))[0].uncertain


def test_prose_is_no_table() -> None:
    assert found([line(f"one line of prose {n}", baseline=100 + 12 * n) for n in range(5)]) == []


def test_two_rows_are_no_table() -> None:
    assert found(pairs(NAMES[:2], FACTORS[:2])) == []


def test_gaps_in_other_places_on_each_line_are_no_table() -> None:
    gaps = (150, 290, 215)
    words = ["a word and another word", "again a word or two of these", "yet more of the words"]
    lines = [
        tabbed([(words[n][: 2 + 9 * n], 72), (words[n] * 3, gap)], 100 + 12 * n)
        for n, gap in enumerate(gaps)
    ]

    assert found(lines) == []


def test_table_of_contents_is_no_table() -> None:
    assert found(pairs(["Introduction", "Methods", "Results"], ["2", "5", "11"])) == []


def test_figures_that_fall_are_no_page_numbers() -> None:
    assert found(pairs(["Codeine", "Morphine", "Fentanyl"], ["30", "5", "11"])) != []


def test_lines_around_the_table_stay_lines() -> None:
    above, below = line("Before.", baseline=80), line("After.", baseline=170)

    parts = list(parts_of([above, *pairs(NAMES, FACTORS), below]))

    assert [isinstance(part, Table) for part in parts] == [False, True, False]


def test_no_line_is_lost_where_there_is_no_table() -> None:
    lines = [line(f"{n}", baseline=100 + 12 * n) for n in range(4)]

    assert [each for part in parts_of(lines) for each in part] == lines


def test_no_lines_have_no_parts() -> None:
    assert list(parts_of([])) == []


def test_two_tables_far_apart_are_two() -> None:
    assert len(found([*pairs(NAMES, FACTORS), *pairs(NAMES, FACTORS, top=300)])) == 2


def test_second_line_of_a_cell_belongs_to_its_row() -> None:
    lines = pairs(NAMES[:3], ["Use", "for pain of", "for more"])
    lines.insert(2, line("the back", 300, 121))
    lines[3].baseline += 7

    assert found(lines)[0].rows[1] == ("Codeine", "for pain of the back")


def test_table_encloses_all_its_rows() -> None:
    lines = pairs(NAMES, FACTORS)

    rect = found(lines)[0].rect

    assert all(rect.joined(each.rect) == rect for each in lines)


def test_numbered_list_is_no_table() -> None:
    lines = [tabbed([(f"{n}.", 72), ("Give oxygen", 110)], 100 + 14 * n) for n in range(1, 5)]

    assert found(lines) == []


def test_cell_that_is_missing_leaves_its_place_empty() -> None:
    lines = [
        tabbed([("Codeine", 72), ("30", 200), ("oral", 300)], 100),
        tabbed([("Morphine", 72), ("iv", 300)], 114),
        tabbed([("Fentanyl", 72), ("50", 200), ("patch", 300)], 128),
    ]

    assert found(lines)[0].rows[1] == ("Morphine", "", "iv")
