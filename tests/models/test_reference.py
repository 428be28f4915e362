"""Our own graph gives what sentence-transformers gives, for the shipped model and for others."""

from __future__ import annotations

import functools
import importlib.util
import itertools
import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from llm.embedding import Encoder, Rows, choose, shipped
from llm.embedding.openvino_encoder import OpenVinoEncoder
from llm.embedding.reference import ReferenceEncoder
from tests.models import folders
from tests.support.encoders import shipped_home

pytestmark = [
    pytest.mark.models,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("sentence_transformers") is None,
        reason="needs requirements/sentence-transformers.txt",
    ),
]

DATA = os.environ.get("KB_TEST_DATA")
VECTORS = Path(__file__).parents[1] / "llm" / "reference_vectors.json"
SUBJECTS = [
    "阿替普酶",
    "华法林",
    "二甲双胍 0.5 g",
    "β受体阻滞剂",
    "5-FU",
    "COVID-19 vaccine",
    "Warfarin",
]
CLAIMS = [
    "禁用于活动性出血的患者。",
    "发病 4.5 小时内静脉给药，剂量 0.9 mg/kg（最大 90 mg）。",
    "与甲硝唑合用时 INR 升高，应在一周内复查。",
    "妊娠期慎用；哺乳期应停药或停止哺乳。" * 12,
    "推荐等级 Ⅰ，证据水平 A。",
    "is contraindicated in patients with active bleeding.",
    "should be given within 4.5 hours of onset, 0.9 mg/kg, at most 90 mg.",
    "raises the INR; check it within a week and reduce the dose.",
    "",
    "eGFR < 30 mL/(min·1.73 m²)",
    "? ！。，、；：“”（）\t\n\u200b\ufeff🙂",
    "is what the guideline says " * 10,
    "ＦＵＬＬ ｗｉｄｔｈ １２３",
    "<s> </s> <mask> literally",
]
TEXTS = [f"{subject}{claim}" for subject, claim in itertools.product(SUBJECTS, CLAIMS)]
TEXTS += ["溶栓" * 400, "is what the guideline says " * 90]
SHORT = ["a", "", "溶栓", "abc, def: x.", "the quick brown fox 房颤 " * 2, "UNKNOWN ?", "z" * 90]


@functools.cache
def shipped_encoder(precision: str) -> Encoder:
    return choose(None, shipped_home(), precision=precision)


@functools.cache
def reference() -> ReferenceEncoder:
    return ReferenceEncoder(shipped.folder(shipped_home()))


def cosines(one: Rows, other: Rows) -> Rows:
    return np.asarray((one * other).sum(axis=1))


@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_passages_of_many_kinds_agree(precision: str) -> None:
    found = cosines(shipped_encoder(precision).passages(TEXTS), text_vectors())

    say(f"{len(TEXTS)} passages of many kinds, {precision}: cosine at least {found.min():.6f}")
    assert found.min() >= 0.9999


@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_queries_agree(precision: str) -> None:
    wanted = reference().queries(SUBJECTS)

    assert cosines(shipped_encoder(precision).queries(SUBJECTS), wanted).min() >= 0.9999


@pytest.mark.skipif(DATA is None, reason="needs KB_TEST_DATA")
@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_passages_of_real_papers_agree(precision: str) -> None:
    texts = real_passages()

    found = cosines(shipped_encoder(precision).passages(texts), real_vectors())

    say(f"{len(texts)} real passages, {precision}: cosine at least {found.min():.6f}")
    assert found.min() >= 0.9999


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_the_committed_vectors_are_those_of_the_reference(kind: str) -> None:
    entries = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    chosen = [entry for entry in entries if entry["kind"] == kind]
    texts = [entry["text"] for entry in chosen]

    rows = reference().queries(texts) if kind == "query" else reference().passages(texts)

    assert rows == pytest.approx(np.array([entry["vector"] for entry in chosen]), abs=1e-4)


