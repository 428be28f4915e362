"""The identifiers a source may carry, each kind checked and written in one way alone.

Two spellings of one identifier (full-width digits, a long dash, a link in place of a
number) become the same text, so that a source is found again and not registered twice.
ISBN and ISSN are held against their check digits, the others against their syntax: that a
number is well formed does not say that it was ever given out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST_CHARACTERS = 200
MOST_LOCAL_CHARACTERS = 64
YEARS = range(1949, 2101)


class IdentifierKind(TextChoices):
    DOCUMENT_NUMBER = "document_number", _("Document number")
    APPROVAL_NUMBER = "approval_number", _("Drug approval number")
    NDC = "ndc", _("NDC")
    SPL_SET_ID = "spl_set_id", _("SPL set id")
    REGISTRATION_NUMBER = "registration_number", _("Device registration number")
    STANDARD_NUMBER = "standard_number", _("Standard number")
    DOI = "doi", _("DOI")
    PMID = "pmid", _("PMID")
    ISBN = "isbn", _("ISBN")
    ISSN = "issn", _("ISSN")
    GUIDELINE_REGISTRATION = "guideline_registration", _("Guideline registration")
    LOCAL_NUMBER = "local_number", _("Local number")


def normalised(kind: str, value: str) -> str:
    """The identifier in its one canonical spelling; giving that back again changes nothing.

    Raises ValueError, with a sentence for the person who typed it, where the kind is
    unknown or the value is not of that kind.
    """
    if kind not in _RULES:
        raise ValueError(gettext("There is no kind of identifier called “%s”.") % kind)
    rule = _RULES[kind]
    canonical = rule.read(_cleaned(value))
    if canonical is None:
        raise ValueError(str(rule.expected))
    return canonical


def _cleaned(value: str) -> str:
    """NFKC and single spaces. Refuses what nobody can see, and what is too long."""
    text = _folded(value) if len(value) <= MOST_CHARACTERS else value
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            gettext("An identifier has at most %d characters.") % MOST_CHARACTERS,
        )
    if not text.isprintable():
        raise ValueError(
            gettext("There is an invisible character in it. Type it instead of pasting it."),
        )
    return text


def _folded(value: str) -> str:
    return re.sub(" +", " ", unicodedata.normalize("NFKC", value).strip(" \t\r\n"))


# ---- One reader a kind: cleaned text in, canonical form out, or None where it is not one ----

Forms = tuple[tuple[re.Pattern[str], str], ...]


def _forms(*pairs: tuple[str, str]) -> Forms:
    return tuple((re.compile(pattern), form) for pattern, form in pairs)


def _first_form(forms: Forms, text: str) -> str | None:
    for pattern, form in forms:
        if match := pattern.fullmatch(text):
            return form.format(*(group or "" for group in match.groups()))
    return None


_DASH = str.maketrans(dict.fromkeys("\u2010\u2012\u2013\u2014\u2015\u2212", "-"))
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_HAN = "\u4e00-\u9fff"
_HAN_DIGITS = {han: digit for digit, han in enumerate("〇一二三四五六七八九")}
_HAN_DIGITS |= {"零": 0, "○": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMERAL = "[" + "".join(_HAN_DIGITS) + "".join(_HAN_UNITS) + "]{1,9}"

_LETTER = re.compile(
    rf"([{_HAN}][{_HAN}A-Za-z]{{0,39}}) ?"
    r"[\[(〔] ?([0-9]{4}) ?[\])〕] ?第?([0-9]{1,5}) ?号"
)
_ANNOUNCEMENT = re.compile(
    rf"([{_HAN}]{{1,40}}[公通]告) ?\(? ?([0-9]{{4}}) ?年 ?第? ?([0-9]{{1,5}}) ?号 ?\)?"
)
_DECREE = re.compile(rf"([{_HAN}]{{1,40}}令) ?\(? ?第? ?([0-9]{{1,5}}|{_HAN_NUMERAL}) ?号 ?\)?")
_FOREIGN_DOCUMENTS = _forms(
    (r"(?:PUB\. ?L\.|PUBLIC LAW) ?(?:NO\. ?)?([0-9]{1,3})-([0-9]{1,4})", "Pub. L. {}-{}"),
    (r"([0-9]{1,2}) ?C\.?F\.?R\.? ?(?:§ ?|PART )?([0-9]{1,4}(?:\.[0-9]{1,4})?)", "{} CFR {}"),
    (r"([0-9]{1,3}) ?(?:FR|FED\. ?REG\.) ?([0-9]{1,6})", "{} FR {}"),
    (r"(?:REGULATION )?\(EU\) ?(?:NO\.? )?([0-9]{4})/([0-9]{1,4})", "(EU) {}/{}"),
    (r"FDA-((?:19|20)[0-9]{2})-([A-Z])-([0-9]{4})", "FDA-{}-{}-{}"),
)


def _document_number(text: str) -> str | None:
    text = text.translate(_DASH)
    if match := _LETTER.fullmatch(text):
        office, year, number = match.groups()
        return _of_year(year, number, f"{office}〔{year}〕{{}}号")
    if match := _ANNOUNCEMENT.fullmatch(text):
        office, year, number = match.groups()
        return _of_year(year, number, f"{office}{year}年第{{}}号")
    if match := _DECREE.fullmatch(text):
        number = _counted(match[2])
        return f"{match[1]}第{number}号" if number else None
    return _first_form(_FOREIGN_DOCUMENTS, text.upper())


def _of_year(year: str, number: str, form: str) -> str | None:
    return form.format(int(number)) if int(year) in YEARS and int(number) else None


def _counted(numeral: str) -> int:
    """The value of 84, 八十四, 一百零二 or 一〇二; 0 where it counts nothing."""
    if numeral.isdigit():
        return int(numeral)
    if not set(numeral) & set(_HAN_UNITS):
        return int("".join(str(_HAN_DIGITS[han]) for han in numeral))
    total, digit = 0, 0
    for han in numeral:
        if unit := _HAN_UNITS.get(han):
            total, digit = total + (digit or 1) * unit, 0
        else:
            digit = _HAN_DIGITS[han]
    return total + digit


_APPROVALS = _forms(
    (
        r"(?:批准文号)?[: ]*国药准字[: ]*([HZSBJFT]|[HZS][JC]) ?([0-9]{8})",
        "国药准字{}{}",
    ),
    (r"(?:(?:进口药品|医药产品)?注册证号)?[: ]*(B?[HZS]C?) ?([0-9]{8})", "{}{}"),
    (r"(NDA|ANDA|BLA)[ #]*([0-9]{6})", "{}{}"),
    (r"EU/([1-3])/([0-9]{2})/([0-9]{3,4})/([0-9]{3})", "EU/{}/{}/{}/{}"),
)


def _approval_number(text: str) -> str | None:
    return _first_form(_APPROVALS, text.upper())


_NDC_SHAPES = {(5, 4, 2), (4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4), (4, 4), (5, 3)}


def _ndc(text: str) -> str | None:
    """Labeler, product and package in five, four and two digits, filled with zeros in front.

    The package may be missing. Ten digits without hyphens could be three different
    packages, so they are refused.
    """
    text = text.translate(_DASH).upper().removeprefix("NDC").lstrip(": ")
    if re.fullmatch(r"[0-9]{11}", text):
        text = f"{text[:5]}-{text[5:9]}-{text[9:]}"
    parts = text.split("-") if re.fullmatch(r"[0-9-]+", text) else []
    if tuple(map(len, parts)) not in _NDC_SHAPES:
        return None
    return "-".join(part.zfill(width) for part, width in zip(parts, (5, 4, 2), strict=False))


_UUID = re.compile("-?".join(f"([0-9a-f]{{{digits}}})" for digits in (8, 4, 4, 4, 12)))


def _spl_set_id(text: str) -> str | None:
    match = _UUID.fullmatch(text.translate(_DASH).lower().removeprefix("urn:uuid:"))
    return "-".join(match.groups()) if match else None


_PROVINCE = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川蜀贵黔云滇藏陕甘陇青宁新蒙"
_REGISTRATIONS = _forms(
    (rf"([国{_PROVINCE}]械注[准进许]) ?(20[0-9]{{2}}[1-3][0-9]{{6}})号?", "{}{}"),
    (rf"((?:国|[{_PROVINCE}][{_HAN}]{{0,2}})械备) ?(20[0-9]{{6,8}})号?", "{}{}"),
    (
        rf"([国{_PROVINCE}](?:食药监|药监|药管)械) ?\(([准进许])\) ?"
        r"字 ?([0-9]{4}) ?第 ?([0-9]{7}) ?号",
        "{}({})字{}第{}号",
    ),
    (r"(K|P|DEN) ?([0-9]{6})(/S[0-9]{3})?", "{}{}{}"),
)


def _registration_number(text: str) -> str | None:
    return _first_form(_REGISTRATIONS, text.upper())


_CHINESE_STANDARD = re.compile(
    r"(GBZ|GB|WS|YY|YBB|SN|NY|MZ|AQ|HJ|RB|JJF|JJG|DB[0-9]{2,4})( ?/? ?T| ?/ ?Z)?"
    r" ?([0-9]{1,6}(?:\.[0-9]{1,3})*) ?-+ ?([0-9]{4})"
)
_GROUP_STANDARD = re.compile(
    r"T ?/ ?([A-Z]{2,12}) ?([0-9]{1,6}(?:[.-][0-9]{1,3})*) ?-+ ?([0-9]{4})"
)
_INTERNATIONAL_STANDARD = re.compile(
    r"((?:(?:BS|DIN) )?(?:EN )?(?:ISO/IEC|ISO|IEC|EN))(?:[ /](TS|TR))?"
    r" ?([0-9]{1,6}(?:-[0-9]{1,3})*) ?[:-] ?([0-9]{4})"
)
_LABORATORY_STANDARD = re.compile(
    r"CLSI ?([A-Z]{1,4}[0-9]{1,3}) ?- ?(A[0-9]{0,2}|S[0-9]{1,2}|ED[0-9]{1,2})"
)


def _standard_number(text: str) -> str | None:
    """With its year: without it the number would mean another text in every edition."""
    text = text.translate(_DASH).upper()
    if match := _LABORATORY_STANDARD.fullmatch(text):
        return f"CLSI {match[1]}-{match[2]}"
    if match := _GROUP_STANDARD.fullmatch(text):
        code, number, year, mark = f"T/{match[1]}", match[2], match[3], "-"
    elif match := _CHINESE_STANDARD.fullmatch(text):
        advice = f"/{match[2][-1]}" if match[2] else ""
        code, number, year, mark = match[1] + advice, match[3], match[4], "-"
    elif match := _INTERNATIONAL_STANDARD.fullmatch(text):
        report = f"/{match[2]}" if match[2] else ""
        code, number, year, mark = match[1] + report, match[3], match[4], ":"
    else:
        return None
    return f"{code} {number}{mark}{year}" if int(year) in YEARS else None


_DOI_LINK = re.compile(r"(?:https?://)?(?:www\.|dx\.)?doi\.org/", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^ ]+")


def _doi(text: str) -> str | None:
    """In lower case, for the letters A to Z mean the same in both (ISO 26324)."""
    text = re.sub(r"^doi ?: ?", "", text, flags=re.IGNORECASE)
    if link := _DOI_LINK.match(text):
        text = _cleaned(unquote(text[link.end() :]))
    # Folded once more, because a small letter may join with an accent that a capital cannot.
    return _folded(text.translate(_ASCII_LOWER)) if _DOI.fullmatch(text) else None


def _pmid(text: str) -> str | None:
    text = re.sub(r"^(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/([^/]*)/?$", r"\1", text)
    match = re.fullmatch(r"(?:PMID ?:? ?)?([1-9][0-9]{0,7})", text, re.IGNORECASE)
    return match[1] if match else None


_ISBN = re.compile(
    r"(?:ISBN(?:[ -]?1[03](?=[: ]))?[: ]*)?((?:[0-9][ -]?){9}[0-9X]|97[89](?:[ -]?[0-9]){10})"
)


def _isbn(text: str) -> str | None:
    match = _ISBN.fullmatch(text.translate(_DASH).upper())
    number = re.sub("[ -]", "", match[1]) if match else ""
    short = len(number) < len("9780306406157")
    good = _weighted(number) % 11 == 0 if short else _alternating(number) % 10 == 0
    return number if number and good else None


_ISSN = re.compile(r"(?:(?:[EP]-?)?ISSN(?:-L)?[: ]*)?([0-9]{4})[ -]?([0-9]{3}[0-9X])")


def _issn(text: str) -> str | None:
    match = _ISSN.fullmatch(text.translate(_DASH).upper())
    if match is None or _weighted(match[1] + match[2]) % 11:
        return None
    return f"{match[1]}-{match[2]}"


def _weighted(number: str) -> int:
    """The digits times n, n - 1 … 1, where X counts ten (ISO 2108 for ISBN-10, ISO 3297)."""
    digits = [10 if digit == "X" else int(digit) for digit in number]
    return sum(weight * digit for weight, digit in enumerate(reversed(digits), start=1))


def _alternating(number: str) -> int:
    """The digits times 1, 3, 1, 3 … (ISO 2108 for ISBN-13)."""
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(number))


_GUIDELINE = re.compile(r"([A-Z]{2,10}) ?-? ?(20[0-9]{2}) ?([A-Z]{2}) ?([0-9]{1,5})")


def _guideline_registration(text: str) -> str | None:
    match = _GUIDELINE.fullmatch(text.translate(_DASH).upper())
    return "{}-{}{}{}".format(*match.groups()) if match else None


def _local_number(text: str) -> str | None:
    return text if 1 <= len(text) <= MOST_LOCAL_CHARACTERS else None


class _Rule(NamedTuple):
    read: Callable[[str], str | None]
    expected: Promise | str


_RULES: dict[str, _Rule] = {
    IdentifierKind.DOCUMENT_NUMBER: _Rule(
        _document_number,
        _("A document number looks like 国卫办医政函〔2023〕268号 or 国务院令第739号."),
    ),
    IdentifierKind.APPROVAL_NUMBER: _Rule(
        _approval_number,
        _("A drug approval number looks like 国药准字H20123456, HJ20130001 or NDA021225."),
    ),
    IdentifierKind.NDC: _Rule(
        _ndc,
        _("An NDC has hyphens, as in 0075-0624-30, or eleven digits, as in 00075062430."),
    ),
    IdentifierKind.SPL_SET_ID: _Rule(
        _spl_set_id,
        _("An SPL set id is a UUID, as in 1c5d2ac4-6b33-4c84-9f1e-2a0f6d1b7e55."),
    ),
    IdentifierKind.REGISTRATION_NUMBER: _Rule(
        _registration_number,
        _("A device registration number looks like 国械注准20153460001 or 国械备20150001."),
    ),
    IdentifierKind.STANDARD_NUMBER: _Rule(
        _standard_number,
        _("A standard number has its year, as in WS/T 102-1998 or ISO 13485:2016."),
    ),
    IdentifierKind.DOI: _Rule(_doi, _("A DOI looks like 10.1000/182.")),
    IdentifierKind.PMID: _Rule(_pmid, _("A PMID has one to eight digits, as in 31452104.")),
    IdentifierKind.ISBN: _Rule(
        _isbn,
        _("An ISBN has 10 or 13 digits, the last checks the others, as in 978-0-306-40615-7."),
    ),
    IdentifierKind.ISSN: _Rule(
        _issn,
        _("An ISSN has eight digits, the last checks the others, as in 0317-8471."),
    ),
    IdentifierKind.GUIDELINE_REGISTRATION: _Rule(
        _guideline_registration,
        _("A guideline registration looks like IPGRP-2021CN001 or PREPARE-2023CN123."),
    ),
    IdentifierKind.LOCAL_NUMBER: _Rule(
        _local_number, _("A local number has one to 64 characters.")
    ),
}
