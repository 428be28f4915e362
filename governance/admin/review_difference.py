"""What changed since the version that it takes over from, fifty changes a page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from governance.actions import versions
from governance.admin.tables import cells_of, is_row, is_rule, shown
from governance.comparison import Path, Piece, Section, alike, compare, counts
from governance.lifecycle import OPEN
from governance.models import Version
from governance.wording import compared

A_PAGE = 50
MOST_FOLDED = 50
MOST_LINES = 40
_TAGS = {"same": ("", ""), "gone": ("<del>", "</del>"), "come": ("<ins>", "</ins>")}
_ROWS = {"same": "", "gone": "kb-gone", "come": "kb-come"}
# A chapter that another was put before is the same chapter.
_NUMBER = re.compile(
    r"(?:第[\d一二三四五六七八九十百]+[章节条篇部]|\d+(?:[.．]\d+)*[.．、)）:：]?|[一二三四五六七八九十]+[、.．]"
    r"|[（(][\d一二三四五六七八九十]+[)）]|(?:Chapter|Section|Part)\s+\d+[.:]?)\s*"
)


@dataclass(frozen=True)
class Change:
    """One passage that differs, or more where words went from one to the next; either side may be
    empty. On a page of changes, the first of a section has its `heading`, and what of the section
    is `unchanged`."""

    kind: str
    befores: tuple[Piece, ...]
    afters: tuple[Piece, ...]
    section: int
    heading: Path | None = None
    unchanged: Sequence[Piece] = ()

    @property
    def html(self) -> SafeString:
        """Made when it is shown, so that a page costs what stands on it."""
        if self.kind == "moved" and self.after:
            return shown(self.after.text)
        return both(joined(self.befores), joined(self.afters))

    @property
    def before(self) -> Piece | None:
        return self.befores[0] if self.befores else None

    @property
    def after(self) -> Piece | None:
        return self.afters[0] if self.afters else None

    @property
    def path(self) -> Path:
        piece = self.after or self.before
        return piece.path if piece else ()

    @property
    def folded(self) -> list[SafeString]:
        return [shown(piece.text) for piece in self.unchanged[:MOST_FOLDED]]

    @property
    def beyond(self) -> int:
        """How many more are unchanged than a fold shows."""
        return max(len(self.unchanged) - MOST_FOLDED, 0)


def basis_of(version: Version) -> Version | None:
    """What it is compared with: what it amends, or else takes, or took, over from."""
    if version.amends_id:
        return version.amends
    return versions.predecessor_of(version) if version.status in OPEN else version.predecessor


def difference(version: Version, request: HttpRequest) -> dict[str, Any]:
    basis = basis_of(version)
    if basis is None:
        return {"basis": None}
    sides = _Sides(pieces_of(basis), pieces_of(version))
    changes = list(sides.changes())
    pages = Paginator(changes, A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {
        "basis": basis,
        # As they are told: where words went from one passage to the next, two are one.
        "counts": {
            **Counter(change.kind for change in changes),
            "same": counts(sides.sections)["same"],
        },
        "changes": list(sides.headed(page.object_list)),
        "text_page": page,
        "page_range_list": list(pages.get_elided_page_range(page.number)),
        "elided": pages.ELLIPSIS,
    }


def pieces_of(version: Version) -> list[Piece]:
    paths = {pk: tuple(path) for pk, path in version.sections.values_list("pk", "path")}
    values = version.passages.current().values_list("pk", "section", "page", "text", "digest")
    return [
        Piece(pk, paths[section], page, text, digest) for pk, section, page, text, digest in values
    ]


class _Sides:
    """Both texts and what became of each section. A section is known by its titles, without its
    numbers and without the title of the whole, which change from edition to edition."""

    def __init__(self, before: Sequence[Piece], after: Sequence[Piece]) -> None:
        self.known = {piece.passage: piece for piece in (*before, *after)}
        self.places = {piece.passage: place for place, piece in enumerate(after)}
        self.after = alike_named(after)
        self.sections = compare(before=alike_named(before), after=self.after)

    def changes(self) -> Iterator[Change]:
        for number, section in enumerate(self.sections):
            yield from self._changes_of(number, section)

    def headed(self, changes: Iterable[Change]) -> Iterator[Change]:
        path, section = None, None
        texts = self._by_section()
        for change in changes:
            heading = change.path if change.path != path else None
            unchanged = texts[change.section] if change.section != section else []
            path, section = change.path, change.section
            yield replace(change, heading=heading, unchanged=unchanged)

    def _changes_of(self, number: int, section: Section) -> Iterator[Change]:
        found = [
            *(("changed", pair.before, pair.after) for pair in section.changed),
            *(("added", None, piece) for piece in section.added),
            *(("moved", None, piece) for piece in section.moved),
        ]
        found.sort(key=lambda one: self.places[one[2].passage])
        gone = [("removed", piece, None) for piece in section.removed]
        changes = (
            Change(kind, self._as_it_was(before), self._as_it_was(after), number)
            for kind, before, after in (*found, *gone)
        )
        yield from as_one_where_crossed(changes)

    def _as_it_was(self, piece: Piece | None) -> tuple[Piece, ...]:
        return (self.known[piece.passage],) if piece else ()

    def _by_section(self) -> defaultdict[int, list[Piece]]:
        """Of each section, what is the same in both."""
        told = {piece.passage for c in self.changes() for piece in c.afters}
        numbers = {section.path: number for number, section in enumerate(self.sections)}
        found: defaultdict[int, list[Piece]] = defaultdict(list)
        for piece in self.after:
            if piece.passage not in told:
                found[numbers[piece.path]].append(piece)
        return found


def as_one_where_crossed(changes: Iterable[Change]) -> Iterator[Change]:
    """Where an edition cuts its passages elsewhere, a line that went from one into the next was
    neither removed nor added: the two are told as one.
    """
    waiting: Change | None = None
    for change in changes:
        if waiting and _crosses(waiting, change):
            waiting = replace(
                waiting,
                kind="changed",
                befores=waiting.befores + change.befores,
                afters=waiting.afters + change.afters,
            )
            continue
        if waiting:
            yield waiting
        waiting = change
    if waiting:
        yield waiting


def _crosses(one: Change, other: Change) -> bool:
    if "moved" in (one.kind, other.kind):
        return False
    gone, come = _lines(one)
    others_gone, others_come = _lines(other)
    return any(True for _ in alike(gone, others_come)) or any(
        True for _ in alike(others_gone, come)
    )


def _lines(change: Change) -> tuple[list[str], list[str]]:
    """Those that only the old text has, and those that only the new one has."""
    old, new = joined(change.befores).split("\n"), joined(change.afters).split("\n")
    told = [line for line in old if line not in new], [line for line in new if line not in old]
    return told[0][:MOST_LINES], told[1][:MOST_LINES]


def joined(pieces: Sequence[Piece]) -> str:
    """As one text; of a table that was cut, the head stands there once."""
    lines: list[str] = []
    for piece in pieces:
        own = piece.text.split("\n")
        shared = takewhile(lambda pair: pair[0] == pair[1], zip(lines, own, strict=False))
        heads = sum(1 for _ in shared) if any(map(is_row, own)) else 0
        lines += own[heads:]
    return "\n".join(lines)


def alike_named(pieces: Sequence[Piece]) -> list[Piece]:
    """With sections named as `_Sides` knows them."""
    under_one = len({piece.path[:1] for piece in pieces}) == 1
    names = {path: _name(path[1:] if under_one else path) for path in {p.path for p in pieces}}
    return [Piece(p.passage, names[p.path], p.page, p.text, p.digest) for p in pieces]


def _name(path: Path) -> Path:
    return tuple(_unnumbered(title) or title for title in path)


def _unnumbered(title: str) -> str:
    number = _NUMBER.match(title)
    return title[number.end() :] if number else title


def both(before: str, after: str) -> SafeString:
    """The two as one, escaped, with what went and what came marked; tables row by row."""
    old, new = (text.split("\n") if text else [] for text in (before, after))
    if not any(map(is_row, (*old, *new))):
        return format_html('<div class="kb-text">{}</div>', _prose(old, new))
    return _table(list(_rows(old, new)))


def _prose(old: Sequence[str], new: Sequence[str]) -> SafeString:
    """Line beside line: what went from one into another is told where it stands in the new text."""
    told = (_words(a, b) for a, b in _paired(old, new))
    return format_html_join("\n", "{}", ((line,) for line in told))


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with what it was; an empty one beside what is on one side alone."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(old[i:j], new[k:m], strict=True)
            continue
        told, come = i, k
        for before, after in alike(old[i:j], new[k:m]):
            yield from _alone(old[told : i + before], new[come : k + after])
            yield old[i + before], new[k + after]
            told, come = i + before + 1, k + after + 1
        yield from _alone(old[told:j], new[come:m])


def _alone(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ((line, "") for line in old)
    yield from (("", line) for line in new)


def _words(before: str, after: str) -> SafeString:
    runs = ((*_TAGS[run.kind], run.text) for run in compared(before, after))
    return format_html_join(
        "", "{}{}{}", ((mark_safe(a), text, mark_safe(b)) for a, b, text in runs)  # noqa: S308
    )  # fmt: skip


Row = tuple[str, str, str]


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Kind, and the row before and after. As many rows as came for as many that went are pairs."""
    old, new = ([r for r in rows if r.strip() and not is_rule(r)] for rows in (old, new))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal" or j - i == m - k:
            yield from (("same", a, b) for a, b in zip(old[i:j], new[k:m], strict=True))
        else:
            yield from (("gone", row, row) for row in old[i:j])
            yield from (("come", row, row) for row in new[k:m])


def _table(rows: Iterable[Row]) -> SafeString:
    rows = list(rows)
    wide = max((len(cells_of(row)) for _, *both in rows for row in both), default=1)
    body = format_html_join(
        "", '<tr class="{}">{}</tr>', ((_ROWS[kind], _cells(a, b, wide)) for kind, a, b in rows)
    )
    return format_html('<div class="kb-scroll"><table class="kb-grid">{}</table></div>', body)


def _cells(before: str, after: str, wide: int) -> SafeString:
    """A caption, or a row whose cells are not those of the other, is one cell across all."""
    old, new = cells_of(before), cells_of(after)
    if len(old) != len(new) or len(new) == 1:
        return format_html(
            '<td colspan="{}">{}</td>', wide, _words(before.strip("| "), after.strip("| "))
        )
    pairs = ((_words(a, b),) for a, b in zip(old, new, strict=True))
    return format_html_join("", "<td>{}</td>", pairs)
