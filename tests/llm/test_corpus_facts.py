"""Relations in the corpus: what the truth holds, rewritten little, gone with their last support."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from django.conf import settings

from governance.duties import Scope
from governance.models import Account, Passage, Relation, Version
from llm import jobs
from llm.corpus import CorpusFolder
from llm.models import FactsObject
from llm.projections import corpus_facts
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.callers import V1, program
from tests.support.following import days_later, follow, lose

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def stroke(active: Version, ana: Account, ben: Account) -> Relation:
    return drawing.stroke(ana, ben, passage(active))


@pytest.fixture
def one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every relation has an object of its own."""
    monkeypatch.setattr(corpus_facts, "SHARD", 1)


def passage(version: Version) -> Passage:
    found = version.passages.current().first()
    assert found
    return found


def folder() -> CorpusFolder:
    return CorpusFolder(settings.KB_HOME / "corpus")


def manifest() -> dict[str, Any]:
    follow("corpus")
    return dict(json.loads(folder().newest() or b"{}"))


def content(sha256: str) -> bytes:
    return zstandard.decompress(folder().stored_object(sha256))


def facts() -> list[dict[str, Any]]:
    listed = manifest()["relations"]
    return [json.loads(line) for row in listed for line in content(row["object"]).splitlines()]


def again(active: Version, ana: Account, ben: Account, name: str) -> Relation:
    """Alteplase treats something else, too."""
    drug = drawing.named("alteplase").pk
    said = drawing.relation(drug, "treats", "new:x", drawing.span(passage(active)))
    drawing.applied(ana, ben, drawing.concept("x", "disease", name), said)
    return Relation.objects.latest("pk")


def test_a_fact_names_both_concepts_and_what_carries_it(stroke: Relation, active: Version) -> None:
    (fact,) = facts()

    assert (fact["relation"], fact["type"], fact["qualifiers"]) == (stroke.pk, "treats", {})
    assert fact["subject"]["names"] == [
        {"language": "en", "name": "alteplase", "preferred": True},
        {"language": "zh", "name": "阿替普酶", "preferred": True},
    ]
    assert fact["object"]["type"] == "disease"
    number = passage(active).pk
    assert fact["evidence"] == [
        {"passage": number, "version": active.pk, "url": f"/passages/{number}/"}
    ]


def test_an_object_is_named_by_its_bytes(stroke: Relation) -> None:
    (row,) = manifest()["relations"]

    bare = content(row["object"])
    assert hashlib.sha256(bare).hexdigest() == row["object"]
    assert (row["facts"], row["bytes"]) == (1, len(bare))


def test_without_relations_there_are_no_objects(active: Version) -> None:
    assert manifest()["relations"] == []


def test_a_fact_leaves_with_its_last_support(
    stroke: Relation, active: Version, ben: Account
) -> None:
    (row,) = manifest()["relations"]
    knowledge.retire(active, ben)

    assert manifest()["relations"] == []
    assert row["object"] not in folder().objects()


def test_a_fact_comes_back_when_a_quarantine_is_lifted(
    stroke: Relation, active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    before = manifest()["relations"]
    knowledge.quarantine(active, ana)
    assert manifest()["relations"] == []

    knowledge.lift(active, ben, dora)

    assert manifest()["relations"] == before


@pytest.mark.usefixtures("one_each")
def test_a_change_rewrites_the_object_it_is_in_alone(
    stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    again(active, ana, ben, "pulmonary embolism")
    before = {row["object"] for row in manifest()["relations"]}
    names = [{"language": "en", "name": "stroke", "preferred": True}]

    drawing.applied(ana, ben, ("concept.name", {"concept": stroke.object_id, "names": names}))

    after = {row["object"] for row in manifest()["relations"]}
    assert (len(before), len(after), len(before & after)) == (2, 2, 1)


def test_a_reaffirmation_rewrites_no_object(
    stroke: Relation, active: Version, ben: Account
) -> None:
    before = manifest()["relations"]
    with days_later(30):
        knowledge.reaffirm(active, ben)

        assert manifest()["relations"] == before


def test_the_same_truth_built_afresh_is_the_same_bytes(
    stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    follow("corpus")
    again(active, ana, ben, "pulmonary embolism")
    step_by_step = manifest()
    lose("corpus")

    assert manifest() == step_by_step


def test_the_object_is_had_while_it_is_as_the_truth_says(
    stroke: Relation, active: Version, ana: Account
) -> None:
    (row,) = manifest()["relations"]
    tier, url = program(Scope.CORPUS), f"{V1}corpus/objects/{row['object']}"
    answer = tier.get(url)
    assert zstandard.decompress(answer.content) == content(row["object"])

    knowledge.quarantine(active, ana)

    assert tier.get(url).status_code == 410


def held() -> str:
    return FactsObject.objects.get(is_held=True).sha256


def place(sha256: str) -> Any:
    return settings.KB_HOME / "corpus" / "objects" / sha256[:2] / f"{sha256}.zst"


DAMAGE: dict[str, tuple[Callable[[], object], str]] = {
    "deleted": (lambda: place(held()).unlink(), "missing"),
    "garbled": (lambda: place(held()).write_bytes(b"other"), "damaged"),
    "row lost": (lambda: FactsObject.objects.all().delete(), "unlisted"),
    "row changed": (lambda: FactsObject.objects.update(facts=7), "unlisted"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_repaired(stroke: Relation, damage: str) -> None:
    before = manifest()
    harm, kind = DAMAGE[damage]
    harm()

    found = jobs.do("reconcile", {"repair": True})["drift"]

    assert ["corpus", kind, "facts 0", 0] in found
    assert manifest() == before
    assert jobs.do("reconcile", {"repair": False})["drift"] == []


def test_what_is_not_followed_yet_is_no_damage(
    stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    follow()
    again(active, ana, ben, "pulmonary embolism")

    assert jobs.do("reconcile", {"repair": False})["drift"] == []


def test_a_corpus_written_anew_is_the_same_corpus(stroke: Relation) -> None:
    before = manifest()

    jobs.do("rebuild", {"store": "corpus"})

    assert manifest() == before
