"""What runs along on every page: headers, footers, page numbers, line numbers, watermarks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_runs import Run
from ingest.parsing.pdf_text import PAGE_NUMBER

# Headers and footers stand in these outer shares of a page, in so many rows at most.
_ZONE = 0.2
_ROWS = 4
# The same text in the same place is a header when it is on three pages and on this share of
# the pages between its first and its last; so a chapter's header is one, and a heading that
# happens to stand at the top of three far pages is not.
_REPEATS = 3
_DENSITY = 0.4
_SAME_PLACE = 4.0
_FEWEST_LINE_NUMBERS = 5

Row = list[Run]


def drop_running(pages: Sequence[Page]) -> int:
    """Take what runs along off the pages, and say how many characters it was."""
    before = sum(page.letters for page in pages)
    _drop_line_numbers(pages)
    _drop_edges(pages)
    _drop_asides(pages)
    _drop_pictures(pages)
    return before - sum(page.letters for page in pages)


def rows_of(runs: Iterable[Run]) -> list[Row]:
    """Runs by their baselines, from top to bottom, each row from left to right."""
    rows: list[Row] = []
    for run in sorted(runs, key=lambda run: (run.baseline, run.left)):
        if rows and abs(rows[-1][0].baseline - run.baseline) <= 0.3 * run.size:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.left) for row in rows]


def _drop_edges(pages: Sequence[Page]) -> None:
    edges = [(page, _edge_rows(page)) for page in pages]
    repeated = _repeated(edges)
    offsets = _number_offsets(edges)
    for page, zones in edges:
        gone: set[int] = set()
        for zone, rows in zones.items():
            for row in rows:
                number = _number(row)
                counted = number is not None and number - page.number in offsets
                keys = {(page.number, zone, key) for key in _keys(row, page.number)}
                if not counted and repeated.isdisjoint(keys):
                    break
                gone.update(id(run) for run in row)
        left = [run for run in page.runs if id(run) not in gone]
        # Where nothing else is on the page, what repeats is its text, as on a sheet of labels.
        page.runs = left or page.runs


def _edge_rows(page: Page) -> dict[str, list[Row]]:
    """The rows nearest to the page's edges, outermost first."""
    _, high = page.size
    rows = rows_of(run for run in page.runs if run.cell is None)
    top = [row for row in rows[:_ROWS] if row[0].bottom < _ZONE * high]
    bottom = [row for row in rows[: -_ROWS - 1 : -1] if row[0].top > (1 - _ZONE) * high]
    return {"top": top, "bottom": bottom}


def _keys(row: Row, page: int) -> set[str]:
    """The row's text, and the text with one of its numbers counted from the page's.

    So "Guideline 7" of the seventh page is the same as "Guideline 8" of the eighth, and
    "Dose: 5 mg" is never the same as "Dose: 50 mg".
    """
    text = "".join("".join(run.text.split()) for run in row)
    keys = {text}
    for number in re.finditer(r"\d{1,9}", text):
        offset = int(number[0]) - page
        keys.add(f"{text[: number.start()]}#{offset}#{text[number.end() :]}")
    return keys


Edges = list[tuple[Page, dict[str, list[Row]]]]


def _repeated(edges: Edges) -> set[tuple[int, str, str]]:
    """(page, zone, text) of every row that is one of many."""
    places: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for page, zones in edges:
        for zone, rows in zones.items():
            for row in rows:
                for key in _keys(row, page.number):
                    places[zone, key].append((page.number, row[0].baseline))
    found = set()
    for (zone, key), where in places.items():
        for group in _same_place(where):
            if len(group) >= _REPEATS and len(group) >= _DENSITY * (group[-1] - group[0] + 1):
                found |= {(number, zone, key) for number in group}
    return found


def _same_place(where: list[tuple[int, float]]) -> list[list[int]]:
    """Page numbers in order, a list for each height on the page."""
    groups: list[tuple[float, list[int]]] = []
    for number, height in where:
        for middle, numbers in groups:
            if abs(middle - height) <= _SAME_PLACE:
                numbers.append(number)
                break
        else:
            groups.append((height, [number]))
    return [sorted(set(numbers)) for _, numbers in groups]


def _number_offsets(edges: Edges) -> set[int]:
    """What is added to a page's place in the file to get the number printed on it."""
    outer = [(page, rows[0]) for page, zones in edges for rows in zones.values() if rows]
    counted = Counter(
        number - page.number for page, row in outer if (number := _number(row)) is not None
    )
    return {offset for offset, times in counted.items() if times > 1 or offset == 0}


def _number(row: Row) -> int | None:
    found = PAGE_NUMBER.fullmatch(" ".join(run.text for run in row).strip())
    return int(found[1]) if found and found[1].isdecimal() else None


def _drop_line_numbers(pages: Sequence[Page]) -> None:
    """Numbers in the left margin that count the lines, as drafts have them."""
    columns = [column for page in pages if (column := _line_numbers(page))]
    if not columns or 2 * len(columns) < len(pages):
        return
    left = min(run.left for column in columns for run in column) - 2
    right = max(run.right for column in columns for run in column) + 2
    for page in pages:
        page.runs = [
            run
            for run in page.runs
            if not (run.text.isdecimal() and run.left > left and run.right < right)
        ]


def _line_numbers(page: Page) -> list[Run]:
    numbers = [run for run in page.runs if run.text.isdecimal() and run.cell is None]
    others = [run.left for run in page.runs if not run.text.isdecimal()]
    if not others:
        return []
    edge = sorted(others)[len(others) // 20]
    column = sorted((run for run in numbers if run.right <= edge), key=lambda run: run.baseline)
    steps = [int(after.text) - int(before.text) for before, after in pairwise(column)]
    counts = len(column) >= _FEWEST_LINE_NUMBERS and steps.count(1) >= 0.9 * len(steps)
    return column if counts else []


def _drop_asides(pages: Sequence[Page]) -> None:
    """A watermark: the same turned text on several pages."""
    times = Counter(text for page in pages for text in {run.text for run in page.asides})
    for page in pages:
        page.asides = [
            run for run in page.asides if times[run.text] < max(_REPEATS, _DENSITY * len(pages))
        ]


def _drop_pictures(pages: Sequence[Page]) -> None:
    """A background or a logo: a picture in the same place on many pages."""
    times = Counter(key for page in pages for key in {_spot(rect) for rect in page.pictures})
    many = max(_REPEATS, _DENSITY * len(pages))
    for page in pages:
        page.pictures = [rect for rect in page.pictures if times[_spot(rect)] < many]


def _spot(rect: Rect) -> tuple[int, ...]:
    return tuple(round(value / 4) for value in rect)
