"""A question is looked for by other names of what it names, and by those of its words."""

from __future__ import annotations

import pytest

from governance.models import Account
from llm import words
from llm.folding import folded, stem
from llm.wording import OF_CONCEPTS, OF_WORDS, wording_of
from tests.support import graph as drawing

pytestmark = pytest.mark.django_db


def names(query: str) -> set[str]:
    return set(wording_of(query).names)


def test_what_is_named_is_looked_for_in_the_other_language() -> None:
    assert "low-molecular-weight heparin" in names("低分子肝素用多久？")
    assert "低分子肝素" in names("How long is low molecular weight heparin given?")


def test_everyday_words_bring_the_learned_ones() -> None:
    assert {"腹泻", "diarrhoea"} <= names("孩子拉肚子怎么办")


def test_concepts_of_the_graph_are_named_as_soon_as_they_are_there(
    ana: Account, ben: Account
) -> None:
    drawing.begin_schema()
    assert "zorvex" not in names("佐韦可的剂量")

    drawing.applied(ana, ben, drawing.concept("new", "drug", "zorvex", "佐韦可"))

    assert "zorvex" in names("佐韦可的剂量")


def test_own_words_count_wholly_and_other_names_by_what_they_are() -> None:
    asked = wording_of("低分子肝素 剂量")

    (own,) = words.term_ids("剂量")
    assert asked.shares[own] == 1.0
    assert asked.shares[words.number_of(stem("dosage"))] == OF_WORDS[1]
    assert asked.shares[words.number_of(stem("lmwh"))] == OF_CONCEPTS[1]


@pytest.mark.parametrize("letters", ["dfzgs", "请问dfzgs用多久"])
def test_initials_of_pinyin_name_what_has_them_alone(letters: str) -> None:
    assert "低分子肝素" in names(letters)


@pytest.mark.parametrize("said", ["DFZGS", "dfzgsx", "with than data", "gs"])
def test_what_may_be_another_word_names_nothing_by_its_letters(said: str) -> None:
    assert "低分子肝素" not in names(said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("靜脈血栓", "静脉血栓"),
        ("5毫克", "5 mg"),
        ("5 mcg", "5 μg"),
        ("10 hours", "10 h"),
        ("0.5毫升", "0.5ml"),
        ("anticoagulants", "anticoagulant"),
    ],
)
def test_what_is_written_differently_has_the_same_terms(one: str, other: str) -> None:
    assert words.term_ids(one) == words.term_ids(other) != set()


@pytest.mark.parametrize("text", ["克林霉素", "5 克林霉素片"[2:], "小时候", "升压药"])
def test_a_unit_is_one_behind_a_number_alone(text: str) -> None:
    assert folded(text) == text
