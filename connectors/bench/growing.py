"""What measurements of growth share: a figure for each size, sizes asked in turn, and how much more the later ones take."""

import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.records.database import Database
from connectors.bench.serve import new_texts
from knowledge.library import Library

FLAT = 1.2
"""What may at most be the ratio of what shall not grow: the rest is noise."""
Tell = Callable[[str], object]
Kind = TypeVar("Kind")


@dataclass
class Found:
    """One figure at one size.

    Args:
        values: one of each round; the rounds of all sizes belong together.
        most: the ratio it may have at most to the first size, where that is a goal.
        least: and at least.
        at_most: what the figure itself may be at most.
    """

    dimension: str
    size: int
    what: str
    unit: str = "CPU ms"
    values: list[float] = field(default_factory=list)
    most: float | None = None
    least: float | None = None
    at_most: float | None = None

    def row(self, first: "Found") -> dict[str, Any]:
        """As it is told, with the medians of all rounds."""
        value, its = statistics.median(self.values), statistics.median(first.values)
        ratio = value / its if its else 0.0
        most, least = (None, None) if self is first else (self.most, self.least)
        goals = [ratio <= most] if most else []
        goals += [ratio >= least] if least else []
        goals += [value <= self.at_most] if self.at_most else []
        return {
            "dimension": self.dimension,
            "size": self.size,
            "what": self.what,
            "value": round(value, 3),
            "unit": self.unit,
            "ratio": round(ratio, 3),
            "most": most,
            "least": least,
            "at_most": self.at_most,
            "met": all(goals) if goals else None,
        }


def rows(found: Sequence[Found]) -> list[dict[str, Any]]:
    """All that was found, each beside the first size of the same."""
    first: dict[tuple[str, str], Found] = {}
    return [each.row(first.setdefault((each.dimension, each.what), each)) for each in found]


@contextmanager
def talking(file: Path, model: Path, library: Library | None = None) -> Iterator[tuple[Database, Dialogue]]:
    """The bot on a database of its own, in this process."""
    database = Database(f"sqlite:///{file}")
    database.migrate()
    try:
        yield database, Dialogue(database, library or Library.load(), Assistant(model, database))
    finally:
        database.close()


async def work(do: Callable[[], Awaitable[object]]) -> float:
    """The milliseconds of processor time, of this process with all its threads, that something takes."""
    before = time.process_time()
    await do()
    return 1000 * (time.process_time() - before)


async def say(dialogue: Dialogue, conversation: str, text: str) -> None:
    await dialogue.receive(conversation, str(uuid.uuid4()), text)


def in_turn(several: Iterable[Kind], turn: int) -> list[Kind]:
    """The same in another order in each round: whoever is asked first embeds parts of the text that the next ones say too,
    and finds nothing of its own in the processor's memory."""
    them = list(several)
    return them[turn % len(them) :] + them[: turn % len(them)]


class Texts:
    """Questions, the same for all sizes in a round, but for a number: nobody is asked what was understood already."""

    def __init__(self) -> None:
        self._number = 0
        self._all = new_texts()
        self._text = ""

    def next_round(self) -> None:
        self._text = next(self._all)

    def __call__(self) -> str:
        self._number += 1
        return f"{self._text} {self._number}"
