"""How often two needs in one message are both found, and how often one need is taken for two. `pytest -s` shows figures.

Half of several.jsonl (the second line, the fourth, ...) was not looked at when the weights were set; stories.jsonl was.
So were the first lines of each pair of needs.jsonl and told.jsonl, which were written after them: hard ones, in which much
is told that is not asked for. The rest of what was written with told.jsonl is in bot/assistant/told.yml.
RETTVIS_WHOLE=1 asks every held-out question instead of every third.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.assistant.engine import Assistant
from bot.records.database import Database
from bot.settings import ROOT
from bot.understanding.reading.asked import Asked, asked
from knowledge.library import Library

FOLDER = ROOT / "tests" / "understanding"
EVERY = 1 if os.environ.get("RETTVIS_WHOLE") else 3
MOST_DOUBLED = 0.03
"""The share of questions with one need that may be answered as two."""
LIBRARY = Library.load()


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def assistant(model: Path) -> Iterator[Assistant]:
    database = Database("sqlite://")
    yield Assistant(model, database)
    database.close()


def read(assistant: Assistant, text: str) -> Asked:
    async def reading() -> Asked:
        whole = (await assistant.understand(text)).ranking
        return asked(whole, await assistant.read(text, LIBRARY), LIBRARY.topics)

    return asyncio.run(reading())


def test_one_need_is_seldom_taken_for_two_nor_for_something_one_has(assistant: Assistant) -> None:
    single = [row for row in rows("heldout.jsonl") if row["label"] in LIBRARY.topics][::EVERY]
    found = [(row, read(assistant, row["text"])) for row in single]
    doubled = [row for row, what in found if len(what.topics) > 1]
    put_aside = [row for row, what in found if row["label"] in (*what.has, *what.not_about)]
    for what, which in (("doubled", doubled), ("put aside", put_aside)):
        print(f"\n{what}: {len(which)} of {len(single)} = {len(which) / len(single):.1%}")
    assert len(doubled) <= MOST_DOUBLED * len(single)
    assert not put_aside


@pytest.mark.parametrize(
    ("file", "at_least", "within_reach"),
    [("several.jsonl", 0.65, 0.7), ("stories.jsonl", 0.45, 0.6), ("needs.jsonl", 0.5, 0.6), ("told.jsonl", 0.25, 0.32)],
)
def test_two_needs_are_mostly_both_found(assistant: Assistant, file: str, at_least: float, within_reach: float) -> None:
    kept_apart = [row for row in rows(file)[1::2] if len(row["labels"]) > 1]
    asked_for = [(row, read(assistant, row["text"])) for row in kept_apart]
    found = [(row, set(what.topics)) for row, what in asked_for]
    offered = [set(row["labels"]) <= {*what.topics, *what.perhaps} for row, what in asked_for]
    both = [row for row, topics in found if set(row["labels"]) <= topics]
    each = sum(len(set(row["labels"]) & topics) for row, topics in found) / sum(
        len(row["labels"]) for row in kept_apart
    )
    print(
        f"\nboth found: {len(both)} of {len(kept_apart)} = {len(both) / len(kept_apart):.1%}; needs found: {each:.1%}"
    )
    for language in dict.fromkeys(row["lang"] for row in kept_apart):
        mine = [row for row in kept_apart if row["lang"] == language]
        print(f"  {language}: {sum(row in both for row in mine)} of {len(mine)}")
    print(f"  with what is offered: {sum(offered)} of {len(offered)} = {sum(offered) / len(offered):.1%}")
    assert len(both) >= at_least * len(kept_apart)
    assert sum(offered) >= within_reach * len(kept_apart)


@pytest.mark.parametrize("file", ["stories.jsonl", "needs.jsonl", "told.jsonl"])
def test_what_is_only_told_beside_one_need_is_not_always_answered(assistant: Assistant, file: str) -> None:
    single = [row for row in rows(file) if len(row["labels"]) == 1]
    doubled = [row for row in single if len(read(assistant, row["text"]).topics) > 1]
    print(f"\ndoubled in {file}: {len(doubled)} of {len(single)} = {len(doubled) / len(single):.1%}")
    assert len(doubled) <= 0.35 * len(single)
