"""Raised and lowered text never reads as a number that it is not."""

from __future__ import annotations

import pytest

from ingest.parsing.superscripts import lowered, raised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9", "⁹"),
        ("-6", "⁻⁶"),
        ("−6", "⁻⁶"),
        ("–6", "⁻⁶"),
        ("2+", "²⁺"),
        ("a", "ᵃ"),
        ("a,b", "ᵃ,ᵇ"),
        ("1,2", "¹,²"),
        ("1–3", "¹–³"),
        ("[12]", "[¹²]"),
        ("th", "ᵗʰ"),
        ("®", "®"),
        ("*", "*"),
        ("0.5", "^(0.5)"),
        ("x/2", "^(x/2)"),
        ("", ""),
    ],
)
def test_superscript_reads_as(text: str, expected: str) -> None:
    assert raised(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2", "₂"), ("max", "max"), ("1-2", "₁₋₂"), ("0.5", "_(0.5)"), ("Q", "Q"), ("T4", "_(T4)")],
)
def test_subscript_reads_as(text: str, expected: str) -> None:
    assert lowered(text) == expected
