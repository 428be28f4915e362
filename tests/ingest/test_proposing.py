"""What a file says of itself: found where works say it, and left out where it is another's."""

from __future__ import annotations

import pytest

from ingest.bringing import offers
from ingest.parsing import sniff
from ingest.parsing.document import Block, Document
from ingest.proposing import Certainty, Proposal, Said, propose
from ingest.proposing.titles import is_title


def heading(text: str, level: int = 1, page: int | None = None) -> Block:
    return Block("heading", text, page=page, level=level)


def text(words: str, page: int | None = None) -> Block:
    return Block("text", words, page=page)


def found(*blocks: Block, said: tuple[Said, ...] = (), name: str = "x.pdf") -> list[Proposal]:
    document = Document(media_type=sniff.PDF, pages=2, blocks=tuple(blocks))
    return list(propose(document, said, name))


def values(proposals: list[Proposal], field: str) -> list[str]:
    return [each.value for each in proposals if each.field == field]


def first(field: str, *blocks: Block, name: str = "x.pdf") -> str:
    return next(iter(values(found(*blocks, name=name), field)), "")


def test_first_large_heading_is_the_title() -> None:
    assert first("title", heading("Contents"), heading("Asthma in adults")) == "Asthma in adults"


def test_title_in_the_files_own_data_comes_first() -> None:
    told = found(heading("Preface"), said=(Said("title", "Pharmacology", Certainty.SURE),))

    assert values(told, "title")[0] == "Pharmacology"


def test_title_in_han_comes_before_the_english_one_below() -> None:
    blocks = text("成人哮喘诊治指南"), text("摘要：哮喘"), heading("Guideline for asthma in adults")

    assert first("title", *blocks) == "成人哮喘诊治指南"


def test_authors_that_were_run_into_the_title_are_cut_off() -> None:
    blocks = text("枯草芽孢杆菌对抗感染能力的影响朱沛霁1,2 徐歆²"), text("摘要：本试验")

    assert first("title", *blocks) == "枯草芽孢杆菌对抗感染能力的影响"


def test_numbers_of_lines_are_no_part_of_the_title() -> None:
    blocks = text("1 胚胎营养环境的调控研究"), text("2 吕佳琪"), text("摘要：胚胎")

    assert first("title", *blocks) == "胚胎营养环境的调控研究"


@pytest.mark.parametrize(
    "told",
    [
        "发布机构：示例医学会",
        "1材料与方法",
        "1.2 对象",
        "一、病原学",
        "（一）传染源。",
        "IV. Findings",
        "NursRxiv",
        "2024-05-01",
    ],
)
def test_rubric_is_no_title(told: str) -> None:
    assert not is_title(told)


def test_state_of_a_draft_is_no_title() -> None:
    assert first("title", heading("Draft"), heading("Asthma in adults", 2)) == "Asthma in adults"


@pytest.mark.parametrize(
    "told", ["September 2024", "KANG Dan, LI Jiajia, CAI Shu", "图1 分级诊疗流程", "Draft"]
)
def test_what_stands_beside_a_title_is_none(told: str) -> None:
    assert not is_title(told)


def test_name_of_a_body_above_the_title_is_none() -> None:
    blocks = heading("中华医学会呼吸病学分会"), heading("成人哮喘诊治指南", 2)

    assert values(found(*blocks), "title") == ["成人哮喘诊治指南"]


def test_sections_are_not_offered_as_titles() -> None:
    blocks = heading("成人哮喘诊治指南"), text("哮喘是常见病。" * 30), heading("病因与诊断", 2)

    assert values(found(*blocks), "title") == ["成人哮喘诊治指南"]


def test_sections_of_a_preface_are_not_offered_as_titles() -> None:
    blocks = heading("Preface"), heading("About the publisher", 2), heading("Asthma in adults")

    assert values(found(*blocks), "title") == ["Asthma in adults"]


def test_title_above_the_second_abstract_is_offered_whole() -> None:
    english = heading("Guideline for asthma"), heading("in adults"), text("Abstract: asthma")

    told = values(found(heading("成人哮喘诊治指南"), text("摘要：哮喘"), *english), "title")

    assert told == ["成人哮喘诊治指南", "Guideline for asthma in adults"]


