"""Formulas of MathML and of Word as a line of text, with brackets where the paper has height."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from ingest.parsing.markup import flat, local, names
from ingest.parsing.superscripts import lowered, raised

Render = Callable[[etree._Element], str]

# MathML by position, Word by name: what is above, below, raised and lowered.
_IGNORED = names(
    "annotation annotation-xml mspace mphantom rPr ctrlPr fPr radPr sSupPr sSubPr sSubSupPr "
    "naryPr dPr mPr funcPr barPr accPr limLowPr limUppPr groupChrPr boxPr eqArrPr sPrePr"
)


def line(element: etree._Element) -> str:
    """The formula on one line; empty where it holds no characters at all."""
    return flat(_line(element))


def _line(element: etree._Element) -> str:
    name = local(element)
    if not name or name in _IGNORED:
        return ""
    known = _KNOWN.get(name)
    if known is not None:
        return known(element)
    if len(element) == 0:
        return element.text or ""
    return "".join(_line(child) for child in element)


def _children(element: etree._Element) -> list[str]:
    return [_line(child) for child in element if local(child) and local(child) not in _IGNORED]


def _nth(element: etree._Element, at: int) -> str:
    found = _children(element)
    return found[at] if at < len(found) else ""


def _named(element: etree._Element, name: str) -> str:
    return "".join(_line(child) for child in element if local(child) == name)


def _bracket(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _fraction(element: etree._Element) -> str:
    return f"{_bracket(_nth(element, 0))}/{_bracket(_nth(element, 1))}"


def _root(element: etree._Element) -> str:
    return f"√({''.join(_children(element))})"


def _degree(element: etree._Element) -> str:
    return f"{raised(_nth(element, 1))}√({_nth(element, 0)})"


def _word_root(element: etree._Element) -> str:
    return f"{raised(_named(element, 'deg'))}√({_named(element, 'e')})"


def _scripts(*order: Callable[[str], str]) -> Render:
    def render(element: etree._Element) -> str:
        found = _children(element)
        shifted = (shift(text) for shift, text in zip(order, found[1:], strict=False))
        return (found[0] if found else "") + "".join(shifted)

    return render


def _fenced(element: etree._Element) -> str:
    opening, closing = element.get("open", "("), element.get("close", ")")
    return f"{opening}{','.join(_children(element))}{closing}"


def _delimited(element: etree._Element) -> str:
    marks = {local(mark): _value(mark) for mark in _properties(element)}
    inside = marks.get("sepChr", "|").join(_line(child) for child in element if local(child) == "e")
    return f"{marks.get('begChr', '(')}{inside}{marks.get('endChr', ')')}"


def _many(element: etree._Element) -> str:
    """Word's big operators: sum, product, integral."""
    sign = next((_value(mark) for mark in _properties(element) if local(mark) == "chr"), "∫")
    under, over = lowered(_named(element, "sub")), raised(_named(element, "sup"))
    return f"{sign}{under}{over}{_named(element, 'e')}"


def _properties(element: etree._Element) -> list[etree._Element]:
    """Word's settings of an operator, which come first where there are any."""
    first = next(iter(element), None)
    return list(first) if first is not None and local(first).endswith("Pr") else []


def _value(element: etree._Element) -> str:
    return next(
        (str(value) for name, value in element.attrib.items() if str(name).endswith("val")), ""
    )


def _row(element: etree._Element) -> str:
    return ", ".join(_children(element))


def _matrix(element: etree._Element) -> str:
    return "[" + "; ".join(_children(element)) + "]"


_KNOWN: dict[str, Render] = {
    "mfrac": _fraction,
    "f": _fraction,
    "msqrt": _root,
    "mroot": _degree,
    "rad": _word_root,
    "msup": _scripts(raised),
    "msub": _scripts(lowered),
    "msubsup": _scripts(lowered, raised),
    "munder": _scripts(lowered),
    "munderover": _scripts(lowered, raised),
    "sSup": _scripts(raised),
    "sSub": _scripts(lowered),
    "sSubSup": _scripts(lowered, raised),
    "mfenced": _fenced,
    "d": _delimited,
    "nary": _many,
    "mtr": _row,
    "mr": _row,
    "mtable": _matrix,
    "m": _matrix,
}
