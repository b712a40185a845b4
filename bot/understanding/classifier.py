"""From a text and its vector to what it is about, with a confidence, and knowing when it is about something else.

Two models that fail differently are asked, and their probabilities multiplied (a geometric mean; one feature vector of
both is worse): small networks on sentence vectors, which carry meaning across languages, and one without a hidden layer
on the spelling in Latin letters, character by character and word by word, which knows the names of things in any script.
Vectors of e5 lie close together, so they are centred on the training mean and scaled, or little is learned from them. A
temperature makes the product as sure as it is right.
A vector takes several times as long as all the rest. What the spelling alone is sure of, half of what people write, is left
at that (a cascade; P. Viola and M. Jones 2001), but never danger, nor what may be foreign.
What is not ours has examples of its own (out_of_scope); how much of its probability refuses a question is set on
situations the models have not seen, so that few of our own questions are refused.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import hstack
from scipy.special import logsumexp, softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier

from bot.understanding.embedding import Vector, as_a_whole
from bot.understanding.labels import GOES_ON
from bot.understanding.tidying import romanise

Matrix = NDArray[np.float64]
Split = NDArray[np.intp]

SCALE = 14.0
"""What centred unit vectors are multiplied by."""
HIDDEN = 512
"""Width of the network on sentence vectors."""
FAST, SLOW = 3, 2
"""How often the examples are gone through, at first and then"""
SLOWER = 10
"""times more slowly, so that what was learned last does not count for more."""
MOST_ROUNDS = 120
"""Where there are few examples it is more often, but not more than this."""
FEWEST_AT_ONCE = 32
"""Examples that make a step, where there are few."""
FEW = 30
"""Examples of each label, on average. With fewer there is not enough to learn words from, neither from the letters nor from
the half of a vector that shows them: only the other half is looked at, it counts for more, and no spelling is sure."""
NETWORKS = 5
"""Networks that begin at different points and are asked together: together they are right a little more often, and what
they find depends less on the machine they learned on."""
ON_TRIAL = 2
"""Those that learn again without some situations, to set temperature and threshold on these, or that learn from few
examples: as many as it takes."""
SPELT, SPELT_OF_FEW = 0.5, 0.3
"""How much the spelling counts beside the vector, and where there are few examples."""
SPELT_SURELY = 0.8
"""What is so likely by its spelling alone needs no vector. On situations not met, that is right in 93.2% and would be in
93.7% with one."""
REFUSED = 0.08
"""The share of our own questions that may be refused as not ours, on unseen situations: those are much harder than what
people ask, where it is one in a hundred."""
ENOUGH_APART = 0.05
"""The share of examples that must be apart for temperature and threshold to be told from them alone."""
HARDLY = 0.02
"""What is less likely than this to be foreign is never refused, however clear-cut the unseen situations were; and what is
less likely than this by its spelling to be foreign, or danger, may be left at its spelling."""
SURELY_OURS = 0.7
"""What is so likely to be one of our labels is never refused. On situations not met that costs nothing."""
BESIDE_OURS = 0.5
"""Nor is what is not even half as likely to be foreign as to be the likeliest of our labels."""
CRISIS = 0.15
"""The probability of danger that is enough: a needless number costs little, a missing one may cost a life."""
OUTSIDE = "out_of_scope"
DANGER = "crisis"
APART = frozenset({OUTSIDE, DANGER, GOES_ON})
"""What no spelling alone is sure of."""
_TEMPERATURES = (0.5, 1.2)
"""The lowest and the highest."""


@dataclass(frozen=True)
class Prediction:
    """What a text is about where no topic is at hand: labels with their confidence, the best first, the likeliest kind of
    danger, and how likely it goes on about the topic at hand, where there is one. All labels but danger are so much less
    likely then.
    """

    ranking: tuple[tuple[str, float], ...]
    kind: str | None
    goes_on: float = 0.0

    @property
    def label(self) -> str:
        return self.ranking[0][0]


@dataclass(frozen=True)
class Weights:
    """A layer. scikit-learn's own regression keeps the weights the other way round and copies them at every question."""

    matrix: Matrix
    bias: Matrix

    def logits(self, features: Any) -> Matrix:
        return np.asarray(np.asarray(features @ self.matrix) + self.bias)


