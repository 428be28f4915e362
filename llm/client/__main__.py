"""Mirrors the corpus into a folder, says how that stands, prints its passages."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import MirrorError
from .folder import Folder
from .following import EVERY, follow
from .mirror import CLOCK_TOLERANCE, Mirror, Outcome
from .reading import Corpus
from .server import Server

KEY = "KB_KEY"
# As in sysexits.h: worth trying again later.
TRY_AGAIN = 75


def main(given: Sequence[str] | None = None) -> int:
    wish = _arguments().parse_args(given)
    # `finally` runs then, and nothing is left half done in any case.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    try:
        done: int = wish.act(wish)
        return done
    except MirrorError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return TRY_AGAIN if error.passes else 1
    except ValueError as error:
        sys.stderr.write(f"{error}.\n")
        return 2
    except BrokenPipeError:
        return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m llm.client", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("mirror", help="make a folder hold the newest corpus")
    verb.set_defaults(act=_mirror)
    verb.add_argument("--url", required=True, help="of the knowledge base: https://kb.hospital.cn")
    verb.add_argument("--to", required=True, type=Path, metavar="DIR")
    verb.add_argument("--key-file", type=Path, help=f"that holds the key; else it is in {KEY}")
    verb.add_argument("--ca", metavar="FILE", help="certificates to trust, instead of the system's")
    verb.add_argument("--follow", action="store_true", help="go on, as soon as something changes")
    verb.add_argument("--every", type=float, default=EVERY, metavar="SECONDS")
    verb.add_argument("--verify", action="store_true", help="read every object again")
    verb.add_argument("--clock-tolerance", type=float, default=CLOCK_TOLERANCE, metavar="SECONDS")
    verb.add_argument("--clock-warn", action="store_true", help="go on with a clock that is wrong")
    for name, act, about in (
        ("status", _status, "say what a folder holds"),
        ("passages", _passages, "print what is in force now, a line of JSON a passage"),
    ):
        verb = verbs.add_parser(name, help=about)
        verb.set_defaults(act=act)
        verb.add_argument("--from", dest="folder", required=True, type=Path, metavar="DIR")
    return parser


def _mirror(wish: argparse.Namespace) -> int:
    server = Server(wish.url, _key(wish.key_file), cafile=wish.ca)
    with Mirror(
        server,
        Folder(wish.to),
        clock_tolerance=wish.clock_tolerance,
        refuses_clock=not wish.clock_warn,
        say=_say,
    ) as mirror:
        if wish.follow:
            follow(mirror, every=wish.every)
        sys.stdout.write(_told(mirror.once(verify=wish.verify)))
    return 0


def _status(wish: argparse.Namespace) -> int:
    corpus = Corpus(wish.folder, minds_the_clock=False)
    manifest = corpus.manifest
    told = {
        "root": manifest.root,
        "epoch": manifest.epoch,
        "trail": manifest.trail,
        "versions": len(manifest.versions),
        "lacking": corpus.lacking,
        "clock": corpus.clock,
        "looked_at": corpus.looked_at.isoformat(timespec="seconds"),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _passages(wish: argparse.Namespace) -> int:
    for passage in Corpus(wish.folder).passages():
        sys.stdout.write(json.dumps(passage, ensure_ascii=False) + "\n")
    return 0


def _key(place: Path | None) -> str:
    """Never from the command line, which everybody on the machine can see."""
    try:
        return place.read_text("utf-8").strip() if place else os.environ.get(KEY, "").strip()
    except OSError as error:
        raise ValueError(f"The key cannot be read: {error}") from error


def _told(outcome: Outcome) -> str:
    lacking = f", {outcome.lacking} not in force" if outcome.lacking else ""
    return f"#{outcome.trail} {outcome.root}: {outcome.fetched} objects fetched{lacking}\n"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
