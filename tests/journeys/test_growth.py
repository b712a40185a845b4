"""What does not grow: work is counted, in steps of SQLite, statements and calls, and never timed."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.dialogue import Dialogue
from bot.records.database import Database
from connectors.bench import entries, stored
from connectors.bench.growing import say, talking
from knowledge.library import Library

ASKED = "Hvem kan få barnetrygd?"


@dataclass
class Counted:
    """The bot on a database that counts what it does."""

    database: Database
    dialogue: Dialogue
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        event.listen(self.database.engine, "connect", lambda raw, _: raw.set_progress_handler(self._step, 10))
        event.listen(self.database.engine, "before_cursor_execute", self._statement)
        self.database.engine.dispose()

    def _step(self) -> int:
        self.done["steps"] += 1
        return 0

    def _statement(self, *_: Any) -> None:
        self.done["statements"] += 1

    def begin(self) -> str:
        return self.dialogue.begin("test", "nb", chosen=True)[0].id

    def work(self, do: Callable[[], Any]) -> Counter[str]:
        self.done.clear()
        do()
        return Counter(self.done)

    def message(self, conversation: str) -> Counter[str]:
        return self.work(lambda: asyncio.run(say(self.dialogue, conversation, ASKED)))


@pytest.fixture
def counted(tmp_path: Path, model: Path) -> Iterator[Counted]:
    with talking(tmp_path / "growth.sqlite3", model) as (database, dialogue):
        yield Counted(database, dialogue)


def test_nothing_that_is_done_again_and_again_grows_with_the_conversations_that_are_stored(counted: Counted) -> None:
    few, many = (works_among(counted, number) for number in (40, 4_000))
    assert few.keys() == many.keys()
    # by then twice as much has been said in the last hour, which the figures tell of
    assert not {what: (few[what], many[what]) for what in few if many[what]["steps"] > 2 * few[what]["steps"] + 20}
    assert {what: each["statements"] for what, each in few.items()} == {
        what: each["statements"] for what, each in many.items()
    }


def works_among(counted: Counted, number: int) -> dict[str, Counter[str]]:
    asyncio.run(stored.fill(counted.database, counted.dialogue, number))
    counted.message(counted.begin())  # the first of the week makes rows
    (old,) = stored.some(counted.database, 1)
    works = {"in a new one": counted.message(counted.begin()), "in an old one": counted.message(old)}
    for what, do in zip(stored.BY_ITSELF, stored.by_itself(counted.database, counted.dialogue), strict=True):
        asyncio.run(do())  # what is read once, is read
        works[what] = counted.work(lambda do=do: asyncio.run(do()))
    return works


def test_a_message_takes_as_much_at_the_end_of_a_long_conversation(counted: Counted) -> None:
    conversation = counted.begin()
    works = [counted.message(conversation) for _ in range(90)]
    short, long = (
        {what: sum(work[what] for work in some) for what in ("steps", "statements")}
        for some in (works[10:20], works[80:])
    )
    assert long["steps"] < 1.2 * short["steps"]
    assert long["statements"] == short["statements"]


def test_a_message_calls_no_more_functions_with_ten_times_as_many_entries(counted: Counted, tmp_path: Path) -> None:
    few, many = (
        calls_of_a_message(counted, Library.load(entries.copied(tmp_path / str(size), size), strict=False))
        for size in (51, 510)
    )
    assert many < 1.3 * few


def calls_of_a_message(counted: Counted, library: Library) -> int:
    dialogue = Dialogue(counted.database, library, counted.dialogue._assistant)
    asyncio.run(say(dialogue, dialogue.begin("test", "nb", chosen=True)[0].id, ASKED))  # what is made once, is made
    calls = Counter[str]()

    def called(_frame: Any, kind: str, _argument: Any) -> None:
        calls[kind] += 1

    conversation = dialogue.begin("test", "nb", chosen=True)[0].id
    sys.setprofile(called)
    try:
        asyncio.run(say(dialogue, conversation, ASKED))
    finally:
        sys.setprofile(None)
    return calls["call"]
