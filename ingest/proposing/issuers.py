"""Who stands for the work: named as such, a body alone on a line, a journal that is cited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Line, Opening, proposal

_HAN = "\u4e00-\u9fff"
_NAMED = re.compile(
    r"(?:(?:发布|颁布|制定|编制|编写|起草|主编|主办)单位|发布机构|出版社|出版者|生产企业(?:名称)?|上市许可持有人(?:名称)?|企业名称|"
    r"(?i:issued by|published by|publisher|issuer|manufactured (?:by|for)|labeler))\s*[:：]?\s*"
    rf"([{_HAN}A-Z][{_HAN}\w&,.'() -]{{2,80}})"
)
_BODY = re.compile(
    rf"[{_HAN}（）()·、A-Za-z ]{{0,40}}?(?:学会|协会|委员会|分会|专家组|协作组|联盟|"
    r"学组(?![成织分合])|卫生健康委|卫健委|管理局|监督局|监督管理总局|国务院|卫生部|办公厅|办公室|出版社|研究会|疾病预防控制中心|基金会)"
)
_BODIES = re.compile(rf"{_BODY.pattern}(?:[，；,;]\s*{_BODY.pattern})*")
# What stands before and after the bodies where a first page was run into one line.
_BESIDE = re.compile(
    r"^10\.\d{4,9}/[!-~]+\s*|\s*(?:通[讯信]作者|作者单位|基金项目|[Ee]-?mail).*|(?<=[会局委部厅])文件$"
)
_WORDS = r"(?:[A-Z][A-Za-z&'’-]+,? (?:(?:of|for|and|the|on|in) )*)"
_ENGLISH = re.compile(
    rf"(?:{_WORDS}{{1,6}}(?:Society|Association|College|Academy|Federation|Foundation|"
    r"Organization|Organisation|Commission|Administration|Agency|Ministry|Institutes?)|"
    rf"{_WORDS}{{0,6}}Cent(?:er|re)s? for [A-Z][a-z]+(?: [A-Z][a-z]+)*(?: and [A-Z][a-z]+)?)"
    r"(?: (?:of|for|on) (?:the )?[A-Z][a-z]+(?: [A-Z][a-z]+)*)?"
)
# “CDC Clinical Practice Guideline for …”: whose guideline it is; or only what it is about.
_WHOSE = re.compile(
    r"([A-Z]{2,8}(?:/[A-Z]{2,8})*) (?:[A-Z][\w-]* ){0,4}"
    r"(?:Guidelines?|Consensus|Recommendations?|Statement)\b"
)
_ACTS = r" (?:has )?(?:developed|issue[sd]|published?|publishes|recommends?|updated|convened)\b"
_SPELLED = r"([A-Z][\w'’-]*(?: (?:of|for|and|the|on|in|[A-Z][\w'’-]*))+) ?[（(]{name}[）)]"
_JOURNAL = re.compile(
    rf"([{_HAN}]{{2,15}}(?:学报|杂志|通报|科学|进展|通讯|院刊|医学))[（(]?[^,，.。]{{0,12}}[）)]?\s*[,，.]\s*(?:19|20)\d{{2}}"
)
# Who paid for a study, allowed it or taught its authors does not stand for the work.
_NO_ISSUER = re.compile(
    r"伦理|基金|资助|购自|本研究|根据|医院|大学|Ethic|[Gg]rant|[Ff]unded|[Ss]upported by|Universit|"
    r"College|Hospital|Department|@"
)
# Two bodies that were run into one line.
_RUN_IN = re.compile(r"(?<=[学分协]会|学组|中心|员会)(?=中国|中华|国家)")
# A journal that is cited further on is another one.
_NEAR, _FAR = 6, 14
_SHORT, _LONG = 60, 120


def issuers(opening: Opening) -> Iterator[Proposal]:
    for place, line in enumerate(opening.lines):
        if found := _NAMED.search(line.text):
            # In the midst of running text it is another work that somebody published.
            is_text = len(line.text) > _LONG and found.start()
            certainty = Certainty.GUESS if is_text else Certainty.LIKELY
            yield proposal("issuer", _ended(found[1]), certainty, line)
        if place < _NEAR and (found := _JOURNAL.search(line.text)):
            yield proposal("issuer", found[1], Certainty.LIKELY, line)
    yield from _named_by_the_title(opening)
    for line in opening.first(_FAR):
        yield from _bodies(line)


def is_body(text: str) -> bool:
    """Whether it is the name of a body, or of several, and no more."""
    return len(text) <= _SHORT and bool(_BODIES.fullmatch(text) or _ENGLISH.fullmatch(text))


def _named_by_the_title(opening: Opening) -> Iterator[Proposal]:
    """Short before “Guideline”, if it does something in the text, which no disease does."""
    for heading in opening.headings()[:1]:
        found = _WHOSE.match(heading.text)
        if found and _search(rf"\b{found[1]}{_ACTS}", opening):
            full = _search(_SPELLED.format(name=found[1]), opening)
            value = full[1].removeprefix("The ") if full else found[1]
            yield proposal("issuer", value, Certainty.LIKELY, heading)


def _search(pattern: str, opening: Opening) -> re.Match[str] | None:
    return next(filter(None, (re.search(pattern, line.text) for line in opening.lines)), None)


def _bodies(line: Line) -> Iterator[Proposal]:
    """A line that is a body's name and no more is likely the issuer; one within a text a guess."""
    alone = _BESIDE.sub("", line.text)
    if is_body(alone):
        told = proposal("issuer", alone, Certainty.LIKELY, line)
        yield replace(told, value=_RUN_IN.sub("、", told.value))
        return
    if _NO_ISSUER.search(line.text):
        return
    for pattern in (_ENGLISH, _BODY):
        found = pattern.search(line.text)
        if found and len(found[0].strip()) > len("学会协会") and line.kind != "heading":
            yield proposal(
                "issuer", found[0].strip(" ，,").lstrip("在据由经"), Certainty.GUESS, line
            )


def _ended(name: str) -> str:
    return re.split(r"[，。；;]|\s{2,}|(?<=[a-z])\. ", name)[0].strip(" ,.")
