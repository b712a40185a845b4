"""From a text and its vector to what it is about, with a confidence, and knowing when it is about something else.

Two simple models that fail differently are asked, and their probabilities multiplied (the geometric mean; one feature
vector of both is worse than either): logistic regression on sentence vectors, which carries meaning across languages,
and on character n-grams, which knows the names of things. Vectors of e5 lie close together, so they are centred on the
training mean and scaled, or the regression stays near uniform. A temperature makes the product as sure as it is right.
What is not ours has examples of its own (out_of_scope); how much of its probability refuses a question is set on
situations the models have not seen, so that few of our own questions are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.understanding.embedding import Vector

Matrix = NDArray[np.float64]

SCALE = 10.0
"""What centred unit vectors are multiplied by."""
REFUSED = 0.05
"""The share of our own questions that may be refused as not ours, on unseen situations."""
HARDLY_OUTSIDE = 0.02
"""What is less likely than this to be foreign is never refused, however clear-cut the unseen situations were."""
CRISIS = 0.2
"""The probability of danger that is enough: a needless number costs little, a missing one may cost a life."""
OUTSIDE = "out_of_scope"
_TEMPERATURES = (1.2, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


@dataclass(frozen=True)
class Prediction:
    """What a text is about: labels with their confidence, the best first, and the likeliest kind of danger."""

    ranking: tuple[tuple[str, float], ...]
    kind: str | None

    @property
    def label(self) -> str:
        return self.ranking[0][0]


@dataclass(frozen=True)
class Weights:
    """A trained regression. scikit-learn's own keeps the weights the other way round and copies them at every question."""

    matrix: Matrix
    bias: Matrix

    @classmethod
    def of(cls, regression: LogisticRegression) -> "Weights":
        return cls(np.ascontiguousarray(regression.coef_.T), regression.intercept_)

    def log_probabilities(self, features: Any) -> Matrix:
        logits = np.asarray(features @ self.matrix) + self.bias
        return np.asarray(logits - logsumexp(logits, axis=1, keepdims=True))


class Classifier:
    """Learns labels of texts. Labels may carry a kind after a full stop (crisis.violence)."""

    def fit(self, texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], vectors: Vector) -> "Classifier":
        """Train on examples.

        Args:
            texts: the sentences.
            labels: what each is about.
            groups: the situation each belongs to; temperature and threshold are set on situations that were left out.
            vectors: one unit vector per sentence.
        """
        self._fit(texts, labels, vectors)
        self.temperature, self.outside = self._calibrate(texts, labels, groups, vectors)
        return self

    def _fit(self, texts: Sequence[str], labels: Sequence[str], vectors: Vector) -> None:
        self.temperature, self.outside = 1.0, 0.5
        self.mean = vectors.mean(axis=0)
        meaning = LogisticRegression(C=1.0, max_iter=200, class_weight="balanced")
        self.meaning = Weights.of(meaning.fit((vectors - self.mean) * SCALE, labels))
        self.ngrams = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(1, 4), min_df=2, max_features=40_000, sublinear_tf=True, dtype=np.float32
        )
        spelling = LogisticRegression(C=50.0, max_iter=60, tol=1e-3)
        self.spelling = Weights.of(spelling.fit(self.ngrams.fit_transform(texts), labels))
        self.labels: list[str] = meaning.classes_.tolist()
        self.names = sorted({_plain(label) for label in self.labels})
        self.columns = [self.names.index(_plain(label)) for label in self.labels]

    def probabilities(self, texts: Sequence[str], vectors: Vector) -> Matrix:
        """One row per text, one column per label of `labels`."""
        by_meaning = self.meaning.log_probabilities((vectors - self.mean) * SCALE)
        by_spelling = self.spelling.log_probabilities(self.ngrams.transform(texts))
        mixed: Matrix = softmax((by_meaning + by_spelling) / 2 / self.temperature, axis=1)
        return mixed

    def predict(self, text: str, vector: Vector) -> Prediction:
        """What one text is about."""
        each = self.probabilities([text], vector[None, :])
        row, merged = each[0], self._merged(each)[0]
        ranking = [(self.names[i], float(merged[i])) for i in np.argsort(-merged)]
        of = dict(ranking)
        first = next(label for label, _ in ranking if label != OUTSIDE)
        if of.get("crisis", 0.0) >= CRISIS:
            first = "crisis"
        elif of.get(OUTSIDE, 0.0) >= self.outside:
            first = OUTSIDE
        return Prediction(((first, of[first]), *(pair for pair in ranking if pair[0] != first)), self._kind(row))

    def _merged(self, probabilities: Matrix) -> Matrix:
        """Columns of the same label (crisis.violence, crisis.child) added up."""
        merged = np.zeros((len(probabilities), len(self.names)))
        for column, name in enumerate(self.columns):
            merged[:, name] += probabilities[:, column]
        return merged

    def _kind(self, row: Matrix) -> str | None:
        kinds = {label.partition(".")[2]: row[i] for i, label in enumerate(self.labels) if "." in label}
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else None

    def _calibrate(
        self, texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], vectors: Vector
    ) -> tuple[float, float]:
        """Temperature and refusal threshold, from situations a trial run has not seen."""
        truth = np.array(labels)
        if len(set(groups)) < 4 or OUTSIDE not in self.names:
            return 1.0, 0.5
        seen, unseen = next(iter(GroupKFold(n_splits=4).split(truth, groups=groups)))
        trial = Classifier()
        trial._fit([texts[i] for i in seen], truth[seen].tolist(), vectors[seen])
        known = unseen[np.isin(truth[unseen], trial.labels)]
        plain = np.log(trial.probabilities([texts[i] for i in known], vectors[known]) + 1e-12)
        right = (np.arange(len(known)), np.searchsorted(trial.labels, truth[known]))
        temperature = min(_TEMPERATURES, key=lambda t: -float(np.log(softmax(plain / t, axis=1)[right] + 1e-12).mean()))
        outside = trial._merged(softmax(plain / temperature, axis=1))[:, trial.names.index(OUTSIDE)]
        threshold = float(np.quantile(outside[truth[known] != OUTSIDE], 1 - REFUSED))
        return temperature, max(threshold, HARDLY_OUTSIDE)


def _plain(label: str) -> str:
    return label.partition(".")[0]
