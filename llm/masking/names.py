"""Chinese names, by the word before or behind them: 患者王小明, 姓名：…, 李医生, 赵某某，男，45岁."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm.masking.spans import Span, words_of

_DOUBLE = sorted(w for w in words_of("surnames.txt") if len(w) == 2)
_SURNAME = (
    f"(?:{'|'.join(_DOUBLE)}|[{''.join(w for w in words_of('surnames.txt') if len(w) == 1)}])"
)
_HAN = r"[\u4e00-\u9fff]"
_NAME = rf"{_SURNAME}(?:某{{1,2}}|{_HAN}{{1,2}})"
_FILLER = r"\s*(?:[:=(\"'“「]|为|是|叫|名叫|名为|,)?\s*"

# Behind these stands a name and nothing else, so the first character decides.
_STATED = re.compile(
    rf"(?:姓名|名字|名叫|名为|叫做|我叫|患者名|联系人|签名|签字|署名|经治医[生师]|主治医[生师]|管床医[生师]"
    rf"|责任护士|主刀医?[生师]?|接诊医[生师]|法定代理人|监护人|委托人)\s*[:=为是叫]?\s*"
    rf"(?P<it>{_SURNAME}(?:某{{1,2}}|{_HAN}{{1,3}}?))(?=[^\u4e00-\u9fff]|$|[,，]|男|女|电话|于|因|的|是|在|今|年|住|为|有|性)"
)
# Behind these a name may stand, or what happened to them.
_AFTER = re.compile(
    rf"(?:患者|病人|患儿|产妇|孕妇|病患|伤者|家属|母亲|父亲|妈妈|爸爸|丈夫|妻子|爱人|儿子|女儿|哥哥|姐姐|弟弟"
    rf"|妹妹|奶奶|爷爷|外婆|外公|同事|邻居|医生|医师|护士|主任|教授|药师|老人|男童|女童|病友|受试者){_FILLER}(?P<it>{_NAME})"
)
_TITLE = (
    r"(?:先生|女士|小姐|太太|夫人|同志|同学|老师|大爷|大妈|大娘|大叔|大哥|大姐|阿姨|奶奶|爷爷|叔叔|伯伯|师傅"
    r"|教授|(?:副?主任|主治|住院|副?主管)?(?:医师|医生|护师|药师|技师)|主任|护士长?|院长|科长|大夫|老太太?|老先生)"
)
_BEFORE = re.compile(rf"(?<![\u4e00-\u9fff]{{0}})(?P<it>{_NAME}|{_SURNAME})(?={_TITLE})")
# Somebody by sex or age: 王小明，男，45岁；王某，女。
_PERSON = re.compile(
    rf"(?P<it>{_NAME})\s*[,(]?\s*(?=(?:男|女)(?:性|,|，|\s|;|。|\.|\)|\d|孩|童|$)|\d{{1,3}}\s*(?:岁|周岁|个?月大))"
)
_WORDS_BEHIND = re.compile(
    r"(?:的|之)(?:血|尿|便|CT|MRI|化验|检查|检验|报告|病|用药|体温|肌酐|结果|片子|心电|手术|家|父|母|床|情况)"
)
_OPENING = re.compile(
    rf"(?:^|[,;。:\n?!(]|请问|帮我看看|关于|给|为|替)\s*(?P<it>{_NAME})(?={_WORDS_BEHIND.pattern})"
)

_GIVEN = words_of("given_names.txt")
_WORDS = words_of("not_names.txt")
# Surnames that are far more often a word; they count only where nothing but a name can stand.
_RATHER_WORDS = frozenset(
    "于和向应时由来都能从因如与有位全单原成查连计解保平印占沿明常关利强方安温康管任"
)
_TITLED_WORDS = frozenset(
    [
        "高级",
        "全科",
        "管床",
        "上级",
        "应由",
        "专科",
        "外科",
        "内科",
        "主管",
        "麻醉",
        "急诊",
        "家庭",
        "乡村",
        "向医",
        "和医",
        "康复",
        "成人",
        "白天",
        "金牌",
        "时医",
        "于医",
        "由医",
        "单位",
        "关于",
        "查房",
        "安排",
        "方医",
        "文职",
        "宁可",
        "明确",
        "常规",
    ]
)


def names_in_chinese(text: str) -> Iterator[Span]:
    for hit in _STATED.finditer(text):
        yield Span(hit.start("it"), hit.end("it"), "name")
    for pattern in (_AFTER, _OPENING):
        for hit in pattern.finditer(text):
            if length := _length(hit["it"]):
                yield Span(hit.start("it"), hit.start("it") + length, "name")
    for hit in _PERSON.finditer(text):
        if hit["it"][:2] not in _WORDS:
            yield Span(hit.start("it"), hit.end("it"), "name")
    yield from _titled(text)


def _length(name: str) -> int:
    """How much of it is a name; 0 where it is a word that begins like one."""
    surname = 2 if name[:2] in _DOUBLE else 1
    if "某" in name[surname:]:
        return len(name)
    if name[:2] in _WORDS or (surname == 1 and name[0] in _RATHER_WORDS and len(name) < 3):
        return 0
    given = 0
    for character in name[surname:]:
        if character not in _GIVEN:
            break
        given += 1
    if surname == 1 and name[0] in _RATHER_WORDS and given < 2:
        return 0
    return surname + given if given else 0


def _titled(text: str) -> Iterator[Span]:
    """A surname, or a whole name, right before a title; a title of a trade behind a word is none."""
    for hit in re.finditer(_TITLE, text):
        for size in (4, 3, 2, 1):
            start = hit.start() - size
            name = text[max(start, 0) : hit.start()]
            if start >= 0 and _is_called(name, text[:start]):
                yield Span(start, hit.start(), "name")
                break


def _is_called(name: str, before: str) -> bool:
    surname = next((s for s in _DOUBLE if name.startswith(s)), name[:1])
    given = name[len(surname) :]
    if surname not in words_of("surnames.txt") or name[:2] in _TITLED_WORDS:
        return False
    if not given:
        return (
            surname not in _RATHER_WORDS and not re.search(r"[\u4e00-\u9fff]$", before[-1:])
        ) or (surname not in _RATHER_WORDS and _is_apart(before))
    return (
        name[:2] not in _WORDS and len(given) < 3 and all(c in _GIVEN or c == "某" for c in given)
    )


def _is_apart(before: str) -> bool:
    """That what stands before a lone surname ends a word: 请李医生, 昨日张主任."""
    return bool(
        re.search(
            r"(?:请|经|由|和|与|是|的|日|天|问|找|给|对|向|让|叫|为|到|了|跟|据|被|但|，|患者|病人|家属)$",
            before,
        )
    )
