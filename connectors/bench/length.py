"""What a message costs in a conversation that has many already."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.dialogue import Dialogue
from connectors.bench.growing import FLAT, Found, Tell, Texts, in_turn, say, talking, work

DIMENSION = "messages of one conversation"
SIZES = (5, 50, 500, 5_000)
BEFORE = ("Hva er barnetrygd?", "hvordan søker jeg?", "hvem bestemmer?", "Jeg har ikke råd til husleia", "takk")
"""What is said until a conversation is long: known texts, so that it does not take hours."""


def measure(model: Path, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    """Messages from number `size` on, up to a tenth more, each a new question. For a short conversation that takes several.

    Args:
        rounds: how many messages are measured at each size.
    """
    with tempfile.TemporaryDirectory() as folder, talking(Path(folder) / "length.sqlite3", model) as (_, dialogue):
        return asyncio.run(_measure(dialogue, sizes, rounds, tell))


async def _measure(dialogue: Dialogue, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    found = [Found(DIMENSION, size, "a message", most=FLAT) for size in sizes]
    talks = {size: await _talked(dialogue, size, rounds, tell) for size in sizes}
    texts = Texts()
    tell("messages of one conversation: measuring")
    for turn in range(rounds):
        texts.next_round()
        for each in in_turn(found, turn):
            conversation, text = talks[each.size][turn], texts()
            each.values.append(await work(lambda c=conversation, t=text: say(dialogue, c, t)))  # type: ignore[misc]
    return found


async def _talked(dialogue: Dialogue, size: int, rounds: int, tell: Tell) -> list[str]:
    """The conversation for each round."""
    of_each = max(1, size // 10)
    found: list[str] = []
    while len(found) < rounds:
        conversation = dialogue.begin("bench", "nb", chosen=True)[0].id
        for number in range(size - 1):
            if number % 100 == 0:
                tell(f"messages of one conversation: {number} of {size}")
            await say(dialogue, conversation, BEFORE[number % len(BEFORE)])
        found += [conversation] * min(of_each, rounds - len(found))
    return found
