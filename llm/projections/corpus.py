"""The grounding corpus: the truth at a number of the trail, one object a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from django.db import transaction

from governance.models import TrailHead, Version
from governance.models.governed import plain
from governance.proofs import root_of
from llm.corpus import CorpusFolder, lines
from llm.embedding import Encoder
from llm.models import CorpusObject, FactsObject
from llm.projections.advance import Beat, Settle, Subject, last_knowledge
from llm.projections.corpus_facts import Facts, shards_of_version, shards_touched
from llm.projections.holdings import (
    Holding,
    citation_of,
    held_versions,
    holding_of,
    latest_terms,
    quoted,
    shown,
)


class Corpus:
    name = "corpus"

    def __init__(self, folder: CorpusFolder, encoder: Encoder) -> None:
        self.folder = folder
        self.facts = Facts(folder)
        self.encoder = encoder

    @property
    def settlers(self) -> Mapping[str, Settle]:
        said = {kind: partial(self._settle_facts, kind) for kind in ("relation", "concept")}
        return {"version": self.settle, **said}

    def is_missing(self) -> bool:
        """Where no sound manifest is, everything is written anew."""
        return self.folder.newest() is None

    def prepare(self, beat: Beat) -> bool:
        if self.is_missing():
            CorpusObject.objects.update(is_held=False)
            FactsObject.objects.update(is_held=False)
        return False

    def drop_unknown(self, beat: Beat) -> None:
        """Rows of another trail went with it; the files that they named are here still."""
        held = CorpusObject.objects.filter(version__in=held_versions())
        known = {*held.values_list("sha256", flat=True), *self.facts.objects()}
        for sha256 in self.folder.objects() - known:
            beat()
            self.folder.drop_object(sha256)

    def settle(self, version_id: int, beat: Beat) -> None:
        """The object of the version, and those of what its passages carry."""
        self.facts.settle(shards_of_version(version_id), beat)
        holding = holding_of(version_id)
        if holding is None:
            self._let_go(version_id)
            self._drop_withdrawn(version_id)
            return
        content = content_of(holding)
        beat()
        # The file between two rows: whoever is killed leaves nothing that no row tells of, and
        # what is withdrawn is not what is held.
        sha256 = self._announce(version_id, holding, content)
        self.folder.put_object(content)
        self._hold(version_id, sha256, holding, content)
        self._drop_withdrawn(version_id)

    def _settle_facts(self, kind: str, number: int, beat: Beat) -> None:
        self.facts.settle(shards_touched(Subject(kind, number)), beat)

    def finish(self, number: int) -> None:
        """Publish, unless the truth has moved on: a manifest says what was true at its number.

        What moved it comes next on the trail, and the manifest with it.
        """
        self.folder.clear_unfinished()
        manifest = self.manifest(number)
        if last_knowledge() == number:
            self.folder.publish(manifest)

    def is_gone(self, version_id: int) -> bool:
        """No file is left that the version no longer wants, and the manifest names none."""
        if not held_versions().filter(pk=version_id).exists():
            self._let_go(version_id)
        if not self.facts.are_as_said(shards_of_version(version_id)):
            return False
        named = (self.folder.newest() or b"").decode()
        gone = self._withdrawn(version_id)
        return not any(self.folder.holds(sha256) or sha256 in named for sha256 in gone)

    def manifest(self, number: int) -> dict[str, Any]:
        """Without `root`, and without the time of writing: the same truth, the same bytes."""
        held = CorpusObject.objects.filter(is_held=True).order_by("version_id")
        active = Version.objects.active()
        terms = latest_terms(active)
        versions = {v.pk: v for v in active.only("source_id", "digest", "review_due")}
        return {
            "epoch": TrailHead.objects.values_list("epoch", flat=True).get(),
            "trail": number,
            "trail_root": root_of(number).hex(),
            "embedding": asdict(self.encoder.profile),
            "versions": [
                {
                    "version": row.version_id,
                    "source": versions[row.version_id].source_id,
                    "digest": versions[row.version_id].digest,
                    "object": row.sha256,
                    "passages": row.passages,
                    "bytes": row.bytes,
                    "from": shown(terms[row.version_id].starts_at),
                    "until": shown(terms[row.version_id].ends_at),
                    "review_due": plain(versions[row.version_id].review_due),
                }
                for row in held
                if row.version_id in terms and row.version_id in versions
            ],
            "relations": self.facts.listed(),
        }

    def lists(self, holding: Holding, content: bytes) -> bool:
        """Whether the object is listed, and rightly, as the one of this version."""
        mine = CorpusObject.objects.filter(version=holding.version, **_listed(holding, content))
        return mine.filter(sha256=self.folder.name_of(content)).exists()

    def _announce(self, version_id: int, holding: Holding, content: bytes) -> str:
        """Write down that a file is about to be, unless it is held already. Returns its name."""
        sha256 = self.folder.name_of(content)
        unheld = _listed(holding, content) | {"is_held": False}
        CorpusObject.objects.get_or_create(sha256=sha256, version_id=version_id, defaults=unheld)
        return sha256

    def _hold(self, version_id: int, sha256: str, holding: Holding, content: bytes) -> None:
        with transaction.atomic():
            self._let_go(version_id, but=sha256)
            mine = CorpusObject.objects.filter(sha256=sha256, version=version_id)
            mine.update(**_listed(holding, content))

    def _let_go(self, version_id: int, *, but: str = "") -> None:
        old = CorpusObject.objects.filter(version=version_id).exclude(sha256=but)
        old.update(is_held=False)

    def _drop_withdrawn(self, version_id: int) -> None:
        for sha256 in self._withdrawn(version_id):
            self.folder.drop_object(sha256)

    def _withdrawn(self, version_id: int) -> list[str]:
        """What the version no longer wants. Another version may still want the same bytes."""
        held = CorpusObject.objects.filter(is_held=True).values("sha256")
        gone = CorpusObject.objects.filter(version=version_id, is_held=False)
        return list(gone.exclude(sha256__in=held).values_list("sha256", flat=True))


def _listed(holding: Holding, content: bytes) -> dict[str, Any]:
    return {"passages": len(holding.passages), "bytes": len(content), "is_held": True}


def content_of(holding: Holding) -> bytes:
    """The object's bytes: a line a passage, with its text and its whole citation."""
    version = holding.version
    return lines(
        {
            "passage": passage.pk,
            "text": quoted(passage, version),
            "citation": citation_of(passage, version),
        }
        for passage in holding.passages
    )
