"""Small PDF files for tests, drawn page by page so that a test can say what a reader would see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest.parsing.document import Block, Document
from ingest.parsing.pdf import read

WIDE, HIGH = 595.0, 842.0
BODY = "Helvetica"
BOLD = "Helvetica-Bold"
ITALIC = "Helvetica-Oblique"
CHINESE = "STSong-Light"
LONG = (
    "Give the loading dose over ten minutes and watch the pressure closely until the infusion "
    "has ended, because a fall is common in the first quarter of an hour and it is answered by "
    "slowing the rate before anything else is tried by the nurse at the bedside of the patient."
)
CHINESE_LONG = (
    "急性缺血性脑卒中患者应在发病四小时三十分内接受静脉溶栓治疗，治疗前须排除颅内出血，"
    "并将血压控制在一百八十毫米汞柱以下；治疗后二十四小时内不得给予抗血小板药物，以免增加出血风险。"
)

Draw = Callable[["Sheet"], None]


class Sheet:
    """A page to draw on, with heights measured from its top, as blocks give them."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas: Any = canvas

    def text(
        self, text: str, top: float, left: float = 72, size: float = 10, font: str = BODY
    ) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, HIGH - top, text)

    def lines(self, lines: Sequence[str], top: float, left: float = 72, **kind: Any) -> float:
        """One under the other, twelve points apart; gives the height under the last."""
        for line in lines:
            self.text(line, top, left, **kind)
            top += 12
        return top

    def prose(
        self, text: str, top: float, left: float = 72, wide: float = 440, **kind: Any
    ) -> float:
        font, size = kind.get("font", BODY), kind.get("size", 10)
        return self.lines(wrapped(text, wide, font, size), top, left, **kind)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0, HIGH - y0, x1, HIGH - y1)

    def grid(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.canvas.grid(list(xs), [HIGH - y for y in ys])

    def table(
        self, rows: Sequence[Sequence[str]], top: float, xs: Sequence[float], **kind: Any
    ) -> float:
        """A ruled table of rows twenty points high; gives its bottom. The first row is bold."""
        ys = [top + 20 * number for number in range(len(rows) + 1)]
        self.grid(xs, ys)
        for number, row in enumerate(rows):
            for left, cell in zip(xs, row, strict=False):
                font = BOLD if number == 0 and kind.get("bold", True) else BODY
                self.text(cell, ys[number] + 14, left + 4, font=kind.get("font", font))
        return ys[-1]

    def picture(self, left: float, top: float, wide: float, high: float) -> None:
        self.canvas.drawImage(ImageReader(_square()), left, HIGH - top - high, wide, high)


def _square() -> Any:
    from PIL import Image

    return Image.new("RGB", (16, 16), (200, 60, 60))


def wrapped(text: str, wide: float, font: str = BODY, size: float = 10) -> list[str]:
    """The text in lines no wider than this: by words, or by characters where it is Chinese."""
    parts = list(text) if font == CHINESE else [f"{word} " for word in text.split()]
    lines, line = [], ""
    for part in parts:
        if line and pdfmetrics.stringWidth((line + part).rstrip(), font, size) > wide:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()]


def write(folder: Path, *pages: Draw, **options: Any) -> Path:
    """A file of these pages. `rotate` turns every page; `password` locks it."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    path = folder / "file.pdf"
    password = options.get("password")
    lock = StandardEncryption(password, canPrint=0) if password else None
    # The library swaps the sides of a page that it turns by a quarter.
    sides = (HIGH, WIDE) if options.get("rotate") in (90, 270) else (WIDE, HIGH)
    canvas = Canvas(str(path), pagesize=sides, encrypt=lock)
    for draw in pages:
        draw(Sheet(canvas))
        if options.get("rotate"):
            canvas.setPageRotation(options["rotate"])
        canvas.showPage()
    canvas.save()
    return path


def mapped(folder: Path, text: str, codes: Mapping[str, int]) -> Path:
    """A page of one line whose font says of some letters that they are other characters."""
    pairs = "\n".join(f"<{ord(letter):02X}> <{code:04X}>" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /own def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    line = f"BT /F 12 Tf 72 700 Td ({text}) Tj ET"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    page = "/MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {page} >>",
        _stream(line),
        font,
        _stream(cmap),
    ]
    body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1))
    path = folder / "mapped.pdf"
    path.write_text(f"%PDF-1.4\n{body}trailer << /Root 1 0 R /Size 7 >>\n%%EOF\n", "ascii")
    return path


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def document(path: Path) -> Document:
    return read(path, lambda share: None)


def blocks(folder: Path, *pages: Draw, **options: Any) -> tuple[Block, ...]:
    return document(write(folder, *pages, **options)).blocks


def texts(folder: Path, *pages: Draw, **options: Any) -> list[str]:
    return [block.text for block in blocks(folder, *pages, **options)]


def tables(folder: Path, *pages: Draw, **options: Any) -> list[Block]:
    found = blocks(folder, *pages, **options)
    return [block for block in found if block.kind == "table"]


def headings(folder: Path, *pages: Draw) -> list[tuple[int, str]]:
    found = blocks(folder, *pages)
    return [(block.level, block.text) for block in found if block.kind == "heading"]


def codes(path: Path) -> list[tuple[str, int | None]]:
    return [(warning.code, warning.page) for warning in document(path).warnings]
