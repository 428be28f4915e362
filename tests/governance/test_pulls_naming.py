"""A name is found however it is spelt, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.naming import LONGEST_TERM, MOST_TERMS, Names, Piece, folded, names_of


def finds(name: str, text: str, *, parts: bool = False) -> bool:
    return names_of(name, parts=parts).are_in(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("aspirin", "Give Aspirin daily."),
        ("aspirin", "ＡＳＰＩＲＩＮ 100 mg"),
        ("aspirin", "low-dose aspirins"),
        ("aspirin", "阿司匹林(aspirin)片"),
        ("aspirin", "服aspirin后"),
        ("aspirin", "as\u00adpi\u200brin"),
        ("ASPIRIN", "aspirin"),
        ("aspirin", "aspi rin"),
        ("aspirin", "aspi-\nrin"),
        ("coamoxiclav", "Co-amoxiclav"),
        ("H20031234", "国药准字H2003\n1234"),
        ("beta-blocker", "beta-\n  blocker"),
        ("heparin sodium", "Heparin\nsodium"),
        ("heparin  sodium", "heparin-sodium"),
        ("co-trimoxazole", "Co\u2011trimoxazole"),
        ("beta blocker", "beta-blockers"),
        ("COVID-19", "covid 19"),
        ("statin allergy", "statin allergies"),
        ("Sjögren", "Sjogren"),
        ("Sjogren", "SJÖGREN"),
        ("阿司匹林", "服用阿司匹林肠溶片"),
        ("阿司匹林", "服用阿司\n匹林"),
        ("阿司匹林", "阿 司 匹 林"),
        ("水", "⽔"),
        ("风湿马钱片", "⻛湿⻢钱⽚"),
        ("⻥腥草", "鱼腥草"),
        ("β受体阻滞剂", "Β 受体阻滞剂"),
        ("国药准字H20031234", "国药准字 Ｈ20031234"),
        ("H20031234", "国药准字H20031234"),
        ("5%葡萄糖", "５％葡萄糖注射液"),
        ("10mg", "10 mg"),
        ("钾", "氯化钾"),
        ("(sic)", "so it says (sic)"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(name: str, text: str) -> None:
    assert finds(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("insulin", "proinsulin"),
        ("statin", "statination"),
        ("vitamin b1", "vitamin b12"),
        ("aspirin", "a spiring"),
        ("lead", "the adleads"),
        ("10mg", "110 mg"),
        ("阿司匹林", "阿司咪唑"),
        ("a.b", "aab"),
        (".*aspirin", "aspirin"),
        ("aspirin|.", "heparin"),
    ],
)
def test_nothing_else_is_taken_for_it(name: str, text: str) -> None:
    assert not finds(name, text)


@pytest.mark.parametrize("text", ["proinsulin", "insulinoma", "hyperinsulinism"])
def test_a_part_of_a_word_is_found_where_that_was_asked_for(text: str) -> None:
    assert finds("insulin", text, parts=True)


def test_each_line_is_a_name_and_any_of_them_is_found() -> None:
    names = names_of("heparin\n\n  肝素 \nHEPARIN\n")

    assert names.terms == ("HEPARIN", "肝素")


@pytest.mark.parametrize(
    "said",
    [
        "",
        " \n\t\n",
        "a",
        "--",
        "\u200b\u200b",
        "7",
        "x" * (LONGEST_TERM + 1),
        "\n".join(f"drug {n}" for n in range(MOST_TERMS + 1)),
    ],
)
def test_what_names_nothing_is_refused_with_a_sentence(said: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        names_of(said)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("阿司匹林", "口服阿司", "匹林肠溶片。"),
        ("阿司匹林", "口服阿司　", "\u200b匹 林肠溶片。"),
        ("heparin sodium", "Give heparin", "sodium at once."),
        ("heparin", "Give hepa-", "rin at once."),
        ("heparin sodium", "Give heparin²", "sodium at once."),
        ("ab cd ab", "ab cd ab cd", "ab"),
    ],
)
def test_name_is_found_across_two_texts(name: str, before: str, after: str) -> None:
    names = names_of(name)

    assert names.those_across(before, after) == [name]
    assert "".join(p.text for p in names.marked_across(before, after) if p.is_name)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Give heparin.", "Then wait."),
        ("Wait.", "Heparin is given."),
        ("Give heparin.", "Heparin again."),
        ("Give hepa.", "So rin it."),
        ("", ""),
    ],
)
def test_what_stands_in_one_text_is_not_across_two(before: str, after: str) -> None:
    assert names_of("heparin").those_across(before, after) == []


def test_no_more_of_two_texts_is_looked_at_than_a_name_can_take_up() -> None:
    long = "x" * 10_000

    assert names_of("阿司匹林").those_across(long + "阿司", "匹林" + long) == ["阿司匹林"]


def test_which_of_the_names_stand_there_is_told_as_they_were_typed() -> None:
    names = names_of("Amoxicillin\n阿莫西林\nＡＭＸ")

    assert names.those_in("口服阿莫西林胶囊（AMX）") == ["阿莫西林", "ＡＭＸ"]


def test_sentence_around_a_name_is_shown_with_the_name_marked() -> None:
    pieces = names_of("heparin").marked("Before. Give Heparin\nat once. After.")

    assert [(p.text, p.is_name) for p in pieces if p.text] == [
        (" Give ", False),
        ("Heparin", True),
        (" at once.", False),
    ]


def test_chinese_sentence_ends_at_its_own_stop() -> None:
    pieces = names_of("肝素").marked("禁用。静脉给予肝 素。观察。")

    assert [p for p in pieces if p.text] == [
        Piece("静脉给予", False),
        Piece("肝 素", True),
        Piece("。", False),
    ]


def test_long_sentence_is_cut_on_both_sides() -> None:
    shown = "".join(p.text for p in names_of("肝素").marked("长" * 900 + "肝素" + "句" * 900))

    assert shown.startswith("…长")
    assert shown.endswith("句…")
    assert len(shown) < 200


def test_where_it_is_not_nothing_is_marked() -> None:
    assert names_of("heparin").marked("Give aspirin.") == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_too_odd_to_be_looked_at(before: str, after: str) -> None:
    text = f"{before} 肝素 {after}"

    marked = names_of("肝素").marked(text)

    assert any(piece.is_name for piece in marked)


@given(st.text(min_size=1, max_size=40))
@example("0\U00011da00")
def test_whatever_may_be_looked_for_is_found_in_itself(name: str) -> None:
    try:
        names = names_of(name, parts=True)
    except ValueError:
        return

    assert all(names.are_in(term) for term in names.terms)


@given(st.text(max_size=80))
def test_found_and_marked_agree(text: str) -> None:
    names = Names(("ab", "肝素"), parts=True)

    assert names.are_in(text) == bool(names.spans(text))


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(folded(text))) == folded(folded(text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Lovenox", "Lovenox™ 40 mg"),
        ("Lovenox", "Lovenox℠"),
        ("enoxaparin", "Enoxaparin¹ is given"),
        ("enoxaparin", "enoxaparinᵃ"),
        ("enoxaparin", "enoxaparin①"),
        ("IL-6", "IL-6¹ rises"),
        ("5-FU", "¹5-FU"),
        ("131I", "¹³¹I"),
        ("B12", "B₁₂"),
        ("warfarin", "warfarin5 mg"),
        ("Crohn's", "Crohn\u2019s disease"),
        ("St John's wort", "St. Johns wort"),
        ("enoxaparin", "enox\u2062aparin"),
        ("enoxaparin", "en\u043exaparin"),
        ("warfarin", "war\u202afarin"),
        ("warfarin", "war\ufffe\nfarin"),
        ("依诺肝素", "依诺|肝素"),
        ("依诺肝素", "依\ufe00诺肝素"),
        ("beta-blocker", "β-blocker"),
        ("β-blocker", "beta-blocker"),
    ],
)
def test_marks_and_signs_nobody_sees_hide_no_name(name: str, text: str) -> None:
    names = names_of(name)

    assert names.are_in(text)
    assert names.those_in(text) == [name]
    assert names.spans(text)
