"""The bytes of uploads, in `KB_HOME/uploads`, named by their SHA-256 and never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from governance.errors import Malformed, TooLarge

MEGABYTE = 1024 * 1024
LONGEST_NAME = 200
HASH = re.compile(r"[0-9a-f]{64}")
# Marks that turn the direction of writing, so that a name reads as another one.
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@dataclass(frozen=True)
class Original:
    """A file that has been received and lies in its place."""

    sha256: str
    size: int
    filename: str


def keep(chunks: Iterable[bytes], filename: str) -> Original:
    """Write the bytes durably before anything speaks of them. The same bytes twice lie once.

    Raises `TooLarge` as soon as the limit is passed, and keeps nothing then;
    `Malformed` for a file without a name, before anything is read.
    """
    name = shown_name(filename)
    folder = Path(settings.KB_HOME) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".receiving-", delete=False) as file:
        temporary = Path(file.name)
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.MAX_UPLOAD_MB * MEGABYTE:
                    raise TooLarge(limit=settings.MAX_UPLOAD_MB)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            temporary.unlink()
            raise
    place = path_of(digest.hexdigest())
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(place)
    for changed in (place.parent, folder):
        _sync(changed)
    return Original(digest.hexdigest(), size, name)


def path_of(sha256: str) -> Path:
    return Path(settings.KB_HOME) / "uploads" / sha256[:2] / sha256


def hash_of(sha256: str) -> str | None:
    """The SHA-256 of what lies where the file of that name belongs; None where it is not there.

    What cannot be read is as good as not there, and a name that is none leads nowhere.
    """
    if not HASH.fullmatch(sha256):
        return None
    try:
        with path_of(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def shown_name(filename: str) -> str:
    """The last part of a name, without what would break a line or turn its direction."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in last if c.isprintable() and c not in TURNING)
    if not name.strip(" ."):
        raise Malformed(field="file", problem=_("The file has no name."))
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 16]}…{name[-15:]}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
