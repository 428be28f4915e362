"""What a drug label says of its product in data: names, numbers, substances, packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.parsing.markup import flat, local

_NDC = "2.16.840.1.113883.6.69"
_ACTIVE = frozenset({"ACTIB", "ACTIM", "ACTIR"})
_INACTIVE = frozenset({"IACT", "CNTM", "COLR", "FLVR", "PRSV", "STBE"})
_PARTS = frozenset({"partProduct", "manufacturedMedicine"})
_CHARACTERISTICS = {"SPLCOLOR": "Color", "SPLSHAPE": "Shape", "SPLSIZE": "Size"}
_CHARACTERISTICS |= {"SPLIMPRINT": "Imprint", "SPLSCORE": "Score", "SPLFLAVOR": "Flavor"}


def children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if local(child) == name]


def first(element: etree._Element, *path: str) -> etree._Element | None:
    """The first that lies along a path of names, each a child of the one before."""
    found: etree._Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((child for child in found if local(child) == name), None)
    return found


def product_lines(root: etree._Element) -> Iterator[str]:
    """A paragraph on the label as such, then one a product, each a line a fact."""
    about = [line for line in _about(root) if line]
    if about:
        yield "\n".join(about)
    for product in _products(root):
        lines = [line for line in _of_product(product) if line]
        if lines:
            yield "\n".join(lines)


def _about(root: etree._Element) -> Iterator[str]:
    code = first(root, "code")
    yield _fact("Document type", _attribute(code, "displayName"))
    yield _fact("Set ID", _attribute(first(root, "setId"), "root"))
    yield _fact("Version", _attribute(first(root, "versionNumber"), "value"))
    yield _fact("Effective", _day(_attribute(first(root, "effectiveTime"), "value")))
    names = (
        _text(first(author, "assignedEntity", "representedOrganization", "name"))
        for author in children(root, "author")
    )
    yield _fact("Labeler", "; ".join(filter(None, names)))


def _products(root: etree._Element) -> Iterator[etree._Element]:
    """Products that say something themselves, and the parts of kits, in order."""
    for each in root.iter():
        above = each.getparent()
        inner = above is not None and local(above) == "manufacturedProduct"
        if local(each) in _PARTS or (inner and local(each) == "manufacturedProduct"):
            yield each


def _of_product(product: etree._Element) -> Iterator[str]:
    holder = product.getparent()
    yield _fact("Part" if local(product) == "partProduct" else "Product", _name(product))
    yield _fact("Generic name", _generic(product))
    yield _fact("NDC", _ndc(first(product, "code")))
    yield _fact("Form", _attribute(first(product, "formCode"), "displayName"))
    yield _fact("Active ingredient", "; ".join(_ingredients(product, _ACTIVE)))
    yield _fact("Inactive ingredients", "; ".join(_ingredients(product, _INACTIVE)))
    if holder is not None:
        yield _fact("Route", "; ".join(_routes(holder)))
        yield from _approvals(holder)
    for kind, value in _characteristics(product):
        yield _fact(kind, value)
    yield _fact("Packages", "; ".join(_packages(product)))


def _name(product: etree._Element) -> str:
    return _text(first(product, "name"))


def _generic(product: etree._Element) -> str:
    names = (
        _text(name)
        for entity in children(product, "asEntityWithGeneric")
        for medicine in children(entity, "genericMedicine")
        for name in children(medicine, "name")
    )
    return "; ".join(filter(None, names))


def _ingredients(product: etree._Element, classes: frozenset[str]) -> Iterator[str]:
    for each in product:
        if local(each) in {"ingredient", "activeIngredient", "inactiveIngredient"}:
            kind = each.get("classCode") or {"activeIngredient": "ACTIB"}.get(local(each), "IACT")
            substance = next((child for child in each if local(child).endswith("ubstance")), None)
            if kind in classes and substance is not None:
                yield f"{_name(substance)} {_strength(first(each, 'quantity'))}".strip()


def _strength(quantity: etree._Element | None) -> str:
    """10 mg, or 6.25 mg in 5 mL."""
    if quantity is None:
        return ""
    amount, per = _amount(first(quantity, "numerator")), _amount(first(quantity, "denominator"))
    return amount if per in {"", "1"} else f"{amount} in {per}"


def _amount(element: etree._Element | None) -> str:
    unit = _attribute(element, "unit")
    return f"{_attribute(element, 'value')} {'' if unit == '1' else unit}".strip()


def _routes(holder: etree._Element) -> Iterator[str]:
    for consumed in children(holder, "consumedIn"):
        route = _attribute(first(consumed, "substanceAdministration", "routeCode"), "displayName")
        if route:
            yield route


def _approvals(holder: etree._Element) -> Iterator[str]:
    for subject in children(holder, "subjectOf"):
        approval = first(subject, "approval")
        if approval is not None:
            category = _attribute(first(approval, "code"), "displayName")
            number = _attribute(first(approval, "id"), "extension")
            number = number if number.startswith(category) else f"{category} {number}".strip()
            yield _fact("Marketing category", number)
        schedule = _attribute(first(subject, "policy", "code"), "displayName")
        yield _fact("DEA schedule", schedule)


def _characteristics(product: etree._Element) -> Iterator[tuple[str, str]]:
    subjects = [product, *[each for each in (product.getparent(),) if each is not None]]
    for subject in (each for above in subjects for each in children(above, "subjectOf")):
        characteristic = first(subject, "characteristic")
        if characteristic is None:
            continue
        kind = _CHARACTERISTICS.get(_attribute(first(characteristic, "code"), "code"))
        value = first(characteristic, "value")
        if kind and value is not None:
            text = _text(first(value, "originalText")) or value.get("displayName") or _text(value)
            yield kind, text or _amount(value)


def _packages(product: etree._Element) -> Iterator[str]:
    """Each package with its number, from the inside out."""
    for content in children(product, "asContent"):
        amount = _amount(first(content, "quantity", "numerator"))
        package = next((each for each in content if local(each).startswith("container")), None)
        if package is None:
            continue
        form = _attribute(first(package, "formCode"), "displayName")
        number = _ndc(first(package, "code"))
        yield f"{amount} in {form}" + (f" (NDC {number})" if number else "")
        yield from _packages(package)


def _ndc(code: etree._Element | None) -> str:
    return _attribute(code, "code") if _attribute(code, "codeSystem") == _NDC else ""


def _fact(name: str, value: str) -> str:
    return f"{name}: {value}" if value else ""


def _day(value: str) -> str:
    """20140113 as 2014-01-13; what is no day stays as it is."""
    found = re.match(r"(\d{4})(\d{2})(\d{2})", value)
    return "-".join(found.groups()) if found else value


def _text(element: etree._Element | None) -> str:
    return flat(" ".join(map(str, element.itertext()))) if element is not None else ""


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "").strip() if element is not None else ""
