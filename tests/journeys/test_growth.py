"""What does not grow: work is counted, in steps of SQLite, statements and calls, and never timed."""

import asyncio
import gc
import json
import socket
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.dialogue import Dialogue
from bot.records.database import Database
from bot.records.tables import Message, tracker_events
from connectors import streams
from connectors.bench import entries, stored
from connectors.bench.growing import say, talking
from knowledge.library import Library
from tests.conftest import Citizen, Server

ASKED = "Hvem kan få barnetrygd?"
STATEMENTS = 17
"""Of one message that is answered, three of them to begin a transaction, and one to count that it was: what is asked again
was not counted before, and took one less."""


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
    assert long["statements"] == short["statements"] == 10 * STATEMENTS


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


def test_what_the_bot_says_is_kept_once_and_not_in_the_state_of_the_dialogue_too(counted: Counted) -> None:
    conversation = counted.begin()
    counted.message(conversation)
    with counted.database.reading() as session:
        said = session.scalars(select(Message.body).where(Message.conversation_id == conversation)).all()
        events = tracker_events.c
        kept = session.execute(
            select(events.type_name, events.data).where(events.sender_id == conversation).order_by(events.id)
        )
        lengths = [(kind, len(data or "")) for kind, data in kept]
    assert sum(len(json.dumps(body)) for body in said) > 2_000
    assert [length for kind, length in lengths if kind == "bot"] < [200]
    assert lengths[-1][0] == "action", "the turn went on after it"


LISTENERS = 60


def test_somebody_who_only_listens_takes_little_memory(server: Server) -> None:
    with ExitStack() as open_:
        people = [Citizen(server) for _ in range(LISTENERS + 5)]
        for each in people[:5]:  # what is made once, is made
            listen(server, each, open_)
        gc.collect()
        tracemalloc.start()
        try:
            for each in people[5:]:
                listen(server, each, open_)
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] / LISTENERS < 60 * 1024
        finally:
            tracemalloc.stop()


def test_whoever_listens_is_shown_again_and_again_that_the_server_lives(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ALIVE", 0.05)
    with ExitStack() as open_:
        connection = listen(server, Citizen(server), open_)
        heard = b""
        while heard.count(b": alive\r\n\r\n") < 3:
            heard += connection.recv(1_000)


def listen(server: Server, citizen: Citizen, open_: ExitStack) -> socket.socket:
    connection = open_.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
    lines = [
        f"GET /api/v1/conversations/{citizen.id}/events HTTP/1.1",
        "host: localhost",
        f"authorization: Bearer {citizen.token}",
        "accept: text/event-stream",
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
    time.sleep(0.01)  # until it waits
    return connection
