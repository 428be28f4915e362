"""Chinese names, by the word before or behind them: 患者王小明, 姓名：…, 李医生, 赵某，男，45岁."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from llm.masking.spans import Span, words_of

_ALL = words_of("surnames.txt")
_DOUBLE = sorted(word for word in _ALL if len(word) > 1)
_SURNAME = f"(?:{'|'.join(_DOUBLE)}|[{''.join(sorted(_ALL - {*_DOUBLE}))}])"
_HAN = r"[\u4e00-\u9fff]"
_NAME = rf"{_SURNAME}(?:某{{1,2}}|{_HAN}{{1,2}})"
_FILLER = r"\s*(?:[:=(\"'“「]|为|是|叫|名叫|名为|,)?\s*"


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


# Behind these stands a name and nothing else, so the first character decides.
_STATED_BY = _any(
    "姓名 名字 名叫 (?<!命)名为 叫做 我叫 患者名 联系人 签名 签字 署名 经治医[生师]"
    " 主治医[生师] 管床医[生师] 责任护士 主刀医?[生师]? 接诊医[生师] 法定代理人 监护人"
    " 委托人"
)
_ENDED_BY = _any("[^\u4e00-\u9fff] $ 男 女 电话 于 因 的 是 在 今 年 住 为 有 性 要 说")
_STATED = re.compile(
    rf"{_STATED_BY}\s*[:=为是叫]?\s*(?P<it>{_SURNAME}(?:某{{1,2}}|{_HAN}{{1,3}}?))(?={_ENDED_BY})"
)
# Behind these a name may stand, or what happened to them.
_WHOM = _any(
    "患者 病人 患儿 产妇 孕妇 病患 伤者 家属 母亲 父亲 妈妈 爸爸 丈夫 妻子 爱人 儿子 女儿"
    " 哥哥 姐姐 弟弟 妹妹 奶奶 爷爷 外婆 外公 同事 邻居 医生 医师 护士 主任 教授 药师 老人"
    " 男童 女童 病友 受试者"
)
_AFTER = re.compile(rf"{_WHOM}{_FILLER}(?P<it>{_NAME})")
_TITLE = _any(
    "先生 女士 小姐 太太 夫人 同志 同学 老师 大爷 大妈 大娘 大叔 大哥 大姐 阿姨 奶奶 爷爷"
    " 叔叔 伯伯 师傅 教授 (?:副?主任|主治|住院|副?主管)?(?:医师|医生|护师|药师|技师) 主任"
    " 护士长? 院长 科长 大夫 老太太? 老先生"
)
# Somebody by sex or age: 王小明，男，45岁; without a sign between them both must be sure.
_SEX_OR_AGE = r"(?:男|女)(?:性|,|\s|;|。|\.|\)|\d|孩|童|$)|\d{1,3}\s*(?:岁|周岁|个?月大)"
_PERSON = re.compile(rf"(?P<it>{_NAME})\s*(?P<sign>[,(])?\s*(?={_SEX_OR_AGE})")
_HAVE = _any(
    "血 尿 便 CT MRI 化验 检查 检验 报告 病 用药 体温 肌酐 结果 片子 心电 手术 家 父 母 床 情况"
)
_OPENS = r"(?:^|[,;。:\n?!(]|请问|帮我看看|关于|给|为|替)"
_OPENING = re.compile(rf"{_OPENS}\s*(?P<it>{_NAME})(?=(?:的|之){_HAVE})")

_GIVEN = words_of("given_names.txt")
_WORDS = words_of("not_names.txt")
_LONGEST_GIVEN = 2
# Surnames that are far more often a word: they want two characters of a given name behind them.
_RATHER_WORDS = frozenset("向应时全单成查连计解平明常关强方安温康管任")
# What stands before a lone surname with its title and ends a word: 请李医生, 昨日张主任.
_APART = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[请经由和与是的日天问找给对向让叫为到了跟据被但]|患者|病人|家属)$"
)


def names_in_chinese(text: str) -> Iterator[Span]:
    for hit in _STATED.finditer(text):
        yield Span(hit.start("it"), hit.end("it"), "name")
    for pattern in (_AFTER, _OPENING):
        for hit in pattern.finditer(text):
            if length := _length(hit["it"]):
                yield Span(hit.start("it"), hit.start("it") + length, "name")
    for hit in _PERSON.finditer(text):
        name = hit["it"]
        if name[:2] not in _WORDS and (hit["sign"] or _length(name) == len(name)):
            yield Span(hit.start("it"), hit.end("it"), "name")
    yield from _titled(text)


def _length(name: str) -> int:
    """How much of it is a name; 0 where it is a word that begins like one."""
    surname = _surname_of(name)
    if "某" in name[len(surname) :]:
        return len(name)
    given = len(list(takewhile(_GIVEN.__contains__, name[len(surname) :])))
    if not given or name[:2] in _WORDS or (surname in _RATHER_WORDS and given < _LONGEST_GIVEN):
        return 0
    return len(surname) + given


def _surname_of(name: str) -> str:
    return name[:2] if name[:2] in _DOUBLE else name[:1]


def _titled(text: str) -> Iterator[Span]:
    """A whole name right before a title, or a surname alone."""
    for hit in re.finditer(_TITLE, text):
        for size in (4, 3, 2, 1):
            start = hit.start() - size
            if start >= 0 and _is_called(text[start : hit.start()], text[:start]):
                yield Span(start, hit.start(), "name")
                break


def _is_called(name: str, before: str) -> bool:
    surname = _surname_of(name)
    given = name[len(surname) :]
    if surname not in _ALL:
        return False
    if not given:
        return surname not in _RATHER_WORDS and bool(_APART.search(before[-2:]))
    is_given = all(c in _GIVEN or c == "某" for c in given)
    return is_given and name[:2] not in _WORDS and len(given) <= _LONGEST_GIVEN
