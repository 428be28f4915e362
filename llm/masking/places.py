"""Where people live: what a word for an address leads to, and what is built like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm.masking.spans import Span, spans_of

_HAN = r"[\u4e00-\u9fff]"
_ROAD = (
    r"(?:路|街|大街|大道|巷|弄|胡同|条|村|屯|庄|镇|乡|街道|小区|花园|公寓|新村|家园|苑|社区|里"
    r"|城|坊|广场)"
)
_COUNTED = r"[\dA-Za-z一二三四五六七八九十百]{1,5}(?:-\d{1,4})?\s?"
_NUMBER = rf"(?:{_COUNTED}(?:号院?|弄|栋|幢|座|单元|组|室|楼|层|户|队)\s?)"
_SAID = re.compile(
    r"(?:家庭住址|家庭地址|现住址|现居住?地?|户籍地?址?|户口所在地|住址|住所|通讯地址|联系地址|地址"
    r"|家住|现住在?|居住在|居住于|住在|搬到)\s*(?:[:=]|为|是|在)?\s*"
    r"(?P<it>(?!院|重症|我科|本院|医院)[\u4e00-\u9fff\dA-Za-z·#\- ]{3,50}?)"
    r"(?=[,。;:\n()!?]|$|因|电话)"
)
# What a word for an address leads to is one where it has a number, or names a place.
_HAS_A_PLACE = re.compile(r"\d|省|市|县|路|街|村委|弄|胡同|小区|(?<=[\u4e00-\u9fff])[区村镇乡]$")
_BUILT = re.compile(
    rf"(?:{_HAN}{{2,8}}?(?:省|自治区|特别行政区))?(?:{_HAN}{{2,8}}?(?:市|自治州|盟))?"
    rf"(?:{_HAN}{{1,6}}?(?:区|县|旗|市))?{_HAN}{{1,10}}?{_ROAD}{_NUMBER}+(?:\d{{2,5}}(?!\d|年))?"
)
# A road and a number alone may be anything: a place above it, or more than one number, is wanted.
_IS_PLACE = re.compile(
    rf"(?:省|自治区|市|区|县|旗|镇|乡).*{_ROAD}|{_NUMBER}.*{_NUMBER}|(?:路|街|巷|弄|道|村|胡同)\d+号"
)
_NOT_A_PLACE = re.compile(
    r"(?:通路|旁路|电路|回路|线路|思路|尿路|通道|管道|肠道|气道|心脏|病区|院区|科|条例|公告|令|文号|第)"
)

_ENGLISH_ROAD = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace"
    r"|Crescent|Close|Square|Parkway|Pkwy|Highway|Hwy)"
)
_ENGLISH_BUILT = re.compile(
    rf"(?<![\w.])\d{{1,5}}[A-Z]?,?\s+(?:(?:North|South|East|West|N|S|E|W)\.?\s+)?"
    rf"(?:[A-Z][a-z'’]+\s+){{1,3}}{_ENGLISH_ROAD}\b\.?"
    r"(?:,?\s+(?:Apt|Apartment|Unit|Suite|Flat|#)\.?\s*\w{1,5})?"
    r"(?:,\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?)?(?:,?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?)?"
    r"(?:,?\s+[A-Z]{1,2}\d[\dA-Z]?\s+\d[A-Z]{2})?"
)
_ENGLISH_SAID = re.compile(
    r"\b(?:home address|mailing address|address|lives at|living at|residing at|resides at"
    r"|resident of)\s*(?:[:=]|is|was)?\s*(?P<it>\d[^.;\n]{5,80}?)"
    r"(?=[.;\n]|$|,? (?:phone|tel|who|and|with|presents?)\b)",
    re.I,
)


def places(text: str) -> Iterator[Span]:
    for span in spans_of(_SAID, text, "address"):
        if _HAS_A_PLACE.search(text[span.start : span.end]):
            yield span
    yield from spans_of(_ENGLISH_BUILT, text, "address")
    yield from spans_of(_ENGLISH_SAID, text, "address")
    for hit in _BUILT.finditer(text):
        if _IS_PLACE.search(hit[0]) and not _NOT_A_PLACE.search(hit[0]):
            yield Span(hit.start(), hit.end(), "address")
