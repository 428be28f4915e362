"""Reads a file and makes proposals in the same process apart, so that it is parsed once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest import parsing, wire
from ingest.parsing.document import Document, Progress
from ingest.proposing import propose
from ingest.proposing.found import FIELDS, LONGEST, Certainty, Proposal
from ingest.proposing.metadata import said_by
from ingest.sandbox import work_apart
from ingest.splitting import Parsed, split

Read = tuple[Document, Parsed, tuple[Proposal, ...]]
_PLACES = frozenset({"metadata", "text", "filename"})
_LONGEST_AROUND = 3 * LONGEST


def read_and_propose(path: Path, filename: str, *, progress: Progress) -> Read:
    """Raises `Unreadable` as reading does."""
    return work_apart("ingest.proposing.apart", path, filename, _understood, progress=progress)


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """In the child."""
    document = parsing.read(path, filename, progress)
    proposals = propose(document, said_by(path, document.media_type), filename)
    return {
        "document": wire.document_to_json(document),
        "parsed": wire.parsed_to_json(split(document)),
        "proposals": [asdict(each) for each in proposals],
    }


def _understood(told: Any) -> Read:
    document = wire.document_from_json(told.get("document"))
    parsed = wire.parsed_from_json(told.get("parsed"))
    proposals = told.get("proposals")
    if not isinstance(proposals, list):
        raise wire.Nonsense("no proposals")
    return document, parsed, tuple(proposal_from_json(each) for each in proposals)


def proposal_from_json(told: Any) -> Proposal:
    """Raises `Nonsense`."""
    try:
        each = Proposal(**told)
        certainty = Certainty(each.certainty)
    except (TypeError, ValueError) as error:
        raise wire.Nonsense("no proposal") from error
    texts = (each.value, each.section, each.around)
    fits = all(isinstance(text, str) and len(text) <= _LONGEST_AROUND for text in texts)
    page = each.page is None or (type(each.page) is int and each.page > 0)
    if not fits or not page or each.field not in FIELDS or each.place not in _PLACES:
        raise wire.Nonsense("no proposal")
    if any(parsing.NOT_STORABLE.search(text) for text in texts):
        raise wire.Nonsense("not a text")
    return Proposal(each.field, each.value, certainty, each.place, each.page, *texts[1:])
