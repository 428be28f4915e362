"""Compares two versions passage by passage, section by section."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

Path = tuple[str, ...]

# Two passages are taken for one that was changed if they share half of their pairs of characters,
# and if not more than so many others stand between them.
ALIKE = 0.5
NEAR = 5


@dataclass(frozen=True)
class Piece:
    """A passage, as far as comparing needs it. `page` is None where there are no pages."""

    passage: int
    path: Path
    page: int | None
    text: str
    digest: str


@dataclass(frozen=True)
class Pair:
    before: Piece
    after: Piece


@dataclass
class Section:
    """What became of the passages under one path. `moved` and `same` are told by digest."""

    path: Path
    added: list[Piece] = field(default_factory=list)
    removed: list[Piece] = field(default_factory=list)
    changed: list[Pair] = field(default_factory=list)
    moved: list[Piece] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


KINDS = ("added", "removed", "changed", "moved", "same")


def compare(*, before: Sequence[Piece], after: Sequence[Piece]) -> list[Section]:
    """What happened to each section, in the order of `after`, then what is in `before` alone.

    Every passage of either side is told of exactly once.
    """
    olds, news = _by_path(before), _by_path(after)
    sections = [_compared(path, olds[path], news[path]) for path in dict.fromkeys([*news, *olds])]
    _find_moved(sections)
    return sections


def counts(sections: Sequence[Section]) -> dict[str, int]:
    return {kind: sum(len(getattr(s, kind)) for s in sections) for kind in KINDS}


def _by_path(pieces: Sequence[Piece]) -> defaultdict[Path, list[Piece]]:
    found: defaultdict[Path, list[Piece]] = defaultdict(list)
    for piece in pieces:
        found[piece.path].append(piece)
    return found


def _compared(path: Path, olds: Sequence[Piece], news: Sequence[Piece]) -> Section:
    section = Section(path)
    matcher = SequenceMatcher(None, _told_apart(olds), _told_apart(news), autojunk=False)
    for word, i, j, k, m in matcher.get_opcodes():
        if word == "equal":
            section.same += [p.digest for p in news[k:m]]
        else:
            _pair(section, olds[i:j], news[k:m])
    return section


def _told_apart(pieces: Sequence[Piece]) -> list[tuple[str, int]]:
    """What reads the same is numbered: a text that stands a thousand times would take minutes."""
    seen: Counter[str] = Counter()
    names = []
    for piece in pieces:
        names.append((piece.digest, seen[piece.digest]))
        seen[piece.digest] += 1
    return names


def _pair(section: Section, olds: Sequence[Piece], news: Sequence[Piece]) -> None:
    """Pair what is alike in two runs, in order; the rest was removed or added."""
    found = alike([p.text for p in olds], [p.text for p in news])
    pairs = [Pair(olds[i], news[k]) for i, k in found]
    gone, come = {p.before for p in pairs}, {p.after for p in pairs}
    section.same += [p.after.digest for p in pairs if p.before.digest == p.after.digest]
    section.changed += [p for p in pairs if p.before.digest != p.after.digest]
    section.removed += [p for p in olds if p not in gone]
    section.added += [p for p in news if p not in come]


def alike(olds: Sequence[str], news: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which of the new ones is which of the old ones, changed; by place, in the order of both.

    At most `NEAR` comparisons each, so that two books without likeness cost little.
    """
    bigrams = [_bigrams(old) for old in olds]
    start = 0
    for place, new in enumerate(news):
        mine = _bigrams(new)
        near = range(start, min(start + NEAR, len(olds)))
        found = max(near, key=lambda i: _likeness(bigrams[i], mine), default=None)
        if found is not None and _likeness(bigrams[found], mine) >= ALIKE:
            yield found, place
            start = found + 1


def likeness(one: str, other: str) -> float:
    """From 0 to 1: how many pairs of characters two texts share."""
    return _likeness(_bigrams(one), _bigrams(other))


def share_in(text: str, sought: str) -> float:
    """From 0 to 1: how many of the pairs of characters of what is sought stand in the text."""
    wanted = _bigrams(sought)
    return len(wanted & _bigrams(text)) / len(wanted)


def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(max(len(text) - 1, 1)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient: 1 for the same pairs of characters, 0 for none in common."""
    return 2 * len(one & other) / (len(one) + len(other))


def _find_moved(sections: Sequence[Section]) -> None:
    """What was removed from one section and added to another, word for word, has moved."""
    gone: defaultdict[str, list[tuple[Section, Piece]]] = defaultdict(list)
    for section in sections:
        for piece in section.removed:
            gone[piece.digest].append((section, piece))
    for section in sections:
        section.moved = [p for p in section.added if _take(gone[p.digest])]
        moved = {p.passage for p in section.moved}
        section.added = [p for p in section.added if p.passage not in moved]


def _take(places: list[tuple[Section, Piece]]) -> bool:
    """Take one of the places where the text stood; False where there is none left."""
    if not places:
        return False
    section, piece = places.pop(0)
    section.removed.remove(piece)
    return True
