"""How relations are said, in each language: the files in `patterns/`, made into expressions.

In a pattern `{S}` and `{O}` stand for the two concepts, or for several in a row, `{S:drug|test}`
for those of a type, and `<word>` for what the file's `words` say. A sentence is matched with one
sign in place of each concept; marks of references are left out, and so is what stands in brackets
unless the pattern has some.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "patterns"
# Signs of the private use area: one a concept of the sentence, in its order.
FIRST, LAST = "\ue000", "\uf8ff"
SIGN = f"[{FIRST}-{LAST}]"

_WORD = re.compile(r"<(\w+)>")
_END = re.compile(r"\{([SO])(?::([\w|]+))?\}")


@dataclass(frozen=True)
class Pattern:
    """`name` is that of the relation's type with the pattern's place in its file; `types` are of
    which the ends must be. `lacks` is the end that is not in the sentence, but in a heading above.
    """

    name: str
    relation: str
    form: re.Pattern[str]
    types: Mapping[str, frozenset[str]]
    has_brackets: bool
    lacks: str


@dataclass(frozen=True)
class Reading:
    """What one language says. `doubt` is what makes a sentence say nothing, `denied` (before what
    is found, and within) what makes it say the contrary, but where the relation is a warning;
    `before` and `after` a name stands what makes it part of another; under `no_headings` nothing
    is read, and `under` some an end may be left out. `columns` are heads of tables, by relation.
    """

    patterns: tuple[Pattern, ...]
    doubt: re.Pattern[str]
    denied: re.Pattern[str]
    denied_within: re.Pattern[str]
    warnings: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    no_headings: re.Pattern[str]
    under: re.Pattern[str]
    columns: Mapping[str, re.Pattern[str]]


@cache
def reading(language: str) -> Reading:
    told = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    words = told["words"]

    def any_of(name: str) -> re.Pattern[str]:
        return _form("|".join(told[name]), words)

    return Reading(
        patterns=tuple(_patterns(told["relations"], words)),
        doubt=any_of("doubt"),
        denied=any_of("denied"),
        denied_within=any_of("denied_within"),
        warnings=frozenset(told["warnings"]),
        before=_form(f"(?:{'|'.join(told['not_after'])})$", words),
        after=any_of("not_before"),
        no_headings=any_of("no_headings"),
        under=any_of("under"),
        columns={name: _form("|".join(each), words) for name, each in told["columns"].items()},
    )


def _patterns(relations: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Pattern]:
    for relation, forms in relations.items():
        for place, form in enumerate(forms, start=1):
            ends = dict(_END.findall(form))
            yield Pattern(
                name=f"{relation}.{place}",
                relation=relation,
                form=_form(form, words),
                types={end: frozenset(each.split("|")) for end, each in ends.items() if each},
                has_brackets="\\(" in form,
                lacks=next(iter(set("SO") - set(ends)), ""),
            )


def _form(form: str, words: Mapping[str, str]) -> re.Pattern[str]:
    while _WORD.search(form):
        form = _WORD.sub(lambda found: f"(?:{words[found[1]]})", form)
    row = f"{SIGN}(?:(?:{words['and']}){SIGN})*"
    form = _END.sub(lambda found: f"(?P<{found[1]}>{row})", form)
    return re.compile(form, re.IGNORECASE)
