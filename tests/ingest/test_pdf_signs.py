"""A limit stays the limit it is: signs of which the page draws a part as a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.ingest.pdf_files import BODY, Sheet, texts

LEFT, BASE = 72.0, 200.0


def limit(sheet: Sheet, sign: str, line: tuple[float, float] | None, below: float = 1.2) -> None:
    """A sentence with a sign in it, and a line from and to so many points from the sign's."""
    before = "Severe with "
    sheet.text(f"{before}{sign}6 criteria of the eleven.", BASE)
    left = LEFT + stringWidth(before, BODY, 10)
    right = left + stringWidth(sign, BODY, 10)
    if line:
        sheet.rule(left + line[0], BASE + below, right + line[1], BASE + below)


@pytest.mark.parametrize(("sign", "read"), [(">", "≥"), ("<", "≤")])
def test_line_beneath_a_sign_belongs_to_it(tmp_path: Path, sign: str, read: str) -> None:
    found = texts(tmp_path, lambda sheet: limit(sheet, sign, (0, 0)))

    assert found == [f"Severe with {read}6 criteria of the eleven."]


@pytest.mark.parametrize(
    ("line", "below"),
    [(None, 0.0), ((-60, 80), 1.2), ((0, 6), 1.2), ((0, 0), 6.0), ((0, 0), -4.0), ((0, -3), 1.2)],
    ids=["none", "words", "sign and figure", "far below", "through", "a dot"],
)
def test_other_lines_say_nothing_of_a_sign(
    tmp_path: Path, line: tuple[float, float] | None, below: float
) -> None:
    found = texts(tmp_path, lambda sheet: limit(sheet, ">", line, below))

    assert found == ["Severe with >6 criteria of the eleven."]