@dataclass(frozen=True)
class Meaning:
    """What a sentence vector says: networks of one hidden layer, and the mean of what they find."""

    few: bool
    """Whether there were fewer than FEW examples."""
    mean: Vector
    networks: tuple[tuple[Weights, ...], ...]

    def log_probabilities(self, vectors: Vector) -> Matrix:
        centred = (_seen(vectors, self.few) - self.mean) * SCALE
        found = [_log_softmax(out.logits(np.maximum(hidden.logits(centred), 0))) for hidden, out in self.networks]
        return np.asarray(np.mean(found, axis=0))


def _seen(vectors: Vector, few: bool) -> Vector:
    """What the networks look at, of about the same length either way."""
    if not few:
        return vectors
    whole = as_a_whole(vectors)
    return whole * np.float32(np.sqrt(vectors.shape[1] / whole.shape[1]))


@dataclass(frozen=True)
class _Pace:
    """How a network learns."""

    rate: float
    decay: float
    most_at_once: int
    """Examples that make a step."""
    fewest_steps: int
    """So many it takes at least. Where there are too few examples for that, a step is made of fewer; where that is not
    enough, there are more rounds."""

    def learn(
        self, features: Any, labels: Sequence[str], hidden: tuple[int, ...] = (), seed: int = 0
    ) -> tuple[Weights, ...]:
        """The layers of a network that was taught these examples."""
        number = len(labels)
        at_once = min(max(number * (FAST + SLOW) // self.fewest_steps, FEWEST_AT_ONCE), self.most_at_once, number)
        times = min(max(1, self.fewest_steps * at_once / number / (FAST + SLOW)), MOST_ROUNDS / (FAST + SLOW))
        network = MLPClassifier(
            hidden,
            alpha=self.decay,
            batch_size=at_once,
            n_iter_no_change=MOST_ROUNDS,
            warm_start=True,
            random_state=seed,
        )
        with warnings.catch_warnings():
            # it ends after so many rounds on purpose: not when it knows all by heart, nor after a few that teach nothing
            warnings.simplefilter("ignore", ConvergenceWarning)
            for rounds, rate in ((FAST, self.rate), (SLOW, self.rate / SLOWER)):
                network.set_params(max_iter=ceil(rounds * times), learning_rate_init=rate).fit(features, labels)
        return tuple(Weights(*pair) for pair in zip(network.coefs_, network.intercepts_, strict=True))


_OF_VECTORS = _Pace(rate=0.004, decay=0.01, most_at_once=256, fewest_steps=300)
_OF_SPELLING = _Pace(rate=0.1, decay=0.0001, most_at_once=2048, fewest_steps=150)


@dataclass(frozen=True)
class Spelling:
    """What the letters say, and the words."""

    letters: TfidfVectorizer
    words: TfidfVectorizer
    out: Weights

    @classmethod
    def learn(cls, texts: Sequence[str], labels: Sequence[str]) -> "Spelling":
        common: dict[str, Any] = {"min_df": 2, "max_features": 40_000, "sublinear_tf": True, "dtype": np.float32}
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), **common)
        words = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2), **common)  # noqa: S106
        spelt = [romanise(text) for text in texts]
        features = hstack([letters.fit_transform(spelt), words.fit_transform(spelt)]).tocsr()
        (out,) = _OF_SPELLING.learn(features, labels)
        return cls(letters, words, out)

    def log_probabilities(self, texts: Sequence[str]) -> Matrix:
        return _log_softmax(np.stack([self._logits(romanise(text)) for text in texts]))

    def _logits(self, spelt: str) -> Matrix:
        letters, found = terms(self.letters, spelt), terms(self.words, spelt)
        columns = np.concatenate([letters[0], found[0] + len(self.letters.vocabulary_)])
        return np.asarray(np.concatenate([letters[1], found[1]]) @ self.out.matrix[columns] + self.out.bias)


def terms(vectorizer: TfidfVectorizer, text: str) -> tuple[Split, Vector]:
    """What scikit-learn's `transform` finds in one text, which of its columns and how much of each, in a fifth of the time:
    it makes sparse matrices and looks them over again and again."""
    known = map(vectorizer.vocabulary_.get, vectorizer.build_analyzer()(text))
    counts = Counter(column for column in known if column is not None)
    columns = np.fromiter(counts, np.intp, len(counts))
    often = np.fromiter(counts.values(), np.float32, len(counts))
    weights = (1 + np.log(often)) * vectorizer.idf_[columns]
    return columns, weights / (np.linalg.norm(weights) or 1)


