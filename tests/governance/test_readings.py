"""Every code of the readers has its sentence."""

from __future__ import annotations

import pytest
from django.utils import translation

from governance import readings
from ingest.parsing import outcomes


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def test_every_error_of_the_readers_has_a_sentence() -> None:
    assert set(readings.ERRORS) >= outcomes.ERRORS


def test_every_warning_of_the_readers_has_a_sentence() -> None:
    assert set(readings.WARNINGS) >= outcomes.WARNINGS


@pytest.mark.parametrize("code", sorted(readings.ERRORS))
def test_error_is_told_in_whole_sentences_without_its_code(code: str) -> None:
    sentence = readings.error_sentence(code)

    assert sentence.endswith(".")
    assert code not in sentence
    assert sentence[0].isupper()


@pytest.mark.parametrize("code", sorted(readings.WARNINGS))
def test_warning_is_told_in_whole_sentences_with_its_page(code: str) -> None:
    sentence = readings.warning_sentence({"code": code, "page": 7})

    assert sentence.startswith("Page 7: ")
    assert sentence.endswith(".")
    assert code not in sentence


def test_warning_without_a_page_names_none() -> None:
    assert not readings.warning_sentence({"code": "macro_left_out"}).startswith("Page")
    assert not readings.warning_sentence({"code": "macro_left_out", "page": None}).startswith(
        "Page"
    )


def test_what_happened_more_than_once_is_counted() -> None:
    sentence = readings.warning_sentence({"code": "figure_left_out", "facts": {"count": 3}})

    assert sentence.endswith("(3 times)")


@pytest.mark.parametrize("facts", [{}, {"count": 1}, {"count": "many"}, {"bytes": 5}])
def test_what_happened_once_is_not_counted(facts: dict[str, object]) -> None:
    sentence = readings.warning_sentence({"code": "figure_left_out", "facts": facts})

    assert "times" not in sentence


def test_code_of_a_newer_reader_is_still_shown() -> None:
    assert "hologram_left_out" in readings.warning_sentence({"code": "hologram_left_out"})


def test_what_has_a_name_is_called_by_it() -> None:
    told = {"code": "macro_left_out", "facts": {"count": 1, "names": "vbaProject.bin"}}

    assert readings.warning_sentence(told).endswith("done. (vbaProject.bin)")


def test_what_has_a_name_and_happened_more_than_once_is_both() -> None:
    facts = {"count": 4, "names": "a, b, c, …"}

    sentence = readings.warning_sentence({"code": "attachments_left_out", "facts": facts})

    assert sentence.endswith("(4 times) (a, b, c, …)")


@pytest.mark.parametrize("names", ["", None, 7, ["a"]])
def test_what_is_no_name_is_not_shown(names: object) -> None:
    told = {"code": "macro_left_out", "facts": {"count": 1, "names": names}}

    assert readings.warning_sentence(told).endswith("done.")


def test_percent_sign_in_a_name_does_no_harm() -> None:
    told = {"code": "macro_left_out", "facts": {"names": "100%(sentence)s.bin"}}

    assert "(100%(sentence)s.bin)" in readings.warning_sentence(told)


def test_name_of_another_type_says_what_to_check() -> None:
    assert "Check" in readings.warning_sentence({"code": "named_otherwise"})
