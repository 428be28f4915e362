"""A vector's provenance has one name, and any change of it another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llm.embedding.encoder import unit_rows
from llm.embedding.profile import Profile, digest_of, file_digests

PROFILE = Profile("0" * 64, "f32", "query: ", "passage: ", 512, 384)


def test_a_profile_has_the_same_name_on_every_machine() -> None:
    assert PROFILE.name == "8f1ef79a9606a8b4"


@pytest.mark.parametrize(
    "change",
    [
        {"model_digest": "1" * 64},
        {"precision": "bf16"},
        {"query_prompt": ""},
        {"passage_prompt": ""},
        {"max_tokens": 256},
        {"dimension": 768},
    ],
)
def test_another_provenance_has_another_name(change: dict[str, Any]) -> None:
    assert replace(PROFILE, **change).name != PROFILE.name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json"])
def test_other_bytes_are_another_model(folder: Path, name: str) -> None:
    before = digest_of(folder)

    (folder / name).write_text("other")

    assert digest_of(folder) != before


def test_a_file_by_another_name_is_another_model(folder: Path) -> None:
    before = digest_of(folder)

    (folder / "1_Pooling").rename(folder / "2_Pooling")

    assert digest_of(folder) != before


@pytest.mark.parametrize("name", ["README.md", ".cache.json", "pytorch_model.bin", "onnx/a.json"])
def test_what_decides_no_vector_is_not_part_of_the_model(folder: Path, name: str) -> None:
    before = digest_of(folder)

    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("beside")

    assert digest_of(folder) == before


def test_pickled_weights_count_where_there_are_no_others(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    assert "pytorch_model.bin" in file_digests(folder)


def test_rows_are_divided_by_their_lengths() -> None:
    rows = unit_rows(np.array([[3, 4], [0, 0]], np.float32))

    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]
