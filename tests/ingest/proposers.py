"""A proposer that fails, for a child process to run in the place of the one that proposes.

Which way it fails stands at the beginning of the file it is given.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ingest.parsing.document import Document, Progress
from ingest.proposing import Proposal
from ingest.proposing.apart import answer_with


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    return answer_with(_fails, path, filename, progress)


def _fails(path: Path, filename: str, document: Document) -> tuple[Proposal, ...]:
    how = document.blocks[0].text
    if how == "dies":
        os.abort()
    if how == "lies":
        return (Proposal("no field", 7, "sure", "text"),)
    raise ValueError(how)