def test_the_profile_of_both_ways_is_the_same() -> None:
    assert reference().profile == shipped_encoder("f32").profile


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta", "roberta"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_folder_of_the_family_gives_the_same_both_ways(
    tmp_path: Path, kind: str, pooling: str
) -> None:
    folder = folders.save(tmp_path, kind, pooling, {"query": "q: ", "document": "d: "})

    ours, theirs = choose(str(folder), tmp_path, precision="f32"), ReferenceEncoder(folder)

    assert isinstance(ours, OpenVinoEncoder)
    assert cosines(ours.passages(SHORT), theirs.passages(SHORT)).min() >= 0.99999
    assert cosines(ours.queries(SHORT), theirs.queries(SHORT)).min() >= 0.99999


def test_pooling_by_the_first_token_differs_from_the_mean(tmp_path: Path) -> None:
    mean, first = (folders.save(tmp_path / mode, "bert", mode) for mode in ("mean", "cls"))

    rows = [choose(str(folder), tmp_path).passages(["abc"]) for folder in (mean, first)]

    assert cosines(*rows).max() < 0.999


def test_another_architecture_goes_through_sentence_transformers(tmp_path: Path) -> None:
    encoder = choose(str(folders.save(tmp_path, "distilbert", "mean")), tmp_path)

    assert isinstance(encoder, ReferenceEncoder)
    assert np.linalg.norm(encoder.passages(SHORT), axis=1) == pytest.approx(1)


def test_other_pooling_goes_through_sentence_transformers(tmp_path: Path) -> None:
    encoder = choose(str(folders.save(tmp_path, "bert", "max")), tmp_path)

    assert isinstance(encoder, ReferenceEncoder)
    assert encoder.profile.dimension == 32


def test_the_reference_gives_a_text_the_same_bits_alone_and_among_others(tmp_path: Path) -> None:
    encoder = ReferenceEncoder(folders.save(tmp_path, "distilbert", "mean"))

    among = encoder.passages(SHORT[::-1])[::-1]

    assert np.array_equal([encoder.passages([text])[0] for text in SHORT], among)


def test_the_reference_may_be_asked_by_many_threads(tmp_path: Path) -> None:
    encoder = ReferenceEncoder(folders.save(tmp_path, "distilbert", "mean"))
    alone = encoder.queries(SHORT)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(encoder.queries, [SHORT] * 16))

    assert all(np.array_equal(answer, alone) for answer in answers)


@pytest.mark.skipif(DATA is None, reason="needs KB_TEST_DATA")
def test_how_fast_both_are_is_said() -> None:
    speeds = {
        "reference": speed(reference()),
        "OpenVINO f32": speed(shipped_encoder("f32")),
        f"OpenVINO {shipped_encoder('auto').profile.precision}": speed(shipped_encoder("auto")),
    }

    say("texts a second: " + ", ".join(f"{name} {rate:.1f}" for name, rate in speeds.items()))
    assert all(speeds.values())


def speed(encoder: Encoder) -> float:
    texts = real_passages()[:60]
    encoder.passages(texts[:8])
    began = time.perf_counter()
    encoder.passages(texts)
    return len(texts) / (time.perf_counter() - began)


@functools.cache
def text_vectors() -> Rows:
    return reference().passages(TEXTS)


@functools.cache
def real_vectors() -> Rows:
    return reference().passages(real_passages())


@functools.cache
def real_passages() -> list[str]:
    """200 slices of 300 characters, every other one Chinese."""
    data = Path(str(DATA))
    chinese = [slices(path) for path in sorted((data / "zh" / "papers").glob("*.md"))]
    english = [slices(path) for path in sorted((data / "en" / "literature").glob("*.xml"))]
    pairs = zip(itertools.chain(*chinese), itertools.chain(*english), strict=False)
    return list(itertools.chain(*itertools.islice(pairs, 100)))


def slices(path: Path) -> list[str]:
    text = " ".join(re.sub("<[^>]*>", " ", path.read_text("utf-8")).split())
    return [text[at : at + 300] for at in range(600, len(text) - 300, 300)][:5]


def say(sentence: str) -> None:
    """Past pytest's capture, for whoever reads the run."""
    stream = sys.__stdout__
    assert stream is not None
    stream.write(f"\n{sentence}\n")
    stream.flush()
