"""Where one part of a message ends and the next begins, though no mark stands there ("I am on aap who pays the dentist").

Learned from the words on both sides of the marks that people did put (the examples), the marks taken away, and from
messages that were written part by part (`bot.understanding.told`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression

COLUMNS = 2**18
"""Numbers that what is seen at a seam is sorted into; with a quarter of them it is found in 47 instead of 57%."""
WRITTEN_FOR_IT = 3.0
"""How much a word of a message that was written part by part counts beside one of an example."""
_MARKED = re.compile(r"[.!?؟።፧;؛…,،፣፥፡:]$")
_MARKS = " .,;:!?؟،؛።፧፣፥፡…-–—()\"'«»"
_FAR = 6

Divided = tuple[list[str], list[bool]]
"""The words of a message without marks, and before which of them a part begins."""


@dataclass(frozen=True)
class Seams:
    """What was learned."""

    weights: NDArray[np.float32]
    bias: float

    @classmethod
    def learn(cls, marked: Iterable[str], divided: Iterable[Sequence[str]]) -> "Seams":
        """Learn where parts begin.

        Args:
            marked: texts in which people put marks; those without any inside teach nothing.
            divided: messages, each a list of its parts.
        """
        read = [_by_marks(text) for text in marked]
        examples = [each for each in read if any(each[1])]
        written = [_by_parts(parts) for parts in divided]
        seen = [list(_seen(words, at)) for words, _ in (*examples, *written) for at in range(1, len(words))]
        truth = [begins for _, begun in (*examples, *written) for begins in begun[1:]]
        of_examples = sum(len(words) - 1 for words, _ in examples)
        counts = np.where(np.arange(len(truth)) < of_examples, 1.0, WRITTEN_FOR_IT)
        regression = LogisticRegression(solver="liblinear", tol=0.01).fit(_sorted(seen), truth, counts)
        return cls(regression.coef_[0].astype(np.float32), float(regression.intercept_[0]))

    def weigh(self, words: Sequence[str]) -> NDArray[np.float32]:
        """How much says (log odds) that a part begins at each word; at the first none does."""
        bare = [word.strip(_MARKS).lower() for word in words]
        if len(bare) < 2:
            return np.full(len(bare), -np.inf, np.float32)
        found = _sorted([list(_seen(bare, at)) for at in range(1, len(bare))]) @ self.weights + self.bias
        return np.asarray([-np.inf, *found], np.float32)


def _by_marks(text: str) -> Divided:
    words = [word for word in text.split() if word.strip(_MARKS)]
    begins = [bool(at and _MARKED.search(words[at - 1])) for at in range(len(words))]
    return [word.strip(_MARKS).lower() for word in words], begins


def _by_parts(parts: Sequence[str]) -> Divided:
    words: list[str] = []
    begins: list[bool] = []
    for part in parts:
        bare = [word.strip(_MARKS).lower() for word in part.split() if word.strip(_MARKS)]
        begins += [bool(words) and at == 0 for at in range(len(bare))]
        words += bare
    return words, begins


def _seen(words: Sequence[str], at: int) -> Iterator[str]:
    """What is seen before a word: it and its neighbours, their ends, and how far it is from the ends of all."""
    before, after = words[at - 1], words[at]
    further_back = words[at - 2] if at > 1 else ""
    further_on = words[at + 1] if at + 1 < len(words) else ""
    yield from ("", f"n1={after}", f"p1={before}", f"n2={further_on}")
    yield from (f"n={after} {further_on}", f"p={further_back} {before}", f"pn={before} {after}")
    yield from (f"ns={after[:3]}", f"ps={before[-3:]}", f"i{min(at, _FAR)}", f"l{min(len(words) - at, _FAR)}")


def _sorted(seen: Sequence[list[str]]) -> csr_matrix:
    return csr_matrix(FeatureHasher(COLUMNS, input_type="string", alternate_sign=False).transform(seen))