def test_word_alone_is_a_title_where_there_is_nothing_else() -> None:
    assert values(found(heading("Asthma"), text("It is long.")), "title") == ["Asthma"]
    assert values(found(heading("Product"), heading("Asthma in adults")), "title") == [
        "Asthma in adults"
    ]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("成人哮喘诊治指南2024.pdf", "成人哮喘诊治指南2024"),
        ("asthma_in_adults.pdf", "asthma in adults"),
        ("asthma-in-adults.pdf", "asthma-in-adults"),
        ("ChinaXiv-202207.00047V1.pdf", ""),
        ("IMG_2034.pdf", ""),
    ],
)
def test_name_of_the_file_is_offered_where_it_has_words(name: str, title: str) -> None:
    assert first("title", text("Words. And more words."), name=name) == title


@pytest.mark.parametrize("name", ["asthma-in-adults.pdf", "journal.pmed.0020171.xml"])
def test_name_that_is_an_address_is_not_offered_beside_a_title(name: str) -> None:
    assert values(found(heading("Care of asthma"), name=name), "title") == ["Care of asthma"]


def test_textbook_of_three_characters_has_its_title() -> None:
    assert first("title", heading("药理学"), name="x1.pdf") == "药理学"
    assert first("title", text("Words. And more."), name="药理学.pdf") == "药理学"


@pytest.mark.parametrize("told", ["2型糖尿病防治指南", "40岁以上妇女的结局分析"])
def test_title_may_begin_with_a_number(told: str) -> None:
    assert is_title(told)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("DOI: 10.1000/182.", "doi", "10.1000/182"),
        ("DOI:10.3760/cma.j.issn.0537中华医学会发布", "doi", "10.3760/cma.j.issn.0537"),
        (
            "DOI：10.3969/j.issn.1674-9081.2019.01.001。",
            "doi",
            "10.3969/j.issn.1674-9081.2019.01.001",
        ),
        ("10.12114/j.issn.1007-9572.2022.0533[摘要]", "doi", "10.12114/j.issn.1007-9572.2022.0533"),
        ("doi:10.1016/S0140-6736(15)01281-7", "doi", "10.1016/S0140-6736(15)01281-7"),
        ("PMID: 31452104", "pmid", "31452104"),
        ("ISBN 978-0-306-40615-7", "isbn", "978-0-306-40615-7"),
        ("ISSN 0317-8471", "issn", "0317-8471"),
        ("国卫办医政函〔2023〕268号", "document_number", "国卫办医政函〔2023〕268号"),
        ("2024年5月31日发布", "published_on", "2024-05-31"),
        ("Published May 3, 2021", "published_on", "2021-05-03"),
        ("发布机构：中华医学会", "issuer", "中华医学会"),
        ("编制单位：示例医院药学部", "issuer", "示例医院药学部"),
        ("Licensed under Creative Commons Attribution 4.0", "licence_text", "CC BY 4.0"),
        ("采用 CC BY-NC-ND 4.0 许可", "licence_text", "CC BY-NC-ND 4.0"),
    ],
)
def test_what_is_printed_is_found(words: str, field: str, value: str) -> None:
    assert first(field, heading("A title"), text(words)) == value


def test_doi_that_the_journal_has_not_given_yet_is_not_filled_in() -> None:
    told = found(heading("A title"), text("DOI: 10.3969/j.issn.1674-9081.2018.04.000"))

    assert values(told, "doi") == ["10.3969/j.issn.1674-9081.2018.04.000"]
    assert offers.numbers_filled_in(told) == []


def test_proposal_says_on_which_page_and_among_which_words_it_stands() -> None:
    told = found(heading("A title", page=1), text("DOI: 10.1000/182", page=2))

    doi = next(each for each in told if each.field == "doi")
    assert (doi.page, doi.section, doi.around) == (2, "A title", "DOI: 10.1000/182")


@pytest.mark.parametrize(
    ("words", "issuer"),
    [
        ("国家卫生健康委员会文件", "国家卫生健康委员会"),
        (
            "国家卫生健康委办公厅 国家中医药管理局办公室",
            "国家卫生健康委办公厅 国家中医药管理局办公室",
        ),
        (
            "Centers for Disease Control and Prevention",
            "Centers for Disease Control and Prevention",
        ),
        (
            "10.12114/j.issn.1007-9572.2022.0537中华医学会，中国医师协会通讯作者：A，E-mail：a@b.cn",
            "中华医学会，中国医师协会",
        ),
    ],
)
def test_body_that_the_first_page_names_is_the_issuer(words: str, issuer: str) -> None:
    assert offers.filled_in(found(heading("A title"), text(words)))["issuer"] == issuer


