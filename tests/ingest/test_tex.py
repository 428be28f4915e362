"""Formulas in TeX: what is read aloud the same reads the same, and the rest stays as written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.tex import line


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("3 3 . 3 \\%", "33.3%"),
        ("1 . 3 \\% - 2 2 \\%", "1.3%-22%"),
        ("2 0 0 0 { \\sim } 2 0 1 3", "2000~2013"),
        ("P < 0 . 0 5", "P<0.05"),
        ("x \\leq 5", "x≤5"),
        ("\\geq 1 4 0", "≥140"),
        ("5 \\pm 2", "5±2"),
        ("3 \\times 1 0 ^ { - 6 }", "3×10⁻⁶"),
        ("^ { 9 9 m } T c", "⁹⁹ᵐTc"),
        ("C O _ { 2 }", "CO₂"),
        ("3 7 ^ { \\circ } C", "37°C"),
        ("\\alpha", "α"),
        ("\\Delta", "Δ"),
        ("\\mathrm { m g / k g }", "mg/kg"),
        ("\\text{mg}", "mg"),
        ("\\frac { a } { b }", "(a)/(b)"),
        ("\\sqrt { 2 }", "√(2)"),
        ("a \\quad b", "a b"),
        ("a ~ b", "a b"),
        ("\\left( a \\right)", "(a)"),
        ("x ^ 2", "x²"),
        ("", ""),
    ],
)
def test_formula_reads_as(source: str, expected: str) -> None:
    assert line(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "\\begin{matrix} a & b \\end{matrix}",
        "\\unknowncommand{x}",
        "a }",
        "{ a",
        "x ^",
        "motor efference copy",
        "中文",
        "{" * 60 + "}" * 60,
    ],
)
def test_formula_is_beyond_a_line(source: str) -> None:
    assert line(source) is None


@given(st.text(alphabet="\\{}^_ abfrac12%~&$", max_size=80))
def test_any_source_ends_in_a_line_or_in_none(source: str) -> None:
    found = line(source)

    assert found is None or "\\" not in found.replace("\\\\", "")


@given(st.integers(0, 10**6))
def test_spaced_digits_read_as_their_number(number: int) -> None:
    assert line(" ".join(str(number))) == str(number)
