"""Which statement of an entry answers what was asked.

An entry has some forty statements, and the short answer is the same whatever was asked. Their own words tell little of what
they answer: the nearest by its vector is the right one in a third of the questions. So questions are written for each
(bot/assistant/questions), in all languages, and a regression for each topic learns which of its statements is meant, from
their vectors and, for what one word tells, from their words in Latin letters. Statements without questions are not found.
The short answer has questions too: what it answers is not answered by a statement that only resembles it.
"""

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.classifier import SCALE, terms
from bot.understanding.embedding import Vector
from bot.understanding.questions import SHORT, Question
from bot.understanding.tidying import romanise

FEWEST = 2
"""Statements with questions that a topic must have: between fewer there is nothing to choose."""
STEPS = 200
WORDS = 7.0
"""What the words, a unit vector too, are multiplied by where the sentence vector is by SCALE."""
SURE = 0.25
"""How likely a statement must be to be what is asked for;"""
ALSO = 0.15
"""and a second one beside it."""

SURELY_SHORT = 0.8
"""How likely the short answer must be to be what is asked for again."""
CERTAIN = 0.4
"""How likely a statement must be for the rest of its section to be left out: who asks "which papers?" is told of all;"""
ENOUGH = 0.8
"""how likely the right one must be among those that are said instead, where it is one of the section;"""
MOST = 3
"""and how many they are at most."""

TOGETHER = 0.7
"""How likely the statements that are said to what goes on about a topic must be, together, to hold the answer;"""
LEAST, SECOND = 0.15, 0.1
"""and how likely the first one, and each other one: less likely ones are not said."""

Found = tuple[tuple[str, float], ...]
"""Statements, by how they begin in Norwegian (the short answer by SHORT), and how likely each is to be the one, the
likeliest first."""


@dataclass(frozen=True)
class _Topic:
    """The statements of one topic, and what in a question tells them apart."""

    statements: tuple[str, ...]
    mean: Vector
    words: TfidfVectorizer
    of_vector: Vector
    """[numbers of a vector, statements]"""
    of_words: NDArray[np.float16]
    """[words, statements]; halves of the numbers are enough, and there are thousands of words."""
    bias: Vector

    @classmethod
    def learn(cls, questions: Sequence[Question], vectors: Vector) -> "_Topic":
        mean = vectors.mean(axis=0)
        words = TfidfVectorizer(token_pattern=r"\w+", sublinear_tf=True, dtype=np.float32)  # noqa: S106
        said = words.fit_transform([romanise(question.text) for question in questions])
        features = hstack([csr_matrix((vectors - mean) * SCALE), said * WORDS]).tocsr()
        regression = LogisticRegression(max_iter=STEPS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a few steps less change nothing
            regression.fit(features, [question.statement for question in questions])
        matrix, bias = regression.coef_.T.astype(np.float32), regression.intercept_.astype(np.float32)
        if matrix.shape[1] == 1:  # of two, scikit-learn keeps the difference only
            matrix, bias = np.hstack([0 * matrix, matrix]), np.hstack([0 * bias, bias])
        of_vector, of_words = np.split(matrix, [len(mean)])
        return cls(tuple(map(str, regression.classes_)), mean, words, of_vector, of_words.astype(np.float16), bias)

    def found(self, text: str, vector: Vector) -> Found:
        columns, weights = terms(self.words, romanise(text))
        logits = (vector - self.mean) * SCALE @ self.of_vector + weights * WORDS @ self.of_words[columns] + self.bias
        shares = softmax(logits)
        return tuple((self.statements[i], float(shares[i])) for i in np.argsort(-shares))


@dataclass(frozen=True)
class Statements:
    """What was learned of all topics."""

    topics: Mapping[str, _Topic]

    @classmethod
    def learn(cls, questions: Sequence[Question], vectors: Vector) -> "Statements":
        """Learn which statement answers which question.

        Args:
            questions: of all topics and languages.
            vectors: one unit vector per question.
        """
        rows: dict[str, list[int]] = {}
        for row, question in enumerate(questions):
            rows.setdefault(question.topic, []).append(row)
        enough = {topic: of for topic, of in rows.items() if len({questions[i].statement for i in of}) >= FEWEST}
        learnt = Parallel(n_jobs=-1)(
            delayed(_Topic.learn)([questions[i] for i in of], vectors[of]) for of in enough.values()
        )
        return cls(dict(zip(enough, learnt, strict=True)))

    def find(self, topic: str, text: str, vector: Vector) -> Found:
        """The statements of a topic's entry that may answer a question; none where none has questions of its own.

        Args:
            topic: the one the question is about.
            text: the question.
            vector: of it.
        """
        return self.topics[topic].found(text, vector) if topic in self.topics else ()


def answering(found: Found, sure: float = SURE) -> tuple[str, ...]:
    """How those statements begin that surely enough answer a question, the likeliest first: at most two, mostly one, and
    none where the short answer likelier does.

    Args:
        found: by `Statements.find`.
        sure: how likely the first one must be.
    """
    if not found or found[0][1] < sure or found[0][0] == SHORT:
        return ()
    (first, _), *others = found
    return (first, *(statement for statement, share in others[:1] if share >= ALSO and statement != SHORT))


def likeliest(found: Found, least: float = LEAST) -> tuple[str, ...]:
    """How those statements begin that together likely hold the answer, the likeliest first: one where that is sure, else up
    to MOST. Of 464 messages that go on about a topic, on one half of conversations.jsonl, 86% are answered by one of these,
    and they are 1.5 on average.

    Args:
        found: by `Statements.find`, without the short answer.
        least: how likely the first one must be.
    """
    said: list[str] = []
    together = 0.0
    for statement, share in found[:MOST]:
        if share < (SECOND if said else least):
            break
        said.append(statement)
        together += share
        if together >= TOGETHER:
            break
    return tuple(said)


def after_short(found: Found) -> Found:
    """The same where the short answer was given already, so that it is not asked for; nothing where it surely is."""
    if dict(found).get(SHORT, 0.0) >= SURELY_SHORT:
        return ()
    others = tuple((statement, share) for statement, share in found if statement != SHORT)
    left = sum(share for _, share in others)
    return tuple((statement, share / left) for statement, share in others) if left else ()


def among(found: Found, section: Collection[str]) -> tuple[str, ...]:
    """How those statements of a section begin that together likely hold the answer, the likeliest first; none where none is
    certain, where it would take more than MOST, or where not all of the section's were learned.

    Args:
        found: by `Statements.find`.
        section: its statements, in Norwegian.
    """
    ours = [(begin, share) for begin, share in found if any(each.startswith(begin) for each in section)]
    if len(ours) < len(section) or ours[0][1] < CERTAIN:
        return ()
    enough = ENOUGH * sum(share for _, share in ours)
    said: list[str] = []
    for begin, share in ours[:MOST]:
        said.append(begin)
        enough -= share
        if enough <= 0:
            return tuple(said)
    return ()
