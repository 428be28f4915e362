"""Guidelines saved as one web page: the text of the page, without what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from ingest.parsing import grid
from ingest.parsing.document import Block, Document, Progress
from ingest.parsing.headings import Line, guess, labelled, parted
from ingest.parsing.html_prune import beginning, is_frame, is_hidden, prune
from ingest.parsing.html_tree import page
from ingest.parsing.html_walk import Walk
from ingest.parsing.markup import flat, local
from ingest.parsing.tally import Tally

MEDIA_TYPE = "text/html"
_TITLES = frozenset({"h1", "title"})
_MOST_OF_IT = 0.5


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: wrong_type, wrong_encoding, truncated_file, unsafe_xml, empty_file,
    nested_too_deeply."""
    root = page(path.read_bytes())
    progress(0.3)
    body, title = _first(root, "body"), _first(root, "title")
    tally = Tally()
    walk = Walk(tally)
    blocks = list(_content(root if body is None else body, walk, tally))
    progress(0.8)
    name = "" if title is None else flat("".join(map(str, title.itertext())))
    blocks = titled(with_headings(grid.with_captions(blocks), walk.outstanding, tally), name)
    progress(1.0)
    return Document(MEDIA_TYPE, None, tuple(blocks), tally.warnings())


def with_headings(blocks: list[Block], outstanding: set[str], tally: Tally) -> list[Block]:
    """The blocks with their labels as headings; without any heading, with those guessed, which
    leave the top to the title of the file."""
    if any(block.kind == "heading" for block in blocks):
        return labelled(blocks)
    blocks = [part for block in blocks for part in _parted(block)]
    levels = guess([_line(block, outstanding) for block in blocks])
    tally.note("headings_guessed", count=len(levels), section="")
    for at, level in levels.items():
        blocks[at] = replace(blocks[at], kind="heading", level=level + 1)
    return blocks


def titled(blocks: list[Block], title: str) -> list[Block]:
    """The blocks below the title of their file, where none of their headings is at the top."""
    if not title or not blocks or any(_is_top(block) for block in blocks):
        return blocks
    return [Block("heading", title, blocks[0].page, level=1), *blocks]


def _content(body: etree._Element, walk: Walk, tally: Tally) -> Iterator[Block]:
    roots = _main(body)
    if roots == [body]:
        prune(body, tally, framed=True)
        yield from walk.blocks(body)
        return
    around = [part for part in _around(body, roots) if not is_hidden(part)]
    yield from _title_around(around, roots, walk)
    for part in around:
        prune(part, Tally(), framed=False)
        if beginning(part):
            tally.note("frame_left_out", beginning(part), section="")
    for root in roots:
        prune(root, tally, framed=False)
        yield from walk.blocks(root)


def _main(body: etree._Element) -> list[etree._Element]:
    """What the page marks as its content, if it does; one article only where it is most of it."""
    shown = [each for each in body.iterdescendants() if not _is_out_of_sight(each, body)]
    mains = [each for each in shown if local(each) == "main" or each.get("role") == "main"]
    if not mains:
        articles = [each for each in shown if local(each) == "article"]
        mains = [each for each in _outermost(articles) if _size(each) > _MOST_OF_IT * _size(body)]
    return _outermost(mains) or [body]


def _is_out_of_sight(element: etree._Element, body: etree._Element) -> bool:
    if local(element) not in {"main", "article"} and element.get("role") != "main":
        return True
    return any(is_hidden(each) for each in (element, *element.iterancestors()) if each is not body)


def _outermost(found: list[etree._Element]) -> list[etree._Element]:
    return [each for each in found if not any(above in found for above in each.iterancestors())]


def _around(element: etree._Element, roots: list[etree._Element]) -> Iterator[etree._Element]:
    """The largest parts that hold nothing of the content; loose text comes in a part of its own."""
    holders = {above for root in roots for above in root.iterancestors()}
    for child in list(element):
        if child in roots or not local(child):
            pass
        elif child in holders:
            yield from _around(child, roots)
        else:
            yield child
    loose = etree.Element("p")
    loose.text = " ".join((element.text or "", *(child.tail or "" for child in element)))
    yield loose


def _title_around(
    around: list[etree._Element], roots: list[etree._Element], walk: Walk
) -> Iterator[Block]:
    """The page's title where it stands above its content and not within."""
    if any(local(each) == "h1" for root in roots for each in root.iter()):
        return
    titles = [each for part in around for each in part.iter() if local(each) == "h1"]
    if len(titles) == 1 and not is_frame(titles[0]):
        holder = etree.Element("div")
        parent, tail = titles[0].getparent(), titles[0].tail
        holder.append(titles[0])
        titles[0].tail = None
        if tail and parent is not None:
            parent.text = f"{parent.text or ''} {tail}"
        prune(holder, Tally(), framed=False)
        yield from walk.blocks(holder)


def _is_top(block: Block) -> bool:
    return block.kind == "heading" and block.level == 1


def _parted(block: Block) -> list[Block]:
    if block.kind != "text":
        return [block]
    return [replace(block, text=text) for text in parted(block.text)]


def _line(block: Block, outstanding: set[str]) -> Line:
    if block.kind != "text" or block.text.startswith("•"):
        return Line("")
    return Line(block.text, block.text in outstanding)


def _size(element: etree._Element) -> int:
    return sum(len(str(text).strip()) for text in element.itertext())


def _first(root: etree._Element, name: str) -> etree._Element | None:
    return next((each for each in root.iter() if local(each) == name), None)
