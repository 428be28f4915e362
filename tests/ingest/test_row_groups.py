"""Rows that name the rows below them: said again where they are known, and never guessed."""

from __future__ import annotations

from ingest.parsing.row_groups import name_at_end, names_of

GROUP = ("Second generation", "", "")
DRUG = ("Clozapine", "25 mg", "oral")


def test_text_in_the_first_column_alone_names_a_group() -> None:
    assert names_of([GROUP, DRUG, DRUG]) == [True, False, False]


def test_one_text_over_all_columns_names_a_group() -> None:
    assert names_of([("Adults", "Adults", "Adults"), DRUG, DRUG]) == [True, False, False]


def test_sentence_over_all_columns_names_none() -> None:
    said = "Doses are for adults with normal kidneys; halve them in all others."

    assert names_of([(said, "", ""), DRUG, DRUG]) == [False, False, False]


def test_table_filled_so_throughout_has_no_groups() -> None:
    assert names_of([GROUP, GROUP, DRUG]) == [False, False, False]


def test_table_goes_on_under_its_last_group() -> None:
    first = ("First generation", "", "")

    assert name_at_end([first, DRUG, DRUG, GROUP, DRUG, DRUG]) == (GROUP,)


def test_row_that_may_be_another_group_ends_the_last_one() -> None:
    doubtful = ("Dopamine agonists", "", "nausea is common")

    assert name_at_end([GROUP, DRUG, doubtful, DRUG]) == ()


def test_table_without_groups_goes_on_under_none() -> None:
    assert name_at_end([DRUG, DRUG]) == ()
