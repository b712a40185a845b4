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
from bot.understanding.classifier import Prediction
from bot.understanding.measuring.questions import Answered, derived_style
from bot.understanding.measuring.scores import share
from connectors.evaluation.report import Report, report

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
        found = asyncio.run(assistant.understand_all([row["text"] for row in batch]))
        for row, prediction in zip(batch, found, strict=True):
            yield _row(row, prediction)
        first = min(AT_ONCE, first * 2)


def _row(row: dict[str, Any], prediction: Prediction) -> dict[str, Any]:
    found = language.identify(row["text"])
    return {
        "text": row["text"],
        "language": row.get("lang") or (found[0] if found else None),
        "label": prediction.label,
        "confidence": round(prediction.ranking[0][1], 4),
        "ranking": [{"label": label, "confidence": round(value, 4)} for label, value in prediction.ranking],
    }


def evaluate(model: Path, rows: list[dict[str, Any]]) -> Report:
    """How the trained assistant answers rows with a label, per language and for all, and how often the language is found
    in texts of four words and more, and in shorter ones. Rows without a label are for the language only."""
    labelled = [row for row in rows if row.get("label")]
    found = [_language_found(row) for row in rows if row.get("lang")]
    by_language = {code: _languages([f for f in found if f[0] == code]) for code in {code for code, *_ in found}}
    return report(list(answered(model, labelled)), {**by_language, "all": _languages(found)})


def answered(model: Path, rows: list[dict[str, Any]]) -> Iterator[Answered]:
    """The trained assistant's answers to rows with a label. A row's own style counts; without one it is derived."""
    for row, answer in zip(rows, understood(model, rows) if rows else (), strict=True):
        ranking = tuple((rank["label"], rank["confidence"]) for rank in answer["ranking"])
        style = row.get("style") or derived_style(row["text"])
        yield Answered(row["text"], answer["language"] or "?", style, row["label"], ranking)


def _language_found(row: dict[str, Any]) -> tuple[str, bool, bool]:
    """The row's language, whether its text is long, and whether the language was found. "ar-Latn" is Arabic."""
    found = language.identify(row["text"])
    long = len(row["text"].split()) >= A_FEW_WORDS
    return row["lang"], long, found is not None and found[0] == row["lang"].partition("-")[0]


def _languages(found: list[tuple[str, bool, bool]]) -> dict[str, float | None]:
    return {
        "language_found": share(right for _, long, right in found if long),
        "language_found_short": share(right for _, long, right in found if not long),
    }