@pytest.mark.parametrize(
    ("words", "issuers"),
    [
        ("CDC developed this guideline.", ["CDC"]),
        ("The European Society of Care (CDC) has updated it.", []),
        (
            "It is of the Centers for Care (CDC). CDC recommends it.",
            ["Centers for Care"],
        ),
        ("CDC is a disease.", []),
    ],
)
def test_short_name_before_guideline_is_the_issuer_if_it_acts(
    words: str, issuers: list[str]
) -> None:
    told = found(heading("CDC Clinical Practice Guideline for Opioids"), text(words))

    likely = [p.value for p in told if p.field == "issuer" and p.certainty == Certainty.LIKELY]
    assert likely == issuers


def test_work_that_running_text_cites_has_no_likely_issuer() -> None:
    words = "The word is used as it is in " * 6 + "the definitions published by Laserson et al."

    assert offers.filled_in(found(heading("A title"), text(words))).get("issuer") is None


def test_word_within_a_word_is_no_body() -> None:
    assert not values(found(heading("A title"), text("而且能够影响宿主植物的化学组成。")), "issuer")


@pytest.mark.parametrize(
    "words", ["收稿日期：2021-03-04", "accessed May 3, 2021", "根据国卫办医政函〔2023〕268号"]
)
def test_what_is_another_things_is_not_proposed(words: str) -> None:
    told = found(heading("A title"), text(words))

    assert not values(told, "published_on") + values(told, "document_number")


def test_end_of_a_span_is_no_day_of_publication() -> None:
    assert first("published_on", heading("2016-2021年期望寿命变化趋势"), text("摘要：x")) == ""


@pytest.mark.parametrize(
    "label", ["发布日期：2024-05-01", "Published: 2024-05-01", "Date of publication: May 1, 2024"]
)
def test_day_under_its_name_wins_over_others(label: str) -> None:
    blocks = heading("哮喘诊治指南（2022年版）"), text("2023-01-02"), text(label)

    assert first("published_on", *blocks) == "2024-05-01"


def test_day_of_coming_into_effect_does_not_win() -> None:
    assert first("published_on", text("实施日期：2024-11-01\n发布日期：2024-05-01")) == "2024-05-01"


def test_lines_that_begin_with_labels_are_each_for_itself() -> None:
    words = "发布机构：中华医学会\n发布日期：2024-05-01\n版本：第3版"

    told = found(heading("哮喘诊治指南"), text(words))

    assert values(told, "issuer")[:1] == ["中华医学会"]
    assert values(told, "published_on")[:1] == ["2024-05-01"]


def test_day_in_the_name_of_the_file_is_a_guess() -> None:
    told = found(heading("A title"), name="ChinaXiv-202207.00047V1.pdf")

    day = next(each for each in told if each.field == "published_on")
    assert (day.value, day.certainty, day.place) == ("2022-07", Certainty.GUESS, "filename")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("成人哮喘诊治指南", "clinical_guideline"),
        ("《哮喘诊治指南》解读", "literature"),
        ("哮喘专家共识", "expert_consensus"),
        ("阿司匹林肠溶片说明书", "drug_label"),
        ("急性阑尾炎临床路径", "clinical_pathway"),
    ],
)
def test_class_is_told_by_the_title(title: str, name: str) -> None:
    assert first("source_class", heading(title)) == name


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("哮喘的治疗是长期的。", "zh"),
        ("The care of asthma is long.", "en"),
        ("Die Kur ist lang.", ""),
    ],
)
def test_language_is_told_by_the_words(words: str, code: str) -> None:
    assert first("language", text(words * 9)) == code


def test_edition_is_called_as_its_title_says() -> None:
    assert first("label", heading("哮喘诊治指南（第 3 版）")) == "第 3 版"


def test_body_named_somewhere_is_offered_and_not_filled_in() -> None:
    told = found(heading("A title"), text("We thank the World Health Organization for its help."))

    assert offers.filled_in(told).get("issuer") is None
    assert not offers.offers(told)["issuer"][0].is_filled_in


def test_number_cited_far_below_is_not_filled_in() -> None:
    lines = [text(f"Line {at} of it.") for at in range(20)]

    assert offers.numbers_filled_in(found(heading("A title"), *lines, text("10.1000/182"))) == []
