"""`rettvis bench understanding`: our classifier on other people's questions, and on topics of ours it was not taught.

Both measure the same: how many questions are given the right label, and how well those that are about nothing known are
told apart, without an example of them.
"""

import random
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from bot.settings import Settings
from bot.understanding.embedding import PLAIN, Vector
from bot.understanding.labels import FOLLOW_UPS, SYSTEM
from bot.understanding.measuring import splits
from bot.understanding.measuring.familiarity import (
    FOREIGN,
    Familiarity,
    Judged,
    Separation,
    cross_judged,
    keeping,
    separation,
)
from bot.understanding.measuring.trial import Material
from bot.understanding.tidying import tidy
from bot.understanding.vectors import TrainingVectors
from connectors.bench.yardsticks import Rows, Yardstick, clinc, hint3
from knowledge.source import read

PUBLISHED = Path(__file__).parent / "published.yml"
KEPT = 0.95
"""The threshold that is chosen beforehand still answers so many of the rightly labelled questions of the training set, or
of the validation set where there is one."""
LEFT_OUT = 10
"""Topics left out in each draw, of all."""

Progress = Callable[[str], None]
Measured = dict[str, Separation]


def public(
    hint3_folder: Path | None, clinc_folder: Path | None, teach: bool, progress: Progress
) -> dict[str, Measured]:
    """The public data sets whose folders are given.

    Args:
        teach: whether the encoder is taught each of HINT3's training sets first, as ours is taught our examples.

    Raises:
        NotTheData: a folder has other files than expected.
        ModuleNotFoundError: to teach, PyTorch is needed, and is not there.
    """
    sets = {
        "hint3": list(hint3(hint3_folder)) if hint3_folder else [],
        "clinc": [clinc(clinc_folder)] if clinc_folder else [],
    }
    progress("Sentence vectors")
    texts = sorted({text for each in sets.values() for yardstick in each for text, _ in _all(_named(yardstick))})
    vectors = TrainingVectors(Settings.from_environment().folder / "bench", PLAIN).of(texts)
    of = dict(zip(texts, vectors, strict=True))
    return {
        name: _measured(map(_named, yardsticks), of, progress, teach and name == "hint3")
        for name, yardsticks in sets.items()
        if yardsticks
    }


def _named(yardstick: Yardstick) -> Yardstick:
    """What the labels are called is always known, as what our entries are called is."""
    names = tuple((_name(label), label) for label in dict.fromkeys(label for _, label in yardstick.train))
    return replace(yardstick, train=(*yardstick.train, *names))


def _name(label: str) -> str:
    return label.replace("_", " ").lower()


def _taught(yardstick: Yardstick, vectors: dict[str, Vector], progress: Progress) -> dict[str, Vector]:
    """The vectors of an encoder that was taught the examples of a data set."""
    from bot.understanding.e5.adapter import Adapter
    from bot.understanding.e5.sentences import E5
    from bot.understanding.e5.tuning import ROUNDS_OF_FEW, SHARE_OF_FEW, TOKENS_OF_FEW, pieces, tuned
    from bot.understanding.e5.weights import Weights

    texts, labels, rows = _columns(yardstick.train, vectors)
    plain = E5()
    seen = [pieces(plain, tidy(text)) for text in texts]
    task = [("", label) for label in labels]
    additions = tuned(seen, [task], rows, Weights.packaged(), progress, ROUNDS_OF_FEW, TOKENS_OF_FEW)
    encoder = E5(Adapter(additions, frozenset(), yardstick.name).in_part(SHARE_OF_FEW))
    return {text: encoder.vector(tidy(text)) for text, _ in _all(yardstick)}


def topics_left_out(draws: int, sample: float, progress: Progress) -> dict[str, Measured]:
    """Our own examples, some topics left out of each draw: they are what is foreign then."""
    material = Material.plain(Settings.from_environment().folder, sample)
    of = dict(zip((example.text for example in material.examples), material.vectors, strict=True))
    return {"topics": _measured(_draws(material, draws), of, progress)}


