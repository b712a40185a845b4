"""Is a question ours at all, when nobody has said what is not ours?

The product has examples of foreign questions and refuses by them. Public data sets, and topics that do not exist yet, have
none: there a question is refused because it is unlike everything that is known. `Familiarity` is the place to put something
better; it is asked for a label and a score, nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import entropy
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import StratifiedKFold

from bot.understanding.classifier import Classifier
from bot.understanding.embedding import Vector, as_a_whole
from bot.understanding.measuring.scores import auroc

Floats = NDArray[np.float64]
THRESHOLDS = tuple(round(0.1 * tenth, 1) for tenth in range(1, 10))
"""Those the published figures were computed at (HINT3, arXiv:2009.13833)."""
LOWEST = THRESHOLDS[0]
FOREIGN = ""
"""The label of a question that is not ours."""


@dataclass(frozen=True)
class Judged:
    """A question's true label, the label it was given, and from 0 to 1 how surely it is one of ours."""

    truth: str
    label: str
    score: float

    def at(self, threshold: float) -> str:
        """The answer if everything below the threshold is refused."""
        return self.label if self.score >= threshold else FOREIGN


class Familiarity:
    """Learns labels from examples of ours only, and judges questions.

    The score is the mean of two things that fail differently: how certain it is between all labels (1 less the entropy, as
    a share of the most it can be), and the rank of the resemblance to the nearest example among the resemblances of the
    examples to each other.

    Args:
        texts: the examples.
        labels: what each is about.
        vectors: one unit vector per example.
    """

    def __init__(self, texts: Sequence[str], labels: Sequence[str], vectors: Vector) -> None:
        self._classifier = Classifier().fit(texts, labels, [str(i) for i in range(len(texts))], vectors)
        self._mean = as_a_whole(vectors).mean(axis=0)
        self._known = self._centred(vectors)
        among = self._resemblance(vectors, themselves=True)
        self._ranks = np.sort(among)

    def judge(self, texts: Sequence[str], truths: Sequence[str], vectors: Vector) -> list[Judged]:
        """Label and score of each question."""
        ranks = np.searchsorted(self._ranks, self._resemblance(vectors)) / len(self._ranks)
        found = []
        for text, truth, vector, rank in zip(texts, truths, vectors, ranks, strict=True):
            ranking = self._classifier.predict(text, vector).ranking
            found.append(Judged(truth, ranking[0][0], (_certainty(ranking) + float(rank)) / 2))
        return found

    def _centred(self, vectors: Vector) -> Vector:
        centred = as_a_whole(vectors) - self._mean
        unit: Vector = centred / np.linalg.norm(centred, axis=1, keepdims=True)
        return unit

    def _resemblance(self, vectors: Vector, themselves: bool = False) -> Floats:
        """The cosine of each to its nearest example, other than itself if they are the examples."""
        nearest = np.empty(len(vectors))
        for start in range(0, len(vectors), 1000):  # all cosines at once would not fit
            cosines = self._centred(vectors[start : start + 1000]) @ self._known.T
            if themselves:
                cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1.0
            nearest[start : start + 1000] = cosines.max(axis=1)
        return nearest


def _certainty(ranking: Sequence[tuple[str, float]]) -> float:
    shares = np.array([share for _, share in ranking])
    return float(1 - entropy(shares) / np.log(max(2, len(shares))))


def cross_judged(texts: Sequence[str], labels: Sequence[str], vectors: Vector) -> list[Judged]:
    """Every example, judged by a `Familiarity` with four fifths of the others. Labels with one example are left out."""
    found: list[Judged] = []
    names = np.array(labels)
    counts = dict(zip(*np.unique(names, return_counts=True), strict=True))
    usable = np.flatnonzero([counts[label] > 1 for label in labels])
    number = min(5, *(int(counts[label]) for label in set(names[usable].tolist())), len(usable))
    for learn, ask in StratifiedKFold(number, shuffle=True, random_state=0).split(usable, names[usable]):
        seen, asked = usable[learn], usable[ask]
        taught = Familiarity([texts[i] for i in seen], names[seen].tolist(), vectors[seen])
        found += taught.judge([texts[i] for i in asked], names[asked].tolist(), vectors[asked])
    return found


def keeping(judged: Sequence[Judged], share: float) -> float:
    """The threshold at which this share of the rightly labelled questions is still answered."""
    return float(np.quantile([each.score for each in judged if each.label == each.truth], 1 - share))


@dataclass(frozen=True)
class Point:
    """At a threshold: questions of ours answered rightly, foreign ones refused, and the correlation over all labels."""

    threshold: float
    in_scope: float
    out_of_scope: float
    mcc: float


@dataclass(frozen=True)
class Separation:
    """How well labels are found and foreign questions told apart: at the lowest of THRESHOLDS, at the best of them (which
    is chosen on the test, as in the published figures), at one chosen beforehand, and over all (AUROC)."""

    lowest: Point
    best: Point
    chosen: Point
    auroc: float


def separation(judged: Sequence[Judged], threshold: float) -> Separation:
    """The figures of judged questions, ours and foreign ones.

    Args:
        judged: some ours, some foreign.
        threshold: chosen without these questions.

    Raises:
        ValueError: all are ours, or all foreign.
    """
    told = auroc(
        [each.score for each in judged if each.truth != FOREIGN],
        [each.score for each in judged if each.truth == FOREIGN],
    )
    if told is None:
        raise ValueError("questions of ours and foreign questions are both needed")
    points = [_at(judged, each) for each in THRESHOLDS]
    return Separation(points[0], max(points, key=lambda point: point.mcc), _at(judged, threshold), told)


def _at(judged: Sequence[Judged], threshold: float) -> Point:
    given = [each.at(threshold) for each in judged]
    right = np.array([label == each.truth for label, each in zip(given, judged, strict=True)])
    ours = np.array([each.truth != FOREIGN for each in judged])
    mcc = matthews_corrcoef([each.truth for each in judged], given)
    return Point(threshold, float(right[ours].mean()), float(right[~ours].mean()), float(mcc))
