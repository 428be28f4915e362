"""Raised and lowered letters: a power stays a power, a citation never becomes part of a dose."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf_layout import lines_of
from ingest.parsing.pdf_runs import runs_of
from ingest.parsing.pdf_shifts import Part, text_of
from tests.ingest.pdf_parts import run, spelled, style


def raised(before: str, small: str, up: float = 4.0) -> str:
    """Text of ten points, and beside it some of six, so much higher."""
    return text_of([Part(before, 10.0, 100.0), Part(small, 6.0, 100.0 - up)], 10.0, 100.0)


def lowered(before: str, small: str, after: str = "") -> str:
    parts = [Part(before, 10.0, 100.0), Part(small, 6.0, 102.0), Part(after, 10.0, 100.0)]
    return text_of(parts, 10.0, 100.0)


@pytest.mark.parametrize(
    ("before", "small", "whole"),
    [
        ("10", "5", "10⁵"),
        ("10", "−9", "10⁻⁹"),
        ("kg/m", "2", "kg/m²"),
        ("CD4", "+", "CD4⁺"),
        ("Ca", "2+", "Ca²⁺"),
    ],
)
def test_power_or_charge_is_raised(before: str, small: str, whole: str) -> None:
    assert raised(before, small) == whole


@pytest.mark.parametrize(
    ("before", "small", "after", "whole"),
    [("H", "2", "O", "H₂O"), ("SpO", "2", "", "SpO₂"), ("PM", "2.5", "", "PM2.5")],
)
def test_formula_keeps_its_lowered_figures(before: str, small: str, after: str, whole: str) -> None:
    assert lowered(before, small, after) == whole


@pytest.mark.parametrize(
    ("before", "small", "whole"),
    [("5 mg", "14", "5 mg¹⁴"), ("n = 120", "1,3", "n = 120¹,³"), ("aged 65", "a", "aged 65ᵃ")],
)
def test_citation_does_not_alter_the_number_before_it(before: str, small: str, whole: str) -> None:
    assert raised(before, small) == whole


def test_citation_in_brackets_stays_as_it_is() -> None:
    assert raised("90%", "[47]") == "90%[47]"


def test_raised_fraction_that_has_no_form_is_kept_apart_from_its_figure() -> None:
    assert raised("10", "0.5") == "10^(0.5)"


def test_sign_set_too_high_between_drugs_is_no_charge() -> None:
    assert raised("异烟肼", "+") == "异烟肼+"


def test_small_words_are_text_and_not_raised() -> None:
    assert raised("Note ", "see the next page for this") == "Note see the next page for this"


def test_figure_raised_by_nearly_a_line_is_raised_still() -> None:
    assert raised("800", "2", up=8.8) == "800²"


def test_sign_in_a_run_of_its_own_is_not_lost() -> None:
    lines = lines_of([run("5 mg", 72), run("14", 92, baseline=96, size=6.0)])

    assert [line.text for line in lines] == ["5 mg¹⁴"]


def test_sign_that_hardly_meets_its_line_stays_in_it() -> None:
    lines = lines_of([run("2", 92, baseline=91.5, size=7.0), run("10 m", 72), run("daily", 120)])

    assert [line.text for line in lines] == ["10 m² daily"]


def test_citation_within_a_run_is_raised_there() -> None:
    small = spelled("14", left=92, baseline=96, look=style(size=6.0))
    found = runs_of([*spelled("5 mg", left=72), *small, *spelled("x", left=102)])

    assert [each.text for each in found] == ["5 mg¹⁴x"]
