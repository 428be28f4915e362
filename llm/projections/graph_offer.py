"""What somebody changed in the graph database, as steps of a change set: for people to decide.

Only what says plainly what it means is offered. The rest is named, with the reason, and can only
be put right; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions.graph_ground import Step
from governance.models import (
    CodeSystem,
    Concept,
    ConceptName,
    ConceptType,
    Passage,
    Relation,
    RelationType,
)
from governance.wording import found_across_lines
from llm import words
from llm.models import Parked
from llm.projections import graph_rows
from llm.projections.drift import Drift
from llm.stores.graph import Found
from llm.stores.neo4j import joint_of, label_of

Told = Sequence[tuple[Drift, Found | None]]
NAMES = frozenset({"name_zh", "name_en", "names", "name"})
OF_A_NODE = NAMES | {"generation", "id", "type", "codes", "review_until"}
OF_AN_EDGE = frozenset({"generation", "id", "type", "qualifiers", "passages", "words"})
OF_AN_EDGE |= {"versions", "starts", "ends"}
# Longer words of a stranger's are not read, and of each no more than this is shown.
LONGEST, SHOWN, MOST_NAMES = 4000, 60, 200
GONE, CHANGED, ADDED = "missing", "damaged", "foreign"
WORDS = {
    GONE: _("“%(thing)s” was taken away"),
    CHANGED: _("“%(thing)s” was changed"),
    ADDED: _("“%(thing)s” was added"),
}
ONLY_PUT_RIGHT = _("It can only be put right.")


class NotPlain(Exception):
    """Why something cannot be offered."""


@dataclass(frozen=True)
class Offer:
    """One thing that differs. Without `steps` it cannot be offered, and `why` says why not."""

    what: str
    steps: tuple[Step, ...] = ()
    why: str = ""


def offers_of(told: Told) -> list[Offer]:
    """In the order in which the steps can be done: what is added first, what ends last."""
    reading = _Reading(told)
    found = [_offer(reading, drift, each) for drift, each in told if not reading.is_part(drift)]
    return sorted(found, key=_rank)


def _rank(offer: Offer) -> int:
    order = ("concept.add", "concept.name", "relation.add", "relation.end", "concept.retire")
    return order.index(offer.steps[-1][0]) if offer.steps else len(order)


def _offer(reading: _Reading, drift: Drift, found: Found | None) -> Offer:
    what = str(WORDS[drift.kind]) % {"thing": _thing(reading, drift, found)}
    try:
        return Offer(what, tuple(_steps(reading, drift, found)))
    except NotPlain as reason:
        return Offer(what, why=str(reason))


def _steps(reading: _Reading, drift: Drift, found: Found | None) -> list[Step]:
    kind = _kind(drift)
    if reading.is_parked(drift):
        raise NotPlain(say("The database has not taken it yet; nobody took it away."))
    if found is None and kind:
        return reading.gone(kind, drift.number)
    if found is None:
        raise NotPlain(ONLY_PUT_RIGHT)
    if drift.kind == ADDED:
        return [reading.new_relation(found) if found.is_edge else reading.new_concept(found)]
    if found.is_edge:
        raise NotPlain(say("What carries a relation is not changed there. %(so)s") % _so())
    return [reading.named_anew(drift.number, found)]


def _so() -> dict[str, str]:
    return {"so": str(ONLY_PUT_RIGHT)}


def _kind(drift: Drift) -> str:
    """Of which there is a number in the truth; empty for anything else."""
    word = drift.what.partition(" ")[0]
    return word if word in ("concept", "relation") and drift.number else ""


class _Reading:
    """The differences, with what of the truth is needed to understand them, read once."""

    def __init__(self, told: Told) -> None:
        self.told = told
        numbers = {d.number for d, _f in told if _kind(d) == "concept"}
        claimed = [n for _d, f in told if f for n in (*(f.ends or ()), f.raw.get("id"))]
        numbers |= {n for n in claimed if type(n) is int}
        rows = Concept.objects.filter(pk__in=_fit(numbers)).prefetch_related("names")
        self.concepts = {each.pk: each for each in rows.select_related("type")}
        self._gone = {d.number for d, f in told if f is None and _kind(d) == "concept"}
        self._refs = 0

    @cached_property
    def relations(self) -> dict[int, Relation]:
        numbers = {d.number for d, _f in self.told if _kind(d) == "relation"}
        rows = Relation.objects.current().filter(
            Q(pk__in=_fit(numbers)) | Q(subject__in=self._gone) | Q(object__in=self._gone)
        )
        rows = rows.select_related("type").prefetch_related("subject__names", "object__names")
        return {each.pk: each for each in rows.order_by("pk")}

    @cached_property
    def parked(self) -> set[tuple[str, int]]:
        return set(Parked.objects.filter(projection="graph").values_list("kind", "number"))

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        return _by(label_of, ConceptType.objects.values_list("code", flat=True))

    @cached_property
    def joints(self) -> dict[str, list[str]]:
        return _by(joint_of, RelationType.objects.values_list("code", flat=True))

    def is_part(self, drift: Drift) -> bool:
        """A relation that went with one of its concepts is told of with that."""
        relation = self.relations.get(drift.number) if _kind(drift) == "relation" else None
        ends = {relation.subject_id, relation.object_id} if relation else set()
        return drift.kind == GONE and bool(ends & self._gone)

    def is_parked(self, drift: Drift) -> bool:
        return drift.kind == GONE and (_kind(drift), drift.number) in self.parked

    def gone(self, kind: str, number: int) -> list[Step]:
        if kind == "relation":
            return [("relation.end", {"relation": number})]
        ends = [
            ("relation.end", {"relation": each.pk})
            for each in self.relations.values()
            if number in (each.subject_id, each.object_id) and not self._told_before(each, number)
        ]
        return [*ends, ("concept.retire", {"concept": number})]

    def new_concept(self, found: Found) -> Step:
        _refuse_others(found, OF_A_NODE)
        if type(found.raw.get("id", 0)) is not int:
            raise NotPlain(say("It bears a number that is none."))
        if _is_known(self.concepts, found.raw.get("id")):
            raise NotPlain(say("It bears the number of a concept that is here, or was."))
        self._refs += 1
        content = {
            "ref": f"found-{self._refs}",
            "type": self._type_of(found, self.labels, but="Concept"),
            "names": _names(found.raw, {}),
        }
        codes = _codes(found.raw)
        return "concept.add", content | ({"codes": codes} if codes else {})

    def named_anew(self, number: int, found: Found) -> Step:
        held = next(iter(graph_rows.nodes_of([number])), None)
        if held is None:
            raise NotPlain(ONLY_PUT_RIGHT)
        was = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(held).items()}
        _refuse_others(found, was.keys() | {"generation", "name"})
        other = {k for k in was.keys() - NAMES if found.raw.get(k) != was[k]}
        if other or set(found.kinds) - {"Concept", label_of(held.type)}:
            raise NotPlain(say("More than its names was changed. %(so)s") % _so())
        known = list(self.concepts[number].names.all())
        names = _names(found.raw, _languages(known))
        if {(n["language"], n["name"], n["preferred"]) for n in names} == {
            (n.language, n.name, n.is_preferred) for n in known
        }:
            raise NotPlain(say("Its names are what they were. %(so)s") % _so())
        return "concept.name", {"concept": number, "names": names}

    def new_relation(self, found: Found) -> Step:
        _refuse_others(found, OF_AN_EDGE)
        subject, object_ = found.ends or (None, None)
        if not _is_known(self.concepts, subject) or not _is_known(self.concepts, object_):
            raise NotPlain(say("One of its ends is no concept that is known here."))
        evidence = _evidence(found.raw)
        if not evidence:
            raise NotPlain(say("Nothing carries it: it names no passage with its words."))
        content = {
            "subject": subject,
            "type": self._type_of(found, self.joints, but=""),
            "object": object_,
            "qualifiers": _qualifiers(found.raw),
            "evidence": evidence,
        }
        return "relation.add", content

    def _type_of(self, found: Found, known: Mapping[str, list[str]], *, but: str) -> str:
        """By its labels and by what it says of itself, which must be one and the same."""
        labels = [label for label in found.kinds if label != but]
        codes = {code for label in labels for code in known.get(label, [""])}
        told = found.raw.get("type")
        if told is not None:
            mine = {told} if isinstance(told, str) else set()
            codes = codes & mine if labels else mine
        every = {code for these in known.values() for code in these}
        if len(codes) != 1 or not codes <= every:
            raise NotPlain(say("It is of no type that the schema has, or of more than one."))
        return str(codes.pop())

    def _told_before(self, relation: Relation, number: int) -> bool:
        """Ended with the other end, which comes first."""
        ends = {relation.subject_id, relation.object_id} & self._gone
        return min(ends) != number


def _by(name_of: Any, codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(name_of(code), []).append(code)
    return found


def _fit(numbers: Iterable[int]) -> list[int]:
    return [n for n in numbers if 0 < n < 2**53]


def _is_known(concepts: Mapping[int, Concept], number: Any) -> bool:
    return type(number) is int and number in concepts


def _refuse_others(found: Found, known: Iterable[str]) -> None:
    if others := sorted(found.raw.keys() - set(known)):
        these = say(", ").join(clean(name) for name in others[:5])
        raise NotPlain(say("It says what cannot be kept here: %(these)s.") % {"these": these})


def _names(raw: Mapping[str, Any], known: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Each with its language: the one it has, the one it is told in, or that of its letters."""
    preferred = {lang: raw[f"name_{lang}"] for lang in ("zh", "en") if f"name_{lang}" in raw}
    told = [*preferred.values(), *_texts(raw, "names"), *([raw["name"]] if "name" in raw else [])]
    if not all(isinstance(name, str) for name in told) or not any(map(str.strip, told)):
        raise NotPlain(say("It has no name that can be read."))
    if len(told) > MOST_NAMES or any(len(name) > LONGEST for name in told):
        raise NotPlain(say("It has a name that is too long, or too many of them."))
    names = {(lang, name): True for lang, name in preferred.items() if name}
    for name in dict.fromkeys(filter(None, told)):
        for lang in known.get(name) or [_language(name, preferred)]:
            names.setdefault((lang, name), False)
    return list(_with_preferred(names))


