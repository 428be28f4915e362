"""Numbers that lead to a person: identity, passport, telephone, record, insurance, birth.

What a clinical text is full of stays: doses, values, ranges, years, approval and guideline
numbers, DOIs. A number without a form of its own is masked only behind a word that says whose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from llm.masking.spans import Span, spans_of

# GB 11643: the weights of the first seventeen digits, and what their sum modulo 11 stands for.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FIRST_YEAR = 1880

_SAYS = (
    r"\s*(?:号码?|编号|卡号|证号|no\.?|nr\.?|number|num\.?|id|code|#)?"
    r"\s*(?:[:=]|is|was|为|是|#)?\s*"
)
_GIVEN = r"(?P<it>[A-Za-z]{0,5}[-_ ]?\d[\dA-Za-z]*(?:[-_/][\dA-Za-z]+)*)"

_IDENTITY = re.compile(r"(?<![\dA-Za-z.])\d{6}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3}[\dXx](?![\dA-Za-z])")
_OLD_IDENTITY = re.compile(r"(?<![\dA-Za-z.])\d{15}(?![\dA-Za-z])")
_SAID_IDENTITY = re.compile(
    r"(?:身份证|公民身份|居民身份|证件|identity card|id card|national id|ID\s?(?:no|number))"
    rf"{_SAYS}(?P<it>\d[\d -]{{6,22}}[\dXx])",
    re.I,
)
_PASSPORT = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|居留证|军官证|士兵证|passport|travel document|permit)"
    rf"{_SAYS}(?P<it>[A-Za-z]{{0,3}}\d{{6,10}}|[\u4e00-\u9fff]字第?\d{{4,10}}号?)",
    re.I,
)
_CHINESE_PASSPORT = re.compile(r"(?<![\dA-Za-z-])(?:E[A-HJ-NP-Z]?|G|D|S|P)\d{8}(?![\dA-Za-z-])")

_RECORD = re.compile(
    r"(?:住院|病案|病历|病例|门诊|急诊|就诊|就医|登记|挂号|检查|影像|检验|标本|条码|条形码|处方|医嘱|体检"
    r"|流水|档案|建档|诊疗|入院|患者|病人|个案|随访|放射|病理|超声|手术|麻醉)"
    rf"(?:登记|序|卡|编)?(?:号码?|编号|ID)\s*(?:[:=]|为|是)?\s*{_GIVEN}"
    r"|(?:健康卡|就诊卡|诊疗卡|一卡通|病历本|条码)\s*(?:号码?)?\s*(?:[:=]|为|是)?\s*"
    r"(?P<card>[A-Za-z]{0,5}-?\d[\dA-Za-z-]{3,})"
)
_ENGLISH_RECORD = re.compile(
    r"\b(?:MRN|medical record|hospital record|chart|record|admission|hospital|visit|encounter"
    r"|patient(?:'s)?(?= (?:id|no|number|#))|episode|inpatient|outpatient|case"
    r"|specimen)"
    r"\s*(?:(?:no\.?|nr\.?|number|num\.?|id|#|file)\s*)+(?:[:=]|is|was)?\s*"
    r"(?P<it>[A-Z]{0,4}-?\d[\dA-Z]*(?:[-/][\dA-Z]+)*)"
    r"|\b(?:MRN|URN|EMPI)\s*[:=#]?\s*(?:is\s+)?(?P<mrn>[A-Z]{0,4}-?\d[\dA-Z-]*)",
    re.I,
)
_INSURANCE = re.compile(
    r"(?:医保|社保|社会保障|社会保险|医疗保险|商业保险|保险|保单|参保|公费医疗|新农合|银行|信用)"
    rf"(?:卡|单|证|个人)?(?:号码?|编号|帐号|账号)\s*(?:[:=]|为|是)?\s*{_GIVEN}"
)
_ENGLISH_INSURANCE = re.compile(
    r"\b(?:SSN|social security|insurance|policy|member|medicare|medicaid|NHS|health card|subscriber"
    r"|group plan|beneficiary)\s*(?:(?:no\.?|number|num\.?|id|#|card|policy)\s*)*"
    r"(?:[:=]|is|was)?\s*"
    r"(?P<it>(?=[\dA-Z -]*\d{3})[A-Z]{0,4}[- ]?\d[\dA-Z]*(?:[ -][\dA-Z]*\d[\dA-Z]*)*)",
    re.I,
)
_SOCIAL_SECURITY = re.compile(
    r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"
)

_BED = re.compile(
    r"(?:(?<=病区)|(?<=病房)|(?<=先生|女士|医生)|(?<=[科室楼区院])|(?<=[IC]CU)|(?<![^\s,;:。(])"
    r"|(?<=[,;:。(号]))"
    r"(?P<it>\s?(?:加|抢|第)?\d{1,3}\s?号?床)(?![位旁上下边单垫头栏以])"
    r"|床(?:位)?号\s*(?:[:=]|为|是)?\s*(?P<no>(?:加|抢)?[A-Z]?\d{1,4}(?:-\d{1,3})?床?)"
)
_ENGLISH_BED = re.compile(
    r"\b(?:bed|room|bay|cubicle)\s+(?:no\.?|number|#)?\s*[:#]?\s*(?P<it>\d{1,4}[A-Z]?(?:-\d{1,3})?)\b"
    r"(?!\s*(?:patients|beds|percent|%|hospital|hours?|days?|minutes?|min\b|mg|ml|m2|°))",
    re.I,
)

_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.]\d|\d)")
_LANDLINE = re.compile(
    r"(?<![\d.-])(?:\(0\d{2,3}\)[- ]?|0\d{2,3}-)[2-9]\d{6,7}(?:(?:-|转)\d{1,5})?(?!\d|-\d)"
)
_INTERNATIONAL = re.compile(
    r"(?<![\d\w+])\+\d{1,3}[- .]?(?:\(\d{1,4}\)[- .]?)?\d(?:[- .]?\d){6,12}(?!\d)"
)
_AMERICAN = re.compile(
    r"(?<![\d.-])(?:\+?1[-. ])?(?!\(?8[0-8]\d)(?:\(\d{3}\) ?|\d{3}[-.])[2-9]\d{2}[-.]\d{4}"
    r"(?![\d-]|\.\d)"
)
_SAID_PHONE = re.compile(
    r"(?:电话|手机|座机|联系方式|致电|拨打|传真|tel(?:ephone)?|phone|mobile|cell(?:phone)?|call(?:ed)?"
    r"|contact|fax|reach(?:ed)? (?:him|her|them|me)? ?(?:at|on))"
    r"(?:\s*(?:号码?|number|no\.?))?\s*(?:[:=]|is|was|为|是|at|on)?\s*"
    r"(?!\(?1-8\d\d-|8[0-8]{2}-)(?P<it>\+?\(?\d[\d() .-]{5,18}\d)",
    re.I,
)
_ACCOUNT = re.compile(
    r"微信(?:号|id)?\s*[:=为是]?\s*(?P<it>[A-Za-z][\w-]{5,19})"
    r"|QQ\s*(?:号码?|[:=])\s*[:=为是]?\s*(?P<qq>[1-9]\d{4,10})"
    r"|wechat\s*(?:id)?\s*(?:[:=]|is)\s*(?P<id>[A-Za-z][\w-]{5,19})",
    re.I,
)
_MAIL = re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+[A-Za-z]{2,}", re.ASCII)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][· -]?"
    r"(?=[A-Z\d]*\d)[A-HJ-NP-Z\d]{4,5}[A-HJ-NP-Z\d挂学警](?![A-Za-z\d])"
)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"(?:1[89]|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?[日号]?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:(?:1[89]|20)\d{2}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?:1[89]|20)\d{{2}}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:1[89]|20)\d{{2}}"
    r"|(?:19|20)\d{2}[01]\d[0-3]\d|[农阴]历.{2,12}[日初十廿]"
)
_BIRTH = re.compile(
    r"(?:出生(?:日期|年月日?|时间|于)?|生日|生于|诞生于|\bDOB\b|\bD\.O\.B\.?|date of birth"
    r"|birth ?date|birthday|\bborn)\s*(?:[:=]|is|was|on|为|是|在|于)?\s*(?:on\s+)?"
    rf"(?P<it>{_DAY})",
    re.I,
)
_BORN = re.compile(rf"(?P<it>{_DAY})\s?(?:出生|生人|[,(]?\s?生(?![^,。;)\s])|生,)", re.I)


def numbers(text: str) -> Iterator[Span]:
    yield from _identities(text)
    for kind, patterns in _KINDS.items():
        for pattern in patterns:
            yield from _named(pattern, text, kind)
    yield from _cards(text)


_KINDS: dict[str, tuple[re.Pattern[str], ...]] = {
    "id": (_SAID_IDENTITY,),
    "passport": (_PASSPORT, _CHINESE_PASSPORT),
    "record": (_RECORD, _ENGLISH_RECORD),
    "insurance": (_INSURANCE, _ENGLISH_INSURANCE, _SOCIAL_SECURITY),
    "bed": (_BED, _ENGLISH_BED),
    "phone": (_MOBILE, _LANDLINE, _INTERNATIONAL, _AMERICAN, _SAID_PHONE),
    "account": (_ACCOUNT,),
    "email": (_MAIL,),
    "plate": (_PLATE,),
    "birth": (_BIRTH, _BORN),
}


def _named(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Span]:
    """Of whichever named group was met; of the whole where there are none."""
    if not set(pattern.groupindex) - {"it"}:
        yield from spans_of(pattern, text, kind)
        return
    for hit in pattern.finditer(text):
        name = next(n for n in pattern.groupindex if hit[n] is not None)
        yield Span(hit.start(name), hit.end(name), kind)


def _identities(text: str) -> Iterator[Span]:
    for pattern, is_one in ((_IDENTITY, _checks), (_OLD_IDENTITY, _is_old)):
        for hit in pattern.finditer(text):
            if is_one(re.sub(r"[ -]", "", hit[0]).upper()):
                yield Span(hit.start(), hit.end(), "id")


def _checks(number: str) -> bool:
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number[:17], strict=True))
    return number[17] == _CHECKS[total % 11] and _is_day(number[6:14])


def _is_old(number: str) -> bool:
    """Of fifteen digits, given out until 1999: no check digit, two digits for the year."""
    return number[0] in "12345678" and _is_day(f"19{number[6:12]}")


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return _FIRST_YEAR <= day.year <= date.max.year


_CARD = re.compile(r"(?<![\d.])(?:62|4\d|5[1-5])\d{2}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")


def _cards(text: str) -> Iterator[Span]:
    """Numbers of bank cards, by their check digit (ISO/IEC 7812)."""
    for hit in _CARD.finditer(text):
        digits = [int(d) for d in hit[0] if d.isdigit()][::-1]
        doubled = [sum(divmod(2 * d, 10)) for d in digits[1::2]]
        if (sum(digits[::2]) + sum(doubled)) % 10 == 0:
            yield Span(hit.start(), hit.end(), "account")
