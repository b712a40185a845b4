"""New themes: what people wrote and agreed to have kept, gathered by what it means, in whatever language.

Vectors of e5 lie as near to each other by language and manner as by subject. What tells sentences of one topic apart from
each other (the within-class covariance of our own examples) is therefore divided out before distances are taken (Hatch,
Kajarekar and Stolcke, "Within-class covariance normalization", Interspeech 2006). Of ten topics that the measure was not
made from, in five languages among forty other questions, 60 % then come out as groups, and 64 % of a group is of one
topic; by plain centred vectors it is 15 to 20 % and 37 %. So a group is a reason to read, and no figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.tables import Need
from bot.understanding import examples
from bot.understanding.embedding import EMBEDDER, Embedder, Vector, as_a_whole
from bot.understanding.vectors import TrainingVectors

DIMENSIONS = 100
"""Directions that are kept, those in which sentences differ most."""
SHRUNK = 0.1
"""How much of the covariance is taken to be the same in every direction, for there are few examples of each topic."""
FAR = 0.85
"""Cosine distance, on average, over which two groups are not one."""
MOST = 500
"""Texts that are looked at: the first reading of each takes a hundredth of a second."""
QUOTES = 3


@dataclass(frozen=True)
class Words:
    """What somebody wrote, masked, and agreed to have kept."""

    text: str
    language: str


def kept(session: Session, since: date | None = None, until: date | None = None) -> list[Words]:
    """What people agreed to have kept of needs that no topic fits: the newest MOST different texts, the oldest first."""
    query = select(Need.words, Need.language).where(Need.words.is_not(None), Need.topic.is_(None))
    if since:
        query = query.where(Need.week >= since)
    if until:
        query = query.where(Need.week <= until)
    newest = query.order_by(Need.week.desc(), Need.id.desc()).execution_options(yield_per=MOST)
    found: dict[str, Words] = {}
    for text, language in session.execute(newest):
        if text:
            found.setdefault(_plain(text), Words(text, language))
        if len(found) == MOST:
            break
    return list(found.values())[::-1]


def _plain(text: str) -> str:
    return text.casefold().strip()


@dataclass(frozen=True)
class Theme:
    """Texts about one thing. `quotes` are the most telling ones, each different."""

    size: int
    quotes: tuple[Words, ...]
    k: int

    @property
    def at_least(self) -> int:
        """How many texts it surely has: to the step of what may be shown, so that no single one makes a difference."""
        return self.size - self.size % self.k


@dataclass(frozen=True)
class Measure:
    """How vectors are turned before they are compared."""

    mean: Vector
    turn: Vector

    @classmethod
    def learn(cls, vectors: Vector, labels: Sequence[str]) -> "Measure":
        """From sentences whose topic is known."""
        _, topic = np.unique(np.array(labels), return_inverse=True)
        sums = np.zeros((topic.max() + 1, vectors.shape[1]), dtype=np.float64)
        np.add.at(sums, topic, vectors)
        within = vectors - (sums / np.bincount(topic)[:, None])[topic]
        size = vectors.shape[1]
        scatter = within.T @ within / len(within)
        scatter = (1 - SHRUNK) * scatter + SHRUNK * np.eye(size) * np.trace(scatter) / size
        spread, axes = np.linalg.eigh(scatter)
        white = axes / np.sqrt(spread)
        _, main = np.linalg.eigh(white.T @ np.cov(vectors.T) @ white)
        return cls(vectors.mean(axis=0), (white @ main[:, ::-1][:, :DIMENSIONS]).astype(np.float32))

    def __call__(self, vectors: Vector) -> Vector:
        """Unit vectors whose distances are by subject."""
        turned = (vectors - self.mean) @ self.turn
        unit: Vector = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
        return unit


@lru_cache(maxsize=1)
def measure(topics: frozenset[str], folder: Path) -> Measure:
    """The measure made from our examples of every topic. `folder` is the installation's own, for vectors."""
    known = [each for each in examples.load(topics) if each.label in topics]
    vectors = as_a_whole(TrainingVectors(folder, EMBEDDER).of(each.text for each in known))
    return Measure.learn(vectors, [each.label for each in known])


def themes(words: Sequence[Words], embedder: Embedder, by: Measure, smallest: int) -> list[Theme]:
    """Groups of texts about one thing, the largest first.

    Args:
        words: the newest MOST are looked at, each text once: somebody may have written it again and again.
        smallest: how many different texts a group needs to be shown.
    """
    different = list({_plain(each.text): each for each in words}.values())[-MOST:]
    if len(different) < smallest:
        return []
    vectors = by(as_a_whole(embedder.embed_all([each.text for each in different])))
    clustering = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=FAR)
    groups = clustering.fit_predict(vectors)
    found = []
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        if len(members) >= smallest:
            nearest = members[np.argsort(-(vectors[members] @ vectors[members].mean(axis=0)), kind="stable")]
            found.append(Theme(len(members), tuple(different[each] for each in nearest[:QUOTES]), smallest))
    return sorted(found, key=lambda theme: -theme.size)
