"""From a text and its vector to what it is about, with a confidence, and knowing when it is about something else.

Two simple models that fail differently are asked, and their probabilities averaged (not their features: one vector of
both is worse than either): logistic regression on sentence vectors, which carries meaning across languages, and on
character n-grams, which knows the names of things. Vectors of e5 lie close together, so they are centred on the training
mean and scaled, or the regression stays near uniform. How much a text resembles anything known is its cosine to the
nearest example, ranked among what the examples have to each other; a low score means "not ours" (out of scope).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.understanding.embedding import Vector

Matrix = NDArray[np.float64]

SCALE = 10.0
"""What centred unit vectors are multiplied by: at 20 confidences are higher and rejection slightly worse."""
KEEP = 0.96
"""The share of rightly understood examples that the rejection threshold keeps (set by cross-validation)."""
CRISIS = 0.35
"""The summed probability of the kinds of danger that is enough: a needless number costs little, a missing one a life."""
OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class Prediction:
    """What a text is about: labels with their confidence, the best first, and the kind of danger if it is crisis."""

    ranking: tuple[tuple[str, float], ...]
    kind: str | None

    @property
    def label(self) -> str:
        return self.ranking[0][0]


class Classifier:
    """Learns labels of texts. Labels may carry a kind after a full stop (crisis.violence)."""

    def fit(self, texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], vectors: Vector) -> "Classifier":
        """Train on examples.

        Args:
            texts: the sentences.
            labels: what each is about.
            groups: the situation each belongs to; the threshold is set on situations that were left out.
            vectors: one unit vector per sentence.
        """
        self._fit(texts, labels, vectors)
        self.threshold = self._cross_validated_threshold(texts, labels, groups, vectors)
        return self

    def _fit(self, texts: Sequence[str], labels: Sequence[str], vectors: Vector) -> None:
        self.mean = vectors.mean(axis=0)
        self.nearest = _unit(vectors - self.mean)
        self.meaning = LogisticRegression(C=1.0, max_iter=200, class_weight="balanced")
        self.meaning.fit((vectors - self.mean) * SCALE, labels)
        self.ngrams = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=2, max_features=40_000, sublinear_tf=True, dtype=np.float32
        )
        self.spelling = LogisticRegression(C=10.0, max_iter=60, tol=1e-3, class_weight="balanced")
        self.spelling.fit(self.ngrams.fit_transform(texts), labels)
        self.labels: list[str] = self.meaning.classes_.tolist()
        self.resemblances = np.sort(_closest_to_each_other(self.nearest))

    def probabilities(self, texts: Sequence[str], vectors: Vector) -> Matrix:
        """One row per text, one column per label of `labels`."""
        by_meaning = self.meaning.predict_proba((vectors - self.mean) * SCALE)
        by_spelling = self.spelling.predict_proba(self.ngrams.transform(texts))
        mixed: Matrix = (by_meaning + by_spelling) / 2
        return mixed

    def resemblance(self, vectors: Vector) -> Matrix:
        """How near each text is to the nearest example, as a rank between 0 and 1."""
        closest = (_unit(vectors - self.mean) @ self.nearest.T).max(axis=1)
        rank: Matrix = np.searchsorted(self.resemblances, closest) / len(self.resemblances)
        return rank

    def predict(self, text: str, vector: Vector) -> Prediction:
        """What one text is about."""
        return self.predict_all([text], vector[None, :])[0]

    def predict_all(self, texts: Sequence[str], vectors: Vector) -> list[Prediction]:
        names, merged = self._merged(self.probabilities(texts, vectors))
        likeness = self.resemblance(vectors)
        kinds = self.probabilities(texts, vectors) if any("." in label for label in self.labels) else merged
        return [
            self._decide(names, merged[row], float(likeness[row]), kinds[row]) for row in range(len(texts))
        ]

    def _merged(self, probabilities: Matrix) -> tuple[list[str], Matrix]:
        """Columns of the same label (crisis.violence, crisis.child) added up."""
        names = sorted({label.partition(".")[0] for label in self.labels})
        columns = [names.index(label.partition(".")[0]) for label in self.labels]
        merged = np.zeros((len(probabilities), len(names)))
        np.add.at(merged, (slice(None), columns), probabilities)
        return names, merged

    def _decide(self, names: list[str], row: Matrix, likeness: float, kinds: Matrix) -> Prediction:
        order = np.argsort(-row)
        ranking = [(names[i], float(row[i])) for i in order]
        kind = self._kind(kinds)
        danger = dict(ranking).get("crisis", 0.0)
        if danger >= CRISIS:
            return Prediction(_first("crisis", danger, ranking), kind)
        best, confidence = ranking[0]
        if best != OUTSIDE and (confidence + likeness) / 2 < self.threshold:
            return Prediction(_first(OUTSIDE, 1 - confidence, ranking), None)
        return Prediction(tuple(ranking), kind if best == "crisis" else None)

    def _kind(self, row: Matrix) -> str | None:
        kinds = {label.partition(".")[2]: row[i] for i, label in enumerate(self.labels) if "." in label}
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else None

    def _cross_validated_threshold(
        self, texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], vectors: Vector
    ) -> float:
        """The score that keeps KEEP of what was rightly understood, on situations the fold had not seen."""
        truth = np.array(labels)
        scores: list[float] = []
        rows = np.arange(len(texts))
        train, held_out = next(iter(GroupKFold(n_splits=4).split(rows, groups=groups)))
        fold = Classifier()
        fold._fit([texts[i] for i in train], truth[train].tolist(), vectors[train])
        p = fold.probabilities([texts[i] for i in held_out], vectors[held_out])
        likeness = fold.resemblance(vectors[held_out])
        for row, i in enumerate(held_out):
            best = int(p[row].argmax())
            if fold.labels[best] == truth[i] and truth[i] != OUTSIDE:
                scores.append((p[row][best] + likeness[row]) / 2)
        return float(np.quantile(scores, 1 - KEEP)) if scores else 0.0


def _first(label: str, confidence: float, ranking: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return ((label, confidence), *(pair for pair in ranking if pair[0] != label))


def _unit(vectors: Vector) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _closest_to_each_other(unit: Vector, rows: int = 2_000) -> NDArray[np.float32]:
    """Each example's cosine to its nearest other example, in blocks so that memory stays bounded."""
    found = []
    for start in range(0, len(unit), rows):
        block = unit[start : start + rows] @ unit.T
        block[np.arange(len(block)), np.arange(start, start + len(block))] = -1
        found.append(block.max(axis=1))
    return np.concatenate(found)
