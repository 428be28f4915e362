"""What programs call, under `/api/v1/`."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from llm.api.adapters import AdapterDoor
from llm.api.answers import AnswersDoor
from llm.api.changes import ChangesDoor
from llm.api.citations import CheckDoor
from llm.api.corpus import AcknowledgementsDoor, ManifestDoor, NewestDoor, ObjectDoor
from llm.api.dialects.dify import DifyDoor
from llm.api.dialects.fhir import LibrariesDoor, LibraryDoor, MetadataDoor
from llm.api.dialects.mcp import McpDoor, McpDoorWithoutSlash
from llm.api.feedback import FeedbackDoor, OneFeedbackDoor
from llm.api.passages import ServedPassageDoor
from llm.api.releases import ReleaseDoor
from llm.api.retrieval import RetrieveDoor, RetrieveManyDoor
from llm.api.trace import TraceDoor
from llm.api.training_sets import TrainingSetDoor

router = SimpleRouter()
router.register("releases", ReleaseDoor)
router.register("training-sets", TrainingSetDoor)
router.register("adapters", AdapterDoor)

urlpatterns = [
    path("retrieve/", RetrieveDoor.as_view(), name="retrieve"),
    path("retrieve/many/", RetrieveManyDoor.as_view(), name="retrieve-many"),
    re_path(
        r"^retrieve/passages/(?P<number>[0-9]{1,18})/$",
        ServedPassageDoor.as_view(),
        name="served-passage",
    ),
    path("dify/retrieval", DifyDoor.as_view(), name="dify"),
    path("mcp/", McpDoor.as_view(), name="mcp"),
    path("mcp", McpDoorWithoutSlash.as_view(), name="mcp_without_slash"),
    path("fhir/metadata", MetadataDoor.as_view(), name="fhir_metadata"),
    path("fhir/Library", LibrariesDoor.as_view(), name="fhir_libraries"),
    re_path(r"^fhir/Library/(?P<number>[0-9]{1,18})$", LibraryDoor.as_view(), name="fhir_library"),
    path("answers/", AnswersDoor.as_view(), name="answers"),
    re_path(
        r"^training-sets/(?P<name>[^/]{1,200})/files/(?P<file>[^/]{1,100})$",
        TrainingSetDoor.as_view({"get": "file"}),
        name="training-file",
    ),
    path("citations/check/", CheckDoor.as_view(), name="check_citations"),
    path("feedback/", FeedbackDoor.as_view(), name="feedback"),
    path("feedback/<uuid:feedback>/", OneFeedbackDoor.as_view(), name="one_feedback"),
    path("trace/", TraceDoor.as_view(), name="trace"),
    path("changes/", ChangesDoor.as_view(), name="changes"),
    path("corpus/", NewestDoor.as_view(), name="corpus"),
    path("corpus/acknowledgements/", AcknowledgementsDoor.as_view(), name="acknowledgements"),
    re_path(r"^corpus/manifests/(?P<root>[0-9a-f]{64})/$", ManifestDoor.as_view(), name="manifest"),
    re_path(r"^corpus/objects/(?P<sha256>[0-9a-f]{64})$", ObjectDoor.as_view(), name="object"),
    *router.urls,
]
