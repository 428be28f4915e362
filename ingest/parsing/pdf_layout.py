"""A page's runs set to lines, and its lines and tables in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_runs import GAP, Run
from ingest.parsing.pdf_shifts import text_of
from ingest.parsing.pdf_text import is_marker, is_squeezed, is_wide

_BIN = 2.0
# A gutter is at least this wide, has lines beside it on both sides, and few across it.
_GUTTER = 6.0
_LINES_BESIDE = 4
_ACROSS = 0.2
# Columns of prose are this wide at least, in points and as a share of their side; what is
# narrower is a list of pairs, and is read row by row.
_PROSE_WIDTH = 100.0
_PROSE_FILLED = 0.55
_TABBED = 0.3
_SPREAD = 2.5
_DEEPEST = 3
# No gutter is nearer to the text's side than this share of its width.
_MARGIN = 0.15
# How far two runs of a line may stand over each other, in sizes: a little, or by what a Chinese
# mark lends; and how near a raised sign stands to what it is raised over.
_SLACK = 0.4
_LENT = 0.7
_TOUCHING = 0.5
# What is raised so high that it hardly meets its line is smaller, and right beside the letters.
_SMALL = 0.82
_RIGHT_BESIDE = 0.1
_NOWHERE = Rect(0, 0, 0, 0)


class Segment(NamedTuple):
    """A part of a line with a gap on either side."""

    text: str
    left: float
    right: float


@dataclass(slots=True)
class Line:
    """A line of one column. Where it has gaps, its segments are what stands between them."""

    text: str
    rect: Rect
    baseline: float
    size: float
    letters: int
    bold: bool
    italic: bool
    segments: tuple[Segment, ...] = ()

    @property
    def is_tabbed(self) -> bool:
        return len(self.segments) > 1

    @property
    def is_spread(self) -> bool:
        """Whether a gap is wider than any justified line's."""
        return any(b.left - a.right > _SPREAD * self.size for a, b in pairwise(self.segments))


@dataclass(slots=True)
class Flow:
    """Lines that stand under each other in one column, or one thing that is no line."""

    lines: list[Line] = field(default_factory=list)
    thing: int | None = None
    rect: Rect = _NOWHERE


@dataclass(frozen=True, slots=True)
class _Item:
    rect: Rect
    run: Run | None = None
    thing: int | None = None


def flows_of(runs: Sequence[Run], things: Sequence[Rect]) -> list[Flow]:
    """The page's columns in reading order; `things` are tables, given back by their number."""
    items = [_Item(run.rect, run=run) for run in runs]
    items += [_Item(rect, thing=number) for number, rect in enumerate(things)]
    return _arranged(items, _DEEPEST) if items else []


