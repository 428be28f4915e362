"""A BERT or RoBERTa encoder as an OpenVINO graph: a text's word vectors in, one unit vector out."""

from __future__ import annotations

from typing import Any

import numpy as np

from llm.embedding.folder import WORDS, Description
from llm.embedding.runtime import op, openvino
from llm.embedding.weights import read

_ALL = -1


def build(description: Description) -> openvino.Model:
    """The input has shape [1, tokens, hidden]: a text alone has no padding, and needs no mask.

    The table of word vectors is not part of the graph, which would hold it in single precision,
    and once a process.
    """
    return _Encoder(description).model()


class _Encoder:
    def __init__(self, description: Description) -> None:
        self._network = description.network
        self._pooling = description.pooling
        self._weights = read(description.weights, leave=description.network.prefix + WORDS)

    def model(self) -> openvino.Model:
        words = op.parameter([1, _ALL, self._network.hidden], np.float32, "words")
        states = self._embed(words)
        for layer in range(self._network.layers):
            states = self._layer(states, f"encoder.layer.{layer}.")
        vector = op.normalize_l2(self._pool(states), _whole(1), 1e-12, "add")
        return openvino.Model([vector], [words], "encoder")

    def _embed(self, words: Any) -> Any:
        first = self._network.first_position
        count = op.gather(op.shape_of(words), _one(1), _one(0))
        places = op.range(_one(first), op.add(count, _one(first)), _one(1), "i64")
        placed = op.add(words, op.gather(self._table("position"), places, _one(0)))
        kind = op.gather(self._table("token_type"), _one(0), _one(0))
        return self._norm(op.add(placed, kind), "embeddings.LayerNorm")

    def _table(self, name: str) -> Any:
        return self._constant(f"embeddings.{name}_embeddings.weight")

    def _layer(self, states: Any, layer: str) -> Any:
        attended = self._linear(self._attend(states, layer), layer + "attention.output.dense")
        states = self._norm(op.add(states, attended), layer + "attention.output.LayerNorm")
        wide = op.gelu(self._linear(states, layer + "intermediate.dense"), "erf")
        narrow = self._linear(wide, layer + "output.dense")
        return self._norm(op.add(states, narrow), layer + "output.LayerNorm")

    def _attend(self, states: Any, layer: str) -> Any:
        query, key, value = (
            self._by_head(self._linear(states, f"{layer}attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        attended = op.scaled_dot_product_attention(query, key, value)
        joined = op.transpose(attended, _whole(0, 2, 1, 3))
        return op.reshape(joined, _whole(0, 0, self._network.hidden), True)

    def _by_head(self, states: Any) -> Any:
        heads = self._network.heads
        parted = op.reshape(states, _whole(0, 0, heads, self._network.hidden // heads), True)
        return op.transpose(parted, _whole(0, 2, 1, 3))

    def _linear(self, states: Any, name: str) -> Any:
        product = op.matmul(states, self._constant(name + ".weight"), False, True)
        return op.add(product, self._constant(name + ".bias"))

    def _norm(self, states: Any, name: str) -> Any:
        even = op.mvn(states, _whole(-1), True, self._network.epsilon, "inside_sqrt")
        scaled = op.multiply(even, self._constant(name + ".weight"))
        return op.add(scaled, self._constant(name + ".bias"))

    def _pool(self, states: Any) -> Any:
        if self._pooling == "cls":
            return op.gather(states, _one(0), _one(1))
        return op.reduce_mean(states, _whole(1))

    def _constant(self, name: str) -> Any:
        return op.convert(op.constant(self._weights[self._network.prefix + name]), "f32")


def _one(value: int) -> Any:
    return op.constant(np.int64(value))


def _whole(*values: int) -> Any:
    return op.constant(np.array(values, np.int64))
