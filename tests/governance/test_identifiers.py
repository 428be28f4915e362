"""What each kind of identifier takes, how it is then written, and what it refuses."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from governance.classes import POLICIES
from governance.identifiers import IdentifierKind, normalised

GOOD: dict[str, list[tuple[str, str]]] = {
    "document_number": [
        ("国卫办医政函〔2023〕268号", "国卫办医政函〔2023〕268号"),
        ("国卫办医政函[2023]268号", "国卫办医政函〔2023〕268号"),
        ("国卫办医政函［2023］268号", "国卫办医政函〔2023〕268号"),
        ("国卫办医政函（2023）268号", "国卫办医政函〔2023〕268号"),
        ("国卫办医政函(2023)268号", "国卫办医政函〔2023〕268号"),
        ("国卫办医政函﹝2023﹞268号", "国卫办医政函〔2023〕268号"),
        (" 国卫办医政函 〔２０２３〕 ２６８ 号\n", "国卫办医政函〔2023〕268号"),
        ("国卫办医政函〔2023〕第0268号", "国卫办医政函〔2023〕268号"),
        ("卫医政发〔1949〕1号", "卫医政发〔1949〕1号"),
        ("京卫医〔2100〕99999号", "京卫医〔2100〕99999号"),
        ("国务院令第739号", "国务院令第739号"),
        ("国务院令 739号", "国务院令第739号"),
        ("中华人民共和国主席令（第八十四号）", "中华人民共和国主席令第84号"),
        ("中华人民共和国主席令第一百零二号", "中华人民共和国主席令第102号"),
        ("中华人民共和国主席令第一〇二号", "中华人民共和国主席令第102号"),
        ("卫生部令第十号", "卫生部令第10号"),
        ("国家卫生健康委员会公告2020年第1号", "国家卫生健康委员会公告2020年第1号"),
        ("国家卫生健康委员会公告（2020年 第01号）", "国家卫生健康委员会公告2020年第1号"),
        ("国家药监局通告 2021年第5号", "国家药监局通告2021年第5号"),
        ("21 CFR 11.10", "21 CFR 11.10"),
        ("21 C.F.R. § 11.10", "21 CFR 11.10"),
        ("21 CFR Part 11", "21 CFR 11"),
        ("87 Fed. Reg. 12345", "87 FR 12345"),
        ("Pub. L. No. 114–255", "Pub. L. 114-255"),
        ("Public Law 114-255", "Pub. L. 114-255"),
        ("Regulation (EU) 2017/745", "(EU) 2017/745"),
        ("fda-2019-d-1234", "FDA-2019-D-1234"),
    ],
    "approval_number": [
        ("国药准字H20123456", "国药准字H20123456"),
        ("国药准字 h20123456", "国药准字H20123456"),
        ("国药准字Ｈ２０１２３４５６", "国药准字H20123456"),
        ("批准文号：国药准字：Z11020001", "国药准字Z11020001"),
        *((f"国药准字{letter}20050001",) * 2 for letter in "ZSBJFT"),
        *((f"国药准字{letters}20200001",) * 2 for letters in ("HJ", "ZJ", "SJ", "HC", "ZC")),
        ("H20130001", "H20130001"),
        ("进口药品注册证号：H20130001", "H20130001"),
        ("注册证号 S20130001", "S20130001"),
        ("医药产品注册证号：HC20130001", "HC20130001"),
        ("BH20130001", "BH20130001"),
        ("NDA 021225", "NDA021225"),
        ("anda#076234", "ANDA076234"),
        ("BLA125057", "BLA125057"),
        ("EU/1/20/1528/001", "EU/1/20/1528/001"),
    ],
    "ndc": [
        ("00075-0624-30", "00075-0624-30"),
        ("0075-0624-30", "00075-0624-30"),
        ("NDC 0075–0624–30", "00075-0624-30"),
        ("NDC: 00075062430", "00075-0624-30"),
        ("50580-449-05", "50580-0449-05"),
        ("12345-6789-1", "12345-6789-01"),
        ("0075-0624", "00075-0624"),
        ("50580-449", "50580-0449"),
        ("50580-0449", "50580-0449"),
    ],
    "spl_set_id": [
        ("1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55", "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55"),
        ("1C5D2AC4-6B33-4C84-9F1E-2A0F6D1B7E55", "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55"),
        ("1c5d2ac46b334c849f1e2a0f6d1b7e55", "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55"),
        (
            "urn:uuid:1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55",
            "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55",
        ),
    ],
    "registration_number": [
        ("国械注准20153460001", "国械注准20153460001"),
        ("国械注准 ２０１５３４６０００１", "国械注准20153460001"),
        ("国械注进20172660002", "国械注进20172660002"),
        ("国械注许20193130003", "国械注许20193130003"),
        ("京械注准20162400004", "京械注准20162400004"),
        ("粤械注准20202140005号", "粤械注准20202140005"),
        ("国械备20150001号", "国械备20150001"),
        ("沪浦械备20210001", "沪浦械备20210001"),
        ("国食药监械（准）字2014第3460001号", "国食药监械(准)字2014第3460001号"),
        ("京药监械(准)字 2010 第 2400001 号", "京药监械(准)字2010第2400001号"),
        ("k123456", "K123456"),
        ("P150009/S001", "P150009/S001"),
        ("DEN180001", "DEN180001"),
    ],
    "standard_number": [
        ("GB 15810-2019", "GB 15810-2019"),
        ("GB15810—2019", "GB 15810-2019"),
        ("ＧＢ　１５８１０－２０１９", "GB 15810-2019"),
        ("GB/T 16886.1-2022", "GB/T 16886.1-2022"),
        ("gb/t16886.1–2022", "GB/T 16886.1-2022"),
        ("GBT 16886.1-2022", "GB/T 16886.1-2022"),
        ("GBZ 130-2020", "GBZ 130-2020"),
        ("GB/Z 28828-2012", "GB/Z 28828-2012"),
        ("WS/T 102-1998", "WS/T 102-1998"),
        ("WS 310.1—2016", "WS 310.1-2016"),
        ("YY/T 0287-2017", "YY/T 0287-2017"),
        ("YY 0505——2012", "YY 0505-2012"),
        ("DB11/T 1234-2019", "DB11/T 1234-2019"),
        ("T/CHAS 10-1-2018", "T/CHAS 10-1-2018"),
        ("T/CHAS 20-2-1—2021", "T/CHAS 20-2-1-2021"),
        ("T/CNHAW 0001-2020", "T/CNHAW 0001-2020"),
        ("ISO 13485:2016", "ISO 13485:2016"),
        ("iso13485：2016", "ISO 13485:2016"),
        ("ISO 13485-2016", "ISO 13485:2016"),
        ("ISO 10993-1:2018", "ISO 10993-1:2018"),
        ("ISO TS 22367:2010", "ISO/TS 22367:2010"),
        ("ISO/IEC 27001:2022", "ISO/IEC 27001:2022"),
        ("IEC 60601-2-16:2018", "IEC 60601-2-16:2018"),
        ("BS EN ISO 13485:2016", "BS EN ISO 13485:2016"),
        ("CLSI M100-Ed35", "CLSI M100-ED35"),
        ("CLSI EP05-A3", "CLSI EP05-A3"),
    ],
    "doi": [
        ("10.1000/182", "10.1000/182"),
        ("10.1056/NEJMoa2034577", "10.1056/nejmoa2034577"),
        ("doi:10.1000/182", "10.1000/182"),
        ("DOI: 10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1000/182", "10.1000/182"),
        ("http://dx.doi.org/10.1000/182", "10.1000/182"),
        ("HTTPS://DOI.ORG/10.1000/ABC", "10.1000/abc"),
        ("doi: https://doi.org/10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1000%2F182", "10.1000/182"),
        ("１０．１０００／１８２", "10.1000/182"),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1002/(SICI)1097(1998)17:15<16>3", "10.1002/(sici)1097(1998)17:15<16>3"),
        ("10.3760/cma.j.cn112147-20180101-00001", "10.3760/cma.j.cn112147-20180101-00001"),
        ("10.1000/J\u030c", "10.1000/ǰ"),
    ],
    "pmid": [
        ("1", "1"),
        ("31452104", "31452104"),
        ("PMID: 31452104", "31452104"),
        ("pmid：３１４５２１０４", "31452104"),
        ("https://pubmed.ncbi.nlm.nih.gov/31452104/", "31452104"),
    ],
    "isbn": [
        ("9780306406157", "9780306406157"),
        ("978-0-306-40615-7", "9780306406157"),
        ("ISBN 978 0 306 40615 7", "9780306406157"),
        ("ISBN-13: 978–0–306–40615–7", "9780306406157"),
        ("ISBN 13: 9780306406157", "9780306406157"),
        ("９７８７１１７２６６７５８", "9787117266758"),
        ("979-10-90636-07-1", "9791090636071"),
        ("0-306-40615-2", "0306406152"),
        ("ISBN-10: 0306406152", "0306406152"),
        ("0-8044-2957-x", "080442957X"),
    ],
    "issn": [
        ("0317-8471", "0317-8471"),
        ("03178471", "0317-8471"),
        ("ISSN 0317—8471", "0317-8471"),
        ("eISSN: 2434-561x", "2434-561X"),
        ("ISSN-L 0317-8471", "0317-8471"),
    ],
    "guideline_registration": [
        ("IPGRP-2021CN001", "IPGRP-2021CN001"),
        ("ipgrp－2021cn001", "IPGRP-2021CN001"),
        ("IPGRP2021CN001", "IPGRP-2021CN001"),
        ("PREPARE-2023CN123", "PREPARE-2023CN123"),
        ("PREPARE 2023 CN 123", "PREPARE-2023CN123"),
    ],
    "local_number": [
        ("A", "A"),
        ("  院内-2024-07  ", "院内-2024-07"),
        ("ＳＯＰ　　12", "SOP 12"),
        ("x" * 64, "x" * 64),
    ],
}  # fmt: skip

BAD: dict[str, list[str]] = {
    "document_number": [
        "268号", "国卫办医政函2023268号", "国卫办医政函〔1948〕268号",
        "国卫办医政函〔2101〕268号", "国卫办医政函〔23〕268号", "国卫办医政函〔2023〕号",
        "国卫办医政函〔2023〕268", "〔2023〕268号", "国卫办医政函〔2023〕0号",
        "国卫办医政函〔2023〕123456号", "国卫办医政函〔٢٠٢٣〕268号", "国务院令",
        "国务院令第零号", "令第5号", "国务院令第0号", "国家药监局公告1900年第1号", "21 CFR",
        "CFR 11.10", "FDA-1819-D-1234", "EU 2017/745",
    ],
    "approval_number": [
        "国药准字", "国药准字H2012345", "国药准字H201234567", "国药准字X20123456",
        "国药准字20123456", "国药准字BJ20123456", "准字H20123456", "H2013001", "Q20130001",
        "NDA21225", "EU/4/20/1528/001", "国药准字H2012345O",
    ],
    "ndc": [
        "0075062430", "007506243", "000750624300", "0075-062-30", "00075-0624-300",
        "00075-0624-3a", "00075--0624-30", "-0075-0624-30", "0075-0624-30-1", "00075 0624 30",
        "1-2-3", "NDC",
    ],
    "spl_set_id": [
        "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e5", "1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e555",
        "gc5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55", "1c5d2ac4/6b33/4c84/9f1e/2a0f6d1b7e55",
        "{1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55", "set id",
    ],
    "registration_number": [
        "国械注准2015346000", "国械注准201534600011", "国械注准20154460001",
        "国械注准19993460001", "国械注20153460001", "国械注批20153460001",
        "美械注准20153460001", "械注准20153460001", "国械备2015001", "国械备201500001号号",
        "国食药监械(准)字2014第346001号", "K12345", "P1234567",
    ],
    "standard_number": [
        "GB 15810", "GB-2019", "15810-2019", "GB 15810-19", "GB 15810-1948", "GB 15810-2101",
        "GB 15810:2019", "XX 15810-2019", "T/ 10-1-2018", "T/CHAS 2018", "WS/X 102-1998",
        "ISO 13485", "ISO 13485:16", "ISO:2016", "ISO 13485:1900", "ISO/T 13485:2016",
        "M100-ED35", "CLSI M100",
    ],
    "doi": [
        "10.1000", "10.1000/", "11.1000/182", "10.100/182", "1000/182", "10.1000 182",
        "10.1000/18 2", "doi:", "https://doi.org/", "https://example.org/10.1000/182",
        "https://doi.org/10.1000/a%00b", "https://doi.org/10.1000/a%20b", "10./182",
    ],
    "pmid": [
        "0", "01234567", "123456789", "12a", "PMC31452104", "-5", "1.5", "PMID", "١٢٣",
        "https://pubmed.ncbi.nlm.nih.gov/", "https://example.org/31452104",
    ],
    "isbn": [
        "9780306406158", "978-0-306-40615", "97803064061570", "977-0-306-40615-8", "0306406153",
        "030640615X", "X306406152", "978--0306406157", "978-0-306-40615-X", "isbn",
        "0000000001", "9770306406150",
    ],
    "issn": [
        "0317-8472", "0317-847", "0317-84711", "0317--8471", "031-78471", "0317-847X",
        "E0317-8471", "ISSN", "X317-8471",
    ],
    "guideline_registration": [
        "2021CN001", "IPGRP-2021001", "IPGRP-1999CN001", "IPGRP-2021CN", "IPGRP-2021CHN001",
        "IPGRP-21CN001", "I-2021CN001", "IPGRP-2021CN000001",
    ],
    "local_number": [
        "x" * 65, "a\x00b", "a\tb", "a\nb", "a\u200bb", "a\u202eb", "a\ud800b",
    ],
}  # fmt: skip

KINDS = st.sampled_from(list(IdentifierKind))


def _given_as(table: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return [(kind, *pair) for kind, pairs in table.items() for pair in pairs]


def _refused() -> list[tuple[str, str]]:
    return [(kind, value) for kind, values in BAD.items() for value in values]


@pytest.mark.parametrize(("kind", "value", "canonical"), _given_as(GOOD))
def test_every_spelling_becomes_the_one(kind: str, value: str, canonical: str) -> None:
    assert normalised(kind, value) == canonical


@pytest.mark.parametrize(("kind", "value", "canonical"), _given_as(GOOD))
def test_the_canonical_spelling_stays(kind: str, value: str, canonical: str) -> None:
    assert normalised(kind, canonical) == canonical


@pytest.mark.parametrize(("kind", "value"), _refused())
def test_what_is_not_of_the_kind_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"looks like|has|is a|invisible"):
        normalised(kind, value)


@pytest.mark.parametrize("kind", IdentifierKind)
@pytest.mark.parametrize("value", ["", " ", "\u3000", "\n\t", "\x00", "\u200b", "\ufeff"])
def test_nothing_to_be_seen_is_no_identifier_of_any_kind(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalised(kind, value)


@pytest.mark.parametrize("kind", IdentifierKind)
@pytest.mark.parametrize("hidden", ["\x00", "\x1f", "\x7f", "\x85", "\u200b", "\u202e", "\u2028"])
def test_an_invisible_character_is_refused_wherever_it_stands(kind: str, hidden: str) -> None:
    good = GOOD[kind][0][1]

    for spoilt in (hidden + good, good[:1] + hidden + good[1:], good + hidden):
        with pytest.raises(ValueError, match="invisible"):
            normalised(kind, spoilt)


@pytest.mark.parametrize("kind", IdentifierKind)
def test_more_than_200_characters_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="at most 200"):
        normalised(kind, GOOD[kind][0][1] + "1" * 200)


def test_what_grows_beyond_200_characters_when_folded_is_refused() -> None:
    ligature = "\ufdfa"  # one character that compatibility folding writes out as eighteen

    with pytest.raises(ValueError, match="at most 200"):
        normalised("doi", "10.1000/" + ligature * 100)


@pytest.mark.parametrize("kind", IdentifierKind)
def test_the_refusal_shows_an_example_that_would_do(kind: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        normalised(kind, "!" * 65)

    words = str(refusal.value).rstrip(".").replace(" or ", ",").replace(" as in ", ",")
    examples = [part.split("looks like ")[-1].strip() for part in words.split(",")]
    assert kind == "local_number" or any(_is_good(kind, example) for example in examples)


def _is_good(kind: str, value: str) -> bool:
    try:
        normalised(kind, value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", ["", "DOI", "arxiv"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="no kind of identifier"):
        normalised(kind, "10.1000/182")


def test_every_kind_has_a_good_and_a_bad_example_here() -> None:
    assert set(GOOD) == set(BAD) == set(IdentifierKind.values)


def test_every_kind_a_class_asks_for_exists() -> None:
    asked = {kind for policy in POLICIES.values() for kind in policy.identified_by}

    assert asked <= set(IdentifierKind.values)


@given(KINDS, st.text(max_size=220))
def test_any_text_is_refused_or_has_one_spelling(kind: str, value: str) -> None:
    _assert_settled(kind, value)


@given(
    st.sampled_from(_given_as(GOOD)),
    st.integers(0, 60),
    st.characters() | st.sampled_from("-—–－ 　０〇/:：〔[（%X"),
)
def test_a_spelling_with_one_character_more_is_refused_or_has_one_spelling(
    example: tuple[str, str, str], place: int, added: str
) -> None:
    kind, value, _ = example

    _assert_settled(kind, value[:place] + added + value[place:])


def _assert_settled(kind: str, value: str) -> None:
    if not _is_good(kind, value):
        return
    canonical = normalised(kind, value)
    assert normalised(kind, canonical) == canonical


@given(st.integers(0, 10**12 - 1), st.integers(0, 8), st.integers(1, 9))
def test_any_one_wrong_digit_of_an_isbn_is_noticed(body: int, place: int, shift: int) -> None:
    digits = f"978{body:012d}"[:12]
    weights = sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(digits))
    isbn = normalised("isbn", f"{digits}{-weights % 10}")

    wrong = isbn[: place + 3] + str((int(isbn[place + 3]) + shift) % 10) + isbn[place + 4 :]

    assert not _is_good("isbn", wrong)


@given(st.from_regex(r"[a-zA-Z0-9./()-]{1,40}", fullmatch=True))
def test_a_doi_is_the_same_in_capitals_and_as_a_link(suffix: str) -> None:
    plain = normalised("doi", f"10.1000/{suffix}")

    assert normalised("doi", f"https://doi.org/10.1000/{suffix.upper()}") == plain


def test_ten_digits_of_an_ndc_may_be_read_in_three_ways_and_are_refused() -> None:
    with pytest.raises(ValueError, match="hyphens"):
        normalised("ndc", "0075062430")


@pytest.mark.parametrize("kind", IdentifierKind)
def test_every_kind_has_a_label(kind: IdentifierKind) -> None:
    with translation.override("en"):
        assert str(kind.label) != kind.value