@dataclass(frozen=True)
class _Lesson:
    """What is to be learned from: examples, whether they are few, and how many networks learn from them."""

    texts: list[str]
    labels: list[str]
    vectors: Vector
    few: bool
    networks: int


def _learnt(lessons: Sequence[_Lesson]) -> list[tuple[list[str], Spelling, Meaning]]:
    """Of each lesson its labels and what came of it. The spelling of all first, which takes longest, then each network, on
    as many cores as there are."""
    means = [_seen(each.vectors, each.few).mean(axis=0) for each in lessons]
    centred = [(_seen(each.vectors, each.few) - mean) * SCALE for each, mean in zip(lessons, means, strict=True)]
    spellings = [delayed(Spelling.learn)(each.texts, each.labels) for each in lessons]
    networks = [
        delayed(_OF_VECTORS.learn)(features, each.labels, (HIDDEN,), seed)
        for each, features in zip(lessons, centred, strict=True)
        for seed in range(each.networks)
    ]
    found = iter(Parallel(n_jobs=-1)([*spellings, *networks]))
    spelt = [next(found) for _ in lessons]
    return [
        (each.labels, spelling, Meaning(each.few, mean, tuple(next(found) for _ in range(each.networks))))
        for each, spelling, mean in zip(lessons, spelt, means, strict=True)
    ]


