"""What may be in a training row: in force now, and trainable as frozen and as its source stands."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from governance.classes import SourceClass
from governance.models import Passage, Version

_NEVER = SourceClass.CLINICAL_EXPERIENCE
# As approval froze it, and as it is said now: a change of the licence counts before any correction.
LICENSED = Q(citation__licence__train=True, source__may_train=True) & ~Q(
    source__source_class=_NEVER
)


def trainable() -> QuerySet[Version]:
    """Whatever its state: those whose licence lets them train."""
    return Version.objects.filter(LICENSED).exclude(citation__source_class=_NEVER)


def fit(at: datetime) -> QuerySet[Passage]:
    """Passages that may be in a row now."""
    return Passage.objects.in_force(at).filter(version__in=trainable())
