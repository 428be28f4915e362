"""`changes/`: what changed in the knowledge, for those who follow it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.authentication import BearerKey
from governance.api.bodies import whole_number
from governance.api.doors import Door, counted, described
from governance.api.permissions import programs
from governance.duties import Scope
from governance.models import AuditEntry, TrailHead
from governance.verification import content_of
from llm.api.retrieval import TAG
from llm.api.waiting import LONGEST_WAIT, NO_PLACE_PAUSE, NoPlace, Places
from llm.projections.holdings import shown

PAGE = 100
LARGEST_PAGE = 1000
WAIT = (
    f"Where nothing is new, answer as soon as something is, or after so many seconds: at most"
    f" {LONGEST_WAIT}. Where too many wait already the answer comes at once, with Retry-After."
)


class SubjectAnswer(serializers.Serializer[Any]):
    type = serializers.CharField()
    id = serializers.CharField()


class ChangeAnswer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    subject = SubjectAnswer()
    facts = serializers.DictField()


class ChangesAnswer(serializers.Serializer[Any]):
    """`next` is what to ask `after` for next; where nothing is new, it is what was asked for.
    Another `epoch` than before: the trail lost entries in a restore, so start afresh from 0."""

    epoch = serializers.CharField()
    changes = ChangeAnswer(many=True)
    next = serializers.IntegerField()


class ChangesDoor(Door):
    permission_classes = [programs(Scope.CHANGES)]
    # All requests of a process share them.
    places = Places()

    @extend_schema(  # type: ignore[untyped-decorator]
        parameters=[
            counted("after", "The number last seen; 0 for all."),
            counted("limit", f"At most {LARGEST_PAGE} are given."),
            counted("wait", WAIT),
        ]
    )
    @described("What changed in the knowledge", tag=TAG, gives=ChangesAnswer, refuses=(400, 503))
    def get(self, request: Request) -> Response:
        after = whole_number(request, "after", default=0)
        limit = min(whole_number(request, "limit", default=PAGE) or PAGE, LARGEST_PAGE)
        headers = self._waited(request, after, whole_number(request, "wait", default=0))
        entries = list(AuditEntry.objects.knowledge().after(after)[:limit])
        return Response(
            {
                "epoch": TrailHead.objects.values_list("epoch", flat=True).get(),
                "changes": [_change(entry) for entry in entries],
                "next": entries[-1].number if entries else after,
            },
            headers=headers,
        )

    def _waited(self, request: Request, after: int, seconds: int) -> dict[str, str]:
        """Hold the caller for a while. Who finds no place is told when to come again."""
        if not seconds:
            return {}
        news = AuditEntry.objects.knowledge().after(after)
        try:
            self.places.wait_until(news.exists, seconds=min(seconds, LONGEST_WAIT))
        except NoPlace:
            return {"Retry-After": str(NO_PLACE_PAUSE)}
        # A key may have been revoked meanwhile.
        BearerKey().authenticate(request)
        return {}


def _change(entry: AuditEntry) -> dict[str, Any]:
    content = content_of(entry) or {}
    return {
        "number": entry.number,
        "at": shown(entry.at),
        "action": entry.action,
        "subject": {"type": entry.subject_type, "id": entry.subject_id},
        "facts": content.get("facts", {}),
    }