def _draws(material: Material, draws: int) -> Iterator[Yardstick]:
    """A fifth of the situations of known topics is asked about, another one sets the threshold."""
    groups = splits.kindred(material.examples, material.vectors)
    rows = [(example.text, example.label) for example in material.examples]
    topics = sorted({label for _, label in rows} - {*SYSTEM, *FOLLOW_UPS})
    for draw in range(draws):
        foreign = set(random.Random(draw).sample(topics, LEFT_OUT))  # noqa: S311  (the same draws every time)
        known = [i for i, (_, label) in enumerate(rows) if label in topics and label not in foreign]
        fifths = [
            tuple(rows[known[i]] for i in asked)
            for _, asked in splits.folds([rows[i][1] for i in known], [groups[i] for i in known], 5)
        ]
        unknown = tuple((text, FOREIGN) for text, label in rows if label in foreign)
        train = tuple(row for fifth in fifths[2:] for row in fifth)
        yield Yardstick(f"draw {draw + 1}", train, fifths[1], (*fifths[0], *unknown))


def _measured(
    yardsticks: Iterable[Yardstick], vectors: dict[str, Vector], progress: Progress, teach: bool = False
) -> Measured:
    found = {}
    for yardstick in yardsticks:
        of = _taught(yardstick, vectors, progress) if teach else vectors
        progress(f"Learning and asking, {yardstick.name}")
        found[yardstick.name] = _separation(yardstick, of)
    return found


def _separation(yardstick: Yardstick, vectors: dict[str, Vector]) -> Separation:
    texts, labels, rows = _columns(yardstick.train, vectors)
    taught = Familiarity(texts, labels, rows)

    def judged(questions: Rows) -> list[Judged]:
        return taught.judge(*_columns(questions, vectors))

    beforehand = judged(yardstick.validation) if yardstick.validation else cross_judged(texts, labels, rows)
    return separation(judged(yardstick.test), keeping(beforehand, KEPT))


def _columns(rows: Rows, vectors: dict[str, Vector]) -> tuple[list[str], list[str], Vector]:
    return [text for text, _ in rows], [label for _, label in rows], np.stack([vectors[text] for text, _ in rows])


def _all(yardstick: Yardstick) -> Rows:
    return (*yardstick.train, *yardstick.validation, *yardstick.test)


def report(measured: dict[str, Measured]) -> dict[str, Any]:
    """For machines: per kind of data the figures of each set, their means, and those of others."""
    published = read(PUBLISHED)
    return {
        kind: {
            "sets": {name: asdict(each) for name, each in sets.items()},
            "mean": {
                "in_scope": statistics.mean(each.lowest.in_scope for each in sets.values()),
                "best_mcc": statistics.mean(each.best.mcc for each in sets.values()),
                "auroc": statistics.mean(each.auroc for each in sets.values()),
                "chosen": {
                    name: statistics.mean(asdict(each.chosen)[name] for each in sets.values())
                    for name in ("in_scope", "out_of_scope", "mcc")
                },
            },
            "published": published.get(kind),
        }
        for kind, sets in measured.items()
    }


def tables(report: dict[str, Any]) -> Iterator[Table]:
    """For the terminal: ours set by set, then everybody's means."""
    for kind, part in report.items():
        table = Table(
            kind,
            "in scope at 0.1",
            "best MCC",
            "AUROC",
            "in scope",
            "refused",
            "MCC",
            caption=f"Left: at 0.1, and the best on the test. Right: where {KEPT:.0%} is kept, chosen without the test.",
        )
        rows = {
            name: (each["lowest"]["in_scope"], each["best"]["mcc"], each["auroc"], each["chosen"])
            for name, each in part["sets"].items()
        }
        mean = part["mean"]
        rows["mean"] = (mean["in_scope"], mean["best_mcc"], mean["auroc"], mean["chosen"])
        for name, (in_scope, mcc, auroc, chosen) in rows.items():
            figures = (in_scope, mcc, auroc, chosen["in_scope"], chosen["out_of_scope"], chosen["mcc"])
            table.add_row(name, *(f"{figure:.3f}" for figure in figures))
        yield table
        if part["published"]:
            yield _others(part["published"])


def _others(published: dict[str, Any]) -> Table:
    columns = [name for name in ("in_scope", "best_mcc", "out_of_scope", "auroc") if name in published["rows"][0]]
    table = Table("others, means", "", *(name.replace("_", " ") for name in columns), caption=published["source"])
    for row in published["rows"]:
        values = [row[name] for name in columns]
        means = [statistics.mean(value) if isinstance(value, list) else value for value in values]
        table.add_row(row["system"], row["from"], *(f"{value:.3f}" for value in means))
    return table
