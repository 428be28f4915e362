"""What a Word document carries beside its text is left out by name, and never run or unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from ingest import parsing
from ingest.parsing.document import Document, Unreadable
from ingest.parsing.docx import read
from tests.ingest.docx_files import p, pack, write

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OBJECT = '<w:r><w:object><o:OLEObject ProgID="{}" r:id="{}"/></w:object></w:r>'


def with_members(folder: Path, body: str = "", **members: str | bytes) -> Path:
    """A document with these members beside its own."""
    path = write(folder / "whole.docx", body or p("once daily"))
    with zipfile.ZipFile(path) as archive:
        files: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
    return pack(folder / "more.docx", files | members)


def related(folder: Path, path: Path, **targets: str) -> Path:
    """The document, with relations that are called r:id and lead to these targets."""
    with zipfile.ZipFile(path) as archive:
        files: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
    written = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/oleObject" Target="{target}"/>'
        for name, target in targets.items()
    )
    place = "word/_rels/document.xml.rels"
    ending = "</Relationships>"
    files[place] = str(files[place], "utf-8").replace(ending, written + ending)
    return pack(folder / "related.docx", files)


def parsed(path: Path) -> Document:
    return read(path, lambda share: None)


def facts(path: Path) -> dict[str, dict[str, int | str]]:
    return {warning.code: dict(warning.facts) for warning in parsed(path).warnings}


# Macros


def test_macro_is_left_out_by_name_and_the_text_is_read(tmp_path: Path) -> None:
    found = parsed(with_members(tmp_path, **{"word/vbaProject.bin": b""})).blocks

    assert [each.text for each in found] == ["once daily"]


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "Word/VBAPROJECT.BIN", "x/vbaProject.bin"])
def test_macro_is_named_though_nothing_refers_to_it(tmp_path: Path, name: str) -> None:
    path = with_members(tmp_path, **{name: b"Sub AutoOpen()"})

    told = facts(path)["macro_left_out"]

    assert told == {"count": 1, "names": name.rpartition("/")[2]}


# Embedded files


def test_embedded_files_are_left_out_by_name(tmp_path: Path) -> None:
    names = ("word/embeddings/doses.xlsx", "word/embeddings/oleObject1.bin")

    told = facts(with_members(tmp_path, **dict.fromkeys(names, b"x")))

    expected = {"count": 2, "names": "doses.xlsx · oleObject1.bin"}
    assert told == {"embedded_file_left_out": expected}


def test_first_embedded_files_are_named_and_all_are_counted(tmp_path: Path) -> None:
    names = [f"word/embeddings/{letter}.bin" for letter in "abcde"]

    told = facts(with_members(tmp_path, **dict.fromkeys(names, b"x")))

    assert told["embedded_file_left_out"] == {"count": 5, "names": "a.bin · b.bin · c.bin · …"}


@pytest.mark.parametrize(
    ("program", "expected"),
    [("Excel.Sheet.12", "embedded_file_left_out"), ("Equation.3", "equation_left_out")],
)
def test_formula_of_old_is_no_embedded_file(tmp_path: Path, program: str, expected: str) -> None:
    body = p("dose") + p(OBJECT.format(program, "ole"))
    path = with_members(tmp_path, body, **{"word/embeddings/oleObject1.bin": b"x"})

    told = facts(related(tmp_path, path, ole="embeddings/oleObject1.bin"))

    assert told.keys() == {expected}
    assert told[expected]["count"] == 1


def test_folder_of_embedded_files_is_none_itself(tmp_path: Path) -> None:
    assert facts(with_members(tmp_path, **{"word/embeddings/": b""})) == {}


# Names that lead out


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/x", "/etc/passwd", "word/../../x", "..\\x", "\\x", "C:\\x", "c:/x"],
)
def test_member_whose_name_leads_out_is_left_out_by_name(tmp_path: Path, name: str) -> None:
    path = with_members(tmp_path, **{name: b"x"})

    assert facts(path) == {"unsafe_name_left_out": {"count": 1, "names": name}}


@pytest.mark.parametrize("name", ["word/a..b.xml", "word/..x", "word/x:y", "word/a b.xml"])
def test_name_that_only_looks_odd_is_no_such_name(tmp_path: Path, name: str) -> None:
    assert facts(with_members(tmp_path, **{name: b"x"})) == {}


def test_nothing_is_unpacked_beside_the_file(tmp_path: Path) -> None:
    path = with_members(tmp_path, **{"../outside": b"x", "word/embeddings/../../up": b"x"})
    before = sorted(tmp_path.parent.rglob("*"))

    parsed(path)

    assert sorted(tmp_path.parent.rglob("*")) == before


def test_part_behind_a_name_that_leads_out_is_not_read(tmp_path: Path) -> None:
    files = {"[Content_Types].xml": "<Types/>", "../word/document.xml": "<d/>", "word/x": "x"}

    with pytest.raises(Unreadable, match="broken_file"):
        parsed(pack(tmp_path / "a.docx", files))


# Names of strangers


def test_name_is_shown_without_what_turns_or_breaks_a_line(tmp_path: Path) -> None:
    path = with_members(tmp_path, **{"word/embeddings/a\u202e\n<b>.bin": b"x"})

    assert facts(path)["embedded_file_left_out"]["names"] == "a<b>.bin"


def test_long_name_is_shortened_and_keeps_its_end(tmp_path: Path) -> None:
    path = with_members(tmp_path, **{f"word/embeddings/{'x' * 500}.bin": b"x"})

    shown = str(facts(path)["embedded_file_left_out"]["names"])

    assert len(shown) == 80
    assert shown.endswith("xx.bin")


# Bombs


def zipped(name: str, content: bytes, times: int = 1) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(times):
            archive.writestr(f"{at}{name}", content)
    return held.getvalue()


def bomb() -> bytes:
    """Three archives deep, 8 GB at the bottom, less than a megabyte as it lies."""
    bottom = zipped(".bin", bytes(8 * 2**20))
    return zipped(".zip", zipped(".zip", bottom, 32), 32)


def test_archive_of_archives_called_docx_is_not_supported(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(bomb())

    with pytest.raises(Unreadable, match="unsupported_type"):
        parsing.read(path, "a.docx", lambda share: None)


def test_archives_within_a_document_are_not_opened(tmp_path: Path) -> None:
    path = with_members(tmp_path, **{"word/embeddings/bomb.zip": bomb()})

    told = facts(path)

    assert told["embedded_file_left_out"]["names"] == "bomb.zip"


@pytest.mark.parametrize("name", ["word/document.xml", "word/embeddings/x.zip", "other"])
def test_member_that_unpacks_beyond_measure_is_refused_wherever_it_lies(
    tmp_path: Path, name: str
) -> None:
    path = with_members(tmp_path, **{name: bytes(40 * 2**20)})

    with pytest.raises(Unreadable, match="unpacks_too_large"):
        parsed(path)


def test_many_members_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    path = with_members(tmp_path, **{f"word/media/{at}": bytes(2**20) for at in range(20)})

    with pytest.raises(Unreadable, match="unpacks_too_large"):
        parsed(path)


def test_member_that_lies_about_its_size_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    path = with_members(tmp_path, **{"word/document.xml": bytes(40 * 2**20)})
    data, true = bytearray(path.read_bytes()), struct.pack("<I", 40 * 2**20)
    while (at := data.find(true)) >= 0:
        data[at : at + 4] = struct.pack("<I", 100)
    path.write_bytes(data)

    with pytest.raises(Unreadable, match="truncated_file"):
        parsed(path)
