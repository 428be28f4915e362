"""How sources, versions and passages look to those who ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from governance import readings
from governance.classes import SourceClass
from governance.identifiers import IdentifierKind
from governance.lifecycle import APPROVED, RetirementReason, Status
from governance.models import Language, ParseState, Passage, Review, Source, Upload, Version


class IdentifierAnswer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(IdentifierKind.choices)
    value = serializers.CharField()


class LicenceAnswer(serializers.Serializer[Any]):
    text = serializers.CharField()
    serve = serializers.BooleanField()
    quote = serializers.BooleanField()
    train = serializers.BooleanField()


class SourceAnswer(serializers.Serializer[Source]):
    """A source. `in_force` is the version that may be served at the moment of asking, if any."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    source_class = serializers.ChoiceField(SourceClass.choices)
    authority = serializers.IntegerField(source="policy.rank")
    issuer = serializers.CharField()
    language = serializers.ChoiceField(Language.choices)
    identifiers = IdentifierAnswer(many=True)
    licence = LicenceAnswer()
    owner = serializers.CharField(source="owner.display_name")
    department = serializers.CharField(source="department.name", default=None, allow_null=True)
    registered_at = serializers.DateTimeField()
    in_force = serializers.SerializerMethodField()

    def get_in_force(self, source: Any) -> int | None:
        return next((version.pk for version in source.now_in_force), None)


class VersionInBrief(serializers.Serializer[Version]):
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    status = serializers.ChoiceField(Status.choices)
    published_on = serializers.CharField()
    review_due = serializers.DateField(allow_null=True)


class SourceWithVersions(SourceAnswer):
    """A source with its versions, the newest first."""

    versions = VersionInBrief(many=True)


class WarningAnswer(serializers.Serializer[dict[str, Any]]):
    code = serializers.CharField()
    page = serializers.IntegerField(default=None, allow_null=True)
    detail = serializers.SerializerMethodField()

    def get_detail(self, warning: dict[str, Any]) -> str:
        return readings.warning_sentence(warning)


class ReadingErrorAnswer(serializers.Serializer[Upload]):
    code = serializers.CharField(source="error_code")
    detail = serializers.SerializerMethodField()

    def get_detail(self, upload: Upload) -> str:
        return readings.error_sentence(upload.error_code, upload.error_facts)

    def to_representation(self, instance: Upload) -> Any:
        return super().to_representation(instance) if instance.error_code else None


class ReadingAnswer(serializers.Serializer[Version]):
    """How far the file has been read. `pages` is null where the format has none."""

    state = serializers.ChoiceField(ParseState.choices, source="upload.parse_state")
    pages = serializers.IntegerField(source="upload.pages", allow_null=True)
    passages = serializers.SerializerMethodField()
    warnings = WarningAnswer(many=True, source="upload.warnings")
    error = ReadingErrorAnswer(source="upload", allow_null=True)

    def get_passages(self, version: Version) -> int:
        return version.passages.current().count()


class RetirementAnswer(serializers.Serializer[Any]):
    """Why a version was taken out for good; `by` is null where the clock did it."""

    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.display_name", default=None, allow_null=True)
    reason_code = serializers.ChoiceField(RetirementReason.choices)
    note = serializers.CharField()


class VersionAnswer(serializers.Serializer[Version]):
    """A version. `in_force` is worked out at the moment of asking; from and until are those of
    its latest term. `digest` is null while there is no text."""

    id = serializers.IntegerField()
    source = serializers.IntegerField(source="source_id")  # type: ignore[assignment]
    label = serializers.CharField()  # type: ignore[assignment]
    status = serializers.ChoiceField(Status.choices)
    in_force = serializers.SerializerMethodField()
    in_force_from = serializers.DateTimeField(
        source="latest_term.starts_at", default=None, allow_null=True
    )
    in_force_until = serializers.DateTimeField(
        source="latest_term.ends_at", default=None, allow_null=True
    )
    published_on = serializers.CharField()
    effective_from = serializers.DateField(allow_null=True)
    effective_until = serializers.DateField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_by = serializers.SerializerMethodField()
    review_due = serializers.DateField(allow_null=True)
    quarantined = serializers.SerializerMethodField()
    digest = serializers.SerializerMethodField()
    parse = ReadingAnswer(source="*")
    predecessor = serializers.IntegerField(source="predecessor_id", allow_null=True)
    successor = serializers.SerializerMethodField()
    retirement = RetirementAnswer(allow_null=True)

    def get_in_force(self, version: Version) -> bool:
        return version.is_in_force(self._at)

    def get_approved_by(self, version: Version) -> str | None:
        """Who completed the approval, where it took two."""
        approvals = version.reviews.filter(kind=Review.Kind.APPROVE)
        last = approvals.exclude(review_due=None).select_related("person").first()
        return last.person.display_name if last else None

    def get_quarantined(self, version: Version) -> bool:
        return version.is_quarantined(self._at)

    def get_digest(self, version: Version) -> str | None:
        return version.digest_now() or None

    def get_successor(self, version: Version) -> int | None:
        """The one its retirement names; else the last approved one that took over from it."""
        retirement = version.retirement
        if retirement and retirement.successor_id:
            return retirement.successor_id
        later = version.successors.filter(status__in=APPROVED).order_by("approved_at").last()
        return later.pk if later else None

    @property
    def _at(self) -> datetime:
        at: datetime = self.context["at"]
        return at


class PassageAnswer(serializers.Serializer[Passage]):
    """A passage. `boxes` are page, left, top, right, bottom in points from the page's upper left
    corner; `replaced_by` is the correction that took its place."""

    passage = serializers.IntegerField(source="pk")
    version = serializers.IntegerField(source="version_id")
    position = serializers.IntegerField()
    section = serializers.ListField(child=serializers.CharField(), source="section.path")
    page = serializers.IntegerField(allow_null=True)
    boxes = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    kind = serializers.CharField()
    text = serializers.CharField()
    digest = serializers.CharField()
    quarantined = serializers.BooleanField()
    replaced_by = serializers.IntegerField(source="replacement.pk", default=None, allow_null=True)
