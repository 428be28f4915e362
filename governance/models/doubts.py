"""Text that is doubted: what stands quarantined, and what would bring it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from governance.lifecycle import RetirementReason
from governance.models.spans import SpanQuerySet

if TYPE_CHECKING:
    from governance.models.versions import Version


class QuarantineQuerySet(SpanQuerySet):
    def standing(self) -> QuarantineQuerySet:
        return self.filter(ends_at=None)

    def followed_by(self, version: Version) -> QuarantineQuerySet:
        """Of whole versions of its source, those included that were retired under quarantine."""
        whole = self.filter(version__source=version.source_id, passage=None)
        return whole.exclude(version__retirements__reason_code=RetirementReason.SUPERSEDED)

    def repeated_by(self, version: Version) -> QuarantineQuerySet:
        """In other versions, of any source: of a passage it repeats, or of a whole that has one."""
        texts = version.passages.current().order_by().values("digest")
        alone = Q(passage__digest__in=texts)
        whole = Q(passage=None, version__passages__digest__in=texts)
        return self.exclude(version=version).filter(alone | whole)
