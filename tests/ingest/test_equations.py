"""Formulas of MathML and Word on one line: height becomes brackets, never nothing."""

from __future__ import annotations

import pytest
from lxml import etree

from ingest.parsing.equations import line


def read(source: str) -> str:
    return line(etree.fromstring(source))


def word(inside: str) -> str:
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    return read(f'<m:oMath xmlns:m="{namespace}">{inside}</m:oMath>')


def run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<mrow><mi>x</mi><mo>=</mo><mn>2</mn></mrow>", "x=2"),
        ("<mfrac><mi>a</mi><mi>b</mi></mfrac>", "a/b"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msup><mi>r</mi><mn>2</mn></msup>", "r²"),
        ("<msub><mi>C</mi><mi>max</mi></msub>", "Cmax"),
        ("<msub><mi>x</mi><mn>1</mn></msub>", "x₁"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x₁²"),
        ("<msqrt><mn>2</mn></msqrt>", "√(2)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√(x)"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a,b)"),
        ('<mfenced open="[" close="]"><mi>a</mi></mfenced>', "[a]"),
        ("<munderover><mo>∑</mo><mn>1</mn><mn>9</mn></munderover>", "∑₁⁹"),
        (
            "<mtable><mtr><mtd>a</mtd><mtd>b</mtd></mtr><mtr><mtd>c</mtd></mtr></mtable>",
            "[a, b; c]",
        ),
        ("<semantics><mi>x</mi><annotation>TeX</annotation></semantics>", "x"),
        ("<mrow><!-- nothing --><mi>x</mi></mrow>", "x"),
        ("<mrow><mspace/></mrow>", ""),
    ],
)
def test_mathml_reads_as(source: str, expected: str) -> None:
    assert read(f"<math>{source}</math>") == expected


def test_fraction_of_word_keeps_its_bar() -> None:
    parts = f"<m:num>{run('dose')}</m:num><m:den>{run('kg')}</m:den>"

    assert word(f"<m:f><m:fPr/>{parts}</m:f>") == "dose/kg"


def test_exponent_of_word_stays_raised() -> None:
    parts = f"<m:e>{run('10')}</m:e><m:sup>{run('9')}</m:sup>"

    assert word(f"<m:sSup><m:sSupPr/>{parts}</m:sSup>") == "10⁹"


def test_index_of_word_stays_lowered() -> None:
    parts = f"<m:e>{run('x')}</m:e><m:sub>{run('1')}</m:sub>"

    assert word(f"<m:sSub>{parts}</m:sSub>") == "x₁"


def test_root_of_word_keeps_its_degree() -> None:
    parts = f"<m:deg>{run('3')}</m:deg><m:e>{run('x')}</m:e>"

    assert word(f"<m:rad><m:radPr/>{parts}</m:rad>") == "³√(x)"


def test_brackets_of_word_are_read() -> None:
    marks = '<m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>'

    assert word(f"<m:d>{marks}<m:e>{run('x')}</m:e></m:d>") == "[x]"


def test_brackets_of_word_are_round_unless_said_otherwise() -> None:
    assert word(f"<m:d><m:e>{run('x')}</m:e></m:d>") == "(x)"


def test_sum_of_word_has_its_limits() -> None:
    sign = '<m:naryPr><m:chr m:val="∑"/></m:naryPr>'
    limits = f"<m:sub>{run('1')}</m:sub><m:sup>{run('9')}</m:sup>"

    assert word(f"<m:nary>{sign}{limits}<m:e>{run('x')}</m:e></m:nary>") == "∑₁⁹x"


def test_integral_of_word_is_an_integral_without_a_sign() -> None:
    assert word(f"<m:nary><m:e>{run('x')}</m:e></m:nary>") == "∫x"
