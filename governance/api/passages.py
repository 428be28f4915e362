"""Passages: reading one, correcting a draft's, and keeping one from being served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from governance.actions import passages, quarantines
from governance.api.answers import PassageAnswer
from governance.api.bodies import Body, Prose
from governance.api.decisions import ReasonBody, decision
from governance.api.doors import SubjectDoor, described
from governance.api.versions import shown_passages
from governance.duties import Deed
from governance.models import Passage

LONGEST_PASSAGE = 20_000


class CorrectionBody(ReasonBody):
    text = Prose(max_length=LONGEST_PASSAGE, trim_whitespace=False)


class PassageDoor(SubjectDoor):
    serializer_class = PassageAnswer
    queryset = Passage.objects.all()
    deeds: ClassVar[Mapping[str, Deed]] = {
        "retrieve": Deed.READ,
        "correct": Deed.CURATE,
        "quarantine": Deed.QUARANTINE,
        "lift_quarantine": Deed.LIFT_QUARANTINE,
    }

    def get_queryset(self) -> QuerySet[Passage]:
        return shown_passages()

    @described("A passage", tag="curation", gives=PassageAnswer, refuses=(404,))
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @decision("Correct a passage of a draft", CorrectionBody, gives=PassageAnswer, status=201)
    def correct(self, request: Request, pk: str) -> Response:
        """A new passage takes its place. Voids the draft's submission."""
        passage, given = self._passage_and(CorrectionBody)
        corrected = passages.correct(passage=passage, by=self.caller, **given)
        return Response(self.shown(corrected), status=201)

    @decision("Quarantine a passage", ReasonBody, gives=PassageAnswer)
    def quarantine(self, request: Request, pk: str) -> Response:
        """Takes it out of service at once; the rest of the version stays."""
        passage, given = self._passage_and(ReasonBody)
        quarantines.begin(subject=passage, by=self.caller, **given)
        return Response(self.shown(passage))

    @decision("Take part in ending a passage's quarantine", ReasonBody, gives=PassageAnswer)
    def lift_quarantine(self, request: Request, pk: str) -> Response:
        """Takes effect with the second person's call."""
        passage, given = self._passage_and(ReasonBody)
        quarantines.lift(subject=passage, by=self.caller, **given)
        return Response(self.shown(passage))

    def _passage_and(self, kind: type[Body]) -> tuple[Passage, dict[str, Any]]:
        return self.get_object(), self.sent(kind)
