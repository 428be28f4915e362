"""Word documents of others: hostile, broken, written by other programs, real."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import docx
import pytest

from ingest.parsing.document import Unreadable
from ingest.parsing.docx import read
from tests.ingest.docx_files import (
    p,
    pack,
    write,
)


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path, lambda share: None)
    return caught.value.code


# Hostile and broken files


def test_part_that_unpacks_beyond_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/document.xml", bytes(40 * 2**20))

    assert refusal(path) == "unpacks_too_large"


def test_declared_entity_is_refused(tmp_path: Path) -> None:
    trick = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'

    path = pack(tmp_path / "a.docx", {"word/document.xml": trick})

    assert refusal(path) == "unsafe_xml"


def test_document_type_without_entities_is_refused_too(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.docx", {"word/document.xml": '<!DOCTYPE d SYSTEM "x"><d/>'})

    assert refusal(path) == "unsafe_xml"


def test_cut_off_file_is_truncated(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.docx", p("text")).read_bytes()
    path = tmp_path / "cut.docx"
    path.write_bytes(whole[: len(whole) // 2])

    assert refusal(path) == "truncated_file"


def test_damaged_part_is_truncated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("text " * 500))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("word/document.xml").header_offset
    data[at + 60 : at + 80] = bytes(20)
    path.write_bytes(data)

    assert refusal(path) == "truncated_file"


def test_archive_behind_a_password_is_encrypted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("text"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    assert refusal(path) == "encrypted_file"


def test_archive_without_a_document_is_broken(tmp_path: Path) -> None:
    assert refusal(pack(tmp_path / "a.docx", {"word/other.xml": "<x/>"})) == "broken_file"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<w:sdt><w:sdtContent>" * 300 + "</w:sdtContent></w:sdt>" * 300

    assert refusal(write(tmp_path / "a.docx", deep)) == "nested_too_deeply"


def test_tables_in_tables_without_end_are_nested_too_deeply(tmp_path: Path) -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 30_000 + p("x") + "</w:tc></w:tr></w:tbl>" * 30_000

    assert refusal(write(tmp_path / "a.docx", deep)) == "nested_too_deeply"


def test_relation_to_a_part_that_is_not_there_does_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("text"))
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    del files["word/styles.xml"]

    found = read(pack(tmp_path / "b.docx", files), lambda share: None)

    assert [each.text for each in found.blocks] == ["text"]


# Files of others


def test_what_another_writer_wrote_is_read_as_it_reads_it(tmp_path: Path) -> None:
    theirs = docx.Document()
    theirs.add_heading("Dose", level=1)
    theirs.add_paragraph("Once daily.")
    theirs.save(tmp_path / "a.docx")

    found = read(tmp_path / "a.docx", lambda share: None)

    expected = [each.text for each in docx.Document(tmp_path / "a.docx").paragraphs]
    assert [each.text for each in found.blocks] == expected


def test_list_of_another_writer_is_numbered(tmp_path: Path) -> None:
    theirs = docx.Document()
    theirs.add_paragraph("wash hands", style="List Number")
    theirs.add_paragraph("dry hands", style="List Number")
    theirs.save(tmp_path / "a.docx")

    found = read(tmp_path / "a.docx", lambda share: None)

    assert [each.text for each in found.blocks] == ["1. wash hands", "2. dry hands"]


def test_merged_cells_of_another_writer_are_repeated(tmp_path: Path) -> None:
    theirs = docx.Document()
    table = theirs.add_table(rows=3, cols=2)
    for at, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = str(at)
    table.cell(1, 0).merge(table.cell(2, 0)).text = "both"
    theirs.save(tmp_path / "a.docx")

    rows = read(tmp_path / "a.docx", lambda share: None).blocks[0].rows

    assert [row[0] for row in rows] == ["0", "both", "both"]


def real(name: str) -> Path:
    folder = os.environ.get("KB_TEST_DATA")
    if folder is None:
        pytest.skip("KB_TEST_DATA names no folder of real files")
    return Path(folder) / name


def test_protocol_of_the_health_commission_has_its_outline() -> None:
    path = real("zh/guidelines/nhc-covid-19-protocol.zh.docx")

    found = read(path, lambda share: None)

    second = [each.text for each in found.blocks if each.level == 2]
    assert second[0] == "一、病原学特点"
    assert len(second) == 12


@pytest.mark.slow
def test_textbook_keeps_every_word_of_its_paragraphs() -> None:
    path = real("en/textbook/pharmacology-for-nurses.docx")

    found = read(path, lambda share: None)

    ours = set(" ".join(each.text for each in found.blocks).split())
    theirs = {word for each in docx.Document(path).paragraphs for word in each.text.split()}
    assert len(theirs - ours) < len(theirs) / 100


def test_protocol_loses_no_paragraph() -> None:
    path = real("en/guidelines/nhc-covid-19-protocol.en.docx")

    found = read(path, lambda share: None)

    theirs = [" ".join(each.text.split()) for each in docx.Document(path).paragraphs]
    assert [" ".join(each.text.split()) for each in found.blocks] == [
        each for each in theirs if each
    ]
