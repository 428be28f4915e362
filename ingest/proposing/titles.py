"""The title: the first large heading that is no rubric, else the first line, else the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Line, Opening, clean

_HAN = "\u4e00-\u9fff"
_RUBRIC = re.compile(
    r"\W*(?:目录|目次|contents|table of contents|摘\s*要|abstract|summary|前言|preface|foreword|"
    r"introduction|引言|(?:临床|基础|实验|技术|专题|流行病学)(?:研究|方法)|医学教育|教学研究|"
    r"病例报告|经验交流|\w{2,6}rxiv|"
    r"·?.{0,6}(?:指南|共识|论著|综述|规范)(?:与|和|·)(?:指南|共识|论著|规范).{0,4}|"
    r"background|objectives?|methods?(?: and findings)?|results?|findings|conclusions?|discussion|"
    r"author summary|背景|目的|(?:[资材]料与)?方法|结果|结论|讨论|"
    r"论\s*著|综\s*述|专家论坛|标准与规范|original article|review article|drug facts|附件\s*\d*|"
    r"(?:发布|实施|制定|起草)(?:机构|单位|部门|日期)\s*[:：].*|"
    r"doi\s*[:：].*|issn.*|关\s?键\s?词.*|key\s?words.*|【.*|收稿日期.*|"
    r"第?\s*\d+\s*[章节卷期].*|your name)\W*",
    re.IGNORECASE,
)
_DAY = re.compile(r"\W*(?:\d{4}.{0,12}|[A-Z][a-z]+ \d{1,2}, \d{4})\W*")
# “1材料与方法” and “1.2 对象” count; “2型糖尿病指南” and “40岁以上妇女” do not.
_NUMBERED = re.compile(
    rf"\d{{1,2}}(?:\.\d{{1,2}})+|\d{{1,2}}(?:[.．、]|\s)|[1-9](?=[{_HAN}])(?![型例种岁期级月年个周])|"
    r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]{1,3}[）)]|[IVX]{1,5}\."
)
_LETTERS = re.compile(r"[^\W\d_]")
_NOTES = re.compile(r"(?<=\w)\s*[*†‡#]+\d?$|^[*†‡·•\s]+|(?<=[\u4e00-\u9fff])\*(?=[\u4e00-\u9fff])")
_ABSTRACT = re.compile(r"\W*(?:摘\s*要|关\s?键\s?词|abstract\b|key\s?words)", re.IGNORECASE)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭鲁韦马方俞任袁柳"
    "唐费薛雷贺倪汤罗毕郝安常齐康伍余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江郭梅林"
    "钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪包左石崔龚程邢裴陆荣翁段侯秦刘叶白蒲赖龙史黎白乔曾关肖"
    "游耿于温易廖谭鄂涂申"
)
# A name with the mark of its institution, as it stands after a title that was run into the authors.
_AUTHORS = re.compile(
    rf"\s*[{_SURNAMES}]\s?[{_HAN}]{{1,2}}\s?[」\d¹²³'*,，]*[」\d¹²³'*][,，、\s」{_HAN}].*"
)
_NAMES = re.compile(rf"(?:[{_SURNAMES}][{_HAN}]{{1,2}}[\s\d¹²³*,，、]+){{2,}}[{_HAN}\s\d*]+")
_HAN_LETTER = re.compile(f"[{_HAN}]")
_LINE_NUMBER = re.compile(r"\d{1,2} (?=\D)")
_FEW_BLOCKS = 15
_HEAD = 6
_LONGEST_TITLE = 160
_SHORTEST_TITLE = 4


def titles(opening: Opening, filename: str) -> Iterator[Proposal]:
    lines = _without_line_numbers(opening.lines[:_FEW_BLOCKS])
    above = _above_the_abstract(lines)
    if above:
        yield _titled(above, Certainty.LIKELY)
    headings = [line for line in opening.headings()[:8] if is_title(line.text)]
    if headings:
        top = min(line.level for line in headings[:3])
        first = next(line for line in headings if line.level == top)
        ordered = [first, *(line for line in headings[:4] if line is not first)]
        for place, line in enumerate(ordered):
            yield _titled(line, Certainty.GUESS if place or above else Certainty.LIKELY)
    else:
        short = [line for line in lines if _may_be_title(line)]
        yield from (_titled(line, Certainty.GUESS) for line in short[:3])
    yield Proposal("title", _stem(filename), Certainty.GUESS, "filename")


def is_title(text: str) -> bool:
    letters = len(_LETTERS.findall(text))
    if letters < _SHORTEST_TITLE or any(
        pattern.fullmatch(text) for pattern in (_RUBRIC, _DAY, _NAMES)
    ):
        return False
    return len(text) <= _LONGEST_TITLE and not _NUMBERED.match(text)


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
    return is_title(line.text) and not line.text.endswith((".", "。", "；", ";"))


def _titled(line: Line, certainty: Certainty) -> Proposal:
    value = clean(_NOTES.sub("", line.text))
    return Proposal("title", value, certainty, "text", line.page, "", "")


def _stem(filename: str) -> str:
    stem = filename.rsplit(".", 1)[0] if "." in filename else filename
    return clean(re.sub("[_]+", " ", stem)) or clean(filename) or "–"
