"""What people decide about a version: each call a body, one action, the version as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.actions import quarantines, uploads, versions
from governance.actions.versions import RetirementOrder
from governance.api.answers import VersionAnswer
from governance.api.bodies import Body, Line, Nothing, Number, Password, Prose
from governance.api.doors import SubjectDoor, described
from governance.confirmation import Confirmed, confirm
from governance.duties import Deed
from governance.errors import Malformed
from governance.lifecycle import RetirementReason
from governance.models import Version

TAG = "curation"
LENGTH_OF_DIGEST = 64
F = TypeVar("F", bound=Callable[..., Any])


class ReasonBody(Body):
    reason = Prose()


class ApprovalBody(ReasonBody):
    """`digest` is that of the version as it was read."""

    password = Password()
    digest = Line(max_length=LENGTH_OF_DIGEST)


class ReaffirmationBody(ReasonBody):
    searched = Prose()
    password = Password()


class RetirementBody(Body):
    reason_code = serializers.ChoiceField(RetirementReason.choices)
    note = Prose()
    successor = Number(required=False, allow_null=True)
    password = Password()


def decision(
    summary: str,
    takes: type[Body],
    *,
    status: int = 200,
    gives: Any = VersionAnswer,
    asks_password: bool = False,
    tag: str = TAG,
) -> Callable[[F], F]:
    """A POST on one thing, of the name of the method, that the rules may refuse."""
    refuses = (400, 404, 409, 415, *((429,) if asks_password else ()))

    def door(call: F) -> F:
        # In this order: `action` would drop a description made before it.
        offered = cast(F, action(detail=True, methods=["post"])(call))
        return described(
            summary, tag=tag, takes=takes, gives=gives, status=status, refuses=refuses
        )(offered)

    return door


class Decisions(SubjectDoor):
    """The calls by which people move a version. `VersionDoor` adds those that read."""

    deeds: ClassVar[Mapping[str, Deed]] = {
        "submit": Deed.CURATE,
        "send_back": Deed.REVIEW,
        "withdraw": Deed.CURATE,
        "approve": Deed.REVIEW,
        "amend": Deed.CURATE,
        "reaffirm": Deed.REVIEW,
        "retire": Deed.REVIEW,
        "quarantine": Deed.QUARANTINE,
        "lift_quarantine": Deed.LIFT_QUARANTINE,
        "retry": Deed.CURATE,
    }

    @decision("Submit a draft for review", ReasonBody)
    def submit(self, request: Request, pk: str) -> Response:
        version, given = self._version_and(ReasonBody)
        versions.submit(version=version, by=self.caller, **given)
        return Response(self.shown(version))

    @decision("Send back what is in review", ReasonBody)
    def send_back(self, request: Request, pk: str) -> Response:
        version, given = self._version_and(ReasonBody)
        versions.send_back(version=version, by=self.caller, **given)
        return Response(self.shown(version))

    @decision("Abandon a draft", ReasonBody)
    def withdraw(self, request: Request, pk: str) -> Response:
        """The same file may then be uploaded again."""
        version, given = self._version_and(ReasonBody)
        versions.withdraw(version=version, by=self.caller, **given)
        return Response(self.shown(version))

    @decision("Approve exactly what was read", ApprovalBody, asks_password=True)
    def approve(self, request: Request, pk: str) -> Response:
        """By a person who is no contributor. Where the class asks for two approvals, the version
        stays in review until the second."""
        version, given = self._version_and(ApprovalBody)
        versions.approve(version=version, by=self._confirmed(given), **given)
        return Response(self.shown(version))

    @decision("Draft a correction of an active version", ReasonBody, status=201)
    def amend(self, request: Request, pk: str) -> Response:
        """A draft over the same upload, with the passages as they stand."""
        version, given = self._version_and(ReasonBody)
        draft = versions.amend(version=version, by=self.caller, **given)
        return Response(self.shown(draft), status=201)

    @decision("Reaffirm: reviewed, no change", ReaffirmationBody, asks_password=True)
    def reaffirm(self, request: Request, pk: str) -> Response:
        version, given = self._version_and(ReaffirmationBody)
        versions.reaffirm(version=version, by=self._confirmed(given), **given)
        return Response(self.shown(version))

    @decision("Retire a version for good", RetirementBody, asks_password=True)
    def retire(self, request: Request, pk: str) -> Response:
        version, given = self._version_and(RetirementBody)
        confirmed = self._confirmed(given)
        order = RetirementOrder(
            reason_code=RetirementReason(given["reason_code"]),
            note=given["note"],
            successor=_successor(given.get("successor")),
        )
        versions.retire(version=version, order=order, by=confirmed)
        return Response(self.shown(version))

    @decision("Quarantine a version", ReasonBody)
    def quarantine(self, request: Request, pk: str) -> Response:
        """Takes it out of service at once."""
        version, given = self._version_and(ReasonBody)
        quarantines.begin(subject=version, by=self.caller, **given)
        return Response(self.shown(version))

    @decision("Take part in ending a quarantine", ReasonBody)
    def lift_quarantine(self, request: Request, pk: str) -> Response:
        """Takes effect with the second person's call."""
        version, given = self._version_and(ReasonBody)
        quarantines.lift(subject=version, by=self.caller, **given)
        return Response(self.shown(version))

    @decision("Have a file read again that could not be read", Nothing)
    def retry(self, request: Request, pk: str) -> Response:
        version, _given = self._version_and(Nothing)
        uploads.retry(upload=version.upload, by=self.caller)
        return Response(self.shown(version))

    def _version_and(self, kind: type[Body]) -> tuple[Version, dict[str, Any]]:
        return self.get_object(), self.sent(kind)

    def _confirmed(self, given: dict[str, Any]) -> Confirmed:
        """The caller, whose password was given again; it is taken out of what was given."""
        return confirm(self.caller, given.pop("password"), request=self.request._request)


def _successor(number: int | None) -> Version | None:
    if number is None:
        return None
    version = Version.objects.filter(pk=number).first()
    if version is None:
        raise Malformed(field="successor", problem=_("There is no such version."))
    return version
