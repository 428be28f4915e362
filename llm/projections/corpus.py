"""The grounding corpus: the truth at a number of the trail, one object a version."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from governance.models import Term, TrailHead, Version
from governance.models.governed import plain
from governance.proofs import root_of
from llm.corpus import CorpusFolder, lines
from llm.embedding import Encoder
from llm.models import CorpusObject
from llm.projections.advance import Beat
from llm.projections.holdings import Holding, citation_of, holding_of, quoted, shown


class Corpus:
    name = "corpus"

    def __init__(self, folder: CorpusFolder, encoder: Encoder) -> None:
        self.folder = folder
        self.encoder = encoder

    def prepare(self) -> bool:
        """Where no sound manifest is, everything is written anew."""
        if self.folder.newest() is not None:
            return False
        CorpusObject.objects.update(is_held=False)
        return True

    def settle(self, version_id: int, beat: Beat) -> None:
        holding = holding_of(version_id)
        if holding is None:
            self._withdraw(version_id)
            return
        content = content_of(holding)
        beat()
        sha256 = self.folder.put_object(content)
        self._withdraw(version_id, but=sha256)
        CorpusObject.objects.update_or_create(
            sha256=sha256,
            version_id=version_id,
            defaults={
                "passages": len(holding.passages),
                "bytes": len(content),
                "is_held": True,
            },
        )

    def finish(self, number: int) -> None:
        self.folder.publish(self.manifest(number))

    def is_gone(self, version_id: int) -> bool:
        """No file is left that the version no longer wants, and the manifest names none."""
        withdrawn = self._withdrawn(version_id)
        named = (self.folder.newest() or b"").decode()
        there = self.folder.objects()
        return not any(sha256 in there or sha256 in named for sha256 in withdrawn)

    def manifest(self, number: int) -> dict[str, Any]:
        """Without `root`, and without the time of writing: the same truth, the same bytes."""
        held = CorpusObject.objects.filter(is_held=True).order_by("version_id")
        terms = _latest_terms()
        due = {v.pk: v.review_due for v in Version.objects.active().only("review_due")}
        versions = held.values_list("version_id", "version__source_id", "version__digest")
        rows = zip(held, versions, strict=True)
        return {
            "epoch": TrailHead.objects.values_list("epoch", flat=True).get(),
            "trail": number,
            "trail_root": root_of(number).hex(),
            "embedding": asdict(self.encoder.profile),
            "versions": [
                {
                    "version": version,
                    "source": source,
                    "digest": digest,
                    "object": held_object.sha256,
                    "passages": held_object.passages,
                    "bytes": held_object.bytes,
                    "from": shown(terms[version].starts_at),
                    "until": shown(terms[version].ends_at),
                    "review_due": plain(due[version]),
                }
                for held_object, (version, source, digest) in rows
                if version in terms and version in due
            ],
            "relations": [],
        }

    def holds(self, version_id: int, sha256: str) -> bool:
        """Whether the object is listed as the one of this version."""
        mine = CorpusObject.objects.filter(version=version_id, sha256=sha256)
        return mine.filter(is_held=True).exists()

    def _withdraw(self, version_id: int, *, but: str = "") -> None:
        """Take away what the version no longer wants; another version may still want its bytes."""
        old = CorpusObject.objects.filter(version=version_id).exclude(sha256=but)
        old.update(is_held=False)
        for sha256 in self._withdrawn(version_id):
            self.folder.drop_object(sha256)

    def _withdrawn(self, version_id: int) -> list[str]:
        held = CorpusObject.objects.filter(is_held=True).values("sha256")
        gone = CorpusObject.objects.filter(version=version_id, is_held=False)
        return list(gone.exclude(sha256__in=held).values_list("sha256", flat=True))


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


def _latest_terms() -> dict[int, Term]:
    """The latest term of every version that is active."""
    by_version: dict[int, Term] = {}
    for term in Term.objects.filter(version__status="active").order_by("starts_at"):
        by_version[term.version_id] = term
    return by_version
