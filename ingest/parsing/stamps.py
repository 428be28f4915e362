"""Marks a preprint server prints on pages, which programs that recognise text take for its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.parsing.document import Block

_STAMP = re.compile(r"\s*ChinaXiv\s?合作期刊\s*")


def without(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks but for those that are nothing else; a table loses such a title and stays."""
    for block in blocks:
        is_stamp = _STAMP.fullmatch(block.text) is not None
        if block.kind == "table" or not is_stamp:
            yield replace(block, text="") if is_stamp else block
