"""The understanding, taught some of the examples and asked about others, without Rasa.

This is the one place that knows how the classifier and the safeguard are put together for a question, as
`bot/understanding/components.py` does in Rasa's graph.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.understanding import examples as example_files
from bot.understanding.classifier import Classifier
from bot.understanding.embedding import EMBEDDER, Vector
from bot.understanding.examples import Example
from bot.understanding.measuring import splits
from bot.understanding.measuring.questions import Answered, derived_style
from bot.understanding.safety import Safeguard
from bot.understanding.vectors import TrainingVectors
from knowledge.library import Library

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """The example questions with their vectors, and what the entries are called, which is always known."""

    examples: tuple[Example, ...]
    vectors: Vector
    names: tuple[Example, ...]
    name_vectors: Vector

    @classmethod
    def load(cls, folder: Path, examples: Path = example_files.FOLDER) -> "Material":
        """Everything the assistant learns from; vectors are kept in the folder between runs."""
        from bot.understanding.importer import names

        library = Library.load(strict=False)
        found = example_files.load(frozenset(library.topics), examples)
        called = names(library)
        vectors = TrainingVectors(folder, EMBEDDER).of(example.text for example in [*found, *called])
        return cls(tuple(found), vectors[: len(found)], tuple(called), vectors[len(found) :])

    def knowing(self, more: Sequence[Example], folder: Path) -> "Material":
        """The same, with more examples that are always known and never asked about, as what the entries are called."""
        vectors = TrainingVectors(folder, EMBEDDER).of(example.text for example in more)
        return replace(self, names=(*self.names, *more), name_vectors=np.concatenate([self.name_vectors, vectors]))

    def sampled(self, share: float) -> "Material":
        """A share of the situations only: quicker, and worse understood than all of them."""
        kept = splits.sample(splits.kindred(self.examples, self.vectors), share)
        return Material(tuple(self.examples[i] for i in kept), self.vectors[kept], self.names, self.name_vectors)


def cross_validated(material: Material, number: int, progress: Progress = print) -> list[Answered]:
    """Every example answered by an understanding that has seen neither its situation nor one like it in any language."""
    answered: list[Answered] = []
    for fold, split in enumerate(_folds(material, number), 1):
        progress(f"{fold}/{number}")
        answered += asked(material, split)
    return answered


def one_fold(material: Material, number: int = 5) -> splits.Split:
    """What to learn and what to ask, where one fold of so many is enough."""
    return next(_folds(material, number))


def asked(material: Material, split: splits.Split) -> list[Answered]:
    """The answers of an understanding that has learned one side of a split to the other."""
    return list(_answered(material, split, material.names, material.name_vectors))


def _folds(material: Material, number: int) -> Iterator[splits.Split]:
    groups = splits.kindred(material.examples, material.vectors)
    return splits.folds([_full_label(example) for example in material.examples], groups, number)


def without_language(material: Material, language: str) -> list[Answered]:
    """Every example of a language answered by an understanding that has seen none in it, nor a name of an entry."""
    split = splits.without([example.language for example in material.examples], language)
    kept, _ = splits.without([name.language for name in material.names], language)
    names = [material.names[i] for i in kept]
    return list(_answered(material, split, names, material.name_vectors[kept]))


def _answered(
    material: Material, split: splits.Split, names: Sequence[Example], name_vectors: Vector
) -> Iterator[Answered]:
    seen, asked = split
    known = [*(material.examples[i] for i in seen), *names]
    classifier = Classifier().fit(
        [example.text for example in known],
        [_full_label(example) for example in known],
        [example.situation for example in known],
        np.concatenate([material.vectors[seen], name_vectors]),
    )
    safeguard = Safeguard.load()
    questions = [material.examples[i] for i in asked]
    rows = {question.text: material.vectors[i] for question, i in zip(questions, asked, strict=True)}
    found = classifier.predict_all(
        [question.text for question in questions], lambda texts: np.stack([rows[text] for text in texts])
    )
    for example, prediction in zip(questions, found, strict=True):
        ranking = prediction.ranking
        if safeguard.kind(example.text):
            ranking = (("crisis", 1.0), *(pair for pair in ranking if pair[0] != "crisis"))
        yield Answered(example.text, example.language, derived_style(example.text), example.label, ranking)


def _full_label(example: Example) -> str:
    return f"{example.label}.{example.kind}" if example.kind else example.label
