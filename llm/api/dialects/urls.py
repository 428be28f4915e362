"""What stands under `/v1/`, where clients of OpenAI look for it."""

from django.urls import path

from llm.api.dialects.embeddings import EmbeddingsDoor, ModelsDoor
from llm.api.dialects.vector_stores import SearchDoor, StoreDoor, StoresDoor

urlpatterns = [
    path("vector_stores", StoresDoor.as_view(), name="vector_stores"),
    path("vector_stores/<str:name>", StoreDoor.as_view(), name="vector_store"),
    path("vector_stores/<str:name>/search", SearchDoor.as_view(), name="vector_store_search"),
    path("embeddings", EmbeddingsDoor.as_view(), name="embeddings"),
    path("models", ModelsDoor.as_view(), name="models"),
]
