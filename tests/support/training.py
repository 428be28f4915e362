"""Training sets for tests, cut as in life from a release that was published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from governance.actions import sources
from governance.actions.sources import Description, Licence
from governance.confirmation import Confirmed
from governance.models import Account, Source, Version
from llm import clients
from llm.actions import adapters, releases, training_sets
from llm.actions.adapters import Trained
from llm.actions.training_sets import Wanted
from llm.models import Adapter, Release, RowKind, TrainingSet
from llm.projections.advance import advance
from llm.projections.registry import corpus
from llm.releases.gate import Finding
from llm.training import cutting
from llm.training.writing import folder_of
from tests.support import knowledge
from tests.support.encoders import FakeEncoder

NAME = "tune-1"
FREE = Licence("CC BY 4.0", train=True)


def active(ana: Account, ben: Account, title: str = "Asthma", **given: Any) -> Version:
    """In force, of a source that may train."""
    texts = given.pop("texts", [f"{title}: start with the lowest dose there is.", "Go slow."])
    source = knowledge.source(ana, title=title, licence=FREE, **given)
    return knowledge.active(source, ana, ben, texts=texts)


def take_licence_back(source: Source, by: Account) -> None:
    told = Description(
        source.title,
        source.source_class,
        source.issuer,
        source.language,
        Licence("All rights reserved"),
        [(each["kind"], each["value"]) for each in source.identified()],
    )
    sources.edit(source=source, description=told, reason="The publisher wrote.", by=by)


def outcome(
    release: Release, by: Account, name: str = NAME, kinds: Sequence[str] = (), seed: int = 0
) -> dict[str, Any]:
    wanted = Wanted(name, release, tuple(kinds) or tuple(RowKind.values), seed)
    job = training_sets.order(wanted=wanted, reason="For the ward's model.", by=by)
    found = cutting.run(**job.arguments)
    job.state, job.outcome = job.State.DONE, found
    job.save()
    return found


def cut(release: Release, by: Account, name: str = NAME, **given: Any) -> TrainingSet:
    return TrainingSet.objects.get(pk=outcome(release, by, name, **given)["training_set"])


def rows_of(made: TrainingSet, kind: str = "", part: str = "") -> list[dict[str, Any]]:
    paths = sorted(folder_of(made.ordered).glob(f"{kind or '*'}-{part or '*'}-*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def adapter(made: TrainingSet, by: Any, name: str = "ward-lora", digest: str = "a" * 64) -> Adapter:
    trained = Trained(name, "Qwen3-8B", digest, (made.name,))
    return adapters.register(trained=trained, by=by)[0]


def rows(ana: Account, ben: Account) -> dict[str, int]:
    """The numbers of a training set and an adapter, where nothing but the corpus follows."""
    clients.install(with_encoder=FakeEncoder(seed=1))
    active(ana, ben, "Trainable")
    advance(corpus())
    release = releases.cut(name="trainable", reason="For the ward.", by=ben)
    release = releases.record_test(release=release, found={"all": Finding(True, "Fine.")}, by=ben)
    releases.publish(release=release, reason="Good to go.", by=Confirmed(ben))
    made = cut(release, ben, kinds=["instruction"])
    return {"trainingset": made.pk, "adapter": adapter(made, ana).pk}
