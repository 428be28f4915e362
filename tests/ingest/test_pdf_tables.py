"""Tables of a PDF: whole cells, the right header, and no row torn from it at a page's end."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_tables import Table, continued, continues, header_of
from tests.ingest.pdf_files import BOLD, CHINESE, Draw, Sheet, codes, tables, texts, write

XS = [72, 200, 330, 460]
ROWS = [["Drug", "Dose", "Route"], ["Codeine", "30 mg", "oral"], ["Morphine", "5 mg", "iv"]]


def table(rows: list[list[str]], top: float = 100, **kind: object) -> Draw:
    return lambda sheet: void(sheet.table(rows, top, XS, **kind))


def void(_: object) -> None:
    """What a drawing gives back is of no use here."""


def rows(folder: Path, *pages: Draw) -> list[tuple[tuple[str, ...], ...]]:
    return [block.rows for block in tables(folder, *pages)]


# One table


def test_every_cell_is_read_in_its_place(tmp_path: Path) -> None:
    assert rows(tmp_path, table(ROWS)) == [tuple(tuple(row) for row in ROWS)]


def test_first_row_is_the_header(tmp_path: Path) -> None:
    assert tables(tmp_path, table(ROWS))[0].header_rows == 1


def test_first_row_is_the_header_where_nothing_is_bold(tmp_path: Path) -> None:
    assert tables(tmp_path, table(ROWS, bold=False))[0].header_rows == 1


def test_table_of_sentences_has_no_header(tmp_path: Path) -> None:
    cards = [["Slows the heart. It is", "Give slowly; wait;", "x"], ["a", "b", "c"]]

    assert tables(tmp_path, table(cards, bold=False))[0].header_rows == 0


def test_row_of_figures_is_no_header(tmp_path: Path) -> None:
    values = [["Volume", "1 cup", "8 oz"], ["Weight", "1 lb", "454 g"]]

    assert tables(tmp_path, table(values, bold=False))[0].header_rows == 0


def test_second_bold_row_is_header_too(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table([["Drug", "Adult", "Child"], ["", "", ""], ["Codeine", "30", "no"]], 100, XS)
        sheet.lines(["name", "mg"], 134, 76, font=BOLD)
        sheet.text("mg a day", 134, 204, font=BOLD)

    assert tables(tmp_path, draw)[0].header_rows == 2


def test_text_of_the_table_is_not_text_of_the_page_too(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.table(ROWS, 100, XS)
        sheet.text("After the table.", 200)

    assert texts(tmp_path, draw) == ["", "After the table."]


def test_cell_of_two_lines_is_whole(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.grid([72, 150, 330], [100, 120, 160])
        sheet.text("Drug", 114, 76)
        sheet.text("Effect", 114, 154)
        sheet.text("Codeine", 134, 76)
        sheet.lines(["slows breathing in", "the newborn"], 134, 154)

    assert rows(tmp_path, draw)[0][1] == ("Codeine", "slows breathing in the newborn")


def test_chinese_cell_of_two_lines_has_no_space_in_it(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.grid([72, 150, 250], [100, 120, 160])
        sheet.text("药名", 114, 76, font=CHINESE)
        sheet.text("不良反应", 114, 154, font=CHINESE)
        sheet.text("异烟肼", 134, 76, font=CHINESE)
        sheet.lines(["肝毒性、末梢神", "经炎"], 134, 154, font=CHINESE)

    assert rows(tmp_path, draw)[0][1] == ("异烟肼", "肝毒性、末梢神经炎")


def test_items_in_a_cell_stay_apart(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.grid([72, 150, 330], [100, 120, 160])
        sheet.text("Drug", 114, 76)
        sheet.text("Effect", 114, 154)
        sheet.text("Codeine", 134, 76)
        sheet.lines(["• Nausea", "• Sleep"], 134, 154)

    assert rows(tmp_path, draw)[0][1][1] == "• Nausea\n• Sleep"


def test_words_of_neighbouring_cells_are_not_run_together(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.grid([72, 103, 200], [100, 120, 140])
        sheet.canvas.setFont("Helvetica", 10)
        sheet.canvas.drawString(74, 728, "Coded")
        sheet.canvas.drawString(104, 728, "value")
        sheet.text("a", 134, 76)
        sheet.text("b", 134, 107)

    assert rows(tmp_path, draw)[0][0] == ("Coded", "value")


def test_merged_cell_stands_in_each_row_it_spans(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for y in (100, 120, 160):
            sheet.rule(72, y, 330, y)
        sheet.rule(200, 140, 330, 140)
        for x in (72, 200, 330):
            sheet.rule(x, 100, x, 160)
        sheet.lines(["Class", "", "Opioid"], 112, 76)
        sheet.text("Drug", 114, 204)
        sheet.text("Codeine", 134, 204)
        sheet.text("Morphine", 154, 204)

    assert rows(tmp_path, draw)[0][1:] == (("Opioid", "Codeine"), ("Opioid", "Morphine"))


def doses_of_two_groups(sheet: Sheet) -> None:
    for y in (100, 140, 160):
        sheet.rule(72, y, 330, y)
    sheet.rule(200, 120, 330, 120)
    for x, top in ((72, 100), (200, 100), (265, 120), (330, 100)):
        sheet.rule(x, top, x, 160)
    sheet.text("Drug", 120, 76)
    sheet.text("Dose", 114, 204)
    for left, name, value in ((204, "adult", "30"), (269, "child", ""), (76, "", "Codeine")):
        sheet.text(name, 134, left)
        sheet.text(value, 154, left)


def test_second_row_that_names_parts_of_the_first_is_header(tmp_path: Path) -> None:
    found = tables(tmp_path, doses_of_two_groups)[0]

    assert found.rows[: found.header_rows] == (
        ("Drug", "Dose", "Dose"),
        ("Drug", "adult", "child"),
    )


def test_empty_grid_is_no_table(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.grid(XS, [100, 120, 140, 160])
        sheet.text("one", 114, 76)
        sheet.text("Text below.", 200)

    assert tables(tmp_path, draw) == []


def test_text_in_a_frame_is_text(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.canvas.rect(70, 640, 400, 120)
        sheet.text("Framed.", 114, 76)

    assert texts(tmp_path, draw) == ["Framed."]


# Titles


@pytest.mark.parametrize("title", ["Table 1. Doses", "TABLE. Doses"])
def test_line_above_a_table_is_its_title(tmp_path: Path, title: str) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text(title, 90)
        sheet.table(ROWS, 100, XS)

    assert texts(tmp_path, draw) == [title]


def test_title_in_chinese_is_its_title(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("表1 抗结核药物剂量", 90, font=CHINESE)
        sheet.table(ROWS, 100, XS)

    assert texts(tmp_path, draw) == ["表1 抗结核药物剂量"]


def test_sentence_above_a_table_stays_text(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("The doses are as follows:", 90)
        sheet.table(ROWS, 100, XS)

    assert texts(tmp_path, draw) == ["The doses are as follows:", ""]


def test_title_row_over_all_columns_is_the_title(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.canvas.rect(72, 742, 388, 20)
        sheet.text("Doses of opioids", 94, 76)
        sheet.table(ROWS, 100, XS)

    found = tables(tmp_path, draw)[0]

    assert (found.text, found.rows[0]) == ("Doses of opioids", ("Drug", "Dose", "Route"))


def test_box_of_a_table_encloses_its_title(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("Table 1. Doses", 90)
        sheet.table(ROWS, 100, XS)

    found = tables(tmp_path, draw)[0]

    assert min(box.top for box in found.boxes) < 90 < max(box.bottom for box in found.boxes)


# Over a page's end


MORE = [["Oxycodone", "10 mg", "oral"], ["Tramadol", "50 mg", "oral"]]


def test_table_that_goes_on_has_its_header_on_the_next_page(tmp_path: Path) -> None:
    found = rows(tmp_path, table(ROWS, top=740), table(MORE, top=60, bold=False))

    assert found[1] == (tuple(ROWS[0]), *(tuple(row) for row in MORE))


def test_each_page_keeps_its_own_part(tmp_path: Path) -> None:
    found = tables(tmp_path, table(ROWS, top=740), table(MORE, top=60, bold=False))

    assert [block.page for block in found] == [1, 2]


def test_header_printed_again_is_not_repeated_once_more(tmp_path: Path) -> None:
    found = rows(tmp_path, table(ROWS, top=740), table([ROWS[0], *MORE], top=60))

    assert [row[0] for row in found[1]] == ["Drug", "Oxycodone", "Tramadol"]


def test_title_goes_on_with_the_table_too(tmp_path: Path) -> None:
    def first(sheet: Sheet) -> None:
        sheet.text("续 above", 700)
        sheet.table([["Drug", "Dose", "Route"]], 780, XS)

    found = tables(tmp_path, first, table(MORE, top=60, bold=False))

    assert found[1].rows[0] == ("Drug", "Dose", "Route")


def test_table_with_a_title_of_its_own_is_another_table(tmp_path: Path) -> None:
    def second(sheet: Sheet) -> None:
        sheet.text("Table 2. Antidotes", 50)
        sheet.table(MORE, 60, XS, bold=False)

    found = rows(tmp_path, table(ROWS, top=740), second)

    assert found[1][0][0] == "Oxycodone"


def test_table_after_text_on_the_next_page_is_another_table(tmp_path: Path) -> None:
    def second(sheet: Sheet) -> None:
        sheet.text("Antidotes are given at once.", 50)
        sheet.table(MORE, 80, XS, bold=False)

    found = rows(tmp_path, table(ROWS, top=740), second)

    assert found[1][0][0] == "Oxycodone"


def test_table_of_other_columns_takes_no_header_over(tmp_path: Path) -> None:
    def second(sheet: Sheet) -> None:
        sheet.table([["Naloxone", "0.4 mg"], ["Atropine", "1 mg"]], 60, [72, 300, 460], bold=False)

    found = rows(tmp_path, table(ROWS, top=740), second)

    assert found[1][0] == ("Naloxone", "0.4 mg")


def test_table_over_three_pages_keeps_its_header(tmp_path: Path) -> None:
    second, third = table(MORE, top=60, bold=False), table(MORE[:1] * 2, top=60, bold=False)

    found = rows(tmp_path, table(ROWS, top=740), second, third)

    assert found[2][0] == tuple(ROWS[0])


def test_torn_row_is_said_to_be_doubtful(tmp_path: Path) -> None:
    rest = [["", "every six hours", ""], ["Tramadol", "50 mg", "oral"]]
    path = write(tmp_path, table(ROWS, top=740), table(rest, top=60, bold=False))

    assert codes(path) == [("table_uncertain", 2)]


def test_table_that_goes_on_under_the_same_columns_is_not_doubtful(tmp_path: Path) -> None:
    path = write(tmp_path, table(ROWS, top=740), table(MORE, top=60, bold=False))

    assert codes(path) == []


# What goes on


def part(rows: list[list[str]], header: int = 1, shift: float = 0) -> Table:
    edges = tuple(72 + 100 * n + shift for n in range(len(rows[0])))
    cells = tuple(tuple(row) for row in rows)
    return Table(Rect(72, 0, 472, 50), cells, header, edges, letters=9)


def test_same_columns_go_on() -> None:
    assert continues(part(ROWS), part([["x", "y", "z"]]))


def test_other_number_of_columns_does_not_go_on() -> None:
    assert not continues(part(ROWS), part([["x", "y"]]))


def test_values_under_shifted_columns_go_on() -> None:
    assert continues(part(ROWS), part([["Tramadol", "50 mg", "oral"]], shift=40))


def test_names_over_shifted_columns_begin_another_table() -> None:
    assert not continues(part(ROWS), part([["Sign", "Cause", "Answer"], ["a", "b", "c"]], shift=40))


def test_shifted_columns_are_said_to_be_doubtful() -> None:
    assert continued(part(ROWS), part([["Tramadol", "50 mg", "oral"]], shift=40)).uncertain


def test_header_left_alone_at_a_pages_end_is_a_header() -> None:
    assert header_of(part([["种类", "剂量", "特点"]], header=0)) == (("种类", "剂量", "特点"),)


def test_row_of_values_left_alone_is_no_header() -> None:
    assert header_of(part([["Codeine", "30 mg", "oral"]], header=0)) == ()


def test_table_without_header_gives_none_to_its_rest() -> None:
    rest = continued(part(ROWS, header=0), part(MORE))

    assert (rest.header_rows, rest.rows[0][0]) == (0, "Oxycodone")


def test_table_of_more_cells_in_a_row_does_not_go_on() -> None:
    wider = Table(Rect(72, 0, 472, 50), (("a", "b", "c", "d"),), 0, (72, 172, 272), letters=4)

    assert not continues(part(ROWS), wider)


# Groups, and headers that are missing


def test_part_that_goes_on_keeps_the_group_it_is_in(tmp_path: Path) -> None:
    grouped = [*ROWS[:1], ["Opioids", "", ""], *ROWS[1:]]

    found = rows(tmp_path, table(grouped, top=720), table(MORE, top=60, bold=False))

    assert found[1][1] == ("Opioids", "", "")


def test_table_of_three_columns_without_a_header_is_doubtful(tmp_path: Path) -> None:
    values = [["Volume", "1 cup", "8 oz"], ["Weight", "1 lb", "454 g"]]

    assert codes(write(tmp_path, table(values, bold=False))) == [("table_uncertain", 1)]
