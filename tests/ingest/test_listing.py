"""Lists of sources: every format as rows, and what no list may hold."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ingest.listing.apart import read_list
from ingest.listing.table import COLUMNS, MOST_ROWS, NotAList, Row, code_of
from tests.ingest.incoming_files import packed, row, workbook

SHEET = "xl/worksheets/sheet1.xml"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RIS = (
    "TY  - JOUR\nTI  - Asthma consensus\nJO  - Lancet\nDO  - 10.1000/182\nSN  - 0317-8471\nER  - \n"
)
BOOK = "TY  - BOOK\nT1  - 药理学\nPB  - 人民卫生出版社\nSN  - 978-0-306-40615-7\nER  - \n"
BIB = '@article{a, title={The {H}IV \\"uber study}, journal={Lancet}, doi={10.1000/182}}\n'


def rows_of(path: Path, data: bytes | str, name: str = "list.xlsx") -> list[Row]:
    file = path / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_list(file, name)


def code_for(path: Path, data: bytes | str, name: str = "list.xlsx") -> str:
    with pytest.raises(NotAList) as caught:
        rows_of(path, data, name)
    return caught.value.code


def flaws_of(rows: list[Row]) -> set[tuple[str, str]]:
    return {(each.column, each.code) for row in rows for each in row.flaws}


def test_spreadsheet_is_read_by_the_codes_of_its_columns(tmp_path: Path) -> None:
    book = workbook({"标题 [title]": "哮喘"}, header=("标题 [title]", "来源 [nonsense]"))

    assert rows_of(tmp_path, packed(book))[0].cells == {"title": "哮喘"}


def test_row_knows_its_number_in_the_sheet(tmp_path: Path) -> None:
    found = rows_of(tmp_path, packed(workbook(row(), {}, row(title="B"))))

    assert [each.number for each in found] == [2, 4]


def test_header_may_stand_below_a_heading(tmp_path: Path) -> None:
    book = workbook(row())
    book.active.insert_rows(1)
    book.active["A1"] = "Our sources"

    assert rows_of(tmp_path, packed(book))[0].number == 3


def test_formula_is_a_flaw_and_never_computed(tmp_path: Path) -> None:
    found = rows_of(tmp_path, packed(workbook(row(title='=HYPERLINK("http://x","y")'))))

    assert flaws_of(found) == {("title", "formula")}


def test_date_is_a_flaw(tmp_path: Path) -> None:
    found = rows_of(tmp_path, packed(workbook(row(document_number=date(2018, 10, 1)))))

    assert flaws_of(found) == {("document_number", "date")}


def test_number_keeps_its_digits(tmp_path: Path) -> None:
    found = rows_of(tmp_path, packed(workbook(row(isbn=9780306406157.0))))

    assert found[0].cells["isbn"] == "9780306406157"


def test_leading_apostrophe_is_none_of_the_value(tmp_path: Path) -> None:
    found = rows_of(tmp_path, packed(workbook(row(pmid="'31452104"))))

    assert found[0].cells["pmid"] == "31452104"


def test_merged_cells_are_a_flaw(tmp_path: Path) -> None:
    book = workbook(row(), row(title="B", doi="10.1/b"))
    book.active.merge_cells("A2:A3")

    assert ("title", "merged") in flaws_of(rows_of(tmp_path, packed(book)))


def test_hidden_row_is_a_flaw(tmp_path: Path) -> None:
    book = workbook(row())
    book.active.row_dimensions[2].hidden = True

    assert flaws_of(rows_of(tmp_path, packed(book))) == {("title", "hidden_row")}


def test_value_in_a_hidden_column_is_a_flaw(tmp_path: Path) -> None:
    book = workbook(row())
    book.active.column_dimensions["A"].hidden = True

    assert {code for _column, code in flaws_of(rows_of(tmp_path, packed(book)))} == {
        "hidden_column"
    }


def test_columns_beyond_those_that_are_read_are_refused(tmp_path: Path) -> None:
    book = workbook(row())
    book.active.cell(1, 102, "note")

    assert code_for(tmp_path, packed(book)) == "too_many_columns"


def test_cell_beyond_the_header_is_a_flaw(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "title,issuer\nAsthma,A, and B\nGout,C,\n", "list.csv")

    assert [[each.code for each in row.flaws] for row in found] == [["beyond_header"], []]


def test_error_of_the_sheet_is_a_flaw(tmp_path: Path) -> None:
    found = rows_of(tmp_path, packed(workbook(row(issuer="#N/A"))))

    assert flaws_of(found) == {("issuer", "cell_error")}


def test_other_sheets_are_passed_over(tmp_path: Path) -> None:
    book = workbook(row())
    book.create_sheet("first", 0)["A1"] = "nothing of ours"

    assert rows_of(tmp_path, packed(book))[0].cells["title"] == "Asthma"


def test_second_sheet_with_a_list_is_refused(tmp_path: Path) -> None:
    book = workbook(row())
    book.copy_worksheet(book.active)

    assert code_for(tmp_path, packed(book)) == "several_lists"


def test_second_sheet_with_the_header_alone_is_passed_over(tmp_path: Path) -> None:
    book = workbook(row())
    book.create_sheet("blank", 0).append(list(COLUMNS))

    assert len(rows_of(tmp_path, packed(book))) == 1


def test_hidden_sheet_is_not_taken(tmp_path: Path) -> None:
    book = workbook(row())
    book.create_sheet("seen")
    book.worksheets[0].sheet_state = "hidden"

    assert code_for(tmp_path, packed(book)) == "hidden_list"


def test_wrong_sheet_is_no_list(tmp_path: Path) -> None:
    book = workbook({"name": "x"}, header=("name", "price"))

    assert code_for(tmp_path, packed(book)) == "no_header"


def test_column_twice_is_refused(tmp_path: Path) -> None:
    book = workbook(row(), header=("title", "doi", "DOI [doi]"))

    assert code_for(tmp_path, packed(book)) == "doubled_column"


def test_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert code_for(tmp_path, packed(workbook())) == "no_rows"


@pytest.mark.slow
def test_fifty_thousand_rows_are_refused(tmp_path: Path) -> None:
    csv = "title,source_class\n" + "A,literature\n" * 50_000

    assert code_for(tmp_path, csv, "l.csv") == "too_many_rows"


@pytest.mark.slow
def test_long_spreadsheet_is_refused(tmp_path: Path) -> None:
    book = workbook(*({"title": "A"} for _ in range(MOST_ROWS + 20)), header=("title",))

    assert code_for(tmp_path, packed(book)) == "too_many_rows"


def test_old_spreadsheet_is_named(tmp_path: Path) -> None:
    assert code_for(tmp_path, OLD + b"\0" * 600) == "old_spreadsheet"


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"<html>"])
def test_other_files_are_no_list(tmp_path: Path, data: bytes) -> None:
    assert code_for(tmp_path, data, "l.csv") == "not_a_list"


@pytest.mark.parametrize("data", [b"a\0b", b"title\n" + b"A\n" * 4000 + b"B\0\n"])
def test_zero_bytes_are_named(tmp_path: Path, data: bytes) -> None:
    assert code_for(tmp_path, data, "l.csv") == "zero_bytes"


def test_other_archive_is_no_list(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert code_for(tmp_path, (tmp_path / "a.zip").read_bytes()) == "not_a_list"


def test_torn_spreadsheet_is_broken(tmp_path: Path) -> None:
    data = packed(workbook(row()))

    assert code_for(tmp_path, data[: len(data) // 2]) == "broken_list"


def with_part(book: bytes, name: str, part: str) -> bytes:
    """The same spreadsheet with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            new.writestr(each, part if each == name else old.read(each))
    return out.getvalue()


