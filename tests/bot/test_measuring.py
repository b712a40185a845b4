"""The figures that understanding is judged by: each against a case worked out by hand, or a property that must hold."""

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.classifier import OUTSIDE
from bot.understanding.embedding import EMBEDDER
from bot.understanding.examples import Example
from bot.understanding.measuring import splits
from bot.understanding.measuring.familiarity import FOREIGN, Judged, cross_judged, keeping, separation
from bot.understanding.measuring.questions import Answered, derived_style
from bot.understanding.measuring.scores import (
    behind,
    by,
    calibration_error,
    confusions,
    refusal_curve,
    reliability,
    scores,
    weakest,
)
from bot.understanding.measuring.trial import Material, unseen_splits
from bot.understanding.vectors import TrainingVectors

LABELS = ("barnetrygd", "bostotte", "tolk", "crisis", OUTSIDE)


def answered(truth: str, *ranking: tuple[str, float], language: str = "nb", text: str = "en tekst") -> Answered:
    return Answered(text, language, derived_style(text), truth, ranking)


def test_shares_are_of_what_they_say() -> None:
    found = scores(
        [
            answered("tolk", ("tolk", 0.9), ("bostotte", 0.1)),
            answered("tolk", ("bostotte", 0.6), ("tolk", 0.4)),
            answered("bostotte", (OUTSIDE, 0.5), ("tolk", 0.3)),
            answered("bostotte", ("crisis", 0.5), ("bostotte", 0.3)),
            answered("crisis", ("crisis", 0.8)),
            answered(OUTSIDE, (OUTSIDE, 0.9)),
            answered(OUTSIDE, ("tolk", 0.5), (OUTSIDE, 0.4)),
        ]
    )
    assert found.questions == 7
    assert found.top_1 == pytest.approx(2 / 5)
    assert found.top_3 == pytest.approx(4 / 5)
    assert (found.crisis_recall, found.crisis_precision) == (1, 0.5)
    assert found.false_alarms == pytest.approx(1 / 6)
    assert found.out_of_scope_recall == 0.5
    assert found.false_rejections == pytest.approx(1 / 5)
    assert found.refusal_auroc == pytest.approx(9 / 10)  # of ten pairs, 0.4 is below the 0.5 of one of ours


def test_what_there_was_nothing_to_count_of_is_not_a_figure() -> None:
    found = scores([])
    assert found.questions == 0
    assert {found.top_1, found.crisis_recall, found.refusal_auroc, found.calibration_error, found.mcc} == {None}


def test_confidence_is_compared_with_how_often_it_was_right() -> None:
    """Two answers 0.95 sure, one right: off by 0.45. One 0.35 sure and wrong: off by 0.35. Refusals do not count."""
    found = [
        answered("tolk", ("tolk", 0.95)),
        answered("tolk", ("bostotte", 0.95)),
        answered("tolk", ("bostotte", 0.35)),
        answered("tolk", (OUTSIDE, 0.99)),
    ]
    bins = reliability(found)
    assert [(each.low, each.questions, each.right) for each in bins] == [(0.3, 1, 0), (0.9, 2, 0.5)]
    assert calibration_error(bins) == pytest.approx((2 * 0.45 + 0.35) / 3)


def test_confusions_come_worst_first_with_their_surest_example() -> None:
    wrong = [answered("tolk", ("bostotte", sure), text=text) for sure, text in ((0.4, "unsure"), (0.8, "sure"))]
    found = confusions([*wrong, answered("bostotte", ("tolk", 0.5)), answered("tolk", ("tolk", 0.9))])
    assert [(pair.truth, pair.label, pair.times, pair.of) for pair in found] == [
        ("tolk", "bostotte", 2, 3),
        ("bostotte", "tolk", 1, 1),
    ]
    assert found[0].example == "sure"
    assert [weak.label for weak in weakest([*wrong, answered("bostotte", ("bostotte", 0.5))])] == ["tolk", "bostotte"]


def test_a_group_of_few_questions_is_not_compared() -> None:
    many = [answered("tolk", ("tolk" if number < 30 else "bostotte", 0.5)) for number in range(40)]
    worse = [answered("tolk", ("tolk" if n < 10 else "bostotte", 0.5), language="so") for n in range(40)]
    few = [answered("tolk", ("bostotte", 0.5), language="ti")]
    assert behind(by([*many, *worse, *few], lambda answer: answer.language)) == {"nb": -0.25, "so": 0.25}


answers = st.lists(
    st.builds(
        lambda truth, weights: answered(
            truth, *sorted(zip(LABELS, (w / sum(weights) for w in weights), strict=True), key=lambda pair: -pair[1])
        ),
        st.sampled_from(LABELS),
        st.lists(st.floats(0.01, 1), min_size=len(LABELS), max_size=len(LABELS)),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(answers)
def test_refusing_more_never_refuses_less(found: list[Answered]) -> None:
    curve = refusal_curve(found)
    for looser, stricter in itertools.pairwise(curve):
        assert looser.threshold > stricter.threshold
        assert looser.foreign <= stricter.foreign
        assert looser.ours <= stricter.ours
    if curve:
        assert curve[-1].ours == 1


@settings(deadline=None)
@given(answers)
def test_every_figure_is_a_share(found: list[Answered]) -> None:
    figures = scores(found)
    values = [value for name, value in vars(figures).items() if name not in ("questions", "mcc") and value is not None]
    assert all(0 <= value <= 1 for value in values)
    assert figures.top_1 is None or figures.top_3 is None or figures.top_1 <= figures.top_3
    assert sum(pair.times for pair in confusions(found)) == sum(not answer.right for answer in found)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("sosialhjelp sats", "short"),
        ("hva med mor?", "short"),
        ("hvor mye er barnetrygden nå?", "question"),
        ("كم مبلغ المساعدة الاجتماعية لشخص؟", "question"),
        ("ክንደይ ገንዘብ ይወሃበኒ እዩ፧", "question"),
        ("jeg har mistet jobben og vet ikke", "situation"),
    ],
)
def test_a_style_is_told_by_the_form(text: str, style: str) -> None:
    assert derived_style(text) == style


