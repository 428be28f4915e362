"""Generated calls seasoned with what there is: numbers that exist, passwords that fit, real steps.

By chance alone nearly every call would be about a version that nobody has registered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation

from tests.support.filled import Known

Call = Case[Any]
# Which kind of thing a place of a path is about, by the word before it.
PLACES = {
    "sources": "source",
    "versions": "version",
    "passages": "passage",
    "concepts": "concept",
    "change_sets": "change_set",
    "releases": "release",
    "training-sets": "training_set",
    "files": "file",
    "manifests": "root",
    "objects": "sha256",
    "feedback": "feedback",
    "Library": "version",
    "trail": "entry",
    "vector_stores": "store",
}
# And which a parameter or a field is about, wherever it stands.
FIELDS = {
    name: name
    for name in (
        *("usage", "answer", "version", "passage", "relation", "source", "release", "root"),
        *("password", "username", "query", "digest", "as_of", "published_on"),
        *("filters", "metadata_condition"),
    )
} | {
    **dict.fromkeys(("reason", "note", "title", "label", "issuer", "text", "searched"), "words"),
    **dict.fromkeys(("name", "department", "comment", "base_model", "zh", "en"), "words"),
    **dict.fromkeys(("size", "from", "to", "after", "before"), "entry"),
    **dict.fromkeys(("with", "successor", "_id"), "version"),
    **dict.fromkeys(("search", "input"), "query"),
    "training_sets": "training_set",
    "passages": "passage",
    "knowledge_id": "store",
    "model": "model",
}
# Objects that make sense only as a whole, by the fields that betray them.
WHOLE = {
    "step": {"deed", "content"},
    "rpc": {"jsonrpc", "method"},
    "identifier": {"kind", "value"},
}
# What is left out more often: it is refused beside others, or leads away from what there is.
SELDOM = ("as_of", "cursor", "otp", "dimensions")
OFTEN = 0.75


def seasoned(case: Call, known: Known, dice: Random) -> Call:
    """The same call, where it may be of what is. What must not be sent stays as it was drawn."""
    if _may_be(case, ParameterLocation.PATH):
        case.path_parameters = {
            name: _some(dice, known[kind_of_place(case.path, name)], drawn)
            for name, drawn in case.path_parameters.items()
        }
    _wait_for_nothing(case)
    known = _fitting(known, case)
    if _may_be(case, ParameterLocation.QUERY):
        case.query = _taken(dice, case.query, known)
    if _may_be(case, ParameterLocation.BODY) and not isinstance(case.body, NotSet):
        case.body = _taken(dice, case.body, known)
    return case


def placed(case: Call, known: Known) -> Call:
    """The same call of the first of what there is, where what is in its path may be at all."""
    if _may_be(case, ParameterLocation.PATH):
        for name in case.path_parameters:
            there = known[kind_of_place(case.path, name)]
            case.path_parameters[name] = there[0] if there else case.path_parameters[name]
    _wait_for_nothing(case)
    return case


def kind_of_place(path: str, name: str) -> str:
    """Which kind of thing is meant by a place of a path."""
    return PLACES[path.split("{" + name + "}")[0].strip("/").rpartition("/")[2]]


def _may_be(case: Call, where: ParameterLocation) -> bool:
    part = case.meta.components.get(where) if case.meta else None
    return part is not None and part.mode == GenerationMode.POSITIVE


def _wait_for_nothing(case: Call) -> None:
    """Who asks to be told when something is new may be held for half a minute."""
    if isinstance(case.query, dict) and "wait" in case.query:
        case.query["wait"] = 0


def _fitting(known: Known, case: Call) -> Known:
    """What the same names mean at this address."""
    word, number = case.path.strip("/").split("/")[2:3], str(case.path_parameters.get("id", ""))
    digests = [d for of, pk, d in known["digest"] if [of] == word and str(pk) == number]
    fitting = {**known, "digest": digests}
    if case.path.startswith("/v1/"):
        fitting["filters"] = known["comparison"]
    if case.path.endswith("/paths/"):
        fitting["entry"] = known["concept"]
    return fitting


def _taken(dice: Random, value: Any, known: Known, name: str = "") -> Any:
    there = known.get(FIELDS.get(name, ""), ())
    if isinstance(value, Mapping):
        whole = next((known[kind] for kind, marks in WHOLE.items() if marks <= set(value)), there)
        return _some(dice, whole, None) or _each(dice, value, known)
    if isinstance(value, list) and there:
        return dice.choices(there, k=dice.randint(1, 3))
    if isinstance(value, list):
        return [_taken(dice, each, known, name) for each in value]
    return _some(dice, there, value)


def _each(dice: Random, value: Mapping[str, Any], known: Known) -> dict[str, Any]:
    return {
        key: _taken(dice, each, known, key)
        for key, each in value.items()
        if key not in SELDOM or dice.random() >= OFTEN
    }


def _some(dice: Random, there: Sequence[Any], drawn: Any) -> Any:
    return dice.choice(there) if there and dice.random() < OFTEN else drawn
