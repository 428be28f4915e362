"""Runs BERT and RoBERTa encoders through OpenVINO, without torch, one inference a text."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from llm.embedding.encoder import Rows
from llm.embedding.folder import WORDS, Description, describe
from llm.embedding.graph import build
from llm.embedding.profile import Profile, digest_of
from llm.embedding.runtime import inside, openvino
from llm.embedding.weights import mapped

PRECISIONS = ("auto", "f32", "bf16")
# One thread each: two streams of one thread do more than one of two. More than eight would
# starve the web beside us.
_STREAMS = min(len(os.sched_getaffinity(0)), 8)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Loaded:
    tokenizer: Tokenizer
    words: NDArray[Any]
    compiled: openvino.CompiledModel


class OpenVinoEncoder:
    """A text gets the same bits whatever stands beside it, in any order, in any process.

    That is because it is alone in its inference, which is faster as well: nothing is padded.
    `find` gives the folder and is asked at the first use, when the model is loaded as well; a
    process that forks must not have used it before. `precision` is `f32`, `bf16`, or `auto` for
    `bf16` where the processor calculates in it; ValueError where it does not.
    """

    def __init__(self, find: Callable[[], Path], precision: str = "auto") -> None:
        self._find = find
        self._precision = _chosen(precision)
        self._loading = threading.RLock()
        self._describing: tuple[Description, Profile] | None = None
        self._model: _Loaded | None = None
        self._one_batch = threading.Lock()

    @property
    def profile(self) -> Profile:
        return self._described()[1]

    def passages(self, texts: Sequence[str]) -> Rows:
        """One batch at a time: a query waits for the passages in flight at most, one a stream."""
        with self._one_batch:
            return self._encode(self.profile.passage_prompt, texts, _STREAMS)

    def queries(self, texts: Sequence[str]) -> Rows:
        return self._encode(self.profile.query_prompt, texts, 1)

    def tokens(self, texts: Sequence[str]) -> list[int] | None:
        tokenizer, counts = self._loaded().tokenizer, []
        for text in texts:
            with inside():
                encoding = tokenizer.encode(text)
            # Each part beyond the first begins and ends with signs of its own.
            over = sum(part.special_tokens_mask.count(0) for part in encoding.overflowing)
            counts.append(len(encoding.ids) + over)
        return counts

    def _encode(self, prompt: str, texts: Sequence[str], streams: int) -> Rows:
        loaded = self._loaded()
        tokens = self._tokens(loaded.tokenizer, [prompt + text for text in texts])
        rows = np.empty((len(texts), self.profile.dimension), np.float32)
        # Neighbours of one length end together, so that no stream waits for another.
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]), reverse=True)
        ring = [loaded.compiled.create_infer_request() for _ in range(min(streams, len(texts)))]
        for turn in range(len(order) + len(ring)):
            request = ring[turn % len(ring)]
            with inside():
                if turn >= len(ring):
                    _collect(request, rows, order[turn - len(ring)])
                if turn < len(order):
                    words = loaded.words[tokens[order[turn]]]
                    request.start_async([words.astype(np.float32)[np.newaxis]])
        return rows

    def _tokens(self, tokenizer: Tokenizer, texts: list[str]) -> list[NDArray[np.int64]]:
        encodings = []
        for text in texts:
            with inside():
                encodings.append(tokenizer.encode(text))
        cut = sum(1 for encoding in encodings if encoding.overflowing)
        if cut:
            limit = self.profile.max_tokens
            logger.warning(
                "%d of %d texts embedded by their first %d tokens", cut, len(texts), limit
            )
        return [np.array(encoding.ids, np.int64) for encoding in encodings]

    def _described(self) -> tuple[Description, Profile]:
        with self._loading:
            if self._describing is None:
                description = describe(self._find())
                self._describing = description, _profile(description, self._precision)
            return self._describing

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._model is None:
                description, profile = self._described()
                with inside():
                    self._model = _load(description, profile.precision)
            return self._model


def _chosen(precision: str) -> str:
    if precision not in PRECISIONS:
        raise ValueError(f"The precision {precision!r} is none of {', '.join(PRECISIONS)}.")
    has_bf16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if precision == "bf16" and not has_bf16:
        raise ValueError("EMBEDDING_PRECISION cannot be bf16: this processor has none.")
    if precision == "auto":
        return "bf16" if has_bf16 else "f32"
    return precision


def _profile(description: Description, precision: str) -> Profile:
    return Profile(
        model_digest=digest_of(description.folder),
        precision=precision,
        query_prompt=description.prompts.query,
        passage_prompt=description.prompts.passage,
        max_tokens=description.max_tokens,
        dimension=description.network.hidden,
    )


def _load(description: Description, precision: str) -> _Loaded:
    tokenizer = Tokenizer.from_file(str(description.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(description.max_tokens)
    settings = {
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": _STREAMS,
        "INFERENCE_NUM_THREADS": _STREAMS,
        "INFERENCE_PRECISION_HINT": precision,
        # Web and worker are two processes of one machine: pinned, both would sit on the same cores.
        "ENABLE_CPU_PINNING": False,
    }
    compiled = openvino.Core().compile_model(build(description), "CPU", settings)
    words = mapped(description.weights, description.network.prefix + WORDS)
    return _Loaded(tokenizer, words, compiled)


def _collect(request: openvino.InferRequest, rows: Rows, at: int) -> None:
    request.wait()
    rows[at] = request.get_output_tensor(0).data[0]
