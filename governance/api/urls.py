"""Where the calls for people stand under `/api/v1/`."""

from __future__ import annotations

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from governance.api.change_sets import ChangeSetDoor
from governance.api.concepts import ConceptDoor
from governance.api.passages import PassageDoor
from governance.api.sessions import SessionDoor
from governance.api.sources import SourceDoor
from governance.api.trail import ConsistencyDoor, HeadDoor, InclusionDoor
from governance.api.versions import VersionDoor

router = SimpleRouter()
router.register("sources", SourceDoor)
router.register("versions", VersionDoor)
router.register("passages", PassageDoor)
router.register("concepts", ConceptDoor)
router.register("change_sets", ChangeSetDoor)

urlpatterns = [
    path("session/", SessionDoor.as_view()),
    path("trail/", HeadDoor.as_view()),
    path("trail/consistency/", ConsistencyDoor.as_view()),
    re_path(r"^trail/(?P<number>[0-9]{1,18})/proof/$", InclusionDoor.as_view()),
    *router.urls,
]
