"""Any model folder through sentence-transformers, which our own graph is measured by."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from llm.embedding.encoder import Rows, unit_rows
from llm.embedding.folder import prompts
from llm.embedding.profile import Profile, digest_of


class ReferenceEncoder:
    """Single precision, on the processor, one text at a time as in our own graph.

    ValueError where sentence-transformers is not installed; `why` tells in that sentence what
    the folder has that asks for it.
    """

    def __init__(self, folder: Path, why: str = "it was asked for") -> None:
        if importlib.util.find_spec("sentence_transformers") is None:
            raise ValueError(
                f"The model in {folder} needs sentence-transformers ({why}): "
                "install requirements/sentence-transformers.txt."
            )
        self._folder = folder
        # The tokenizers beneath are not safe between threads; held for a text, so that a query
        # waits for no batch.
        self._one_text = threading.Lock()
        self._loading = threading.Lock()

    @property
    def profile(self) -> Profile:
        with self._loading:
            return self._profile

    def passages(self, texts: Sequence[str]) -> Rows:
        return self._encode(self.profile.passage_prompt, texts)

    def queries(self, texts: Sequence[str]) -> Rows:
        return self._encode(self.profile.query_prompt, texts)

    def tokens(self, texts: Sequence[str]) -> list[int] | None:
        with self._one_text:
            return [len(self._model.tokenizer(text)["input_ids"]) for text in texts]

    def _encode(self, prompt: str, texts: Sequence[str]) -> Rows:
        rows = np.empty((len(texts), self.profile.dimension), np.float32)
        for at, text in enumerate(texts):
            with self._one_text:
                rows[at] = self._model.encode(text, prompt=prompt, show_progress_bar=False)
        return unit_rows(rows)

    @cached_property
    def _profile(self) -> Profile:
        wanted = prompts(self._folder)
        return Profile(
            model_digest=digest_of(self._folder),
            precision="f32",
            query_prompt=wanted.query,
            passage_prompt=wanted.passage,
            max_tokens=self._model.max_seq_length or 0,
            dimension=self._model.get_embedding_dimension(),
        )

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        return model.float()
