"""`python -m tests.prove [NAME …]`: every harness, or those named, in a process of its own.

What comes behind the names and begins with a dash is told to each: `schema --examples 5`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.prove import say, seed_of

FOLDER = Path(__file__).parent
# What a harness ends with that cannot be tried on this machine.
SKIPPED = 77


def names() -> list[str]:
    """The modules here that can be run."""
    own = Path(__file__).name
    found = [p for p in sorted(FOLDER.glob("*.py")) if p.name != own]
    return [p.stem for p in found if 'if __name__ == "__main__":' in p.read_text("utf-8")]


def main(given: list[str]) -> int:
    place = next((n for n, each in enumerate(given) if each.startswith("-")), len(given))
    wanted, options = given[:place], given[place:]
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        say(f"There is no {', '.join(unknown)}. There are: {', '.join(names())}.")
        return 2
    seed = seed_of()
    say(f"SEED={seed}")
    table = [_run(name, seed, options) for name in wanted or names()]
    say("")
    for name, seconds, code in table:
        say(f"{name:12} {seconds:8.0f} s  {_word(code)}")
    return int(any(code not in (0, SKIPPED) for _name, _seconds, code in table))


def _run(name: str, seed: int, options: list[str]) -> tuple[str, float, int]:
    say(f"\n== {name}")
    began = time.monotonic()
    environment = os.environ | {"SEED": str(seed)}
    command = [sys.executable, "-m", f"tests.prove.{name}", *options]
    code = subprocess.run(command, env=environment, check=False).returncode
    return name, time.monotonic() - began, code


def _word(code: int) -> str:
    return {0: "holds", SKIPPED: "not tried here"}.get(code, f"BROKEN ({code})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
