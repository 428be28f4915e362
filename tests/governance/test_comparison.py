"""Comparing versions: a few cases by hand, and what must hold of any two."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import comparison
from governance.comparison import Piece, Section
from governance.models import digest_of

Text = tuple[str, str]


def pieces(*texts: Text, start: int = 0) -> list[Piece]:
    """Passages from pairs of section and text."""
    return [
        Piece(number, (section,), None, text, digest_of(text))
        for number, (section, text) in enumerate(texts, start=start)
    ]


def compared(before: list[Text], after: list[Text]) -> list[Section]:
    return comparison.compare(before=pieces(*before), after=pieces(*after, start=1000))


def test_equal_versions_are_the_same() -> None:
    texts = [("Dosing", "Start low."), ("Dosing", "Go slow.")]

    counts = comparison.counts(compared(texts, texts))

    assert counts == {"added": 0, "removed": 0, "changed": 0, "moved": 0, "same": 2}


def test_changed_passage_is_paired_with_what_it_was() -> None:
    [section] = compared([("Time", "Give within 3 hours.")], [("Time", "Give within 4.5 hours.")])

    assert section.changed[0].before.text == "Give within 3 hours."
    assert section.changed[0].after.text == "Give within 4.5 hours."
    assert not section.added
    assert not section.removed


def test_what_is_unlike_is_not_paired() -> None:
    [section] = compared([("Time", "Give within 3 hours.")], [("Time", "不得与酒精同服")])

    assert [p.text for p in section.removed] == ["Give within 3 hours."]
    assert [p.text for p in section.added] == ["不得与酒精同服"]


def test_chinese_edition_is_paired_across_an_insertion() -> None:
    before = [("溶栓", "发病3小时内静脉给予阿替普酶治疗")]
    after = [("溶栓", "评估出血风险"), ("溶栓", "发病4.5小时内静脉给予阿替普酶治疗")]

    [section] = compared(before, after)

    assert len(section.changed) == 1
    assert [p.text for p in section.added] == ["评估出血风险"]


def test_passage_under_another_heading_has_moved() -> None:
    sections = compared([("3.1 Dosing", "Start low.")], [("3.2 Dosing", "Start low.")])

    assert [s.path for s in sections] == [("3.2 Dosing",), ("3.1 Dosing",)]
    assert [p.text for p in sections[0].moved] == ["Start low."]
    assert not sections[1].removed


def test_passage_that_is_now_there_twice_has_moved_once() -> None:
    sections = compared([("A", "Start low.")], [("B", "Start low."), ("B", "Start low.")])

    assert comparison.counts(sections)["moved"] == 1
    assert comparison.counts(sections)["added"] == 1


def test_sections_come_in_the_order_of_the_newer_version() -> None:
    sections = compared([("Gone", "a"), ("Kept", "b")], [("New", "c"), ("Kept", "b")])

    assert [s.path for s in sections] == [("New",), ("Kept",), ("Gone",)]


def test_nothing_compared_with_nothing_has_no_sections() -> None:
    assert compared([], []) == []


texts = st.lists(st.tuples(st.sampled_from("ABC"), st.text("abc ", min_size=1, max_size=8)))


def _texts(found: list[Piece]) -> Counter[str]:
    return Counter(p.digest for p in found)


@given(before=texts, after=texts)
def test_every_passage_of_the_newer_is_told_of_once(before: list[Text], after: list[Text]) -> None:
    sections = compared(before, after)

    told = Counter(d for s in sections for d in s.same)
    for section in sections:
        told += _texts(section.added + section.moved + [p.after for p in section.changed])
    assert told == _texts(pieces(*after))


@given(before=texts, after=texts)
def test_every_passage_of_the_older_is_told_of_once(before: list[Text], after: list[Text]) -> None:
    sections = compared(before, after)

    told = Counter(d for s in sections for d in s.same)
    for section in sections:
        told += _texts(section.removed + section.moved + [p.before for p in section.changed])
    assert told == _texts(pieces(*before))


@given(before=texts, after=texts)
def test_what_changed_is_not_the_same(before: list[Text], after: list[Text]) -> None:
    for section in compared(before, after):
        assert all(p.before.digest != p.after.digest for p in section.changed)


@pytest.mark.slow
@pytest.mark.timeout(20)
def test_two_books_without_likeness_are_compared_in_seconds() -> None:
    before = [("A", f"{n} alpha beta gamma " * 15) for n in range(3000)]
    after = [("A", f"{n} delta epsilon zeta " * 15) for n in range(3000)]

    assert comparison.counts(compared(before, after))["same"] == 0
