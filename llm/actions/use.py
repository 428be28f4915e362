"""Sealing use into its tree, and letting go of what is older than it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from governance import clock
from governance.models import AuditEntry
from governance.trail import SYSTEM, changing
from llm.models import (
    Feedback,
    ReportedAnswer,
    Usage,
    UsageLeaf,
    UsageNode,
    UsageTree,
)
from llm.triggers.use import FLOOR_DAYS
from llm.usage import commit_to

AT_ONCE = 1000
# How often the trail says how far the tree has come, so that neither can be made anew alone.
ANCHORED_EVERY = timedelta(hours=1)


def seal() -> int:
    """Give every leaf that has none its place in the tree. Returns how many."""
    sealed = 0
    while some := _seal_some():
        sealed += some
    _anchor()
    return sealed


def _seal_some() -> int:
    with transaction.atomic():
        tree, is_new = UsageTree.objects.select_for_update().get_or_create(pk=1)
        if is_new:
            _adopt()
        leaves = list(UsageLeaf.objects.filter(number=None).order_by("pk")[:AT_ONCE])
        if not leaves:
            return 0
        grown, nodes = tree.range, []
        for leaf in leaves:
            leaf.number = grown.size + 1
            grown, complete = grown.append(bytes(leaf.hash))
            nodes += [UsageNode(level=v, index=i, digest=d) for v, i, d in complete]
        _number(leaves)
        UsageNode.objects.bulk_create(nodes)
        tree.size, tree.nodes = grown.size, [n.hex() for n in grown.nodes]
        tree.at = clock.now()
        tree.save(update_fields=["size", "nodes", "at"])
    return len(leaves)


def _number(leaves: list[UsageLeaf]) -> None:
    """One short statement a leaf: a long one that tells them apart takes ten times as long."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE llm_usageleaf SET number = %s WHERE id = %s",
            [(leaf.number, leaf.pk) for leaf in leaves],
        )


def _adopt() -> None:
    """Leaves for what was written down before there was a tree."""
    leaf = UsageLeaf.objects.filter(row=OuterRef("pk"))
    for usage in Usage.objects.filter(~Exists(leaf)).order_by("at", "pk"):
        commit_to(usage)


def _anchor() -> None:
    """Have the trail say how far the tree has come, where there is something to be said."""
    if not _is_to_be_anchored(clock.now()):
        return
    with changing(by=SYSTEM) as changes:
        if _is_to_be_anchored(changes.at):
            tree = UsageTree.objects.get()
            changes.note("usage.sealed", tree, size=tree.size, root=tree.root.hex())


def _is_to_be_anchored(at: datetime) -> bool:
    tree = UsageTree.objects.filter(size__gt=0).first()
    last = AuditEntry.objects.filter(subject_type="usagetree", subject_id="1").order_by("number")
    before = last.last()
    if tree is None or (before and at - before.at < ANCHORED_EVERY):
        return False
    return before is None or (tree.at is not None and tree.at > before.at)


def purge(*, now: datetime) -> int:
    """Erase retrievals that are older than use is kept, with what was said of them.

    Their leaves stay, so that every proof still holds. One of which something younger was said
    stays with it.
    """
    days = max(settings.USAGE_DAYS, FLOOR_DAYS)
    before, purged = now - timedelta(days=days), 0
    while some := _purge_some(before):
        purged += some
    if purged:
        with changing(by=SYSTEM) as changes:
            changes.note("usage.purged", None, retrievals=purged, before=before)
    return purged


def _purge_some(before: datetime) -> int:
    mine = {"usage": OuterRef("pk"), "at__gte": before}
    younger = Exists(ReportedAnswer.objects.filter(**mine)) | Exists(
        Feedback.objects.filter(**mine)
    )
    sealed = UsageLeaf.objects.filter(row=OuterRef("pk"), number__isnull=False)
    with transaction.atomic():
        old = Usage.objects.filter(Exists(sealed), ~younger, at__lt=before).order_by("at")
        numbers = list(old.values_list("pk", flat=True)[:AT_ONCE])
        Usage.objects.filter(pk__in=numbers).delete()
    return len(numbers)
