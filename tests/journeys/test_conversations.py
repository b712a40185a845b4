"""How far what people write in a row is answered: first messages, what goes on about them, what goes over to another topic.

tests/understanding/conversations.jsonl: 306 conversations in ten languages, by writers who saw the entries and no answer of
the bot. `pytest -s` shows figures. Weights and thresholds were set on the lines with an odd number (the first, the third,
...); the others are asked here. A message is answered where the answer shows one of the statements that its writer named,
or the short answer where that was named; of two needs, something of both.
"""

import asyncio
import json
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest

from bot.dialogue import Dialogue
from bot.settings import ROOT
from bot.understanding.questions import SHORT
from knowledge.library import Library

FILE = ROOT / "tests" / "understanding" / "conversations.jsonl"
LIBRARY = Library.load()
KEPT_APART = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()][1::2]
ANSWERED = {"first": 0.78, "goes on": 0.66, "goes over": 0.68, "two needs": 0.4}
"""Of each kind of message so many are answered, at least."""
ALARMED = 0.06
"""And so many that go on are answered with the card of danger, at most: fewer would cost those who are in danger."""

Turn = tuple[str, dict[str, Any], str, bool]
"""What kind of message it is, the message, what was answered, and whether that shows the card of danger."""


@pytest.fixture(scope="module")
def turns(dialogue: Dialogue) -> list[Turn]:
    return asyncio.run(held(dialogue))


async def held(dialogue: Dialogue) -> list[Turn]:
    found: list[Turn] = []
    for conversation in KEPT_APART:
        begun, _ = dialogue.begin("web", conversation["lang"])
        before: list[str] = []
        for number, turn in enumerate(conversation["turns"]):
            outcome = await dialogue.receive(begun.id, f"c{number}", turn["text"])
            cards = [(message.body or {}).get("card") or {} for message in outcome.replies]
            text = "\n".join(message.text for message in outcome.replies)
            alarm = any(card.get("kind") == "crisis" for card in cards)
            found.append((kind(turn, before), {**turn, "lang": conversation["lang"]}, text, alarm))
            before = turn["topics"] or before
    return found


def kind(turn: dict[str, Any], before: list[str]) -> str:
    if not turn["topics"] or not turn["answers"]:
        return "not answered by an entry"
    if len(turn["topics"]) > 1:
        return "two needs"
    if not before:
        return "first"
    return "goes on" if turn["topics"][0] in before else "goes over"


def is_answered(turn: dict[str, Any], text: str) -> bool:
    wanted: dict[str, list[str]] = defaultdict(list)
    for answer in turn["answers"]:
        topic, _, begins = answer.rpartition(": ") if answer.split(": ")[0] in LIBRARY.topics else ("", "", answer)
        wanted[topic or turn["topics"][0]].append(begins)
    return all(any(shows(topic, begins, turn["lang"], text) for begins in each) for topic, each in wanted.items())


def shows(topic: str, begins: str, code: str, text: str) -> bool:
    short, statements = told(topic, code)
    return (
        short in text
        if begins == SHORT
        else any(each in text for source, each in statements if source.startswith(begins))
    )


@cache
def told(topic: str, code: str) -> tuple[str, list[tuple[str, str]]]:
    explanation = LIBRARY.explain(topic, code)
    statements = [(each.source, each.text.text) for section in explanation.sections.values() for each in section]
    return explanation.answer.text, statements


@pytest.mark.parametrize("which", ANSWERED)
def test_what_is_written_in_a_row_is_mostly_answered(turns: list[Turn], which: str) -> None:
    mine = [(turn, is_answered(turn, text)) for found, turn, text, _ in turns if found == which]
    right = sum(answered for _, answered in mine)
    print(f"\n{which}: {right} of {len(mine)} = {right / len(mine):.1%}")
    by_language = Counter(turn["lang"] for turn, _ in mine)
    for code, number in by_language.items():
        print(f"  {code}: {sum(answered for turn, answered in mine if turn['lang'] == code)} of {number}")
    assert right >= ANSWERED[which] * len(mine)


def test_who_goes_on_is_seldom_taken_to_be_in_danger(turns: list[Turn]) -> None:
    going_on = [(turn, alarm) for found, turn, _, alarm in turns if found == "goes on"]
    alarmed = sum(alarm for _, alarm in going_on)
    print(f"\nanswered with the card of danger: {alarmed} of {len(going_on)} = {alarmed / len(going_on):.1%}")
    assert alarmed <= ALARMED * len(going_on)
