"""Reads a file and makes proposals in the same process apart, so that it is parsed once."""

from __future__ import annotations

import logging
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest import parsing, wire
from ingest.parsing.document import Document, Progress, Unreadable
from ingest.proposing import propose
from ingest.proposing.found import FIELDS, LONGEST, Certainty, Proposal
from ingest.proposing.metadata import said_by
from ingest.sandbox import read_apart, work_apart
from ingest.splitting import Parsed, split

log = logging.getLogger(__name__)

Read = tuple[Document, Parsed, tuple[Proposal, ...]]
Proposer = Callable[[Path, str, Document], tuple[Proposal, ...]]
_PLACES = frozenset({"metadata", "text", "filename"})
_LONGEST_AROUND = 3 * LONGEST
_MOST_SECONDS = 20
# What a rule of ours that meets a text nobody thought of raises.
_MISTAKES = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    *(AssertionError, MemoryError, OSError, RuntimeError),
)
_LONGEST_TROUBLE = 200


def read_and_propose(
    path: Path, filename: str, *, progress: Progress, module: str = __name__
) -> Read:
    """Raises `Unreadable` as reading does, and for no other reason.

    Where proposing fails, the file is read all the same, without proposals, and the log says so.
    """
    try:
        return work_apart(module, path, filename, _understood, progress=progress)
    except Unreadable as reason:
        if reason.code != "reader_crashed":
            raise
    document, parsed = read_apart(path, filename, progress=progress)
    log.warning("reading with proposals crashed, without them it did not: %s", path.name)
    return document, parsed, ()


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """In the child."""
    return answer_with(_proposals, path, filename, progress)


def answer_with(
    proposer: Proposer, path: Path, filename: str, progress: Progress
) -> dict[str, Any]:
    document = parsing.read(path, filename, progress)
    proposals, trouble = _tried(proposer, path, filename, document)
    return {
        "document": wire.document_to_json(document),
        "parsed": wire.parsed_to_json(split(document)),
        "proposals": [asdict(each) for each in proposals],
        "trouble": trouble,
    }


def _proposals(path: Path, filename: str, document: Document) -> tuple[Proposal, ...]:
    return propose(document, said_by(path, document.media_type), filename)


def _tried(
    proposer: Proposer, path: Path, filename: str, document: Document
) -> tuple[tuple[Proposal, ...], str]:
    """The proposals, or none and what went wrong: whatever that is, the reading is worth more."""
    try:
        with _at_most(_MOST_SECONDS):
            return proposer(path, filename, document), ""
    except _MISTAKES as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        return (), f"{type(error).__name__} in {Path(at.filename).name}, line {at.lineno}"


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raises `TimeoutError` in what takes longer; a pattern may take for ever on a strange text."""

    def over(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"not done in {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _understood(told: Any) -> Read:
    document = wire.document_from_json(told.get("document"))
    parsed = wire.parsed_from_json(told.get("parsed"))
    return document, parsed, _taken(told)


def _taken(told: Any) -> tuple[Proposal, ...]:
    """The proposals, if all are such; else none, which the log says."""
    trouble, proposals = told.get("trouble"), told.get("proposals")
    try:
        if not trouble and isinstance(proposals, list):
            return tuple(proposal_from_json(each) for each in proposals)
    except wire.Nonsense as error:
        trouble = error
    log.warning("no proposals: %r", str(trouble)[:_LONGEST_TROUBLE])
    return ()


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
