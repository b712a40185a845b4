"""The figures: shares, calibration, refusals and confusions of answered questions."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from bot.understanding.classifier import OUTSIDE
from bot.understanding.measuring.questions import Answered

CRISIS = "crisis"
BINS = 10
ENOUGH = 20
"""So many questions a language or a style needs before it is compared with the others."""


@dataclass(frozen=True)
class Scores:
    """Shares from 0 to 1; None where there was nothing to count.

    Attributes:
        questions: how many.
        top_1: of questions of ours, those whose first guess is right; top_3: those right among three.
        crisis_recall: of messages of danger, those found; crisis_precision: of those taken for danger, the true ones.
        false_alarms: of questions that are not about danger, those taken for it.
        out_of_scope_recall: of foreign questions, those refused; false_rejections: of questions of ours, those refused.
        refusal_auroc: how well the probability of being foreign ranks foreign questions before ours (0.5: not at all).
        calibration_error: the expected calibration error (see `reliability`).
        mcc: Matthews' correlation over all labels, out of scope being one.
    """

    questions: int
    top_1: float | None
    top_3: float | None
    crisis_recall: float | None
    crisis_precision: float | None
    false_alarms: float | None
    out_of_scope_recall: float | None
    false_rejections: float | None
    refusal_auroc: float | None
    calibration_error: float | None
    mcc: float | None


def scores(answered: Sequence[Answered]) -> Scores:
    """All figures of a set of answered questions."""
    ours = [answer for answer in answered if answer.ours]
    foreign = [answer for answer in answered if not answer.ours]
    return Scores(
        questions=len(answered),
        top_1=share(answer.right for answer in ours),
        top_3=share(answer.truth in [label for label, _ in answer.ranking[:3]] for answer in ours),
        crisis_recall=share(answer.right for answer in answered if answer.truth == CRISIS),
        crisis_precision=share(answer.right for answer in answered if answer.label == CRISIS),
        false_alarms=share(answer.label == CRISIS for answer in answered if answer.truth != CRISIS),
        out_of_scope_recall=share(answer.right for answer in foreign),
        false_rejections=share(answer.label == OUTSIDE for answer in ours),
        refusal_auroc=auroc([answer.foreign for answer in foreign], [answer.foreign for answer in ours]),
        calibration_error=calibration_error(reliability(answered)),
        mcc=_mcc(answered),
    )


def by(answered: Iterable[Answered], of: Callable[[Answered], str]) -> dict[str, list[Answered]]:
    """The answers in groups (languages, styles, labels), in alphabetical order."""
    groups: dict[str, list[Answered]] = defaultdict(list)
    for answer in answered:
        groups[of(answer)].append(answer)
    return dict(sorted(groups.items()))


def share(hits: Iterable[bool]) -> float | None:
    """The share that is true."""
    found = list(hits)
    return sum(found) / len(found) if found else None


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """How often a value of the first exceeds one of the second (area under the ROC curve)."""
    if not higher or not lower:
        return None
    truth = np.repeat([1, 0], [len(higher), len(lower)])
    return float(roc_auc_score(truth, np.concatenate([higher, lower])))


def _mcc(answered: Sequence[Answered]) -> float | None:
    truths, given = [answer.truth for answer in answered], [answer.label for answer in answered]
    if len({*truths, *given}) < 2:
        return None  # nothing varies
    return float(matthews_corrcoef(truths, given))


@dataclass(frozen=True)
class Bin:
    """The answers given with a confidence from `low` to below `high`."""

    low: float
    high: float
    questions: int
    confidence: float
    right: float


def reliability(answered: Sequence[Answered]) -> list[Bin]:
    """In bins of equal width: how sure the answers were on average, and how often right. Empty bins are left out.

    Only of questions that were answered with a topic: a refusal and danger have thresholds of their own, not a most
    likely label.
    """
    topics = [answer for answer in answered if answer.label not in (OUTSIDE, CRISIS)]
    bins: dict[int, list[Answered]] = defaultdict(list)
    for answer in topics:
        bins[min(BINS - 1, int(answer.confidence * BINS))].append(answer)
    return [
        Bin(
            number / BINS,
            (number + 1) / BINS,
            len(members),
            sum(answer.confidence for answer in members) / len(members),
            sum(answer.right for answer in members) / len(members),
        )
        for number, members in sorted(bins.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """The expected calibration error: by how much confidence and correctness differ, over the bins by their questions."""
    questions = sum(each.questions for each in bins)
    if not questions:
        return None
    return sum(each.questions * abs(each.confidence - each.right) for each in bins) / questions


@dataclass(frozen=True)
class Refusal:
    """What refusing everything at least so probably foreign would mean: shares of foreign and of our questions."""

    threshold: float
    foreign: float
    ours: float


def refusal_curve(answered: Sequence[Answered], points: int = 40) -> list[Refusal]:
    """Foreign questions refused against our own refused, over thresholds at quantiles of what our own are given."""
    foreign = np.array([answer.foreign for answer in answered if not answer.ours])
    ours = np.array([answer.foreign for answer in answered if answer.ours])
    if not len(foreign) or not len(ours):
        return []
    # most of the points where it matters: few of our own refused
    shares = np.concatenate([[0.0], np.geomspace(0.001, 1.0, points)])
    thresholds = np.unique(np.append(np.quantile(ours, 1 - shares, method="higher"), 1.0))[::-1]
    return [Refusal(float(t), float((foreign >= t).mean()), float((ours >= t).mean())) for t in thresholds]


@dataclass(frozen=True)
class Confusion:
    """What was meant, what was understood instead, how often, and of how many that meant it."""

    truth: str
    label: str
    times: int
    of: int
    example: str

    @property
    def share(self) -> float:
        return self.times / self.of


def confusions(answered: Iterable[Answered]) -> list[Confusion]:
    """Every pair that was taken for each other, worst first: most often, then the larger share of what was meant."""
    meant: Counter[str] = Counter()
    pairs: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    for answer in answered:
        meant[answer.truth] += 1
        if not answer.right:
            pairs[answer.truth, answer.label].append(answer)
    found = [
        Confusion(truth, label, len(wrong), meant[truth], max(wrong, key=lambda answer: answer.confidence).text)
        for (truth, label), wrong in pairs.items()
    ]
    return sorted(found, key=lambda pair: (-pair.times, -pair.share, pair.truth, pair.label))


@dataclass(frozen=True)
class Weak:
    """A label with how often its questions are understood (recall) and its answers are right (precision)."""

    label: str
    questions: int
    recall: float
    precision: float | None


def weakest(answered: Sequence[Answered]) -> list[Weak]:
    """Every label, the least understood first."""
    given = by(answered, lambda answer: answer.label)
    found = [
        Weak(
            label,
            len(members),
            sum(answer.right for answer in members) / len(members),
            share(answer.right for answer in given.get(label, ())),
        )
        for label, members in by(answered, lambda answer: answer.truth).items()
    ]
    return sorted(found, key=lambda weak: weak.recall)


def behind(groups: dict[str, list[Answered]]) -> dict[str, float]:
    """How far each group's first guesses of our questions fall behind the mean of the groups, as a share.

    Groups with fewer than ENOUGH questions of ours are not compared.
    """
    found = {
        name: sum(answer.right for answer in ours) / len(ours)
        for name, members in groups.items()
        if len(ours := [answer for answer in members if answer.ours]) >= ENOUGH
    }
    mean = sum(found.values()) / len(found) if found else 0.0
    return {name: mean - value for name, value in found.items()}
