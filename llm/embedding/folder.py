"""Reads what a sentence-transformers folder says of itself, and whether our graph can run it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

_FAMILIES = {"bert", "roberta", "xlm-roberta", "camembert"}
_POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
_WEIGHTS = "model.safetensors"
WORDS = "embeddings.word_embeddings.weight"


class NotOurs(Exception):
    """The folder holds a model that only sentence-transformers runs; the message says why."""


@dataclass(frozen=True)
class Prompts:
    query: str
    passage: str


@dataclass(frozen=True)
class Network:
    """`prefix` stands before the names of the weights; `first_position` is the first token's."""

    prefix: str
    layers: int
    heads: int
    hidden: int
    epsilon: float
    first_position: int


@dataclass(frozen=True)
class Description:
    folder: Path
    network: Network
    pooling: str
    prompts: Prompts
    max_tokens: int

    @property
    def weights(self) -> Path:
        return self.folder / _WEIGHTS


def describe(folder: Path) -> Description:
    """Raises NotOurs unless it is a BERT or RoBERTa encoder, pooled by mean or first token, in
    one safetensors file.
    """
    config = _json(folder / "config.json")
    _refuse_other_families(config)
    if not (folder / "tokenizer.json").is_file():
        raise NotOurs("it has no tokenizer.json")
    network = _network(config, _prefix(folder / _WEIGHTS))
    places = int(config["max_position_embeddings"]) - network.first_position
    pooling = _pooling(folder)
    return Description(folder, network, pooling, prompts(folder), _max_tokens(folder, places))


def prompts(folder: Path) -> Prompts:
    """What the folder wants before queries and passages; nothing where it does not say."""
    config = _json(folder / "config_sentence_transformers.json")
    given = config.get("prompts") or {}
    default = given.get(config.get("default_prompt_name")) or ""
    passage = (given.get(name) for name in ("document", "passage", "corpus"))
    return Prompts(given.get("query") or default, next(filter(None, passage), default))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise NotOurs(f"its {path.name} is no JSON") from error


def _refuse_other_families(config: dict[str, Any]) -> None:
    wanted: dict[str, set[Any]] = {
        "model_type": _FAMILIES,
        "hidden_act": {"gelu"},
        "position_embedding_type": {"absolute", None},
        "is_decoder": {False, None},
    }
    for name, values in wanted.items():
        if config.get(name) not in values:
            raise NotOurs(f"its {name} is {config.get(name)}")


def _network(config: dict[str, Any], prefix: str) -> Network:
    # RoBERTa counts places from behind the padding token's number, BERT from 0.
    first = 0 if config["model_type"] == "bert" else int(config["pad_token_id"]) + 1
    return Network(
        prefix=prefix,
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
        first_position=first,
    )


def _prefix(weights: Path) -> str:
    """Models saved with a head put the encoder's name before each weight of the encoder."""
    try:
        with safe_open(weights, "numpy") as file:
            names: list[str] = list(file.keys())
            kinds = {file.get_slice(name).get_dtype() for name in names}
    except (OSError, SafetensorError) as error:
        raise NotOurs("it has no readable model.safetensors") from error
    prefixes = [name.removesuffix(WORDS) for name in names if name.endswith(WORDS)]
    if len(prefixes) != 1:
        raise NotOurs("its weights are named otherwise")
    if kinds - {"F32", "F16", "I64"}:
        raise NotOurs("its weights are neither single nor half precision")
    return prefixes[0]


def _pooling(folder: Path) -> str:
    steps = _json(folder / "modules.json") or []
    kinds = [step["type"].rpartition(".")[2] for step in steps]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise NotOurs("its modules.json names other steps than transformer, pooling, normalisation")
    config = _json(folder / steps[1]["path"] / "config.json")
    modes = [name for key, name in _POOLINGS.items() if config.get(key)]
    others = [key for key in config if key.startswith("pooling_mode_") and config[key]]
    mode = config.get("pooling_mode") or "".join(modes)
    if mode not in _POOLINGS.values() or len(others) > 1 or not config.get("include_prompt", True):
        raise NotOurs("it pools otherwise than by mean or first token")
    return str(mode)


def _max_tokens(folder: Path, places: int) -> int:
    sentences = _json(folder / "sentence_bert_config.json")
    if sentences.get("do_lower_case"):
        raise NotOurs("it lowers case outside its tokenizer")
    said = (
        sentences.get("max_seq_length"),
        _json(folder / "tokenizer_config.json").get("model_max_length"),
    )
    return min([places, *(int(length) for length in said if length)])
