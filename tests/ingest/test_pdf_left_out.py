"""What cannot be read is refused with its reason; what is left out of a PDF is said."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from ingest.parsing import pdf
from ingest.parsing.document import Unreadable
from tests.ingest.pdf_files import LONG, Draw, Sheet, codes, document, mapped, texts, write


def prose(sheet: Sheet) -> None:
    sheet.prose(LONG, 100)


def picture(left: float = 100, top: float = 300, wide: float = 200, high: float = 200) -> Draw:
    return lambda sheet: sheet.picture(left, top, wide, high)


def scan(sheet: Sheet) -> None:
    sheet.picture(0, 0, 595, 842)


def with_text(*draws: Draw) -> Draw:
    def draw(sheet: Sheet) -> None:
        prose(sheet)
        for each in draws:
            each(sheet)

    return draw


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        document(path)
    return caught.value.code


# Refused


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(b"")

    assert refusal(path) == "empty_file"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_torn_file_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, prose, prose)
    whole = path.read_bytes()

    path.write_bytes(whole[: int(share * len(whole))])

    assert refusal(path) == "truncated_file"


def test_file_without_its_end_mark_is_refused_though_it_could_be_opened(tmp_path: Path) -> None:
    path = write(tmp_path, prose)
    path.write_bytes(path.read_bytes().replace(b"%%EOF", b""))

    assert refusal(path) == "truncated_file"


def test_update_torn_off_after_a_whole_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, prose)
    path.write_bytes(path.read_bytes() + b"9 0 obj\n<< /Type /Page >>\n" * 300)

    assert refusal(path) == "truncated_file"


def test_little_behind_the_end_mark_does_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path, prose)
    path.write_bytes(path.read_bytes() + b"\r\n\0\0")

    assert len(document(path).blocks) == 1


def test_garbage_with_an_end_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of use\n%%EOF\n")

    assert refusal(path) == "truncated_file"


def test_file_without_pages_is_refused(tmp_path: Path) -> None:
    empty = pypdfium2.PdfDocument.new()
    empty.save(tmp_path / "file.pdf")
    empty.close()

    assert refusal(tmp_path / "file.pdf") == "truncated_file"


def test_file_that_needs_a_password_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, prose, password="secret")) == "encrypted_pdf"


def test_file_of_pictures_alone_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, scan, scan)) == "picture_only"


def test_file_of_blank_pages_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, lambda sheet: None)) == "picture_only"


@pytest.mark.slow
def test_too_many_pages_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, *[lambda sheet: None] * (pdf.MOST_PAGES + 1))

    with pytest.raises(Unreadable) as caught:
        document(path)

    assert caught.value.facts == {"pages": 5_001, "most": 5_000}


def test_refusal_of_pictures_tells_how_many_pages_there_are(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        document(write(tmp_path, scan, scan))

    assert caught.value.facts == {"pages": 2}


def test_file_is_closed_after_a_refusal(tmp_path: Path) -> None:
    path = write(tmp_path, scan)

    refusal(path)
    path.unlink()

    assert not path.exists()


# Nothing left out, nothing said


def test_page_of_text_gives_no_warning(tmp_path: Path) -> None:
    assert codes(write(tmp_path, prose)) == []


def test_blank_page_gives_no_warning(tmp_path: Path) -> None:
    assert codes(write(tmp_path, prose, lambda sheet: None)) == []


# Pictures


def test_picture_is_said_to_be_left_out_on_its_page(tmp_path: Path) -> None:
    path = write(tmp_path, prose, with_text(picture()))

    assert codes(path) == [("figure_left_out", 2)]


def test_pictures_of_a_page_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, with_text(picture(), picture(top=550)))

    assert document(path).warnings[0].facts == {"count": 2}


def test_small_ornament_is_not_worth_a_warning(tmp_path: Path) -> None:
    assert codes(write(tmp_path, with_text(picture(wide=20, high=20)))) == []


def test_logo_on_every_page_is_not_worth_a_warning(tmp_path: Path) -> None:
    assert codes(write(tmp_path, *[with_text(picture())] * 4)) == []


def test_drawing_is_a_figure_too(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        prose(sheet)
        for number in range(8):
            sheet.canvas.circle(120 + 40 * number, 400, 60)

    assert codes(write(tmp_path, draw)) == [("figure_left_out", 1)]


def test_round_bullets_are_no_drawing(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        prose(sheet)
        for number in range(12):
            sheet.canvas.circle(60, 700 - 40 * number, 2)

    assert codes(write(tmp_path, draw)) == []


def test_picture_of_a_page_among_pages_of_text_is_said(tmp_path: Path) -> None:
    assert codes(write(tmp_path, prose, scan)) == [("page_without_text", 2)]


def test_scan_with_recognised_text_over_it_is_no_figure(tmp_path: Path) -> None:
    assert codes(write(tmp_path, with_text(scan))) == []


# Characters that mean nothing


def test_page_whose_font_says_nothing_is_said(tmp_path: Path) -> None:
    path = mapped(tmp_path, "Aspirin AAAA", {"A": 0xE123})

    assert codes(path) == [("page_garbled", 1)]


def test_warning_tells_how_much_of_the_page_says_nothing(tmp_path: Path) -> None:
    path = mapped(tmp_path, "AAAA spirin", {"A": 0xE123})

    assert document(path).warnings[0].facts == {"characters": 4, "percent": 40}


def test_meaningless_characters_are_not_in_the_text(tmp_path: Path) -> None:
    path = mapped(tmp_path, "AAAA spirin", {"A": 0xE123})

    assert [block.text for block in document(path).blocks] == ["spirin"]


def test_font_that_maps_to_a_radical_says_the_character(tmp_path: Path) -> None:
    path = mapped(tmp_path, "AB", {"A": 0x2F64, "B": 0x836F})

    assert [block.text for block in document(path).blocks] == ["用药"]


# Beside the text


def test_note_put_on_the_page_is_said_to_be_left_out(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        prose(sheet)
        sheet.canvas.textAnnotation("Ben: is this still so?", [100, 100, 200, 200])

    assert codes(write(tmp_path, draw)) == [("annotations_left_out", 1)]


def test_link_is_no_note(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        prose(sheet)
        sheet.canvas.linkURL("https://example.org", (72, 700, 200, 750))

    assert codes(write(tmp_path, draw)) == []


def test_fields_of_a_form_are_said_to_be_left_out(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        prose(sheet)
        sheet.canvas.acroForm.textfield(name="dose", value="5 mg", x=100, y=200)
        sheet.canvas.acroForm.checkbox(name="given", x=100, y=300)

    found = document(write(tmp_path, draw)).warnings

    assert [(each.code, dict(each.facts)) for each in found] == [
        ("form_fields_left_out", {"count": 2})
    ]


def test_attachment_is_said_to_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, prose)
    found = pypdfium2.PdfDocument(path)
    found.new_attachment("doses.csv").set_data(b"drug,dose\n")
    found.save(tmp_path / "more.pdf")
    found.close()

    (warning,) = document(tmp_path / "more.pdf").warnings
    assert warning.code == "attachments_left_out"
    assert warning.facts == {"count": 1, "names": "doses.csv"}


def with_action(folder: Path, kind: str) -> Path:
    """A file that does something as soon as it is opened."""
    path = write(folder, prose)
    action = b"/OpenAction << /S /" + kind.encode() + b" /JS (app.alert\\(1\\)) >>"
    whole, catalogue = path.read_bytes(), b"/Type /Catalog"
    assert catalogue in whole
    path.write_bytes(whole.replace(catalogue, catalogue + b" " + action))
    return path


def test_script_is_said_to_be_left_out(tmp_path: Path) -> None:
    found = document(with_action(tmp_path, "JavaScript"))

    assert [each.text for each in found.blocks] == [LONG]
    assert [(each.code, dict(each.facts)) for each in found.warnings] == [
        ("script_left_out", {"count": 1})
    ]


def test_action_of_another_kind_is_no_script(tmp_path: Path) -> None:
    assert codes(with_action(tmp_path, "Named")) == []


def test_scripts_of_the_document_are_counted(tmp_path: Path) -> None:
    path = with_action(tmp_path, "JavaScript")
    names = (
        b"/Names << /JavaScript << /Names [" + b"(a) << /S/JavaScript /JS (1) >>" * 3 + b"] >> >>"
    )
    whole = path.read_bytes()

    path.write_bytes(whole.replace(b"/OpenAction", names + b" /OpenAction"))

    assert [dict(each.facts) for each in document(path).warnings] == [{"count": 4}]


def test_text_that_speaks_of_scripts_is_none(tmp_path: Path) -> None:
    assert codes(write(tmp_path, lambda sheet: sheet.text("/JavaScript /JS", 100))) == []


# Pages


def with_lost_page(folder: Path) -> Path:
    """A file whose second page is no page."""
    path = write(folder, prose, prose)
    whole, kids = path.read_bytes(), b"/Kids [ 3 0 R 4 0 R ]"
    assert kids in whole
    path.write_bytes(whole.replace(kids, b"/Kids [ 3 0 R 2 0 R ]"))
    return path


def test_page_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    assert codes(with_lost_page(tmp_path)) == [("pages_left_out", 2)]


def test_pages_beside_a_lost_one_are_read(tmp_path: Path) -> None:
    assert [block.text for block in document(with_lost_page(tmp_path)).blocks] == [LONG]


def test_lost_page_counts_among_the_pages(tmp_path: Path) -> None:
    assert document(with_lost_page(tmp_path)).pages == 2


def test_warnings_come_in_the_order_of_the_pages(tmp_path: Path) -> None:
    path = write(tmp_path, with_text(picture()), scan, with_text(picture(top=400)))

    assert [page for _, page in codes(path)] == [1, 2, 3]


def test_refused_password_does_not_stop_a_file_that_only_forbids_printing(tmp_path: Path) -> None:
    assert texts(tmp_path, prose, password="") == [LONG]
