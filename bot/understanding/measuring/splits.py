"""Which examples may stand on both sides of a split, and which may not.

Paraphrases of one situation may not. Nor may the same situation told in another language, which the files do not say:
their situations are numbered by language, and the same number is the same situation only in about a third of cases (the
first few of each label). So it is told by meaning: within a label, situations of all languages whose mean vectors, less
the mean of their language, resemble each other are taken as one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

from bot.understanding.embedding import Vector, as_a_whole
from bot.understanding.examples import Example

ALIKE = 0.5
"""The mean cosine from which situations count as one. Of situations in two languages with the same number among the first
two and a cosine above 0.6, which are translations of each other, five in six are joined; 14 600 situations become 8 900."""

Indices = NDArray[np.intp]
Split = tuple[Indices, Indices]


def kindred(examples: Sequence[Example], vectors: Vector) -> list[str]:
    """For each example, the group of situations it belongs to, over all languages.

    Args:
        examples: with their situations.
        vectors: one unit vector per example.
    """
    languages = np.array([example.language for example in examples])
    centred = as_a_whole(vectors).astype(np.float64)
    for language in set(languages.tolist()):
        centred[languages == language] -= centred[languages == language].mean(axis=0)
    members: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, example in enumerate(examples):
        members[example.label][example.situation].append(index)
    groups = [""] * len(examples)
    for label, situations in members.items():
        means = np.stack([centred[indices].mean(axis=0) for indices in situations.values()])
        for indices, number in zip(situations.values(), _clusters(means), strict=True):
            for index in indices:
                groups[index] = f"{label}/{number}"
    return groups


def _clusters(means: NDArray[np.float64]) -> list[int]:
    if len(means) < 2:
        return [0] * len(means)
    clustering = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=1 - ALIKE)
    found: list[int] = clustering.fit_predict(means).tolist()
    return found


def folds(labels: Sequence[str], groups: Sequence[str], number: int) -> Iterator[Split]:
    """Indices to learn from and to be asked about, so many times; labels in like shares, no group on both sides."""
    yield from StratifiedGroupKFold(number, shuffle=True, random_state=0).split(np.zeros(len(labels)), labels, groups)


def sample(groups: Sequence[str], share: float) -> Indices:
    """The indices of a share of the groups, always the same ones."""
    if share >= 1:
        return np.arange(len(groups))
    split = GroupShuffleSplit(1, train_size=share, random_state=0)
    kept: Indices = np.sort(next(split.split(np.zeros(len(groups)), groups=groups))[0])
    return kept


def without(languages: Sequence[str], left_out: str) -> Split:
    """Everything in other languages, to learn from, and everything in this one, to be asked about."""
    asked = np.array([language == left_out for language in languages])
    return np.flatnonzero(~asked), np.flatnonzero(asked)