def lines_of(runs: Sequence[Run]) -> list[Line]:
    """Runs of one column as its lines, from top to bottom."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.baseline, run.left)):
        row = next((row for row in rows[-1:-4:-1] if _beside(row, run)), None)
        if row is None:
            rows.append([run])
        else:
            row.append(run)
    return sorted((_line(row) for row in rows), key=lambda line: line.baseline)


def _beside(row: Sequence[Run], run: Run) -> bool:
    if any(_is_level(run, other) or _is_raised_high(run, other) for other in row):
        return all(_clear(run, each) for each in row)
    return False


def _is_level(run: Run, other: Run) -> bool:
    lower = min(other.bottom - other.top, run.bottom - run.top)
    near = abs(other.baseline - run.baseline) < 0.65 * max(other.size, run.size)
    return near and _overlap(run, other) >= 0.5 * lower


def _is_raised_high(run: Run, other: Run) -> bool:
    small, large = sorted((run, other), key=lambda each: each.size)
    above = 0 < large.baseline - small.baseline < large.size
    beside = above and abs(_gap(small, large)) < _RIGHT_BESIDE * large.size
    return beside and small.size <= _SMALL * large.size and _overlap(run, other) > 0


def _overlap(run: Run, other: Run) -> float:
    return min(other.bottom, run.bottom) - max(other.top, run.top)


def _clear(run: Run, other: Run) -> bool:
    left, right = (run, other) if run.left <= other.left else (other, run)
    lent = _LENT if is_squeezed(left.text[-1], right.text[0]) else _SLACK
    return right.left > left.right - lent * min(run.size, other.size)


def _line(runs: Sequence[Run]) -> Line:
    row = _as_read(sorted(runs, key=lambda run: run.left))
    text, rect = row[0].text, row[0].rect
    for before, run in pairwise(row):
        text += _between(before, run) + run.text
        rect = rect.joined(run.rect)
    main = max(row, key=lambda run: run.letters)
    letters = sum(run.letters for run in row)
    return Line(
        text=text,
        rect=rect,
        baseline=main.baseline,
        size=main.size,
        letters=letters,
        bold=sum(run.bold for run in row) > 0.85 * letters,
        italic=sum(run.italic for run in row) > 0.85 * letters,
        segments=_segments(row),
    )


def _as_read(row: Sequence[Run]) -> list[Run]:
    """The row with what stands raised or lowered beside a larger run shown so."""
    beside = zip([None, *row[:-1]], row, [*row[1:], None], strict=True)
    return [_beside_larger(run, [each for each in (a, b) if each]) for a, run, b in beside]


def _beside_larger(run: Run, neighbours: Sequence[Run]) -> Run:
    touching = [each for each in neighbours if _gap(each, run) < _TOUCHING * each.size]
    largest = max(touching, key=lambda each: each.size, default=run)
    if largest.size <= run.size:
        return run
    before = neighbours[0].text if neighbours[0].left < run.left else ""
    return replace(run, text=text_of(run.parts, largest.size, largest.baseline, before))


def _gap(one: Run, other: Run) -> float:
    return max(one.left - other.right, other.left - one.right)


def _segments(row: Sequence[Run]) -> tuple[Segment, ...]:
    """A marker of a list is part of its item, however far the item stands from it."""
    found = [Segment(row[0].text, row[0].left, row[0].right)]
    for before, run in pairwise(row):
        marker = len(found) == 1 and is_marker(found[0].text)
        if marker or run.left - before.right < GAP * run.size:
            text = found[-1].text + _between(before, run) + run.text
            found[-1] = Segment(text, found[-1].left, run.right)
        else:
            found.append(Segment(run.text, run.left, run.right))
    return tuple(found)


def _between(before: Run, run: Run) -> str:
    gap = run.left - before.right
    close = gap < 0.1 * run.size
    wide = is_wide(before.text[-1]) and is_wide(run.text[0]) and gap < 0.8 * run.size
    return "" if close or wide else " "


def _arranged(items: Sequence[_Item], depth: int) -> list[Flow]:
    gutter = _gutter(items) if depth else None
    if gutter is None:
        return _column(items)
    across = sorted(
        (item for item in items if item.rect.left < gutter < item.rect.right),
        key=lambda item: item.rect.top,
    )
    heights = [_middle(item) for item in across]
    bands: list[list[_Item]] = [[] for _ in range(len(across) + 1)]
    for item in items:
        if not item.rect.left < gutter < item.rect.right:
            bands[sum(height < _middle(item) for height in heights)].append(item)
    flows: list[Flow] = []
    crossing: list[_Item] = []
    for number, band in enumerate(bands):
        if band:
            flows += _column(crossing) if crossing else []
            crossing = []
            flows += _arranged([i for i in band if i.rect.right <= gutter], depth - 1)
            flows += _arranged([i for i in band if i.rect.left >= gutter], depth - 1)
        crossing += across[number : number + 1]
    return flows + (_column(crossing) if crossing else [])


def _middle(item: _Item) -> float:
    return (item.rect.top + item.rect.bottom) / 2


def _column(items: Sequence[_Item]) -> list[Flow]:
    """One column: its lines, parted where a table stands between them."""
    if not items:
        return []
    lines = lines_of([item.run for item in items if item.run])
    left = min(item.rect.left for item in items)
    right = max(item.rect.right for item in items)
    flows: list[Flow] = []
    things = sorted((item for item in items if item.run is None), key=lambda i: i.rect.top)
    for thing in things:
        above = [line for line in lines if line.baseline <= thing.rect.top + 0.3 * line.size]
        lines = lines[len(above) :]
        flows += [Flow(above)] if above else []
        flows.append(Flow(thing=thing.thing, rect=thing.rect))
    flows += [Flow(lines)] if lines else []
    for flow in flows:
        if flow.thing is None:
            flow.rect = Rect(left, flow.lines[0].rect.top, right, flow.lines[-1].rect.bottom)
    return flows


def _gutter(items: Sequence[_Item]) -> float | None:
    """Where the page is parted in two columns, if it is."""
    left = min(item.rect.left for item in items) if items else 0.0
    right = max(item.rect.right for item in items) if items else 0.0
    if right - left < 2 * _PROSE_WIDTH:
        return None
    for x in _openings(items, left, right):
        if _parts(items, x, left, right):
            return x
    return None


def _openings(items: Sequence[_Item], left: float, right: float) -> list[float]:
    """Middles of the upright strips that few items cross, the emptiest first."""
    bins = [0] * (int((right - left) / _BIN) + 2)
    for item in items:
        first = int((item.rect.left - left + 1) / _BIN)
        for number in range(first, int((item.rect.right - left - 1) / _BIN) + 1):
            bins[number] += 1
    found = []
    for first, end in _strips(bins, max(1, _ACROSS * len(items))):
        least = min(bins[first:end])
        start, stop = _narrowed(bins, first, end, least)
        middle = (start + stop) / 2 * _BIN
        wide = (stop - start) * _BIN >= _GUTTER - _BIN
        if wide and _MARGIN < middle / (right - left) < 1 - _MARGIN:
            found.append((least, start - stop, left + middle))
    return [x for _, _, x in sorted(found)]


def _strips(bins: Sequence[int], most: float) -> Iterator[tuple[int, int]]:
    """From where to where no bin has more than this."""
    start = None
    for number, count in enumerate([*bins, most + 1]):
        if count > most:
            if start is not None:
                yield start, number
            start = None
        elif start is None:
            start = number


def _narrowed(bins: Sequence[int], first: int, end: int, least: int) -> tuple[int, int]:
    """The widest part of a strip that no more than a few more items cross than its emptiest."""
    best, start = (first, first), first
    for number in range(first, end + 1):
        if number == end or bins[number] > least + 1:
            if number - start > best[1] - best[0]:
                best = (start, number)
            start = number + 1
    return best


def _parts(items: Sequence[_Item], x: float, left: float, right: float) -> bool:
    before = [item for item in items if item.run and item.rect.right <= x]
    after = [item for item in items if item.run and item.rect.left >= x]
    if not before or not after:
        return False
    down = min(max(i.rect.bottom for i in before), max(i.rect.bottom for i in after))
    up = max(min(i.rect.top for i in before), min(i.rect.top for i in after))
    level = down - up > 2 * _LINES_BESIDE * _BIN
    return level and _is_columns(before, x - left) and _is_columns(after, right - x)


def _is_columns(items: Sequence[_Item], width: float) -> bool:
    """Prose, or columns of prose in turn."""
    prose = _is_prose([item.run for item in items if item.run], width)
    return prose or _gutter(items) is not None


def _is_prose(runs: Sequence[Run], width: float) -> bool:
    lines = lines_of(runs)
    tabbed = sum(line.is_tabbed for line in lines)
    if len(lines) < _LINES_BESIDE or tabbed > _TABBED * len(lines):
        return False
    middle = median(line.rect.right - line.rect.left for line in lines)
    return middle > max(_PROSE_WIDTH, _PROSE_FILLED * width)