def sheet_of(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        return opened.read(SHEET).decode()


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"x"'])
def test_spreadsheet_that_declares_entities_is_broken(tmp_path: Path, entity: str) -> None:
    book = packed(workbook(row()))
    sheet = f"<!DOCTYPE x [<!ENTITY e {entity}>]>" + sheet_of(book).replace("Asthma", "&e;")

    assert code_for(tmp_path, with_part(book, SHEET, sheet)) == "broken_list"


@pytest.mark.slow
def test_spreadsheet_that_unpacks_too_large_is_broken(tmp_path: Path) -> None:
    out = io.BytesIO(packed(workbook(row())))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (64 * 2**20))

    assert code_for(tmp_path, out.getvalue()) == "broken_list"


def test_sheet_that_is_merged_whole_ends_in_a_sentence(tmp_path: Path) -> None:
    book = packed(workbook(row(), row(title="B", doi="10.1000/b")))
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    whole = with_part(book, SHEET, sheet_of(book).replace("</sheetData>", merged))

    assert code_for(tmp_path, whole) == "merged_whole"


def test_spreadsheet_with_a_password_is_named(tmp_path: Path) -> None:
    stream = "EncryptedPackage".encode("utf-16-le")

    assert code_for(tmp_path, OLD + b"\0" * 600 + stream) == "encrypted_list"


