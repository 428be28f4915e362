"""What can be in the way of a mirror, and whether it is worth trying again."""

from __future__ import annotations


class MirrorError(Exception):
    """Something that a person can do something about. `passes` where trying again may help."""

    passes = False


class Unreachable(MirrorError):
    """The knowledge base does not answer, or says that it cannot just now."""

    passes = True


class KeyRefused(MirrorError):
    """The key is unknown, revoked, expired, or does not open the corpus."""


class BadAnswer(MirrorError):
    """An answer that is none of what is agreed: another server, or another version of it."""


class Tampered(MirrorError):
    """Bytes that are not what their name says."""


class TrailBroken(MirrorError):
    """What is told now does not continue what was told before: history was rewritten."""


class ClockWrong(MirrorError):
    """This machine and the knowledge base do not agree on what time it is."""

    passes = True


class Busy(MirrorError):
    """Another mirror works on this folder."""


class NoRoom(MirrorError):
    """The disk is full, or a limit on files is reached."""

    passes = True


class FolderAway(MirrorError):
    """The folder cannot be read or written."""

    passes = True


class NoCorpus(MirrorError):
    """Nothing has been mirrored into this folder yet."""

    passes = True


class Stale(MirrorError):
    """Nobody has known for too long whether what is here is the newest."""

    passes = True


class Moved(MirrorError):
    """The mirror went on to another manifest while this one was read: open it again."""

    passes = True
