"""What a name in a text may mean: concepts of the graph, and of the lexicon that ships with us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from governance.models import Concept
from governance.wording import folded

LEXICON = Path(__file__).parent / "lexicon"
VOCABULARY = Path(__file__).parent / "vocabulary.tsv"
LANGUAGES = ("zh", "en")

# A language, and a name in it.
Name = tuple[str, str]


@dataclass(frozen=True)
class Meaning:
    """A concept by its names, the preferred one of each language first. `concept` is its number
    where the graph has it already."""

    type: str
    names: tuple[Name, ...]
    concept: int | None = None

    def __str__(self) -> str:
        return self.names[0][1]

    def folded_names(self) -> list[str]:
        return [folded(name)[0] for _language, name in self.names]


def known_meanings() -> list[Meaning]:
    """The concepts of the graph, then what of the lexicon it does not have.

    A meaning of the lexicon that shares a name with one concept of its type lends it its others.
    """
    drawn = {meaning.concept: meaning for meaning in _of_graph() if meaning.concept}
    by_name: dict[str, set[int]] = {}
    for number, meaning in drawn.items():
        for name in meaning.folded_names():
            by_name.setdefault(name, set()).add(number)
    left = []
    for meaning in shipped():
        same = {n for name in meaning.folded_names() for n in by_name.get(name, ())}
        alike = [number for number in same if drawn[number].type == meaning.type]
        if len(same) == 1 and alike:
            drawn[alike[0]] = _joined(drawn[alike[0]], meaning, by_name)
        elif not same:
            left.append(meaning)
    return [*drawn.values(), *left]


@cache
def shipped() -> tuple[Meaning, ...]:
    """The lexicon: a file a type of concepts, a line a concept."""
    return tuple(
        meaning
        for file in sorted(LEXICON.glob("*.tsv"))
        for meaning in meanings_in(file.read_text("utf-8").splitlines(), type_=file.stem)
    )


@cache
def vocabulary() -> tuple[Meaning, ...]:
    """What clinical talk is made of beside concepts: words, everyday and learned, by meaning."""
    lines = VOCABULARY.read_text("utf-8").splitlines()
    return tuple(meanings_in(lines, type_="word"))


def meanings_in(lines: Iterable[str], *, type_: str) -> Iterator[Meaning]:
    """Chinese names, a tab, English names; names are parted by `|`. `#` begins a remark."""
    for line in lines:
        if line.strip() and not line.startswith("#"):
            sides = zip(LANGUAGES, line.split("\t"), strict=True)
            names = [
                (language, name.strip()) for language, side in sides for name in side.split("|")
            ]
            yield Meaning(type_, tuple(name for name in names if name[1]))


def _of_graph() -> Iterator[Meaning]:
    rows = Concept.objects.current().select_related("type").prefetch_related("names")
    for concept in rows.iterator(chunk_size=2000):
        if concept.names.all():
            yield of_concept(concept)


def of_concept(concept: Concept) -> Meaning:
    names = sorted(concept.names.all(), key=lambda n: (not n.is_preferred, n.pk))
    told = tuple((name.language, name.name) for name in names)
    return Meaning(concept.type.code, told, concept.pk)


def _joined(concept: Meaning, meaning: Meaning, taken: Mapping[str, object]) -> Meaning:
    """With the other names of the meaning that no concept has."""
    further = [name for name in meaning.names if folded(name[1])[0] not in taken]
    return Meaning(concept.type, (*concept.names, *further), concept.concept)