def made_examples(seed: int = 3) -> tuple[list[Example], np.ndarray]:
    """Four labels with three situations in two languages; the same situation lies in the same direction in both, and each
    language lies off to a side of its own."""
    rng = np.random.default_rng(seed)
    found, rows = [], []
    for language, side in (("nb", rng.normal(size=32)), ("so", rng.normal(size=32))):
        for label in ("barnetrygd", "bostotte", "tolk", "crisis"):
            for situation in range(3):
                direction = np.random.default_rng([len(label), ord(label[0]), situation]).normal(size=32)
                number = 2 - situation if language == "so" else situation  # numbered otherwise
                for paraphrase in range(3):
                    found.append(Example(f"{paraphrase}", label, language, f"{language}/{label}/{number}"))
                    row = side + 2 * direction + 0.2 * rng.normal(size=32)
                    rows.append(row / np.linalg.norm(row))
    return found, np.array(rows, dtype=np.float32)


def test_the_same_situation_in_another_language_is_told_by_its_meaning_not_its_number() -> None:
    examples, vectors = made_examples()
    groups = splits.kindred(examples, vectors)
    of = defaultdict(set)
    for example, group in zip(examples, groups, strict=True):
        of[example.situation].add(group)
    assert all(len(found) == 1 for found in of.values())  # paraphrases stay together
    assert of["nb/tolk/0"] == of["so/tolk/2"] != of["so/tolk/0"] == of["nb/tolk/2"]


def test_what_is_asked_about_was_not_learned_in_any_language() -> None:
    examples, vectors = made_examples()
    groups = splits.kindred(examples, vectors)
    asked_about = []
    for learnt, asked in splits.folds([example.label for example in examples], groups, 3):
        assert not {groups[i] for i in learnt} & {groups[i] for i in asked}
        assert not {examples[i].situation for i in learnt} & {examples[i].situation for i in asked}
        asked_about += asked.tolist()
    assert sorted(asked_about) == list(range(len(examples)))


def test_what_is_apart_is_asked_about_once_and_nothing_else(tmp_path: Path) -> None:
    examples, vectors = made_examples()
    number = {"nb": "0", "so": "2"}  # the same situation, numbered otherwise
    apart = np.array([example.situation.endswith(number[example.language]) for example in examples])
    material = Material(tuple(examples), vectors, (), vectors[:0], apart, TrainingVectors(tmp_path, EMBEDDER))
    groups = splits.kindred(examples, vectors)
    asked_about = []
    for learnt, asked in unseen_splits(material):
        assert set(learnt) | set(asked) == set(range(len(examples)))
        assert not {groups[i] for i in learnt} & {groups[i] for i in asked}
        assert len(asked) < apart.sum()  # the other half is there to tell how sure one may be
        asked_about += asked.tolist()
    assert sorted(asked_about) == np.flatnonzero(apart).tolist()


def test_a_sample_takes_whole_groups_and_the_same_every_time() -> None:
    groups = [f"g{number // 3}" for number in range(60)]
    kept = splits.sample(groups, 0.5)
    assert kept.tolist() == splits.sample(groups, 0.5).tolist()
    assert len(kept) == 30
    assert len({groups[i] for i in kept}) == 10


def test_what_lies_apart_from_all_examples_is_scored_lower() -> None:
    rng = np.random.default_rng(1)
    centres = {label: rng.normal(size=16) for label in ("barnetrygd", "bostotte", "tolk")}
    labels = [label for label in centres for _ in range(12)]
    texts = [f"{label} {number} {rng.integers(9)}" for number, label in enumerate(labels)]
    vectors = unit(np.array([centres[label] + 0.3 * rng.normal(size=16) for label in labels]))
    judged = cross_judged(texts, labels, vectors)
    assert sorted(each.truth for each in judged) == sorted(labels)
    threshold = keeping(judged, 0.9)
    right = [each for each in judged if each.label == each.truth]
    assert sum(each.score >= threshold for each in right) == pytest.approx(0.9 * len(right), abs=1)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(("a", "b", FOREIGN)), st.sampled_from(("a", "b")), st.floats(0, 1)), min_size=2)
)
def test_a_higher_threshold_answers_less_and_refuses_more(rows: list[tuple[str, str, float]]) -> None:
    judged = [Judged(*row) for row in rows]
    if {each.truth == FOREIGN for each in judged} != {True, False}:
        with pytest.raises(ValueError, match="both needed"):
            separation(judged, 0.5)
        return
    low, high = separation(judged, 0.2).chosen, separation(judged, 0.8).chosen
    assert low.in_scope >= high.in_scope
    assert low.out_of_scope <= high.out_of_scope
    assert separation(judged, 0.5).best.mcc >= separation(judged, 0.1).chosen.mcc


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
