"""The understanding, taught some of the examples and asked about others, without Rasa.

This is the one place that knows how the classifier and the safeguard are put together for a question, as
`bot/understanding/components.py` does in Rasa's graph.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding import examples as example_files
from bot.understanding import questions, told
from bot.understanding.classifier import NETWORKS, ON_TRIAL, Classifier
from bot.understanding.e5.adapter import shipped
from bot.understanding.embedding import EMBEDDER, PLAIN, Vector
from bot.understanding.examples import Example
from bot.understanding.measuring import splits
from bot.understanding.measuring.questions import Answered, derived_style
from bot.understanding.safety import Safeguard
from bot.understanding.vectors import TrainingVectors
from knowledge.library import Library

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """The example questions with their vectors, and what is always known: what the entries are called, and what goes on
    about them."""

    examples: tuple[Example, ...]
    vectors: Vector
    names: tuple[Example, ...]
    name_vectors: Vector
    apart: NDArray[np.bool_]
    """The examples that the encoder has not seen, where it has seen some."""
    vectors_of: TrainingVectors

    @classmethod
    def load(cls, folder: Path, examples: Path = example_files.FOLDER, share: float = 1) -> "Material":
        """Everything the assistant learns from; vectors are kept in the folder between runs. Only what its encoder has not
        seen can be asked about.

        Args:
            folder: the installation's own.
            examples: the folder with the example files.
            share: of the situations, but those that are apart: with fewer it is quicker, and worse understood.
        """
        found = _examples(examples)
        apart = np.array([shipped().is_apart(example.text) for example in found])
        return cls._load(TrainingVectors(folder, EMBEDDER), found, apart, share)

    @classmethod
    def plain(cls, folder: Path, share: float = 1) -> "Material":
        """The same, with vectors of an encoder that was taught nothing of ours, so that anything can be asked about."""
        found = _examples(example_files.FOLDER)
        return cls._load(TrainingVectors(folder / "plain", PLAIN), found, np.zeros(len(found), np.bool_), share)

    @classmethod
    def _load(
        cls, vectors_of: TrainingVectors, found: list[Example], apart: NDArray[np.bool_], share: float
    ) -> "Material":
        from bot.understanding.importer import names

        sampled = np.zeros(len(found), np.bool_)
        sampled[splits.sample([example.situation for example in found], share)] = True
        (kept,) = np.nonzero(sampled | apart)
        examples = [found[i] for i in kept]
        library = Library.load(strict=False)
        further = questions.going_on(frozenset(library.topics), library.dangerous)
        further += told.examples(library.topics, library.dangerous)
        some = splits.sample([example.situation for example in further], share)
        called = [*names(library), *(further[i] for i in some)]
        vectors = vectors_of.of(example.text for example in [*examples, *called])
        number = len(examples)
        return cls(tuple(examples), vectors[:number], tuple(called), vectors[number:], apart[kept], vectors_of)

    def knowing(self, more: Sequence[Example]) -> "Material":
        """The same, with more examples that are always known and never asked about, as what the entries are called."""
        vectors = self.vectors_of.of(example.text for example in more)
        return replace(self, names=(*self.names, *more), name_vectors=np.concatenate([self.name_vectors, vectors]))


def cross_validated(material: Material, number: int, progress: Progress = print) -> list[Answered]:
    """Every example answered by an understanding that has seen neither its situation nor one like it in any language.

    Args:
        material: plain, or the encoder has seen what is asked.
    """
    return _answers(material, _folds(material, number), progress)


def unseen(material: Material, progress: Progress = print) -> list[Answered]:
    """Every example that is apart, answered by an understanding that has not seen its situation in any language, not even
    in its encoder. Examples that were written since the encoder was taught are learned, and may be like one."""
    return _answers(material, unseen_splits(material), progress)


def at_a_glance(material: Material) -> list[Answered]:
    """The same of one half of them, by an understanding that learns in less than half the time and is right a little less
    often: enough to see whether new examples make it better or worse."""
    return list(_answered(material, next(unseen_splits(material)), material.names, material.name_vectors, ON_TRIAL))


def _answers(material: Material, ways: Iterator[splits.Split], progress: Progress) -> list[Answered]:
    answered: list[Answered] = []
    for number, split in enumerate(ways, 1):
        progress(str(number))
        answered += _answered(material, split, material.names, material.name_vectors)
    return answered


def _folds(material: Material, number: int) -> Iterator[splits.Split]:
    groups = splits.kindred(material.examples, material.vectors)
    return splits.folds([full_label(example) for example in material.examples], groups, number)


def unseen_splits(material: Material) -> Iterator[splits.Split]:
    """What to learn and what to ask: one half of what is apart to ask, the other half beside all the rest to learn, for on
    that, what the encoder has not seen either, temperature and threshold are set. Where nothing is apart, a fifth is asked.
    """
    if not material.apart.any():
        yield next(_folds(material, 5))
        return
    (apart,) = np.nonzero(material.apart)
    examples = [material.examples[i] for i in apart]
    groups = splits.kindred(examples, material.vectors[apart])
    for _, half in splits.folds([full_label(example) for example in examples], groups, 2):
        yield np.setdiff1d(np.arange(len(material.examples)), apart[half]), apart[half]


def without_language(material: Material, language: str) -> list[Answered]:
    """Every example of a language answered by an understanding that has seen none in it, nor a name of an entry."""
    split = splits.without([example.language for example in material.examples], language)
    kept, _ = splits.without([name.language for name in material.names], language)
    names = [material.names[i] for i in kept]
    return list(_answered(material, split, names, material.name_vectors[kept]))


def _answered(
    material: Material,
    split: splits.Split,
    names: Sequence[Example],
    name_vectors: Vector,
    networks: int = NETWORKS,
) -> Iterator[Answered]:
    seen, asked = split
    known = [*(material.examples[i] for i in seen), *names]
    classifier = Classifier().fit(
        [example.text for example in known],
        [full_label(example) for example in known],
        [example.situation for example in known],
        np.concatenate([material.vectors[seen], name_vectors]),
        [*material.apart[seen].tolist(), *[False] * len(names)],
        networks,
    )
    safeguard = Safeguard.load()
    put = [material.examples[i] for i in asked]
    rows = {example.text: material.vectors[i] for example, i in zip(put, asked, strict=True)}
    found = classifier.predict_all(
        [example.text for example in put], lambda texts: np.stack([rows[text] for text in texts])
    )
    for example, prediction in zip(put, found, strict=True):
        ranking = prediction.ranking
        if safeguard.kind(example.text):
            ranking = (("crisis", 1.0), *(pair for pair in ranking if pair[0] != "crisis"))
        yield Answered(example.text, example.language, derived_style(example.text), example.label, ranking)


def _examples(folder: Path) -> list[Example]:
    topics = frozenset(Library.load(strict=False).topics)
    return [*example_files.load(topics, folder), *questions.examples(topics)]


def full_label(example: Example) -> str:
    """What a classifier learns: the label, and the kind of danger after a full stop."""
    return f"{example.label}.{example.kind}" if example.kind else example.label
