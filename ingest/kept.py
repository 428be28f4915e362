"""What reading a file came to, kept until its upload asks for it, so that it is read once.

`KB_HOME/readings` can be emptied at any time: what is missing is read again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from pathlib import Path

import zstandard
from django.conf import settings

from ingest import splitting, wire
from ingest.parsing.document import Document
from ingest.splitting import Parsed

SUFFIX = ".json.zst"
DAYS = 30
# What a reading may unpack to: what the answer of a reader may be.
MOST_BYTES = 512 * 2**20


def keep(sha256: str, filename: str, document: Document, parsed: Parsed) -> None:
    told = {"document": wire.document_to_json(document), "parsed": wire.parsed_to_json(parsed)}
    packed = zstandard.compress(json.dumps(told).encode())
    place = _place(sha256, filename)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".writing-", delete=False) as file:
        file.write(packed)
    Path(file.name).replace(place)


def taken(sha256: str, filename: str) -> tuple[Document, Parsed] | None:
    """What was read of these bytes under this name by readers as they are; None without it."""
    try:
        packed = _place(sha256, filename).read_bytes()
        unpacked = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MOST_BYTES)
        told = json.loads(unpacked)
        return wire.document_from_json(told["document"]), wire.parsed_from_json(told["parsed"])
    except (OSError, ValueError, KeyError, TypeError, zstandard.ZstdError):
        return None


def forget(sha256: str, filename: str) -> None:
    _place(sha256, filename).unlink(missing_ok=True)


def tidy() -> None:
    """Drop what nobody asked for in a month, and what was torn while it was written."""
    too_old = time.time() - DAYS * 86_400
    for path in _folder().iterdir():
        if path.stat().st_mtime < too_old:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.KB_HOME) / "readings"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _place(sha256: str, filename: str) -> Path:
    """The name counts: by its ending a file is Markdown or text, and a remark may name it."""
    key = hashlib.sha256(f"{sha256} {splitting.PROFILE} {filename}".encode()).hexdigest()
    return _folder() / f"{key}{SUFFIX}"