def test_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert code_for(tmp_path, b"", "l.csv") == "no_rows"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_with_its_separator(tmp_path: Path, separator: str) -> None:
    text = f"title{separator}issuer\nA{separator}B\n"

    assert rows_of(tmp_path, text, "l.csv")[0].cells == {"title": "A", "issuer": "B"}


def test_csv_of_a_chinese_excel_is_read(tmp_path: Path) -> None:
    text = "标题 [title],发布机构 [issuer]\n成人哮喘诊治指南,中华医学会呼吸病学分会\n"

    assert (
        rows_of(tmp_path, text.encode("gb18030"), "l.csv")[0].cells["title"] == "成人哮喘诊治指南"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_unicode_text_of_excel_is_read(tmp_path: Path, encoding: str) -> None:
    text = "\ufeff标题 [title]\t发布机构 [issuer]\r\n成人哮喘诊治指南\t中华医学会\r\n"

    cells = rows_of(tmp_path, text.encode(encoding), "l.txt")[0].cells

    assert cells == {"title": "成人哮喘诊治指南", "issuer": "中华医学会"}


def test_torn_unicode_text_of_excel_is_named(tmp_path: Path) -> None:
    text = "\ufefftitle\nA".encode("utf-16-le")[:-1]

    assert code_for(tmp_path, text, "l.txt") == "wrong_encoding"


def test_formula_of_csv_is_a_flaw(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "title,issuer\n=cmd|' /C calc'!A0,B\n", "l.csv")

    assert flaws_of(found) == {("title", "formula")}


def test_ris_entry_is_a_row(tmp_path: Path) -> None:
    cells = rows_of(tmp_path, RIS, "l.ris")[0].cells

    assert (cells["title"], cells["issuer"], cells["doi"]) == (
        "Asthma consensus",
        "Lancet",
        "10.1000/182",
    )


def test_ris_book_has_its_publisher_and_isbn(tmp_path: Path) -> None:
    cells = rows_of(tmp_path, RIS + BOOK, "l.ris")[1].cells

    assert cells["issuer"] == "人民卫生出版社"
    assert (cells["isbn"], cells["language"]) == ("978-0-306-40615-7", "zh")


def test_bibtex_is_read_without_its_marks(tmp_path: Path) -> None:
    assert rows_of(tmp_path, BIB, "l.bib")[0].cells["title"] == "The HIV über study"


def test_broken_entry_of_bibtex_is_a_flaw_of_its_own(tmp_path: Path) -> None:
    found = rows_of(tmp_path, BIB + "@book{b, title={torn", "l.bib")

    assert len(found) == 2
    assert flaws_of(found) == {("title", "broken_entry")}


@pytest.mark.parametrize(
    "text", [BOOK.replace("ER  - \n", "") + RIS, RIS + BOOK.replace("ER  - \n", "")]
)
def test_record_of_ris_without_its_end_is_a_flaw_of_its_own(tmp_path: Path, text: str) -> None:
    found = rows_of(tmp_path, text, "l.ris")

    assert len(found) == 2
    assert flaws_of(found) == {("title", "broken_entry")}


@pytest.mark.parametrize("torn", ["book{b, title={Gout}}\n", "@book"])
def test_entry_that_bibtex_takes_for_words_is_a_flaw(tmp_path: Path, torn: str) -> None:
    found = rows_of(tmp_path, f"{BIB}{torn}", "l.bib")

    assert len(found) == 2
    assert flaws_of(found) == {("title", "broken_entry")}


def test_words_between_entries_of_bibtex_are_no_entry(tmp_path: Path) -> None:
    found = rows_of(tmp_path, f"Exported for the ward.\n\n{BIB}", "l.bib")

    assert (len(found), flaws_of(found)) == (1, set())


@pytest.mark.parametrize(
    ("told", "code"),
    [("标题 [title]", "title"), ("标题［title］ *", "title"), ("title", "title"), ("标题", "标题")],
)
def test_code_of_a_header(told: str, code: str) -> None:
    assert code_of(told) == code
