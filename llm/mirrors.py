"""Writes down what mirrors have reached, and says where each of them stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Greatest

from governance.models import AuditEntry, Client, TrailHead
from llm.corpus import CorpusFolder, root_of
from llm.models import Acknowledgement


@dataclass(frozen=True)
class Standing:
    """What a program said last that it holds. `behind` counts the changes of knowledge since, and
    is None where what it holds is of another trail than this one.
    """

    root: str
    trail: int
    at: datetime
    behind: int | None


class UnknownRoot(Exception):
    """No manifest of this corpus has this root."""


def acknowledge(
    *, client: Client, root: str, folder: CorpusFolder, at: datetime
) -> tuple[Acknowledgement, bool]:
    """Note that a program holds this corpus, and whether that is new. Twice is once, but later.

    Raises `UnknownRoot`, and `OSError` where the folder cannot be read.
    """
    try:
        content = folder.manifest_path(root).read_bytes()
    except FileNotFoundError:
        raise UnknownRoot(root) from None
    if root_of(content) != root:
        raise UnknownRoot(root)
    manifest = json.loads(content)
    said, is_new = Acknowledgement.objects.get_or_create(
        client=client,
        root=root,
        defaults={
            "trail": manifest["trail"],
            "epoch": manifest["epoch"],
            "at": at,
            "last_at": at,
        },
    )
    if not is_new:
        # Of two that come at once neither takes the later instant back.
        Acknowledgement.objects.filter(pk=said.pk).update(last_at=Greatest("last_at", at))
        said.refresh_from_db()
    return said, is_new


def standing_of(client: Client) -> Standing | None:
    """None where the program has said nothing."""
    said = Acknowledgement.objects.last_of(client)
    if said is None:
        return None
    is_of_this_trail = TrailHead.objects.filter(epoch=said.epoch).exists()
    behind = AuditEntry.objects.knowledge().after(said.trail).count() if is_of_this_trail else None
    return Standing(root=said.root, trail=said.trail, at=said.last_at, behind=behind)
