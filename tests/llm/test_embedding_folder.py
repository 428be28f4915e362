"""What a model's folder says of itself is read as its makers meant it, or it is not ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from llm.embedding.folder import NotOurs, Prompts, describe, prompts
from llm.embedding.weights import mapped, read

NETWORK = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "hidden_size": 8,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 514,
    "pad_token_id": 1,
}
STEPS = [
    {"path": "", "type": "sentence_transformers.models.Transformer"},
    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
WORDS = "embeddings.word_embeddings.weight"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1_Pooling").mkdir()
    write(tmp_path, "config.json", NETWORK)
    write(tmp_path, "modules.json", STEPS)
    write(tmp_path, "1_Pooling/config.json", {"pooling_mode_mean_tokens": True})
    write(tmp_path, "tokenizer.json", {})
    save_file({WORDS: np.ones((3, 8), np.float16)}, tmp_path / "model.safetensors")
    return tmp_path


def write(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("config.json", NETWORK | {"model_type": "distilbert"}, "model_type is distilbert"),
        ("config.json", NETWORK | {"hidden_act": "relu"}, "hidden_act is relu"),
        ("config.json", NETWORK | {"is_decoder": True}, "is_decoder is True"),
        (
            "config.json",
            NETWORK | {"position_embedding_type": "relative_key"},
            "position_embedding_type is relative_key",
        ),
        ("modules.json", STEPS[:1], "modules.json names other steps"),
        ("modules.json", [*STEPS, {"path": "2", "type": "x.Dense"}], "names other steps"),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "pools otherwise"),
        ("1_Pooling/config.json", {"pooling_mode": ["mean", "max"]}, "pools otherwise"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True},
            "pools otherwise",
        ),
        (
            "1_Pooling/config.json",
            {"pooling_mode": "mean", "include_prompt": False},
            "pools otherwise",
        ),
        ("sentence_bert_config.json", {"do_lower_case": True}, "lowers case"),
    ],
)
def test_what_our_graph_cannot_do_is_not_ours(
    folder: Path, name: str, value: Any, reason: str
) -> None:
    write(folder, name, value)

    with pytest.raises(NotOurs, match=reason):
        describe(folder)


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors", "modules.json"])
def test_a_folder_without_a_part_is_not_ours(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(NotOurs, match=name):
        describe(folder)


def test_a_file_that_is_no_json_is_named(folder: Path) -> None:
    (folder / "config.json").write_text("{")

    with pytest.raises(NotOurs, match=r"its config\.json is no JSON"):
        describe(folder)


def test_weights_under_other_names_are_not_ours(folder: Path) -> None:
    save_file({"tok_embeddings": np.ones((3, 8), np.float32)}, folder / "model.safetensors")

    with pytest.raises(NotOurs, match="named otherwise"):
        describe(folder)


def test_weights_of_other_precision_are_not_ours(folder: Path) -> None:
    save_file({WORDS: np.ones((3, 8), np.float64)}, folder / "model.safetensors")

    with pytest.raises(NotOurs, match="precision"):
        describe(folder)


def test_the_name_of_the_encoder_before_its_weights_is_found(folder: Path) -> None:
    save_file({f"bert.{WORDS}": np.ones((3, 8), np.float32)}, folder / "model.safetensors")

    assert describe(folder).network.prefix == "bert."


@pytest.mark.parametrize(("kind", "first"), [("bert", 0), ("xlm-roberta", 2), ("roberta", 2)])
def test_places_are_counted_as_the_family_counts(folder: Path, kind: str, first: int) -> None:
    write(folder, "config.json", NETWORK | {"model_type": kind})

    described = describe(folder)

    assert (described.network.first_position, described.max_tokens) == (first, 514 - first)


@pytest.mark.parametrize(
    ("sentences", "tokenizer", "tokens"), [(128, 512, 128), (None, 256, 256), (10**30, None, 514)]
)
def test_the_shortest_length_said_counts(
    folder: Path, sentences: int | None, tokenizer: int | None, tokens: int
) -> None:
    write(folder, "sentence_bert_config.json", {"max_seq_length": sentences})
    write(folder, "tokenizer_config.json", {"model_max_length": tokenizer})

    assert describe(folder).max_tokens == tokens


@pytest.mark.parametrize(
    ("config", "mode"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode": "cls", "include_prompt": True}, "cls"),
        ({"pooling_mode": "mean"}, "mean"),
    ],
)
def test_pooling_is_read_in_its_older_and_its_newer_form(
    folder: Path, config: dict[str, Any], mode: str
) -> None:
    write(folder, "1_Pooling/config.json", config)

    assert describe(folder).pooling == mode


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({}, Prompts("", "")),
        ({"prompts": {"query": "q: ", "document": "p: "}}, Prompts("q: ", "p: ")),
        ({"prompts": {"query": "q: ", "passage": "p: "}}, Prompts("q: ", "p: ")),
        ({"prompts": {"query": "q: ", "document": ""}}, Prompts("q: ", "")),
        ({"prompts": {"all": "a: "}, "default_prompt_name": "all"}, Prompts("a: ", "a: ")),
    ],
)
def test_prompts_are_those_of_the_folder(
    tmp_path: Path, config: dict[str, Any], wanted: Prompts
) -> None:
    write(tmp_path, "config_sentence_transformers.json", config)

    assert prompts(tmp_path) == wanted


def test_a_table_is_mapped_as_it_stands_in_the_file(tmp_path: Path) -> None:
    arrays = {
        "other": np.ones(5, np.float32),
        "words": np.arange(12, dtype=np.float16).reshape(4, 3),
    }
    save_file(arrays, tmp_path / "model.safetensors")

    table = mapped(tmp_path / "model.safetensors", "words")

    assert np.array_equal(table, arrays["words"])


def test_all_weights_are_read_but_the_one_to_leave(tmp_path: Path) -> None:
    save_file(dict.fromkeys("abc", np.ones(2, np.float32)), tmp_path / "model.safetensors")

    assert sorted(read(tmp_path / "model.safetensors", leave="b")) == ["a", "c"]
