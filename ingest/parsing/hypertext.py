"""HTML inside other formats: its text, headings and tables; never its scripts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from ingest.parsing import grid
from ingest.parsing.document import Block, Unreadable
from ingest.parsing.inline import Inline
from ingest.parsing.markup import local, names, tidy

_TOO_MUCH = 114
SILENT = frozenset({"script", "style", "head", "template", "noscript"})
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = names(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure "
    "footer form header html hr li main nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul"
)
_INLINE = names(
    "a abbr b bdi bdo big br cite code col colgroup data del dfn em font i img input ins kbd label "
    "mark meta link q s samp small source span strike strong sub sup svg time title tt u var video "
    "wbr iframe button select option textarea audio object embed area map picture"
)
KNOWN = BLOCKS | _INLINE | SILENT | frozenset(HEADINGS)
_UNKNOWN_TAG = re.compile(
    rf"<(?!/?(?:{'|'.join(sorted(KNOWN, key=len, reverse=True))})(?=[\s/>])|!--)", re.I
)

INLINE = Inline(
    {
        "pre": lambda element: "".join(map(str, element.itertext())),
        "br": lambda element: "\n",
        "img": lambda element: element.get("alt") or "",
        **dict.fromkeys(SILENT, lambda element: ""),
    },
    BLOCKS - {"td", "th"} | frozenset(HEADINGS),
)


def blocks(source: str) -> tuple[list[Block], Counter[str]]:
    """The blocks of a fragment, and how much of what was left out of them.

    What looks like a tag and is none of HTML (p<value>) stays text.
    """
    root = _parse(_UNKNOWN_TAG.sub("&lt;", source))
    if root is None:
        return [], Counter()
    pictures = sum(1 for element in root.iter() if local(element) in {"img", "svg", "picture"})
    left = Counter(figure_left_out=pictures)
    return list(_walk(root, left)), left


def _parse(source: str) -> etree._Element | None:
    if not source.strip():
        return None
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(f"<div>{source}</div>", parser)
    if any(entry.type == _TOO_MUCH for entry in parser.error_log):
        raise Unreadable("nested_too_deeply")
    return root


def _walk(element: etree._Element, left: Counter[str]) -> Iterator[Block]:
    """Blocks in order. Text that stands free between them makes paragraphs."""
    free = INLINE.run(element.text)
    for child in element:
        if not _parts(child):
            free += INLINE.child(child)
            continue
        yield from _paragraphs(free)
        yield from _block(child, left)
        free = INLINE.run(child.tail)
    yield from _paragraphs(free)


def _parts(element: etree._Element) -> bool:
    return local(element) in BLOCKS or local(element) in HEADINGS


def _block(element: etree._Element, left: Counter[str]) -> Iterator[Block]:
    name = local(element)
    if name == "table":
        yield from _table(element, left)
    elif name == "pre":
        yield from _paragraphs("".join(map(str, element.itertext())))
    elif name in HEADINGS:
        text = tidy(INLINE.text(element)).replace("\n", " ")
        if text:
            yield Block("heading", text, level=HEADINGS[name])
    else:
        yield from _walk(element, left)


def _table(table: etree._Element, left: Counter[str]) -> Iterator[Block]:
    caption = next((tidy(INLINE.text(child)) for child in table if local(child) == "caption"), "")
    found = grid.from_markup(table, INLINE)
    left["table_left_out"] += found.left_out
    if found.rows:
        yield found.block(caption)
    else:
        yield from _paragraphs(caption)


def _paragraphs(text: str) -> Iterator[Block]:
    tidied = tidy(text)
    if tidied:
        yield Block("text", tidied)
