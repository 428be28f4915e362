"""Mirrors the corpus into a folder and reads it there; needs Python and zstandard, nothing else.

`README.md` beside this file says how. The folder can be copied anywhere as it is.
"""

from .errors import (
    BadAnswer,
    Busy,
    ClockWrong,
    FolderAway,
    KeyRefused,
    MirrorError,
    Moved,
    NoCorpus,
    NoRoom,
    Stale,
    Tampered,
    TrailBroken,
    Unreachable,
)
from .following import follow
from .mirror import Mirror, Outcome
from .reading import Corpus, load
from .server import Server

__all__ = [
    "BadAnswer",
    "Busy",
    "ClockWrong",
    "Corpus",
    "FolderAway",
    "KeyRefused",
    "Mirror",
    "MirrorError",
    "Moved",
    "NoCorpus",
    "NoRoom",
    "Outcome",
    "Server",
    "Stale",
    "Tampered",
    "TrailBroken",
    "Unreachable",
    "follow",
    "load",
]
