"""From the example questions to what the encoder is taught: `rettvis tune`."""

from pathlib import Path

import numpy as np

from bot.understanding.e5.adapter import FILE, Adapter, numbers
from bot.understanding.e5.sentences import E5
from bot.understanding.e5.tuning import Progress, pieces, tuned
from bot.understanding.e5.weights import Weights
from bot.understanding.measuring import splits
from bot.understanding.measuring.trial import Material, full_label
from bot.understanding.tidying import tidy

APART = 8
"""One situation in so many is kept apart, so that temperature and threshold, and how much is understood of what is new, can
be told from what nothing has seen."""


def tune(folder: Path, progress: Progress, file: Path = FILE) -> Adapter:
    """Teach the encoder all examples and names of entries but those that are kept apart, and write the adapter.

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
    known = [*zip(examples, material.vectors, strict=True), *zip(material.names, material.name_vectors, strict=True)]
    taught = [(each, vector) for each, vector in known if each.text not in kept]
    e5, weights = E5(), Weights.packaged()
    additions = tuned(
        [pieces(e5, tidy(each.text)) for each, _ in taught],
        [full_label(each) for each, _ in taught],
        np.stack([vector for _, vector in taught]),
        weights,
        progress,
    )
    Adapter(additions, numbers(kept), "new").save(file)
    return Adapter.load(file)
