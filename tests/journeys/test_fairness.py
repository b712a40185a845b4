"""No language and no style of asking may be left behind.

Measured on the examples that the encoder was not taught, not on the held-out questions: those must not become what one
works towards. Only a fifth of the other situations is learned, so that it takes a minute: with so little to learn from,
everybody is understood worse and the languages lie further apart than with all examples (a full run: `rettvis evaluate
--unseen`). The limits are therefore not what we want, which is five points, but keep it from getting worse unnoticed: what
was measured when they were set, and three points for chance. Lower them when it gets better.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.languages import LANGUAGES
from tests.command import here

LANGUAGES_APART = 0.105
"""Arabic was 7.1 points behind the mean of the languages, with another model Somali 7.2; with all examples, Somali is the
last, some 7 behind."""
STYLES_APART = 0.05
"""Situations that are told were 1.5 points behind the mean of the styles, 1.3 with another model."""


@pytest.fixture(scope="module")
def report(model: Path) -> dict[str, Any]:
    folder = str(model.parent.parent)  # where training has kept the sentence vectors
    done = here("evaluate", "--unseen", "--sample", "0.2", "--json", RETTVIS_VAR=folder)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_the_encoder_was_not_taught_is_asked_as_if_it_were_new(report: dict[str, Any]) -> None:
    assert set(report) == {*LANGUAGES, "all"}
    assert report["all"]["questions"] > 5_000  # all that was kept apart, whatever share is learned
    assert 0.2 < report["all"]["top_1"] < report["all"]["top_3"] < 1


def test_no_language_falls_far_behind_the_others(report: dict[str, Any]) -> None:
    apart = report["all"]["behind"]["languages"]
    print({language: f"{-100 * value:+.1f}" for language, value in apart.items()})
    assert set(apart) == set(LANGUAGES)
    assert max(apart.values()) <= LANGUAGES_APART


def test_no_style_falls_far_behind_the_others(report: dict[str, Any]) -> None:
    apart = report["all"]["behind"]["styles"]
    print({style: f"{-100 * value:+.1f}" for style, value in apart.items()})
    assert set(apart) == {"short", "question", "situation"}
    assert max(apart.values()) <= STYLES_APART
