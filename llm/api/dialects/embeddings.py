"""OpenAI's embeddings: the vectors of this installation, so that another store can be compared.

The model is named by what a text is for: `query` or `passage`. Encoders put other words before the
one than before the other, so a vector of the wrong kind finds worse.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.bodies import Body
from governance.errors import Malformed
from llm import clients
from llm.api.asking import away_is_no_empty_answer
from llm.api.dialects.door import spoken
from llm.api.dialects.vector_stores import OneOrMore, OpenAIDoor, OpenAIProblem
from llm.api.questions import Count
from llm.embedding import Encoder, Rows

QUERY, PASSAGE = "query", "passage"
MODELS = (QUERY, PASSAGE)
MOST_TEXTS = 64
LONGEST_TEXT = 20_000
LITTLE_ENDIAN = np.dtype("<f4")


class NoSuchModel(APIException):
    status_code = 404
    default_code = "model_not_found"
    default_detail = gettext_lazy("The models are “query” and “passage”.")


class EmbeddingsBody(Body):
    """Text alone is taken, no tokens; at most 64 texts, each as long as the model reads."""

    input = OneOrMore()
    model = serializers.CharField()
    encoding_format = serializers.ChoiceField(["float", "base64"], default="float")
    dimensions = Count(required=False)
    user = serializers.CharField(required=False)


class EmbeddingAnswer(serializers.Serializer[Any]):
    """Numbers, or the same as base64 of little-endian floats of 32 bits."""

    object = serializers.CharField()
    index = serializers.IntegerField()
    embedding = serializers.JSONField()


class TokensAnswer(serializers.Serializer[Any]):
    """As the model counts them, with the prompt; 0 where an endpoint embeds and does not say."""

    prompt_tokens = serializers.IntegerField()
    total_tokens = serializers.IntegerField()


class EmbeddingsAnswer(serializers.Serializer[Any]):
    object = serializers.CharField()
    data = EmbeddingAnswer(many=True)  # type: ignore[assignment]
    model = serializers.CharField()
    usage = TokensAnswer()


class ModelAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    object = serializers.CharField()
    created = serializers.IntegerField()
    owned_by = serializers.CharField()


class ModelsAnswer(serializers.Serializer[Any]):
    object = serializers.CharField()
    data = ModelAnswer(many=True)  # type: ignore[assignment]


class ModelsDoor(OpenAIDoor):
    @spoken("OpenAI: the models, `query` and `passage`", gives=ModelsAnswer, problem=OpenAIProblem)
    def get(self, request: Request) -> Response:
        told = {"object": "model", "created": 0, "owned_by": "knowledge-base"}
        return Response({"object": "list", "data": [{"id": name, **told} for name in MODELS]})


class EmbeddingsDoor(OpenAIDoor):
    @spoken(
        "OpenAI: the vectors of texts, as queries or as passages",
        takes=EmbeddingsBody,
        gives=EmbeddingsAnswer,
        problem=OpenAIProblem,
        refuses=(400, 404, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(EmbeddingsBody)
        texts, model = sent["input"], sent["model"]
        if model not in MODELS:
            raise NoSuchModel
        _refuse_too_much(texts)
        with away_is_no_empty_answer():
            encoder = clients.encoder()
            _refuse_other_length(sent.get("dimensions"), encoder)
            tokens = _counted(texts, encoder, model)
            rows = encoder.queries(texts) if model == QUERY else encoder.passages(texts)
        return Response(
            {
                "object": "list",
                "data": _vectors(rows, sent["encoding_format"]),
                "model": model,
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            }
        )


def _refuse_too_much(texts: list[str]) -> None:
    if len(texts) > MOST_TEXTS:
        problem = _("Give 1 to %(most)s texts.") % {"most": MOST_TEXTS}
        raise Malformed(field="input", problem=problem)
    if any(not text.strip() or len(text) > LONGEST_TEXT for text in texts):
        problem = _("Each text has 1 to %(most)s characters.") % {"most": LONGEST_TEXT}
        raise Malformed(field="input", problem=problem)
    if any("\ud800" <= c <= "\udfff" for text in texts for c in text):
        raise Malformed(field="input", problem=_("There is half a character in it."))


def _refuse_other_length(wanted: int | None, encoder: Encoder) -> None:
    has = encoder.profile.dimension
    if wanted not in (None, has):
        problem = _("The vectors have %(has)s dimensions.") % {"has": has}
        raise Malformed(field="dimensions", problem=problem)


def _counted(texts: list[str], encoder: Encoder, model: str) -> int:
    """Nothing is embedded by its beginning alone: what is too long for the model is refused."""
    profile = encoder.profile
    prompt = profile.query_prompt if model == QUERY else profile.passage_prompt
    counts = encoder.tokens([prompt + text for text in texts])
    if counts is None:
        return 0
    longest = max(counts)
    if profile.max_tokens and longest > profile.max_tokens:
        problem = _("A text has %(has)s tokens; the model reads %(most)s.")
        facts = {"has": longest, "most": profile.max_tokens}
        raise Malformed(field="input", problem=problem % facts)
    return sum(counts)


def _vectors(rows: Rows, encoding: str) -> list[dict[str, Any]]:
    told = [
        base64.b64encode(row.astype(LITTLE_ENDIAN).tobytes()).decode()
        if encoding == "base64"
        else row.tolist()
        for row in rows
    ]
    return [{"object": "embedding", "index": n, "embedding": each} for n, each in enumerate(told)]
