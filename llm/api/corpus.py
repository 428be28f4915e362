"""`corpus/`: the newest manifest, manifests by root, and objects while they are in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from governance import clock
from governance.api.doors import Door, Problem
from governance.api.permissions import programs
from governance.duties import Scope
from governance.models import Version
from llm.api.retrieval import TAG
from llm.corpus import CorpusFolder, Damaged, root_of
from llm.models import CorpusObject, Cursor, FactsObject
from llm.projections.advance import behind
from llm.projections.corpus import content_of
from llm.projections.corpus_facts import content_of as facts_in
from llm.projections.holdings import holding_of
from llm.stores.port import StoreAway

F = TypeVar("F", bound=Callable[..., Any])
FOR_EVER = "private, max-age=31536000, immutable"
ZSTD = "application/zstd"


class Withdrawn(APIException):
    status_code = 410
    default_code = "withdrawn"


class NotThere(APIException):
    status_code = 503
    default_code = "corpus_unreachable"


def _documented(summary: str, media_type: str, *refuses: int) -> Callable[[F], F]:
    answers = dict.fromkeys((401, 403, *refuses), Problem)
    kind = OpenApiTypes.BINARY if media_type == ZSTD else OpenApiTypes.OBJECT
    content = {(200, media_type): OpenApiResponse(kind)}
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
        return _sent(request, content, "application/json", _etag_of(content), headers)


class ManifestDoor(CorpusDoor):
    @_documented("A manifest by its root, with the bytes it had", "application/json", 404, 503)
    def get(self, request: Request, root: str) -> HttpResponse:
        try:
            content = self.folder.manifest_path(root).read_bytes()
        except FileNotFoundError:
            raise Http404 from None
        except OSError as error:
            raise NotThere(_("The corpus cannot be read just now; ask again later.")) from error
        if root_of(content) != root:
            raise NotThere(_("The manifest is being repaired; ask again later."))
        return _sent(request, content, "application/json", f'"{root}"', {"Cache-Control": FOR_EVER})


class ObjectDoor(CorpusDoor):
    @_documented(
        "An object, compressed with zstd, by the SHA-256 of its bytes before", ZSTD, 404, 410, 503
    )
    def get(self, request: Request, sha256: str) -> HttpResponse:
        if not _is_in_force(sha256):
            raise Withdrawn(_("What this object held has left force."))
        try:
            content = self.folder.stored_object(sha256) if _is_held(sha256) else None
        except (FileNotFoundError, Damaged):
            content = None
        if content is None:
            raise NotThere(_("The object is being repaired; ask again later."))
        # Not immutable to a cache: the same object answers 410 once it is withdrawn.
        return _sent(request, content, ZSTD, f'"{sha256}"', {"Cache-Control": "no-cache"})


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


def _etag_of(content: bytes) -> str:
    return f'"{CorpusFolder.name_of(content)}"'


def _sent(
    request: Request, content: bytes, media_type: str, etag: str, headers: dict[str, str]
) -> HttpResponse:
    # What compresses on the way marks a tag as weak; here that makes no difference.
    asked = [
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("If-None-Match", "").split(",")
    ]
    headers = headers | {"ETag": etag}
    if etag in asked or "*" in asked:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type=media_type, headers=headers)
