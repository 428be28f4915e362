"""`corpus/`: the newest manifest, manifests by root, and objects while they are in force."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.actions import refusals
from governance.api import errors
from governance.api.bodies import Body, Line
from governance.api.doors import Door, Problem, described
from governance.api.permissions import programs
from governance.calling_errors import ClassNotOpen
from governance.duties import Scope
from governance.models import Client, Version
from llm import mirrors
from llm.api.retrieval import TAG
from llm.api.sending import NotSatisfiable, Sent
from llm.corpus import CorpusFolder, Damaged, root_of
from llm.models import CorpusObject, Cursor, FactsObject
from llm.projections.advance import behind
from llm.projections.corpus import content_of
from llm.projections.corpus_facts import content_of as facts_in
from llm.projections.holdings import holding_of
from llm.releases.manifests import bytes_by_root
from llm.stores.port import StoreAway

F = TypeVar("F", bound=Callable[..., Any])
FOR_EVER = "private, max-age=31536000, immutable"
ZSTD = "application/zstd"
ROOT = re.compile(r"[0-9a-f]{64}")


class Withdrawn(APIException):
    status_code = 410
    default_code = "withdrawn"


class RootUnknown(APIException):
    status_code = 409
    default_code = "unknown_root"


class NotThere(APIException):
    status_code = 503
    default_code = "corpus_unreachable"


def _documented(summary: str, media_type: str, *refuses: int) -> Callable[[F], F]:
    answers = dict.fromkeys((401, 403, *refuses), Problem)
    kind = OpenApiTypes.BINARY if media_type == ZSTD else OpenApiTypes.OBJECT
    content: dict[Any, Any] = {(200, media_type): OpenApiResponse(kind)}
    if media_type == ZSTD:
        content[206, media_type] = OpenApiResponse(kind, description="The range asked for.")
    content[304] = OpenApiResponse(description="The caller has it already.")
    described = extend_schema(summary=summary, tags=[TAG], responses=answers | content)
    return cast(Callable[[F], F], described)


class CorpusDoor(Door):
    permission_classes = [programs(Scope.CORPUS)]

    @property
    def folder(self) -> CorpusFolder:
        return CorpusFolder(settings.KB_HOME / "corpus")


class NewestDoor(CorpusDoor):
    @_documented(
        "The newest manifest; the header Corpus-Behind counts the changes it lacks",
        "application/json",
        503,
    )
    def get(self, request: Request) -> HttpResponse:
        try:
            content = self.folder.newest()
        except StoreAway as error:
            raise NotThere(_("The corpus cannot be read just now; ask again later.")) from error
        if content is None:
            raise NotThere(_("There is no corpus yet."))
        cursor = Cursor.objects.filter(name="corpus").first()
        lag = behind(cursor) if cursor else 0
        headers = {"Cache-Control": "no-cache", "Corpus-Behind": str(lag)}
        return Sent(content, "application/json", _etag_of(content), headers).coded(request)


class ManifestDoor(CorpusDoor):
    @_documented("A manifest by its root, with the bytes it had", "application/json", 404, 503)
    def get(self, request: Request, root: str) -> HttpResponse:
        try:
            content = self.folder.manifest_path(root).read_bytes()
        except FileNotFoundError:
            # That of a release outlasts the folder.
            content = bytes_by_root(root) or b""
            if not content:
                raise Http404 from None
        except OSError as error:
            raise NotThere(_("The corpus cannot be read just now; ask again later.")) from error
        if root_of(content) != root:
            raise NotThere(_("The manifest is being repaired; ask again later."))
        headers = {"Cache-Control": FOR_EVER}
        return Sent(content, "application/json", f'"{root}"', headers).coded(request)


class ObjectDoor(CorpusDoor):
    @_documented(
        "An object, compressed with zstd, by the SHA-256 of its bytes before; whole or in ranges."
        " Not of other classes than the key opens, nor of relations where it does not open all",
        ZSTD,
        *(404, 410, 416, 503),
    )
    def get(self, request: Request, sha256: str) -> HttpResponse | Response:
        _refuse_closed(cast(Client, request.user), sha256)
        if not _is_in_force(sha256):
            raise Withdrawn(_("What this object held has left force."))
        try:
            content = self.folder.stored_object(sha256) if _is_held(sha256) else None
        except (FileNotFoundError, Damaged):
            content = None
        if content is None:
            raise NotThere(_("The object is being repaired; ask again later."))
        # Not immutable to a cache: the same object answers 410 once it is withdrawn.
        sent = Sent(content, ZSTD, f'"{sha256}"', {"Cache-Control": "no-cache"})
        try:
            return sent.in_parts(request)
        except NotSatisfiable:
            return _beyond(len(content))


class AcknowledgementBody(Body):
    root = Line(max_length=64, help_text="Of the manifest whose corpus the mirror holds.")  # type: ignore[assignment]

    def validate_root(self, root: str) -> str:
        if not ROOT.fullmatch(root):
            raise ValidationError(_("A root is 64 hexadecimal digits in lower case."))
        return root


class AcknowledgementAnswer(serializers.Serializer[Any]):
    """`at` is when the program said so first, `last_at` when last."""

    root = serializers.CharField()  # type: ignore[assignment]
    trail = serializers.IntegerField()
    epoch = serializers.CharField()
    at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class AcknowledgementsDoor(CorpusDoor):
    keeps_answers = True

    @described(
        "Say which manifest a mirror has reached; again and again does no harm",
        tag=TAG,
        takes=AcknowledgementBody,
        gives={200: AcknowledgementAnswer, 201: AcknowledgementAnswer},
        refuses=(400, 409, 503),
    )
    def post(self, request: Request) -> Response:
        root, client = self.sent(AcknowledgementBody)["root"], cast(Client, request.user)
        try:
            said, is_new = mirrors.acknowledge(
                client=client, root=root, folder=self.folder, at=clock.now()
            )
        except mirrors.UnknownRoot as error:
            raise RootUnknown(_("This corpus has had no manifest with this root.")) from error
        except OSError as error:
            raise NotThere(_("The corpus cannot be read just now; ask again later.")) from error
        return Response(AcknowledgementAnswer(said).data, status=201 if is_new else 200)


def _refuse_closed(client: Client, sha256: str) -> None:
    """An object of relations is carried by sources of every class, so it is for all or none."""
    if not client.source_classes:
        return
    objects = CorpusObject.objects.filter(sha256=sha256)
    classes = set(objects.values_list("version__source__source_class", flat=True))
    closed = client.not_open(sorted(classes))
    if FactsObject.objects.filter(sha256=sha256).exists():
        closed.append("*")
    if closed:
        refusals.refuse(by=client, why=ClassNotOpen(classes=", ".join(closed)))


def _is_in_force(sha256: str) -> bool:
    """Asked of the truth, whatever the folder still holds. Raises `Http404` where it never was."""
    shards = list(FactsObject.objects.filter(sha256=sha256).values_list("shard", flat=True))
    if shards:
        return any(CorpusFolder.name_of(facts_in(shard)) == sha256 for shard in shards)
    versions = CorpusObject.objects.filter(sha256=sha256).values("version")
    rows = list(Version.objects.filter(pk__in=versions))
    now = clock.now()
    for version in rows:
        holding = holding_of(version.pk) if version.is_in_force(now) else None
        # A passage may have been quarantined since the object was written.
        if holding and CorpusFolder.name_of(content_of(holding)) == sha256:
            return True
    starts = [version.scheduled_start() for version in rows]
    if not any(start and start <= now for start in starts) and not any(v.retirement for v in rows):
        raise Http404
    return False


def _is_held(sha256: str) -> bool:
    """A file may lie there before the corpus holds it, and after it has let go of it."""
    models = (CorpusObject, FactsObject)
    return any(m.objects.filter(sha256=sha256, is_held=True).exists() for m in models)


def _beyond(size: int) -> Response:
    sentence = _("The object ends before this range begins.")
    headers = {"Content-Range": f"bytes */{size}"}
    return errors.answer(416, "range_not_satisfiable", sentence, headers=headers)


def _etag_of(content: bytes) -> str:
    return f'"{CorpusFolder.name_of(content)}"'
