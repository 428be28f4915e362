"""What is offered of the data that a file carries beside its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.parsing import sniff
from ingest.proposing.found import Certainty
from ingest.proposing.metadata import said_by
from tests.ingest.docx_files import pack

# What programs write there of themselves, of the file or of its template.
OF_NO_WORK = [
    "a.html",
    "guideline_final.docx",
    "Slides.PPTX",
    "Microsoft Word - 指南终稿",
    "about:blank",
    "https://example.org/asthma",
    "文档1",
    "Untitled",
    "2024.05",
    "PowerPoint Presentation",
    "演示文稿1",
    "May 2024",
    "Contents",
]


def pdf_titled(title: str, folder: Path) -> Path:
    path = folder / "file.pdf"
    canvas = Canvas(str(path))
    canvas.setTitle(title)
    canvas.drawString(72, 700, "Asthma in adults")
    canvas.save()
    return path


def docx_titled(title: str, folder: Path) -> Path:
    core = f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p>'
    return pack(folder / "file.docx", {"docProps/core.xml": core})


def titles(path: Path, media_type: str) -> list[str]:
    return [each.value for each in said_by(path, media_type) if each.field == "title"]


@pytest.mark.parametrize("title", OF_NO_WORK)
def test_title_that_names_the_file_is_not_offered(title: str, tmp_path: Path) -> None:
    assert titles(pdf_titled(title, tmp_path), sniff.PDF) == []
    assert titles(docx_titled(title, tmp_path), sniff.DOCX) == []


@pytest.mark.parametrize("title", ["Manuscript", "Slide 1"])
def test_title_of_one_word_is_a_guess(title: str, tmp_path: Path) -> None:
    told = said_by(pdf_titled(title, tmp_path), sniff.PDF)

    assert [each.certainty for each in told] == [Certainty.GUESS]


@pytest.mark.parametrize("title", ["Asthma in adults", "成人哮喘诊治指南（第2版）"])
def test_title_of_the_work_is_offered(title: str, tmp_path: Path) -> None:
    assert titles(pdf_titled(title, tmp_path), sniff.PDF) == [title]
    assert titles(docx_titled(title, tmp_path), sniff.DOCX) == [title]


def test_file_that_cannot_be_made_out_offers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "torn.pdf"
    path.write_bytes(b"%PDF-1.7\n%torn")

    assert said_by(path, sniff.PDF) == ()
