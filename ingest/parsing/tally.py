"""What a reader left out of a file, counted by the section in which it stood."""

from __future__ import annotations

from collections import Counter, defaultdict

from ingest.parsing import left_out
from ingest.parsing.document import Warning  # noqa: A004
from ingest.parsing.markup import flat

_LONGEST_TITLE = 200


class Tally:
    """Counts as the reader goes on. `section` is the heading that it passed last."""

    def __init__(self) -> None:
        self.section = ""
        self._counts: Counter[tuple[str, str]] = Counter()
        self._names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def note(
        self, code: str, name: str = "", *, count: int = 1, section: str | None = None
    ) -> None:
        """That something was left out here, and what it is called or how it begins."""
        key = (code, self.section if section is None else section)
        self._counts[key] += count
        if name:
            self._names[key].append(name)

    def warnings(self) -> tuple[Warning, ...]:
        """One for each code and section, by code, then in the order of the file."""
        ordered = sorted(self._counts.items(), key=lambda item: item[0][0])
        return tuple(self._warning(key, count) for key, count in ordered if count)

    def _warning(self, key: tuple[str, str], count: int) -> Warning:
        code, section = key
        place: dict[str, int | str] = {}
        if 0 < len(flat(section)) <= _LONGEST_TITLE:
            place["section"] = flat(section)
        return Warning(code, facts=left_out.facts(self._names[key], count=count) | place)
