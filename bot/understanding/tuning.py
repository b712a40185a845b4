"""From the examples, and the questions of statements, to what the encoder is taught: `rettvis tune`."""

from pathlib import Path

import numpy as np

from bot.understanding import questions
from bot.understanding.e5.adapter import FILE, Adapter, numbers
from bot.understanding.e5.sentences import E5
from bot.understanding.e5.tuning import Progress, pieces, tuned
from bot.understanding.e5.weights import Weights
from bot.understanding.measuring import splits
from bot.understanding.measuring.trial import Material, full_label
from bot.understanding.tidying import tidy
from knowledge.library import Library

APART = 8
"""One situation in so many is kept apart, so that temperature and threshold, and how much is understood of what is new, can
be told from what nothing has seen."""


def tune(folder: Path, progress: Progress, file: Path = FILE) -> Adapter:
    """Teach the encoder all examples and names of entries but those that are kept apart, and which statement answers what,
    and write the adapter.

    Args:
        folder: the installation's own, for vectors.
        progress: told how far it is.
        file: what is written.
    """
    material = Material.plain(folder)
    examples = material.examples
    groups = splits.kindred(examples, material.vectors)
    _, apart = next(splits.folds([full_label(each) for each in examples], groups, APART))
    kept = {examples[i].text for i in apart}
    situations = {examples[i].situation for i in apart}
    asked = questions.load(frozenset(Library.load(strict=False).topics))
    kept |= {each.text for each in asked if each.example.situation in situations}
    statement = {each.text: (each.topic, each.statement) for each in asked}
    going_on = [each.text for each in asked if each.goes_on]
    texts = [each.text for each in (*examples, *material.names)] + going_on
    topics: list[tuple[str, str] | None] = [("", full_label(each)) for each in (*examples, *material.names)]
    topics += [None] * len(going_on)
    vectors = np.concatenate([material.vectors, material.name_vectors, material.vectors_of.of(going_on)])
    rows = [row for row, text in enumerate(texts) if text not in kept]
    e5 = E5()
    additions = tuned(
        [pieces(e5, tidy(texts[row])) for row in rows],
        [[topics[row] for row in rows], [statement.get(texts[row]) for row in rows]],
        vectors[rows],
        Weights.packaged(),
        progress,
    )
    Adapter(additions, numbers(kept), "new").save(file)
    return Adapter.load(file)
