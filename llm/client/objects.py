"""Fetches objects, goes on where one was cut off, and takes none that is not what it is called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

import zstandard

from .errors import BadAnswer, FolderAway, Tampered
from .folder import Folder
from .manifests import Named
from .server import Answer, Away, Server

# Bytes unpacked at a time: a block of a few makes 128 KB.
BITE = 1024
# What became of it.
HERE, WITHDRAWN, UNKNOWN = "here", "withdrawn", "unknown"
_GONE = {HTTPStatus.GONE: WITHDRAWN, HTTPStatus.NOT_FOUND: UNKNOWN}
_COMING = frozenset(
    {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}
)
_FROM = re.compile(r"bytes (\d+)-\d+/\d+")


def unpack(stored: bytes, named: Named) -> bytes:
    """The bytes of an object. Raises `Tampered`; hardly more is unpacked than there should be."""
    frame, content = zstandard.ZstdDecompressor().decompressobj(), b""
    try:
        pieces = (stored[at : at + BITE] for at in range(0, len(stored), BITE))
        content = b"".join(_bounded(map(frame.decompress, pieces), named))
    except (zstandard.ZstdError, EOFError) as error:
        raise Tampered(f"Object {named.sha256} is not one whole frame.") from error
    is_whole = frame.eof and not frame.unused_data and len(content) == named.bytes
    if not is_whole or hashlib.sha256(content).hexdigest() != named.sha256:
        raise Tampered(f"Object {named.sha256} is not what it is called.")
    return content


def _bounded(pieces: Iterable[bytes], named: Named) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > named.bytes:
            raise Tampered(f"Object {named.sha256} is larger than it should be.")
        yield piece


def is_sound(folder: Folder, named: Named) -> bool:
    try:
        unpack(folder.object(named.sha256).read_bytes(), named)
    except (Tampered, OSError):
        return False
    return True


def fetch(server: Server, folder: Folder, named: Named) -> str:
    """Have the object in the folder, or say why not: `WITHDRAWN`, `UNKNOWN`.

    Raises `Tampered` where what comes is something else twice. What was left of an earlier try
    may be of other bytes under the same name (packed by another version of zstd), so the second
    begins afresh.
    """
    for _time in range(2):
        coming = Coming(folder, named)
        answer = coming.come(server)
        if answer.status in _GONE:
            folder.drop_part(named.sha256)
            return _GONE[HTTPStatus(answer.status)]
        if coming.is_taken():
            return HERE
        folder.drop_part(named.sha256)
    raise Tampered(f"The server sends something else under the name {named.sha256}.")


class Coming:
    """An object of which so many bytes are here."""

    def __init__(self, folder: Folder, named: Named) -> None:
        self.folder, self.named = folder, named
        part = folder.part(named.sha256)
        self.have = part.stat().st_size if part.exists() else 0
        self.is_first = True

    def come(self, server: Server) -> Answer:
        """Try until an answer is here to its end."""
        return server.patiently(lambda: self._go_on(server))

    def _go_on(self, server: Server) -> Answer:
        """One try for the rest. Raises `Away`, with what came by then kept."""
        had = self.have
        try:
            return self._ask(server)
        except Away as away:
            away.has_moved = self.have > had
            raise

    def _ask(self, server: Server) -> Answer:
        headers: Mapping[str, str] = {}
        if self.have:
            headers = {"Range": f"bytes={self.have}-", "If-Range": f'"{self.named.sha256}"'}
        self.is_first = True
        path = f"corpus/objects/{self.named.sha256}"
        answer = server.once("GET", path, headers, sink=self.take)
        if answer.status not in {*_COMING, *_GONE}:
            raise BadAnswer(f"An object is answered with {answer.status}.")
        return answer

    def take(self, answer: Answer, piece: bytes) -> None:
        if self.is_first:
            self.have = self.have if answer.status == HTTPStatus.PARTIAL_CONTENT else 0
            self.is_first = False
            self._must_fit(answer)
        if self.have + len(piece) > _largest(self.named.bytes):
            raise Tampered(f"More comes under the name {self.named.sha256} than there can be.")
        self.folder.add_to_part(self.named.sha256, piece, at=self.have)
        self.have += len(piece)

    def is_taken(self) -> bool:
        """Whether all that came is the object. It then has its place."""
        try:
            unpack(self.folder.part(self.named.sha256).read_bytes(), self.named)
        except (Tampered, FileNotFoundError):
            return False
        except OSError as error:
            raise FolderAway(f"The folder does not answer: {error}") from error
        self.folder.finish_part(self.named.sha256)
        return True

    def _must_fit(self, answer: Answer) -> None:
        if answer.status == HTTPStatus.PARTIAL_CONTENT:
            told = _FROM.fullmatch(answer.headers.get("content-range", ""))
            if not told or int(told[1]) != self.have:
                raise BadAnswer("Another range comes than was asked for.")


def _largest(size: int) -> int:
    """What zstd may make of so many bytes that cannot be compressed, and some."""
    return size + size // 128 + 1024
