"""What kind of work it is, by its format, its numbers, and the words of its title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.parsing import sniff
from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Line, Opening, proposal

# In the order in which they are asked: what interprets a guideline is none.
_TITLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("literature", r"解读|综述|研究进展|现状分析|病例报告|系统评价|meta[- ]?分析|"
         r"interpretation of|meta-analysis|systematic review|a review|case report|trial\b"),
        ("drug_label", r"说明书|prescribing information|package insert"),
        ("clinical_pathway", r"临床路径|clinical pathway"),
        ("expert_consensus", r"共识|consensus"),
        ("clinical_guideline", r"指南|指引|诊疗方案|诊疗规范|guidelines?\b|"
         r"diagnosis and treatment protocol"),
        ("technical_procedure", r"技术规范|操作规范|操作规程|技术规程|"
         r"standard operating procedure"),
        ("textbook", r"教材|教科书|教程|textbook|规划教材"),
        ("law", r"^中华人民共和国.{1,30}(?:法|条例)$|管理条例$"),
        ("departmental_rule", r"(?:管理办法|暂行办法|实施细则|管理规定)"),
        ("normative_document", r"的通知|的意见|的公告|的函"),
        ("standard", r"^(?:GB|WS|YY)(?:/T)?\b|标准$"),
        ("device_registration", r"医疗器械.{0,10}(?:注册|备案)"),
    )
)  # fmt: skip
_BY_NUMBER = (
    ("standard", "standard_number"),
    ("drug_label", "approval_number"),
    ("normative_document", "document_number"),
    ("textbook", "isbn"),
)
_PAPER = re.compile(
    r"关\s?键\s?词|key\s?words|摘\s?要\s?[】:：]|^\W*(?:摘\s?要|abstract)\b", re.IGNORECASE
)
_LABEL = re.compile(r"【(?:药品名称|适应症|用法用量|不良反应)】")
_BOOK = re.compile(r"\btextbook\b|教材|openstax", re.IGNORECASE)


def classes(media_type: str, opening: Opening, found: Sequence[Proposal]) -> list[Proposal]:
    return list(_classes(media_type, opening, found))


def _classes(media_type: str, opening: Opening, found: Sequence[Proposal]) -> Iterator[Proposal]:
    if media_type == sniff.SPL:
        yield Proposal("source_class", "drug_label", Certainty.SURE, "metadata")
        return
    yield from _of_title(found)
    if media_type == sniff.JATS:
        yield Proposal("source_class", "literature", Certainty.LIKELY, "metadata")
    yield from _of_words(opening)
    for name, number in _BY_NUMBER:
        yield from _of_number(name, number, found)


def _of_title(found: Sequence[Proposal]) -> Iterator[Proposal]:
    """By the title that is proposed first."""
    title = next((each for each in found if each.field == "title"), None)
    for name, pattern in _TITLES:
        if title and pattern.search(title.value):
            yield Proposal(
                "source_class", name, Certainty.LIKELY, title.place, title.page, "", title.value
            )


def _of_words(opening: Opening) -> Iterator[Proposal]:
    for name, pattern in (("drug_label", _LABEL), ("literature", _PAPER), ("textbook", _BOOK)):
        line = next((each for each in opening.lines if pattern.search(each.text)), None)
        if line:
            yield _marked(name, pattern, line)


def _marked(name: str, pattern: re.Pattern[str], line: Line) -> Proposal:
    seen = pattern.search(line.text)
    where = proposal("source_class", seen[0] if seen else "", Certainty.GUESS, line)
    return Proposal(
        "source_class", name, Certainty.GUESS, "text", where.page, where.section, where.around
    )


def _of_number(name: str, number: str, found: Sequence[Proposal]) -> Iterator[Proposal]:
    for each in found:
        if each.field == number and each.certainty != Certainty.GUESS:
            yield Proposal(
                "source_class", name, Certainty.GUESS, each.place, each.page, "", each.value
            )
