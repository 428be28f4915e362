"""What is particular to an encoder: how it favours one language, and when nothing fits.

An encoder of several languages puts a question nearer to passages of its own language, whatever
they say. The offsets take that back. Whether anything answers is a logistic regression over a few
figures; both were fitted on questions of `tests/prove/questions` marked `tune`, and the curve is
reported on the others (`python -m tests.prove retrieval`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from llm.embedding import Profile


@dataclass(frozen=True)
class Signs:
    """What speaks for an answer being there.

    `similarity`: the highest cosine, offsets included. `coverage`: how much of the question's
    own terms, weighed by rarity, the best of the first passages holds. `naming`: which share of
    the concepts it names, one half where it names none. `agreement`: 1/rank by meaning + 1/rank
    by words of the first passage. `unknown`: the weighed share of its terms that stand in no
    passage in force. `chinese`: 1 where the question is. `size`: the decimal logarithm of how
    many passages are in force, for among more there is always one that is nearer.
    """

    similarity: float
    coverage: float
    naming: float
    agreement: float
    unknown: float
    chinese: float
    size: float


@dataclass(frozen=True)
class Calibration:
    """`offsets`: language of the question, then of the passage, what is added to the cosine.

    `weights` belong to `Signs`, in their order, and `constant` is added; below `threshold` a
    question counts as one that nothing answers.
    """

    offsets: Mapping[tuple[str, str], float]
    weights: tuple[float, ...]
    constant: float
    threshold: float

    def offset(self, question: str, passage: str) -> float:
        return self.offsets.get((question, passage), 0.0)

    def confidence(self, signs: Signs) -> float:
        """Between 0 and 1, of answerable and unanswerable questions in equal numbers."""
        pairs = zip(self.weights, astuple(signs), strict=True)
        return 1 / (1 + math.exp(-(self.constant + sum(w * sign for w, sign in pairs))))


SHIPPED = Calibration(
    offsets={("zh", "en"): 0.08, ("en", "zh"): 0.02},
    weights=(22.054, 0.852, 2.023, 1.516, -2.294, -0.487, -0.438),
    constant=-19.533,
    threshold=0.207,
)
# By the first digits of a model's digest. The precision makes no difference here.
_KNOWN: Mapping[str, Calibration] = {"b40dda7dac9e4917": SHIPPED}


def calibration_of(profile: Profile) -> Calibration | None:
    """None where the encoder was never calibrated: its cosines count as they are, and nothing is
    held back."""
    return _KNOWN.get(profile.model_digest[:16])
