"""Word search folds what people write differently and keeps apart what differs."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm import words
from tests.support.asking import asked

ROOT = Path(__file__).parents[2]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.text(
    "溶栓房颤抗凝治疗 aBcＡＢ0９.,-/%（）", max_size=60
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("溶栓", ["溶栓"]),
        ("房颤患者", ["房颤", "颤患", "患者"]),
        ("肺", ["肺"]),
        ("溶栓，抗凝", ["溶栓", "抗凝"]),
        ("𠮷野家", ["𠮷野", "野家"]),
        ("佐々木", ["佐々", "々木"]),
        ("2型糖尿病", ["2", "型糖", "糖尿", "尿病"]),
        ("维生素B12", ["维生", "生素", "b12"]),
        ("0.9 mg/kg", ["0.9", "mg", "kg", "mg/kg"]),
        ("4.5h", ["4.5", "h"]),
        ("1,000 mL", ["1000", "ml"]),
        ("12,5", ["12", "5"]),
        ("6-12周", ["6", "12", "周"]),
        ("0.6-0.9mg/kg", ["0.6", "0.9", "mg", "kg", "mg/kg"]),
        ("COVID-19", ["covid19", "covid", "19"]),
        ("5-FU", ["5fu", "5", "fu"]),
        ("CYP3A4", ["cyp3a4"]),
        ("IL-6/IL-8", ["il6", "il", "6", "il8", "il", "8", "il6/il8"]),
        ("β-blocker", ["βblocker", "β", "blocker"]),
        ("kg/m²", ["kg", "m2", "kg/m2"]),
        ("≥65%", ["65"]),
        ("the and of", ["the", "and", "of"]),
        ("a\u2010b", ["ab", "a", "b"]),
        ("3.", ["3"]),
        ("", []),
        ("——。", []),
    ],
)
def test_a_text_has_the_terms_people_search_by(text: str, wanted: list[str]) -> None:
    assert words.terms(text) == wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ１２", "abc12"),
        ("Aspirin", "ASPIRIN"),
        ("Ⅱ型", "II型"),
        ("µg", "μg"),
        ("４．５ｈ", "4.5 h"),
        ("（溶栓）", "(溶栓)"),
        ("㎎", "mg"),
        ("Straße", "STRASSE"),
        ("e\u0301", "é"),
        ("\uf900", "豈"),
    ],
)
def test_what_is_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert words.term_ids(one) == words.term_ids(other) != set()


@pytest.mark.parametrize(
    ("one", "other"), [("0.9", "9"), ("3 h", "4.5 h"), ("mg", "ml"), ("溶栓", "栓溶")]
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert words.term_ids(one) != words.term_ids(other)


@pytest.mark.parametrize("query", ["COVID19", "covid", "Covid-19"])
def test_a_hyphenated_name_is_found_whole_and_in_parts(query: str) -> None:
    assert words.term_ids(query) & words.term_ids("COVID-19 肺炎")


@given(TEXTS)
def test_terms_are_never_empty_and_fold_to_themselves(text: str) -> None:
    assert all(term and words.terms(term.upper()) for term in words.terms(text))


@given(TEXTS)
def test_case_and_width_make_no_difference(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)

    assert words.terms(wide) == words.terms(text)


@given(TEXTS, TEXTS)
def test_the_order_of_sentences_makes_no_difference(one: str, other: str) -> None:
    assert words.of_passage(f"{one}\n{other}") == words.of_passage(f"{other}\n{one}")


@given(TEXTS)
def test_a_sparse_vector_is_sorted_positive_and_fits_the_engines(text: str) -> None:
    vector = words.of_passage(text)

    assert list(vector.indices) == sorted(set(vector.indices)) == sorted(words.term_ids(text))
    assert all(0 <= index < 2**32 for index in vector.indices)
    assert all(0 < value < words.K1 + 1 for value in vector.values)


@given(TEXTS, st.dictionaries(st.integers(0, 2**32 - 1), st.integers(0, 50)), st.integers(0, 40))
def test_rarity_is_never_below_zero(text: str, holding: dict[int, int], passages: int) -> None:
    known = dict.fromkeys(words.term_ids(text), 50) | holding

    assert all(value >= 0 for value in words.of_query(asked(text), known, passages).values)


def test_term_numbers_are_the_same_in_another_process() -> None:
    program = "from llm import words; print(sorted(words.term_ids('溶栓 0.9 mg/kg')))"

    answer = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)

    assert answer.strip() == str(sorted(words.term_ids("溶栓 0.9 mg/kg")))


def test_term_numbers_are_those_that_stores_already_hold() -> None:
    assert words.term_ids("溶栓 mg") == {1113388014, 2044693194}


def test_the_profile_names_what_the_weights_are_made_with() -> None:
    assert words.PROFILE == "words-2:k1=1.2:b=0.75:average=120:fold-2"


def test_another_profile_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = words.profile_name()
    monkeypatch.setattr(words, "PROFILE", "words-3")

    assert before == "8192a17b"
    assert words.profile_name() != before


def test_weights_of_a_passage_are_those_of_bm25() -> None:
    vector = words.of_passage("mg mg ml")

    norm = 1.2 * (1 - 0.75 + 0.75 * 3 / 120)
    wanted = {words.term_ids("mg").pop(): 2 * 2.2 / (2 + norm)}
    wanted |= {words.term_ids("ml").pop(): 2.2 / (1 + norm)}
    assert dict(zip(vector.indices, vector.values, strict=True)) == pytest.approx(wanted)


def test_weights_of_a_query_are_inverse_document_frequencies() -> None:
    (term,) = words.term_ids("溶栓")

    vector = words.of_query(asked("溶栓 溶栓"), {term: 3}, passages=10)

    assert vector == words.Sparse((term,), (math.log(1 + 7.5 / 3.5),))


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    holding = words.counts(["溶栓 治疗", "房颤 治疗", "抗凝 治疗"])

    rare, common = (words.of_query(asked(text), holding, 3).values[0] for text in ("溶栓", "治疗"))

    assert rare > common


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_statistics_of_versions_add_up(one: list[str], other: list[str]) -> None:
    assert words.counts(one) + words.counts(other) == words.counts(one + other)


@given(st.lists(TEXTS, max_size=6))
def test_a_term_counts_once_a_passage(texts: list[str]) -> None:
    wanted = Counter[int]()
    for text in texts:
        wanted.update(words.term_ids(text))

    assert words.counts(texts) == wanted
    assert max(wanted.values(), default=0) <= len(texts)


def test_a_passage_about_the_question_outranks_a_longer_one_beside_it() -> None:
    passages = ["急性缺血性卒中静脉溶栓", "房颤抗凝" * 30 + "溶栓", "高血压的治疗"]
    query = words.of_query(asked("静脉溶栓"), words.counts(passages), len(passages))

    scores = [score(query, words.of_passage(passage)) for passage in passages]

    assert scores[0] > scores[1] > scores[2] == 0


def score(query: words.Sparse, passage: words.Sparse) -> float:
    weights = dict(zip(passage.indices, passage.values, strict=True))
    pairs = zip(query.indices, query.values, strict=True)
    return sum(value * weights.get(index, 0) for index, value in pairs)
