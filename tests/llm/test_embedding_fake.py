"""The fake encoder keeps the promises that tests rely on."""

from __future__ import annotations

import numpy as np
import pytest

from llm.embedding import Encoder
from tests.support.encoders import FakeEncoder


def test_a_fake_vector_depends_on_text_and_seed_alone() -> None:
    encoder: Encoder = FakeEncoder(seed=7)

    alone, among = encoder.passages(["溶栓"]), FakeEncoder(seed=7).passages(["a", "溶栓"])

    assert np.array_equal(alone[0], among[1])


def test_fake_vectors_of_two_seeds_differ_and_their_profiles_too() -> None:
    one, other = FakeEncoder(seed=1), FakeEncoder(seed=2)

    assert not np.allclose(one.queries(["a"]), other.queries(["a"]))
    assert one.profile.name != other.profile.name


def test_fake_vectors_have_length_one_and_the_dimension_asked_for() -> None:
    rows = FakeEncoder(seed=1, dimension=64).passages([f"text {n}" for n in range(100)])

    assert rows.shape == (100, 64)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)


def test_fake_vectors_of_different_texts_are_far_apart() -> None:
    rows = FakeEncoder(seed=1).passages([f"text {n}" for n in range(200)])

    assert np.abs(rows @ rows.T - np.eye(200)).max() < 0.4
