"""What can be measured: a file of questions, the examples by cross-validation, a language without examples of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import Settings
from bot.understanding.measuring.trial import Material, cross_validated, unseen, without_language
from connectors.evaluation.report import Report, report
from connectors.understanding import evaluate
from knowledge.languages import LANGUAGES

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """A measurement: its figures, and in words what was measured and how."""

    title: str
    how: str
    report: Report
    derived: bool
    """Whether styles were derived from the form of the questions."""


def questions(model: Path, rows: list[dict[str, Any]], name: str) -> Run:
    """Questions of a file, by the trained assistant."""
    return Run(
        f"How well {name} is understood",
        "Every question of the file was put to the trained assistant.",
        evaluate(model, rows),
        not any(row.get("style") for row in rows),
    )


def cross_validation(folds: int, sample: float, progress: Progress) -> Run:
    """The example questions, each by an understanding that has not seen its situation in any language."""
    material = Material.plain(_folder(), sample)
    answered = cross_validated(material, folds, lambda fold: progress(f"Learning and asking, {fold}/{folds}"))
    how = (
        f"Cross-validation in {folds} folds over {len(answered)} example questions{_of(sample)}: each is answered by an "
        "understanding that has seen neither a paraphrase of its situation nor a situation like it in any language, "
        "with an encoder that was taught nothing of ours."
    )
    return Run("How well the example questions are understood", how, report(answered), True)


def not_seen(sample: float, progress: Progress) -> Run:
    """The example questions that the encoder was not taught, by an understanding that has not seen their like either."""
    answered = unseen(Material.load(_folder(), share=sample), lambda half: progress(f"Learning and asking, {half}/2"))
    how = (
        f"{len(answered)} example questions that were kept apart when the encoder was taught: each is answered by an "
        f"understanding{_of(sample)} that has seen neither a paraphrase of its situation nor one like it in any language, "
        "but perhaps among examples that were written since."
    )
    return Run("How well example questions are understood that nothing has seen", how, report(answered), True)


def languages_left_out(languages: Sequence[str], sample: float, progress: Progress) -> Run:
    """The example questions of each language ("all": of each in turn), by an understanding that has none in it."""
    chosen = LANGUAGES if "all" in languages else tuple(dict.fromkeys(languages))
    material = Material.plain(_folder(), sample)
    answered = []
    for code in chosen:
        progress(f"Learning without {code}")
        answered += without_language(material, code)
    how = (
        f"The example questions of each language{_of(sample)}, answered by an understanding that has learned no question "
        "and no name of an entry in that language, with an encoder that was taught nothing of ours."
    )
    return Run("How well a language is understood without examples of its own", how, report(answered), True)


def _folder() -> Path:
    return Settings.from_environment().folder


def _of(sample: float) -> str:
    return f" ({sample:.0%} of the situations)" if sample < 1 else ""
