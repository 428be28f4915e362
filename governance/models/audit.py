"""The trail's tables: entries, what of them may be erased one day, the tree, and its head."""

from __future__ import annotations

import secrets

from django.db import models

from governance.merkle import EMPTY_ROOT, CompactRange

# What those who follow the trail are told: whatever changes what is in force.
KNOWLEDGE = frozenset(
    {
        "version.approved",
        "version.reaffirmed",
        "version.term_moved",
        "version.superseded",
        "version.retired",
        "version.left_force",
        "version.quarantined",
        "version.quarantine_ended",
        "passage.quarantined",
        "passage.quarantine_ended",
        "concept.added",
        "concept.named",
        "concept.coded",
        "concept.retyped",
        "concept.retired",
        "concept.revived",
        "concept.reviewed",
        "concept.merged",
        "relation.added",
        "relation.supported",
        "relation.support_moved",
        "relation.support_ended",
        "relation.ended",
    }
)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def after(self, number: int) -> AuditEntryQuerySet:
        return self.filter(number__gt=number).order_by("number")

    def knowledge(self) -> AuditEntryQuerySet:
        return self.filter(knowledge=True)

    def last_number(self) -> int:
        return self.order_by("-number").values_list("number", flat=True).first() or 0


class AuditEntry(models.Model):
    """One thing that happened. `leaf` is the evidence; the other columns repeat it for queries.

    No foreign keys: the trail must outlive whatever it speaks of. `governs_*` name the row
    whose state after the change the entry commits to, if there is one.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    by_kind = models.CharField(max_length=10)
    by_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True, db_index=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=40)
    governs_type = models.CharField(max_length=30)
    governs_id = models.CharField(max_length=40)
    knowledge = models.BooleanField()
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField()

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["governs_type", "governs_id", "number"], name="entry_of_governed"),
            models.Index(fields=["subject_type", "subject_id"], name="entry_of_subject"),
            models.Index(
                fields=["number"],
                condition=models.Q(knowledge=True),
                name="entry_of_knowledge",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.action}"


class AuditPayload(models.Model):
    """What an entry only commits to, for it may have to be erased: reasons, names, free text."""

    number = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField()
    content = models.JSONField()

    def __str__(self) -> str:
        return f"payload of #{self.number}"


class AuditNode(models.Model):
    """The root of a perfect subtree above the leaves, so that proofs are cheap."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="one_node_per_place"),
        ]

    def __str__(self) -> str:
        return f"node {self.level}/{self.index}"


def new_epoch() -> str:
    return secrets.token_hex(8)


class TrailHead(models.Model):
    """The end of the trail as a compact range, and the lock that gives entries their order."""

    size = models.BigIntegerField(default=0)
    nodes = models.JSONField(default=list)
    at = models.DateTimeField(null=True)
    epoch = models.CharField(max_length=16, default=new_epoch)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_trail_head")]

    def __str__(self) -> str:
        return f"head at #{self.size}"

    @property
    def range(self) -> CompactRange:
        return CompactRange(self.size, tuple(bytes.fromhex(n) for n in self.nodes))

    @property
    def root(self) -> bytes:
        return self.range.root() if self.size else EMPTY_ROOT


class RefusedAttempt(models.Model):
    """How often a person was refused the same thing since the trail last said so."""

    by_kind = models.CharField(max_length=10)
    by_id = models.BigIntegerField(default=0)
    code = models.CharField(max_length=40)
    noted_at = models.DateTimeField()
    unnoted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by_kind", "by_id", "code"], name="one_count_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.code} by {self.by_kind} {self.by_id}"
