"""One setting chooses the encoder, and nonsense is refused with a sentence."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from llm import clients
from llm.embedding import choose, shipped
from llm.embedding.endpoint import EndpointEncoder
from llm.embedding.openvino_encoder import OpenVinoEncoder
from tests.support.encoders import tiny_package

without_torch = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is not None,
    reason="sentence-transformers is installed",
)


@pytest.mark.parametrize("setting", [None, ""])
def test_nothing_said_is_the_shipped_model(
    setting: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tiny_package(tmp_path / "site")))

    encoder = choose(setting, tmp_path, precision="f32")

    assert isinstance(encoder, OpenVinoEncoder)
    assert encoder.profile.dimension == 32


def test_a_folder_gives_the_vectors_of_its_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tiny_package(tmp_path / "site")))
    shipped_one = choose(None, tmp_path, precision="f32")

    by_folder = choose(str(shipped.folder(tmp_path)), tmp_path, precision="f32")

    assert by_folder.profile == shipped_one.profile
    assert (by_folder.queries(["a"]) == shipped_one.queries(["a"])).all()


def test_a_url_is_an_endpoint_and_is_not_called_yet(tmp_path: Path) -> None:
    assert isinstance(choose("http://127.0.0.1:9/v1#m", tmp_path), EndpointEncoder)


@pytest.mark.parametrize(
    "setting", ["nonsense", "ftp://host/model", "/nowhere/at/all", "C:\\models\\e5"]
)
def test_nonsense_is_refused_with_one_sentence(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither the folder of a sentence-transformers model"):
        choose(setting, tmp_path)


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither the folder"):
        choose(str(tmp_path), tmp_path)


@pytest.mark.parametrize("setting", ["http://", "https:///v1", "http://[::1/v1"])
def test_a_url_without_a_host_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="URL"):
        choose(setting, tmp_path)


@without_torch
def test_another_model_names_the_requirements_it_needs(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mpnet"}))

    with pytest.raises(ValueError, match=r"mpnet.*requirements/sentence-transformers\.txt"):
        choose(str(tmp_path), tmp_path)


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_an_endpoint_is_not_told_how_to_calculate(tmp_path: Path, precision: str) -> None:
    with pytest.raises(ValueError, match="EMBEDDING_PRECISION cannot be"):
        choose("http://127.0.0.1:9/v1#m", tmp_path, precision=precision)


def test_the_setting_decides_the_precision_that_the_profile_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.syspath_prepend(str(tiny_package(tmp_path / "site")))
    settings.EMBEDDING_PRECISION = "f32"

    assert clients.encoder().profile.precision == "f32"


def test_what_is_left_to_the_processor_is_recorded_as_it_came_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tiny_package(tmp_path / "site")))

    assert choose(None, tmp_path, precision="auto").profile.precision in {"f32", "bf16"}
