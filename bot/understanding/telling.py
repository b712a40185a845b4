"""What a part of a message only tells, beside what is asked for ("I get disability benefit").

A regression on sentence vectors, so that it holds across languages and topics, learned from messages that were written part
by part (`bot.understanding.told`). What is asked for is often no question ("the child benefit has not come either").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from bot.understanding.classifier import SCALE
from bot.understanding.embedding import Vector

DECAY = 10.0
"""How much small weights are preferred. In messages not met, a part that asks is told from one that only tells in 97% of
pairs."""
STEPS = 1000


@dataclass(frozen=True)
class Telling:
    """What was learned."""

    mean: Vector
    weights: Vector
    bias: float

    @classmethod
    def learn(cls, vectors: Vector, asks: Sequence[bool]) -> "Telling":
        """Learn what asks and what tells.

        Args:
            vectors: one unit vector per part of a message.
            asks: whether each asks for something.
        """
        mean = vectors.mean(axis=0)
        regression = LogisticRegression(C=1 / DECAY, max_iter=STEPS).fit((vectors - mean) * SCALE, asks)
        return cls(mean, regression.coef_[0].astype(np.float32), float(regression.intercept_[0]))

    def asks(self, vectors: Vector) -> NDArray[np.float64]:
        """How likely each part asks for something.

        Args:
            vectors: one a row.
        """
        return np.asarray(expit((vectors - self.mean) * SCALE @ self.weights + self.bias), np.float64)
