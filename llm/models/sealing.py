"""The tree of use: a leaf for each retrieval, answer and feedback, that outlives what it tells of.

As the trail's, an RFC 6962 tree; the two are apart because use is volume and may be purged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from governance import canonical
from governance.merkle import EMPTY_ROOT, CompactRange


class Sealed(models.Model):
    """A row of use. Its leaf commits to all of it, to free text under the row's own salt: once
    the row is gone, nobody finds even a short text again by trying.
    """

    kind: ClassVar[str]

    at: models.DateTimeField[Any, datetime]
    salt = models.BinaryField(default=canonical.new_salt)

    class Meta:
        abstract = True

    @classmethod
    def whole(cls) -> models.QuerySet[Any]:
        """Rows with all that their leaves tell of, in a few questions for however many."""
        return cls._default_manager.all()

    def told(self) -> dict[str, Any]:
        """What the leaf says of the row, as plain JSON."""
        raise NotImplementedError

    def leaf(self) -> bytes:
        return canonical.dumps([self.kind, str(self.pk), self.told()])

    def sealed_text(self, text: str) -> str:
        return canonical.commitment(text, bytes(self.salt))


class UsageLeaf(models.Model):
    """The hash of one row of use. `number` is its place in the tree, None until it is sealed."""

    class Kind(models.TextChoices):
        USAGE = "usage"
        ANSWER = "answer"
        FEEDBACK = "feedback"

    kind = models.CharField(max_length=8, choices=Kind)
    row = models.UUIDField()
    at = models.DateTimeField()
    hash = models.BinaryField()
    number = models.BigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row", "kind"], name="one_leaf_a_row"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(number=None), name="leaf_to_be_sealed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"


class UsageNode(models.Model):
    """The root of a perfect subtree above the leaves, so that proofs are cheap."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="one_usage_node_per_place"),
        ]

    def __str__(self) -> str:
        return f"node {self.level}/{self.index}"


class UsageTree(models.Model):
    """The end of the tree as a compact range. One row; who holds it seals."""

    size = models.BigIntegerField(default=0)
    nodes = models.JSONField(default=list)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_usage_tree")]

    def __str__(self) -> str:
        return f"{self.size} leaves"

    @property
    def range(self) -> CompactRange:
        return CompactRange(self.size, tuple(bytes.fromhex(n) for n in self.nodes))

    @property
    def root(self) -> bytes:
        return self.range.root() if self.size else EMPTY_ROOT
