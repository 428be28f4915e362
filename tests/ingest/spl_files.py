"""Small drug labels for tests, and what is read of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.document import Block, Document, Unreadable
from ingest.parsing.spl import read

_LOINC = "2.16.840.1.113883.6.1"
_NDC = "2.16.840.1.113883.6.69"


def section(inside: str, title: str = "", code: str = "34067-9", name: str = "") -> str:
    titled = f"<title>{title}</title>" if title else ""
    coded = f'<code code="{code}" codeSystem="{_LOINC}" displayName="{name}"/>'
    return f"<component><section>{coded}{titled}{inside}</section></component>"


def text(inside: str) -> str:
    return f"<text>{inside}</text>"


def highlight(inside: str) -> str:
    return f"<excerpt><highlight><text>{inside}</text></highlight></excerpt>"


def product(inside: str, around: str = "") -> str:
    """The section of product data, with one product."""
    inner = f"<manufacturedProduct>{inside}</manufacturedProduct>"
    subject = f"<subject><manufacturedProduct>{inner}{around}</manufacturedProduct></subject>"
    return section(subject, code="48780-1", name="SPL PRODUCT DATA ELEMENTS SECTION")


def ndc(number: str) -> str:
    return f'<code code="{number}" codeSystem="{_NDC}"/>'


def label(*components: str, title: str = "Label", head: str = "") -> str:
    body = f"<component><structuredBody>{''.join(components)}</structuredBody></component>"
    return (
        '<?xml version="1.0"?><?xml-stylesheet href="http://example.org/spl.xsl" type="text/xsl"?>'
        f'<document xmlns="urn:hl7-org:v3"><title>{title}</title>{head}{body}</document>'
    )


def document(folder: Path, source: str) -> Document:
    path = folder / "label.xml"
    path.write_text(source, encoding="utf-8")
    return read(path, lambda share: None)


def blocks(folder: Path, *components: str) -> tuple[Block, ...]:
    """What follows the title."""
    return document(folder, label(*components)).blocks[1:]


def texts(folder: Path, *components: str) -> list[str]:
    return [block.text for block in blocks(folder, *components)]


def outline(folder: Path, *components: str) -> list[tuple[int, str]]:
    found = blocks(folder, *components)
    return [(block.level, block.text) for block in found if block.kind == "heading"]


def told(folder: Path, *components: str) -> dict[str, dict[str, int | str]]:
    found = document(folder, label(*components))
    return {warning.code: dict(warning.facts) for warning in found.warnings}


def refusal(folder: Path, source: str) -> str:
    with pytest.raises(Unreadable) as caught:
        document(folder, source)
    return caught.value.code
