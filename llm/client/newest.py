"""Asks for the newest manifest, which is not sent again to whoever has it."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from http import HTTPStatus

import zstandard

from .errors import BadAnswer, MirrorError, Tampered
from .folder import Current, Folder
from .manifests import Manifest, parse
from .server import LARGEST_BODY, Answer, Server

CODINGS = "zstd, gzip;q=0.5"


@dataclass(frozen=True)
class Newest:
    """`behind`: so many changes of knowledge are not in the manifest yet. `is_here`: it is the one
    that the folder has, sound.
    """

    manifest: Manifest
    is_here: bool
    etag: str
    behind: int


def newest(server: Server, folder: Folder, current: Current) -> Newest:
    """Raises `Tampered` where it is no manifest, or its root is not its own."""
    here = _here(folder, current)
    known = {"If-None-Match": current.etag} if here and current.etag else {}
    answer = server.get("corpus/", {"Accept-Encoding": CODINGS} | known)
    behind = answer.headers.get("corpus-behind", "")
    count = int(behind) if behind.isdigit() else 0
    if answer.status == HTTPStatus.NOT_MODIFIED and here and known:
        return Newest(here, True, current.etag, count)
    if answer.status != HTTPStatus.OK:
        raise BadAnswer(f"The newest manifest is answered with {answer.status}.")
    manifest = parse(_unpacked(answer))
    return Newest(manifest, False, answer.headers.get("etag", ""), count)


def _here(folder: Folder, current: Current) -> Manifest | None:
    """The manifest that holds, if its file is what it was."""
    try:
        manifest = parse(folder.manifest(current.root).read_bytes()) if current.root else None
    except (OSError, MirrorError):
        return None
    return manifest if manifest and manifest.root == current.root else None


def _unpacked(answer: Answer) -> bytes:
    """As it was before it was compressed for the way; no more of it than anybody sends."""
    coding, body = answer.headers.get("content-encoding", ""), io.BytesIO(answer.body)
    try:
        if coding == "zstd":
            content = zstandard.ZstdDecompressor().stream_reader(body).read(LARGEST_BODY + 1)
        elif coding == "gzip":
            content = gzip.GzipFile(fileobj=body).read(LARGEST_BODY + 1)
        else:
            content = bytes(answer.body)
    except (zstandard.ZstdError, OSError, EOFError) as error:
        raise Tampered("The manifest cannot be unpacked.") from error
    if len(content) > LARGEST_BODY:
        raise BadAnswer(f"The manifest is larger than {LARGEST_BODY} bytes.")
    return content
