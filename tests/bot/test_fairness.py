"""No language and no style of asking may be left behind.

Measured on the examples that the encoder was not taught, not on the held-out questions: those must not become what one
works towards. Only a fifth of the other situations is learned, so that it takes a minute: with so little to learn from,
everybody is understood worse and the languages lie further apart than with all examples (a full run: `rettvis evaluate
--unseen`). The limits are therefore not what we want, which is five points, but keep it from getting worse unnoticed: what
was measured when they were set, and three points for chance. Lower them when it gets better.
"""

from pathlib import Path

import pytest

from bot.understanding.measuring.questions import Answered
from bot.understanding.measuring.scores import behind, by
from bot.understanding.measuring.trial import Material, unseen
from knowledge.languages import LANGUAGES

LANGUAGES_APART = 0.105
"""Arabic was 7.1 points behind the mean of the languages, with another model Somali 7.2; with all examples, Somali is the
last, some 7 behind."""
STYLES_APART = 0.05
"""Situations that are told were 1.5 points behind the mean of the styles, 1.3 with another model."""


@pytest.fixture(scope="module")
def answered(model: Path) -> list[Answered]:
    return unseen(Material.load(model.parent.parent, share=0.2))  # where training has kept the sentence vectors


def test_no_language_falls_far_behind_the_others(answered: list[Answered]) -> None:
    apart = behind(by(answered, lambda answer: answer.language))
    print({language: f"{-100 * value:+.1f}" for language, value in apart.items()})
    assert set(apart) == set(LANGUAGES)
    assert max(apart.values()) <= LANGUAGES_APART


def test_no_style_falls_far_behind_the_others(answered: list[Answered]) -> None:
    apart = behind(by(answered, lambda answer: answer.style))
    print({style: f"{-100 * value:+.1f}" for style, value in apart.items()})
    assert set(apart) == {"short", "question", "situation"}
    assert max(apart.values()) <= STYLES_APART
