"""Tables that a manuscript has behind its references, which are no part of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from ingest.parsing.document import Block
from ingest.parsing.pdf_headings import REFERENCES, title_of

# How a reference begins: "[12] Smith", "12. Smith", "Smith, J." and "Smith J,".
_REFERENCE = re.compile(r"[\[［(]?\d{1,3}[\]］).．]\s|[A-Z][\w’'-]+,? [A-Z]{1,3}[.,]")


def apart(blocks: Sequence[Block]) -> list[Block]:
    """A table with a title that begins a page behind the references opens a section of its name;
    so does each that follows it.

    Not where references follow: there it stands in the midst of them.
    """
    found: list[Block] = []
    above, is_behind = Block("heading", ""), False
    for at, block in enumerate(blocks):
        if block.kind == "heading":
            above, is_behind = block, False
        elif _is_titled(block) and _heading(block, 0).text != above.text:
            is_behind = is_behind or (_ends(above) and _is_behind(blocks, at))
            if is_behind:
                above = _heading(block, above.level)
                found.append(above)
        found.append(block)
    return found


def _is_titled(block: Block) -> bool:
    return block.kind == "table" and bool(block.text.strip())


def _ends(heading: Block) -> bool:
    return REFERENCES.fullmatch(heading.text) is not None


def _is_behind(blocks: Sequence[Block], at: int) -> bool:
    if _last_page(blocks[at - 1]) >= (blocks[at].page or 0):
        return False
    rest = takewhile(lambda each: each.kind != "heading", blocks[at + 1 :])
    return not any(each.kind == "text" and _REFERENCE.match(each.text) for each in rest)


def _heading(table: Block, level: int) -> Block:
    title = title_of(table.text, statement=False)
    return Block("heading", title, table.page, table.boxes[:1], level)


def _last_page(block: Block) -> int:
    return max((box.page for box in block.boxes), default=block.page or 0)