def _with_preferred(names: Mapping[tuple[str, str], bool]) -> Iterator[dict[str, Any]]:
    """The only one of a language is the preferred one; of more nobody knows which."""
    for (lang, name), is_preferred in names.items():
        others = [of for of in names if of[0] == lang and of != (lang, name)]
        if not is_preferred and not others:
            is_preferred = True
        if not is_preferred and not any(names[of] for of in others):
            raise NotPlain(say("Which of its names is the preferred one is not said."))
        yield {"language": lang, "name": name, "preferred": is_preferred}


def _language(name: str, preferred: Mapping[str, str]) -> str:
    for lang, text in preferred.items():
        if text == name:
            return lang
    if words.has_han(name):
        return "zh"
    if name.isascii():
        return "en"
    raise NotPlain(say("In which language a name of it is cannot be told."))


def _languages(names: Iterable[ConceptName]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in names:
        found.setdefault(each.name, []).append(each.language)
    return found


def _codes(raw: Mapping[str, Any]) -> list[dict[str, str]]:
    pairs = [text.partition(":") for text in _texts(raw, "codes")]
    if any(system not in CodeSystem.values or not code for system, _gap, code in pairs):
        raise NotPlain(say("It has a code that cannot be read."))
    return [{"system": system, "code": code} for system, _gap, code in pairs]


def _qualifiers(raw: Mapping[str, Any]) -> dict[str, str]:
    pairs = [text.partition("=") for text in _texts(raw, "qualifiers")]
    is_said_twice = len({name for name, _gap, _value in pairs}) < len(pairs)
    if is_said_twice or any(not name or not value for name, _gap, value in pairs):
        raise NotPlain(say("It has a qualifier that cannot be read."))
    return {name: value for name, _gap, value in pairs}


def _evidence(raw: Mapping[str, Any]) -> list[dict[str, int]]:
    """Its passages, each with the words of it in the same place of `words`."""
    numbers, words = raw.get("passages", []), _texts(raw, "words")
    is_plain = isinstance(numbers, list) and all(type(n) is int for n in numbers)
    if not is_plain or len(numbers) != len(words):
        return []
    known = Passage.objects.in_bulk(_fit(numbers))
    return [_span(known.get(n), text) for n, text in zip(numbers, words, strict=True)]


def _span(passage: Passage | None, words: str) -> dict[str, int]:
    found = found_across_lines(passage.text, words) if passage and len(words) <= LONGEST else []
    if passage is None or not found:
        raise NotPlain(say("The words it names do not stand in the passage it names."))
    return {"passage": passage.pk, "start": found[0][0], "end": found[0][1]}


def _texts(raw: Mapping[str, Any], name: str) -> list[str]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise NotPlain(say("“%(name)s” is no list of words.") % {"name": name})
    return value


def _thing(reading: _Reading, drift: Drift, found: Found | None) -> str:
    """Its name here, or the one that it gives itself."""
    kind = _kind(drift)
    known: Concept | Relation | None = None
    if kind == "concept":
        known = reading.concepts.get(drift.number)
    elif kind == "relation":
        known = reading.relations.get(drift.number)
    if known and drift.kind != ADDED:
        return str(known)
    if found and found.is_edge:
        return _joined(reading.concepts, found)
    raw = found.raw if found else {}
    told = [raw.get(name) for name in ("name_zh", "name_en", "name", "names", "type", "id")]
    return next((clean(each) for each in told if each), clean(drift.what))


def _joined(concepts: Mapping[int, Concept], found: Found) -> str:
    known = [concepts.get(n) if type(n) is int else None for n in found.ends or (None, None)]
    ends = [str(each or "?") for each in known]
    return f"{ends[0]} – {clean(' '.join(found.kinds))} → {ends[1]}"


def clean(value: object) -> str:
    """A stranger's word, short, and with nothing in it that hides, turns or breaks a line."""
    text = str(value[:3] if isinstance(value, list) else value)[: SHOWN + 1]
    seen = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return seen if len(seen) <= SHOWN else f"{seen[:SHOWN]}…"
