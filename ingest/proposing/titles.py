"""The title: the first large heading that is no rubric, else the first line, else the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.proposing.dates import is_day
from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.issuers import is_body
from ingest.proposing.opening import Line, Opening, clean

_HAN = "\u4e00-\u9fff"
# Parts of a work: what stands below them are its sections.
_PART = re.compile(
    r"\W*(?:目录|目次|contents|table of contents|摘\s*要|abstract|summary|前言|preface|foreword|"
    r"introduction|引言|background|objectives?|methods?(?: and findings)?|results?|findings|"
    r"conclusions?|discussion|author summary|背景|目的|(?:[资材料]与)?方法|结果|结论|讨论|"
    r"drug facts|附件\s*\d*|第?\s*\d+\s*[章节卷期].*)\W*",
    re.IGNORECASE,
)
# What stands beside a title: the column of a journal, the state of a draft, a label and its value.
_BESIDE = re.compile(
    r"\W*(?:(?:临床|基础|实验|技术|专题|流行病学)(?:研究|方法)|医学教育|教学研究|"
    r"病例报告|经验交流|\w{2,6}rxiv|"
    r"·?.{0,6}(?:指南|共识|论著|综述|规范)(?:与|和|·)(?:指南|共识|论著|规范).{0,4}|"
    r"论\s*著|综\s*述|专家论坛|标准与规范|original article|review article|"
    r"(?:final |revised )?draft|征求意见稿|送审稿|报批稿|"
    r"(?:发布|实施|制定|起草)(?:机构|单位|部门|日期)\s*[:：].*|"
    r"(?:基金项目|通[信讯]作者|第一作者|作者(?:简介|单位)|中图分类号|文献标[识志]码|文章编号|引用本文).*|"
    r"(?:corresponding authors?|authors?[’']?\s?information|fund(?:ing|ed by| projects?))\b.*|"
    r"(?:表格?|图|table|fig(?:ure|\.)?)\s?\d.*|"
    r"doi\s*[:：].*|issn.*|关\s?键\s?词.*|key\s?words.*|【.*|收稿日期.*|your name)\W*",
    re.IGNORECASE,
)
_DAY = re.compile(r"\W*(?:\d{4}.{0,12}|[A-Z][a-z]+ \d{1,2}, \d{4})\W*")
# “1材料与方法” and “1.2 对象” count; “2型糖尿病指南” and “40岁以上妇女” do not.
_NUMBERED = re.compile(
    rf"\d{{1,2}}(?:\.\d{{1,2}})+|\d{{1,2}}(?:[.．、]|\s)|[1-9](?=[{_HAN}])(?![型例种岁期级月年个周])|"
    r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]{1,3}[）)]|[IVX]{1,5}\."
)
_LETTERS, _WORD = re.compile(r"[^\W\d_]"), re.compile(r"[^\W\d_](?:[\w'’®™-]*)")
_NOTES = re.compile(r"(?<=\w)\s*[*†‡#]+\d?$|^[*†‡·•\s]+|(?<=[\u4e00-\u9fff])\*(?=[\u4e00-\u9fff])")
_ABSTRACT_WITHIN = re.compile(r"[【\[]\s*(?:摘\s*要|abstract)", re.IGNORECASE)
_ABSTRACT = re.compile(r"\W*(?:摘\s*要|关\s?键\s?词|abstract\b|key\s?words)", re.IGNORECASE)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭鲁韦马方俞任袁柳"
    "唐费薛雷贺倪汤罗毕郝安常齐康伍余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江郭梅林"
    "钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪包左石崔龚程邢裴陆荣翁段侯秦刘叶白蒲赖龙史黎白乔曾关肖"
    "游耿于温易廖谭鄂涂申颜"
)
# A name with the mark of its institution, as it stands after a title that was run into the authors.
_AUTHORS = re.compile(
    rf"\s*[{_SURNAMES}]\s?[{_HAN}]{{1,2}}\s?[」\d¹²³'*,，]*[」\d¹²³'*][,，、\s」{_HAN}].*"
)
_NAMES = re.compile(
    rf"(?:[{_SURNAMES}][{_HAN}]{{1,2}}[\s\d¹²³*,，、]+){{2,}}[{_HAN}\s\d*]+|"
    rf"[{_SURNAMES}][{_HAN}]{{1,2}}[\d¹²³*]*[\s,，、]+[{_SURNAMES}][{_HAN}]{{1,2}}[\d¹²³*]*|"
    r"(?:[A-Z]{2,}\s[A-Z][a-z-]+[\d¹²³*]*[\s,，;；]*){2,}"
)
# A line that begins small is the end of one above; “mRNA” and “p53” begin a title.
_GOES_ON = re.compile(r"[a-z]+\b")
_HAN_LETTER = re.compile(f"[{_HAN}]")
_LINE_NUMBER = re.compile(r"\d{1,2} (?=\D)")
_MOST_LINES = 30
_FEW_WORDS, _MANY_WORDS = 2, 3
_HEAD = 6
_LONGEST_TITLE = 160
_SHORTEST_TITLE, _SHORTEST_IN_HAN = 4, 3


def titles(opening: Opening, filename: str, *, is_said: bool = False) -> Iterator[Proposal]:
    """The likeliest, then what heads the file or an abstract besides: a section is no title.

    `is_said` where the file's own data name one.
    """
    lines = _without_line_numbers(opening.lines[:_MOST_LINES])
    sure = _heads(lines)
    found = _distinct(sure or _guessed(lines, opening))
    for place, line in enumerate(found):
        is_likely = sure and not place and not is_one_word(line.text)
        yield _titled(line, Certainty.LIKELY if is_likely else Certainty.GUESS)
    if name := _named(filename, alone=not found and not is_said):
        yield Proposal("title", name, Certainty.GUESS, "filename")


def is_title(text: str) -> bool:
    if not _is_long_enough(text) or is_beside(text) or _NAMES.fullmatch(text):
        return False
    return len(text) <= _LONGEST_TITLE and not _NUMBERED.match(text)


def _is_long_enough(text: str) -> bool:
    """药理学 is a title; three letters of another script are not."""
    letters, han = len(_LETTERS.findall(text)), len(_HAN_LETTER.findall(text))
    return letters >= _SHORTEST_TITLE or han >= _SHORTEST_IN_HAN


def is_beside(text: str) -> bool:
    """Whether it names a part of a work, its column, its state or its day, and not the work."""
    return any(pattern.fullmatch(text) for pattern in (_PART, _BESIDE, _DAY)) or is_day(text)


def is_one_word(text: str) -> bool:
    """Whether it is one word of Latin letters: “Draft”, “Slide 1”, and seldom a title."""
    return len(_WORD.findall(text)) == 1 and not _HAN_LETTER.search(text)


def _heads(lines: list[Line]) -> list[Line]:
    """What is a title by where it stands, the likeliest first."""
    above = _above_the_abstract(lines)
    headings = [line for line in _head(lines) if line.kind == "heading" and _may_be_title(line)]
    top = min((line.level for line in headings[:3]), default=0)
    headings.sort(key=lambda line: line.level != top)
    return [*([above] if above else []), *headings, *_above_other_abstracts(lines)]


def _head(lines: list[Line]) -> Iterator[Line]:
    """What stands above the abstract, the first part, the first section and running text."""
    for line in lines:
        is_heading = line.kind == "heading"
        begins = _ABSTRACT.match(line.text) or (is_heading and _begins_a_part(line))
        if begins or (not is_heading and len(line.text) > _LONGEST_TITLE):
            return
        yield line


def _begins_a_part(line: Line) -> bool:
    return bool(_PART.fullmatch(line.text) or _NUMBERED.match(line.text))


def _above_other_abstracts(lines: list[Line]) -> Iterator[Line]:
    """The title in another language, which stands above the abstract in that language."""
    heading, right_above = None, None
    for line in lines:
        if heading and (_ABSTRACT.match(line.text) or _ABSTRACT_WITHIN.search(line.text)):
            if not _GOES_ON.match(heading.text):
                yield heading
            heading, right_above = None, None
        elif line.kind == "heading" and not _is_beneath(line.text):
            heading = right_above = _whole(right_above, line)
        else:
            right_above = None


def _whole(begun: Line | None, line: Line) -> Line | None:
    """The title that this heading is, or goes on with where one stands right above it."""
    if _begins_a_part(line):
        return None
    if begun:
        return replace(begun, text=f"{begun.text} {line.text}")
    return line if is_title(line.text) else None


def _is_beneath(text: str) -> bool:
    """Whether it is what stands between a title and its abstract: who wrote it, and other notes."""
    return bool(_NAMES.fullmatch(text) or _BESIDE.fullmatch(text))


def _guessed(lines: list[Line], opening: Opening) -> list[Line]:
    """Where none stands where titles do: the first lines, then the first heading of no part."""
    short = [line for line in _head(lines) if _may_be_title(line)]
    return [*short[:2], *list(_outside_of_parts(opening))[:1]]


def _outside_of_parts(opening: Opening) -> Iterator[Line]:
    part = None
    for line in opening.headings():
        if part is not None and line.level > part:
            continue
        part = line.level if _begins_a_part(line) else None
        if is_title(line.text):
            yield line


def _distinct(found: list[Line]) -> list[Line]:
    """Without what says an earlier one again, and one word alone where there is more to offer."""
    kept: list[Line] = []
    for line in found:
        said = line.text.casefold()
        if not any(said.startswith(each.text.casefold()) for each in kept):
            kept.append(line)
    return [line for line in kept if not is_one_word(line.text)] or kept[:1]


def _above_the_abstract(lines: list[Line]) -> Line | None:
    """In a paper in Chinese: a heading in Han above the abstract, else a line there.

    A paper has its title in English too, further down and often as the only heading.
    """
    end = next((at for at, line in enumerate(lines) if _ABSTRACT.match(line.text)), 0)
    head = [replace(line, text=_AUTHORS.sub("", line.text)) for line in lines[: min(end, _HEAD)]]
    fit = [line for line in head if _HAN_LETTER.search(line.text) and _may_be_title(line)]
    headings = [line for line in fit if line.kind == "heading"]
    return next(iter(headings or fit[:1]), None)


def _without_line_numbers(lines: tuple[Line, ...]) -> list[Line]:
    """A manuscript for reviewers counts its lines, and each begins with its number."""
    counted = [line.text[:2] for line in lines[:2]] == ["1 ", "2 "]
    return [
        replace(line, text=_LINE_NUMBER.sub("", line.text, count=1)) if counted else line
        for line in lines
    ]


def _may_be_title(line: Line) -> bool:
    ends_as_text = line.kind != "heading" and line.text.endswith((".", "。", "；", ";"))
    return is_title(line.text) and not ends_as_text and not is_body(line.text)


def _titled(line: Line, certainty: Certainty) -> Proposal:
    value = clean(_NOTES.sub("", line.text))
    return Proposal("title", value, certainty, "text", line.page, "", "")


def _named(filename: str, *, alone: bool) -> str:
    """The name of the file, where a person called it so: not a code, nor an address.

    Beside a title that was found it has to read as one itself.
    """
    stem = clean(filename.rsplit(".", 1)[0].replace("_", " "))
    words = re.findall(r"[^\W\d_]{2,}", stem if alone else re.sub(r"\S*-\S*", "", stem))
    reads = len(words) >= (_FEW_WORDS if alone else _MANY_WORDS)
    return stem if reads or len(_HAN_LETTER.findall(stem)) >= _SHORTEST_IN_HAN else ""
