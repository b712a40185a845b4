"""`rettvis understand` and `rettvis evaluate`: the trained assistant's understanding, line by line and measured."""

import asyncio
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.assistant.engine import Assistant
from bot.records.database import Database
from bot.settings import ROOT
from bot.understanding import language
from bot.understanding.classifier import OUTSIDE, Prediction

HELD_OUT = ROOT / "tests" / "understanding" / "heldout.jsonl"
A_FEW_WORDS = 4
"""From so many words on, the language of a text is expected to be found; of shorter ones it often cannot be."""
AT_ONCE = 32
"""Lines embedded at the same time: the cores share them."""


def understood(model: Path, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What each row's text is about, in order."""
    assistant = Assistant(model, Database("sqlite://"))
    lines = iter(rows)
    first = 1  # the first line is answered at once: somebody may be typing
    while batch := list(itertools.islice(lines, first)):
        for row, prediction in zip(batch, asyncio.run(_all(assistant, batch)), strict=True):
            yield _row(row, prediction)
        first = min(AT_ONCE, first * 2)


async def _all(assistant: Assistant, rows: list[dict[str, Any]]) -> list[Prediction]:
    return await asyncio.gather(*(assistant.understand(row["text"]) for row in rows))


def _row(row: dict[str, Any], prediction: Prediction) -> dict[str, Any]:
    found = language.identify(row["text"])
    return {
        "text": row["text"],
        "language": row.get("lang") or (found[0] if found else None),
        "label": prediction.label,
        "confidence": round(prediction.ranking[0][1], 4),
        "ranking": [{"label": label, "confidence": round(value, 4)} for label, value in prediction.ranking],
    }


def evaluate(model: Path, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Per language and for all: top-1 and top-3 of what is in scope, crisis recall, out-of-scope recall, false rejections
    (a question of ours that was refused), and how often the language is found in texts of four words and more, and in
    shorter ones. Rows without a label are for the language only."""
    labelled = [row for row in rows if row.get("label")]
    answers = list(understood(model, labelled)) if labelled else []
    judged = [
        (row.get("lang") or answer["language"], row["label"], [rank["label"] for rank in answer["ranking"]])
        for row, answer in zip(labelled, answers, strict=True)
    ]
    found = [_language_found(row) for row in rows if row.get("lang")]
    codes = sorted({str(code) for code, *_ in (*judged, *found)})
    report = {
        code: _scores([j for j in judged if j[0] == code]) | _languages([f for f in found if f[0] == code])
        for code in codes
    }
    return {**report, "all": _scores(judged) | _languages(found)}


def _scores(judged: list[tuple[str, str, list[str]]]) -> dict[str, Any]:
    ours = [(truth, ranking) for _, truth, ranking in judged if truth != OUTSIDE]
    outside = [ranking for _, truth, ranking in judged if truth == OUTSIDE]
    crisis = [ranking for truth, ranking in ours if truth == "crisis"]
    return {
        "questions": len(judged),
        "top_1": _share(ranking[0] == truth for truth, ranking in ours),
        "top_3": _share(truth in ranking[:3] for truth, ranking in ours),
        "crisis_recall": _share(ranking[0] == "crisis" for ranking in crisis),
        "out_of_scope_recall": _share(ranking[0] == OUTSIDE for ranking in outside),
        "false_rejections": _share(ranking[0] == OUTSIDE for _, ranking in ours),
    }


def _language_found(row: dict[str, Any]) -> tuple[str, bool, bool]:
    """The row's language, whether its text is long, and whether the language was found. "ar-Latn" is Arabic."""
    found = language.identify(row["text"])
    long = len(row["text"].split()) >= A_FEW_WORDS
    return row["lang"], long, found is not None and found[0] == row["lang"].partition("-")[0]


def _languages(found: list[tuple[str, bool, bool]]) -> dict[str, float | None]:
    return {
        "language_found": _share(right for _, long, right in found if long),
        "language_found_short": _share(right for _, long, right in found if not long),
    }


def _share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return sum(found) / len(found) if found else None
