"""The figures of answered questions as one dictionary: a part per language, and one for all, of the same shape.

A part has the figures of `bot.understanding.measuring.scores.Scores`, those of its styles, its worst confusions and weakest
labels, how far its languages and styles are behind their mean, how reliable confidence is, and the curve of refusals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.understanding.measuring.questions import Answered
from bot.understanding.measuring.scores import behind, by, confusions, refusal_curve, reliability, scores, weakest

WORST = 30
"""So many confusions and weak labels are told of each part."""

Report = dict[str, dict[str, Any]]


def report(answered: Sequence[Answered], extra: Mapping[str, Mapping[str, Any]] | None = None) -> Report:
    """All figures.

    Args:
        answered: the questions with their answers.
        extra: further figures by language and for "all"; a language may have only these.
    """
    extra = extra or {}
    languages = by(answered, lambda answer: answer.language)
    codes = sorted({*languages, *(code for code in extra if code != "all")})
    parts = {code: languages.get(code, []) for code in codes} | {"all": answered}
    return {code: _part(members) | dict(extra.get(code, {})) for code, members in parts.items()}


def _part(answered: Sequence[Answered]) -> dict[str, Any]:
    languages = by(answered, lambda answer: answer.language)
    styles = by(answered, lambda answer: answer.style)
    return {
        **asdict(scores(answered)),
        "styles": {style: asdict(scores(members)) for style, members in styles.items()},
        "behind": {"languages": behind(languages), "styles": behind(styles)},
        "confusions": [asdict(pair) | {"share": pair.share} for pair in confusions(answered)[:WORST]],
        "weakest": [asdict(weak) for weak in weakest(answered)[:WORST]],
        "reliability": [asdict(each) for each in reliability(answered)],
        "refusals": [asdict(point) for point in refusal_curve(answered)],
    }
