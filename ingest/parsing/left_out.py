"""What was left out, called by the name that it has in its file."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMES = 3
_LONGEST = 80
# Marks that turn the direction of writing, so that a name reads as another one.
_TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


def facts(names: Sequence[str], *, count: int = 0) -> dict[str, int | str]:
    """How many things, `count` where that is more than have a name, and what the first are called.

    The names are those of strangers: they come back fit to be shown, parted as in any language.
    """
    several = max(count, len(names))
    shown = [name for name in map(_shown, names) if name][:MOST_NAMES]
    if not shown:
        return {"count": several}
    more = " · …" if several > len(shown) else ""
    return {"count": several, "names": " · ".join(shown) + more}


def _shown(name: str) -> str:
    plain = "".join(each for each in name if each.isprintable() and each not in _TURNING).strip()
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 16]}…{plain[-15:]}"
