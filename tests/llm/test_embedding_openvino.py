"""The same text gets the same bits, whatever stands beside it and whoever asks at the same time."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from llm.embedding import Encoder, Rows, choose, shipped
from llm.embedding.openvino_encoder import OpenVinoEncoder
from tests.support.encoders import shipped_home, tiny_package

ROOT = Path(__file__).parents[2]
REFERENCE = json.loads((Path(__file__).parent / "reference_vectors.json").read_text("utf-8"))
TEXTS = ["abc", "溶栓", "a much longer text of many words", "", "abc abc", "zzz"]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenVinoEncoder:
    monkeypatch.syspath_prepend(str(tiny_package(tmp_path / "site")))
    return OpenVinoEncoder(lambda: shipped.folder(tmp_path), "f32")


@functools.cache
def shipped_encoder(precision: str) -> Encoder:
    return choose(None, shipped_home(), precision=precision)


def reference(kind: str) -> tuple[list[str], Rows]:
    found = [entry for entry in REFERENCE["vectors"] if entry["kind"] == kind]
    rows = np.array([entry["vector"] for entry in found], np.float32)
    return [entry["text"] for entry in found], rows


@pytest.mark.slow
@pytest.mark.parametrize("precision", [pytest.param("auto", marks=pytest.mark.long), "f32"])
def test_shipped_passages_agree_with_the_reference(precision: str) -> None:
    texts, wanted = reference("passage")

    rows = shipped_encoder(precision).passages(texts)

    assert (rows * wanted).sum(axis=1).min() >= 0.9999


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_shipped_queries_agree_with_the_reference(precision: str) -> None:
    texts, wanted = reference("query")

    rows = shipped_encoder(precision).queries(texts)

    assert (rows * wanted).sum(axis=1).min() >= 0.9999


@pytest.mark.slow
def test_single_precision_agrees_with_the_reference_in_each_component() -> None:
    texts, wanted = reference("passage")

    rows = shipped_encoder("f32").passages(texts)

    assert rows[:, :16] == pytest.approx(wanted[:, :16], abs=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_a_shipped_vector_has_the_same_bits_alone_and_among_others(precision: str) -> None:
    texts, _ = reference("passage")

    among = shipped_encoder(precision).passages(texts[::-1])[::-1]

    alone = [shipped_encoder(precision).passages([text])[0] for text in texts]
    assert np.array_equal(alone, among)


@pytest.mark.slow
@pytest.mark.long
def test_a_shipped_vector_has_the_same_bits_in_another_process() -> None:
    texts, _ = reference("query")
    program = (
        "import pathlib, sys; from llm.embedding import choose\n"
        "rows = choose(None, pathlib.Path(sys.argv[1])).queries(sys.argv[2:])\n"
        "sys.stdout.buffer.write(rows.tobytes())"
    )

    answer = run_python(program, str(shipped_home()), *texts[::-1])

    assert answer.stdout == shipped_encoder("auto").queries(texts)[::-1].tobytes()


@pytest.mark.slow
@pytest.mark.long
def test_a_query_does_not_wait_for_a_batch_of_passages() -> None:
    encoder = shipped_encoder("auto")
    encoder.queries(["load"])
    batch = threading.Thread(target=encoder.passages, args=(["静脉溶栓的剂量与禁忌。" * 20] * 24,))
    batch.start()
    time.sleep(0.1)

    encoder.queries(["房颤"])

    assert batch.is_alive()
    batch.join()


def test_the_profile_says_what_the_folder_says(tiny: OpenVinoEncoder) -> None:
    profile = tiny.profile

    assert (profile.query_prompt, profile.passage_prompt) == ("query: ", "passage: ")
    assert (profile.max_tokens, profile.dimension, profile.precision) == (48, 32, "f32")


def test_rows_stand_in_the_order_of_the_texts_with_length_one(tiny: OpenVinoEncoder) -> None:
    rows = tiny.passages(TEXTS)

    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    assert np.array_equal(rows, np.concatenate([tiny.passages([text]) for text in TEXTS]))


def test_a_text_is_another_vector_as_query_than_as_passage(tiny: OpenVinoEncoder) -> None:
    assert not np.allclose(tiny.queries(["abc"]), tiny.passages(["abc"]))


def test_no_texts_give_no_rows(tiny: OpenVinoEncoder) -> None:
    assert tiny.passages([]).shape == (0, 32)


def test_many_threads_get_the_bits_that_one_gets(tiny: OpenVinoEncoder) -> None:
    alone = tiny.queries(TEXTS)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tiny.queries, [TEXTS] * 40))

    assert all(np.array_equal(answer, alone) for answer in answers)


def test_a_text_too_long_is_embedded_by_its_beginning_and_said_so(
    tiny: OpenVinoEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    rows = tiny.passages(["ab" * 50, "ab" * 70, "ab"])

    assert np.array_equal(rows[0], rows[1])
    assert "2 of 3 texts embedded by their first 48 tokens" in caplog.text


def test_a_precision_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="f64"):
        OpenVinoEncoder(Path, "f64")


def test_nothing_is_unpacked_before_the_first_use(tmp_path: Path) -> None:
    home = tmp_path / "never made"

    choose(None, home)

    assert not home.exists()


@pytest.mark.slow
@pytest.mark.long
def test_encoding_reports_to_nobody_and_leaves_nothing_at_home(tmp_path: Path) -> None:
    program = (
        "import socket, sys; socket.socket.connect = None; socket.getaddrinfo = None\n"
        "from llm.embedding import choose; import pathlib\n"
        "choose(None, pathlib.Path(sys.argv[1])).queries(['a'])\n"
        "print([name for name in sys.modules if 'telemetry' in name])"
    )

    answer = run_python(program, str(shipped_home()), home=tmp_path)

    assert answer.stdout == b"[]\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.long
def test_a_process_may_end_while_a_thread_still_encodes() -> None:
    program = (
        "import pathlib, sys, threading, time; from llm.embedding import choose\n"
        "encoder = choose(None, pathlib.Path(sys.argv[1])); encoder.queries(['a'])\n"
        "texts = ['溶栓' * 100] * 500\n"
        "threading.Thread(target=encoder.passages, args=(texts,), daemon=True).start()\n"
        "time.sleep(0.5)"
    )

    answer = run_python(program, str(shipped_home()))

    assert (answer.returncode, answer.stderr) == (0, b"")


def run_python(
    program: str, *words: str, home: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    environment = {"HOME": str(home or Path.home()), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_openvino_is_imported_by_its_one_door_alone() -> None:
    folders = ("governance", "ingest", "kbadmin", "llm")
    sources = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))

    importers = [
        path.name
        for path in sources
        if re.search(r"^\s*(import|from) openvino\b", path.read_text("utf-8"), re.MULTILINE)
    ]

    assert importers == ["runtime.py"]