class Classifier:
    """Learns labels of texts. Labels may carry a kind after a full stop (crisis.violence)."""

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        groups: Sequence[str],
        vectors: Vector,
        apart: Sequence[bool] = (),
        networks: int = NETWORKS,
    ) -> "Classifier":
        """Train on examples.

        Args:
            texts: the sentences.
            labels: what each is about.
            groups: the situation each belongs to; temperature and threshold are set on situations that were left out.
            vectors: one unit vector per sentence.
            apart: which of them whatever made the vectors has not seen either: of what it has, one would be too sure. If
                there are enough, ours and foreign ones, these are left out for temperature and threshold.
            networks: that are asked together, unless the examples are few.
        """
        truth = np.array(labels)
        few = len(truth) < FEW * len(set(labels))
        lessons = [_Lesson(list(texts), list(labels), vectors, few, ON_TRIAL if few else networks)]
        split = _left_out(truth, groups, np.array(apart, np.bool_))
        if split:
            seen, unseen = split
            lessons.append(_Lesson([texts[i] for i in seen], truth[seen].tolist(), vectors[seen], few, ON_TRIAL))
        learnt = _learnt(lessons)
        self._put(*learnt[0])
        if split:
            trial = Classifier()
            trial._put(*learnt[1])
            known = unseen[np.isin(truth[unseen], trial.labels)]
            plain = trial.probabilities([texts[i] for i in known], vectors[known])
            self.temperature, self.outside = trial._calibrated(plain, truth[known])
        return self

    def _put(self, labels: Sequence[str], spelling: Spelling, meaning: Meaning) -> None:
        self.temperature, self.outside = 1.0, 0.5
        self.spelling, self.meaning = spelling, meaning
        self.labels: list[str] = sorted(set(labels))
        self.names = sorted({_plain(label) for label in self.labels})
        self.columns = [self.names.index(_plain(label)) for label in self.labels]

    def probabilities(self, texts: Sequence[str], vectors: Vector) -> Matrix:
        """What both models say: one row per text, one column per label of `labels`."""
        return self._both(self.spelling.log_probabilities(texts), vectors)

    def predict(self, text: str, vector: Vector) -> Prediction:
        """What one text is about."""
        return self.predict_all([text], lambda _: vector[None, :])[0]

    def predict_all(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vector]) -> list[Prediction]:
        """What each text is about; several at once take hardly longer than one.

        Args:
            texts: what was written.
            embed: asked for the vectors, one row per text, of those texts whose spelling does not settle it.
        """
        spelt = self.spelling.log_probabilities(texts)
        each = np.exp(spelt)
        unsure = np.flatnonzero(~self._surely_spelt(each))
        if unsure.size:
            each[unsure] = self._both(spelt[unsure], embed([texts[i] for i in unsure]))
        goes_on = self._merged(each) @ (np.array(self.names) == GOES_ON)
        return [self._prediction(*rows) for rows in zip(each, self._standing_alone(each), goes_on, strict=True)]

    def _both(self, spelt: Matrix, vectors: Vector) -> Matrix:
        share = SPELT_OF_FEW if self.meaning.few else SPELT
        both = (1 - share) * self.meaning.log_probabilities(vectors) + share * spelt
        mixed: Matrix = softmax(both / self.temperature, axis=1)
        return mixed

    def _surely_spelt(self, spelt: Matrix) -> NDArray[np.bool_]:
        """Which rows are surely about something of ours that is no danger."""
        if self.meaning.few:
            return np.zeros(len(spelt), np.bool_)
        merged = self._merged(spelt)
        apart = np.isin(self.names, list(APART))
        sure: NDArray[np.bool_] = (merged.max(axis=1) >= SPELT_SURELY) & (merged[:, apart] < HARDLY).all(axis=1)
        return sure

    def _prediction(self, row: Matrix, merged: Matrix, goes_on: float) -> Prediction:
        ranking = [(self.names[i], float(merged[i])) for i in np.argsort(-merged) if self.names[i] != GOES_ON]
        of = dict(ranking)
        first = next(label for label, _ in ranking if label != OUTSIDE)
        if of.get(DANGER, 0.0) >= CRISIS:
            first = DANGER
        elif of.get(OUTSIDE, 0.0) >= max(self.outside, BESIDE_OURS * of[first]) and of[first] < SURELY_OURS:
            first = OUTSIDE
        others = (pair for pair in ranking if pair[0] != first)
        return Prediction(((first, of[first]), *others), self._kind(row), float(goes_on))

    def _standing_alone(self, probabilities: Matrix) -> Matrix:
        """What rows are about if they do not go on about anything, columns of the same label added up. What would go on
        ("he is 12 and goes alone") is no danger."""
        merged, names = self._merged(probabilities), np.array(self.names)
        danger = merged @ (names == DANGER)
        others = merged * ~np.isin(names, [GOES_ON, DANGER])
        others *= (np.maximum(1 - danger, 0) / np.maximum(others.sum(axis=1), np.finfo(np.float64).tiny))[:, None]
        return np.asarray(others + danger[:, None] * (names == DANGER))

    def _merged(self, probabilities: Matrix) -> Matrix:
        """Columns of the same label (crisis.violence, crisis.child) added up."""
        return np.asarray(probabilities @ np.eye(len(self.names))[self.columns])

    def _kind(self, row: Matrix) -> str | None:
        kinds = {label.partition(".")[2]: row[i] for i, label in enumerate(self.labels) if "." in label}
        return max(kinds, key=lambda kind: kinds[kind]) if kinds else None

    def _calibrated(self, plain: Matrix, truth: NDArray[np.str_]) -> tuple[float, float]:
        """Temperature and refusal threshold, from situations this trial run has not seen.

        Args:
            plain: its probabilities for them, one row each.
            truth: what each is about.
        """
        logs = np.log(plain + 1e-12)
        right = (np.arange(len(truth)), np.searchsorted(self.labels, truth))

        def surprise(temperature: float) -> float:
            return -float(np.log(softmax(logs / temperature, axis=1)[right] + 1e-12).mean())

        temperature = float(minimize_scalar(surprise, bounds=_TEMPERATURES, method="bounded").x)
        outside = self._standing_alone(softmax(logs / temperature, axis=1))[:, self.names.index(OUTSIDE)]
        threshold = float(np.quantile(outside[~np.isin(truth, [OUTSIDE, GOES_ON])], 1 - REFUSED))
        return temperature, max(threshold, HARDLY)


def _left_out(truth: NDArray[np.str_], groups: Sequence[str], apart: NDArray[np.bool_]) -> tuple[Split, Split] | None:
    """What is apart and the rest, or else three quarters of the situations and a quarter; None where there are not enough
    of them to learn on trial what is ours and what is not."""
    if apart.any() and apart.mean() >= ENOUGH_APART and len(set(truth[apart] == OUTSIDE)) == 2:
        seen, unseen = np.flatnonzero(~apart), np.flatnonzero(apart)
    elif len(set(groups)) < 4:
        return None
    else:
        seen, unseen = next(iter(GroupKFold(n_splits=4).split(truth, groups=groups)))
    ours = set(truth[seen].tolist()) - {OUTSIDE, GOES_ON}
    return (seen, unseen) if OUTSIDE in truth[seen] and not ours.isdisjoint(truth[unseen].tolist()) else None


def _log_softmax(logits: Matrix) -> Matrix:
    return np.asarray(logits - logsumexp(logits, axis=1, keepdims=True))


def _plain(label: str) -> str:
    return label.partition(".")[0]
