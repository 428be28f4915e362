"""The chapters of a document, as its own contents name them."""

from __future__ import annotations

from ingest.parsing.pdf_contents import chapters
from tests.ingest.pdf_parts import paragraph

NAMES = ("Introduction", "Methods", "Findings", "References")


def named(*lines: str, heading: str = "CONTENTS") -> set[int]:
    """Which of the headings that follow the contents are chapters; Aims is none of the names."""
    contents = [(paragraph(heading), heading)]
    after = [(paragraph(text), text) for text in ("Introduction", "Aims", *NAMES[1:], "Methods")]
    listed = [paragraph(line) for line in lines]
    between = [*(each for each, _ in contents), *listed, *(each for each, _ in after)]
    return chapters(between, [*contents, *after])


def test_headings_that_are_lines_of_the_contents_are_chapters() -> None:
    assert named(*NAMES) == {1, 3, 4, 5}


def test_page_numbers_of_the_contents_do_not_matter() -> None:
    assert named(*(f"{name} ..... {at}" for at, name in enumerate(NAMES))) == {1, 3, 4, 5}


def test_contents_of_few_lines_name_none() -> None:
    assert named(*NAMES[:3]) == set()


def test_lines_under_another_word_name_none() -> None:
    assert named(*NAMES, heading="Summary") == set()
