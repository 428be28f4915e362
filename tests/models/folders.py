"""Tiny models with random weights, saved by the libraries that real models are saved by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

LETTERS = "abcdefghijklmnopqrstuvwxyz 溶栓房颤抗凝,.:"
_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def save(folder: Path, kind: str, pooling: str, prompts: dict[str, str] | None = None) -> Path:
    """A sentence-transformers folder around a model of `kind`, three layers deep."""
    transformers: Any = pytest.importorskip("transformers")
    torch: Any = pytest.importorskip("torch")
    torch.manual_seed(len(kind))
    config = transformers.AutoConfig.for_model(kind, **_sizes(kind))
    model = transformers.AutoModel.from_config(config)
    # As initialised, biases are zero and norms one: then nothing tells whether they are used.
    for weights in model.parameters():
        weights.data += torch.randn_like(weights) * 0.2
    model.save_pretrained(folder)
    _tokenizer(transformers).save_pretrained(folder)
    _write(folder, "modules.json", _steps())
    _write(folder, "1_Pooling/config.json", {"embedding_dimension": 32, "pooling_mode": pooling})
    _write(folder, "config_sentence_transformers.json", {"prompts": prompts or {}})
    return folder


def _sizes(kind: str) -> dict[str, int]:
    common = {"vocab_size": len(LETTERS) + 4, "max_position_embeddings": 66, "pad_token_id": 1}
    if kind == "distilbert":
        return common | {"dim": 32, "hidden_dim": 64, "n_layers": 3, "n_heads": 4}
    return common | {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
    }


def _tokenizer(transformers: Any) -> Any:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *LETTERS]
    numbers = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=64, **_SPECIAL
    )


def _steps() -> list[dict[str, Any]]:
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"))
    return [
        {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for at, (path, kind) in enumerate(kinds)
    ]


def _write(folder: Path, name: str, value: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(value))
