"""What a message, and what the server does by itself, cost with many conversations in the database."""

import asyncio
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, literal, select

from bot.dialogue import Dialogue
from bot.figures import figures
from bot.handoff import rounds as handoff_rounds
from bot.records import retention
from bot.records.database import Database
from bot.records.tables import Conversation, Message, UtcDateTime, now, tracker_events
from bot.settings import Keeping, Patience
from connectors.bench.growing import FLAT, Found, Tell, Texts, in_turn, say, talking, work

DIMENSION = "stored conversations"
SIZES = (10, 10_000, 1_000_000)
SAID = ("Hva er barnetrygd?", "takk")
"""What was said in each of them."""
AT_ONCE = 50_000
DAYS = 60
"""Over how many days the stored ones are spread."""
BY_ITSELF = ("each two seconds", "each minute", "figures")
"""What the server does without being written to."""
LEFT_BEHIND = timedelta(seconds=30)

BEFORE = timedelta(hours=2)
"""How long ago the last of them was: what is measured is what is stored, not what is said just now."""

_New = Table("bench_new", MetaData(), Column("id", String(36), primary_key=True), Column("at", UtcDateTime))
_CONVERSATIONS, _MESSAGES = Conversation.metadata.tables["conversations"], Message.metadata.tables["messages"]
Do = Callable[[], Awaitable[object]]


def measure(model: Path, sizes: Sequence[int], rounds: int, tell: Tell) -> list[Found]:
    """Messages in new conversations and in stored ones, and the rounds of the server, of every size in turn."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_:
        talks = {}
        for size in sizes:
            tell(f"stored conversations: writing {size}")
            file = Path(folder) / f"{size}.sqlite3"
            talks[size] = open_.enter_context(talking(file, model))
            asyncio.run(fill(*talks[size], size))
        return asyncio.run(_measure(talks, rounds, tell))


async def _measure(talks: dict[int, tuple[Database, Dialogue]], rounds: int, tell: Tell) -> list[Found]:
    kinds = ("a message in a new one", "a message in an old one", *BY_ITSELF)
    found = {(size, what): Found(DIMENSION, size, what, most=FLAT) for size in talks for what in kinds}
    old = {size: some(database, rounds) for size, (database, _) in talks.items()}
    new = {size: [dialogue.begin("bench", "nb")[0].id for _ in range(rounds)] for size, (_, dialogue) in talks.items()}
    texts = Texts()
    for _, dialogue in talks.values():  # what is done at a first message, is done
        await say(dialogue, dialogue.begin("bench", "nb")[0].id, SAID[0])
    tell("stored conversations: measuring")
    for turn in range(rounds):
        texts.next_round()
        for size, (database, dialogue) in in_turn(talks.items(), turn):
            conversations = {kinds[0]: new[size][turn], kinds[1]: old[size][turn]}
            for what, conversation in conversations.items():
                spoken = texts()
                took = await work(lambda d=dialogue, c=conversation, t=spoken: say(d, c, t))  # type: ignore[misc]
                found[size, what].values.append(took)
            for what, do in zip(kinds[2:], by_itself(database, dialogue), strict=True):
                found[size, what].values.append(await work(do))
    megabytes = {
        size: Path(database.engine.url.database or "").stat().st_size / 1e6 for size, (database, _) in talks.items()
    }
    return [*(Found(DIMENSION, size, "database", "MB", [each]) for size, each in megabytes.items()), *found.values()]


def by_itself(database: Database, dialogue: Dialogue) -> tuple[Do, Do, Do]:
    """What connectors.clock does every two seconds and every minute, and what /metrics asks."""

    async def two_seconds() -> None:
        handoff_rounds.make(database, Patience())
        await dialogue.answer_waiting(LEFT_BEHIND)

    async def minute() -> None:
        retention.leave_no_trace(database, Keeping(), now())

    async def asked() -> None:
        with database.reading() as session:
            figures(session, now())

    return two_seconds, minute, asked


def some(database: Database, number: int) -> list[str]:
    """Stored conversations from all over the table; the same one again where there are too few."""
    with database.reading() as session:
        ids = list(session.scalars(select(Conversation.id).where(Conversation.channel == "stored")))
    return [ids[place * len(ids) // number] for place in range(number)]


async def fill(database: Database, dialogue: Dialogue, size: int) -> None:
    """Store conversations as they come of themselves: one is held, and its rows are copied under other ids and times."""
    held = dialogue.begin("stored", "nb", chosen=True)[0].id
    for each in SAID:
        await say(dialogue, held, each)
    left, until = size - 1, now() - BEFORE
    ids = sorted(str(uuid.uuid4()) for _ in range(left))  # in order, as the index of a table is filled fastest
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "sqlite":
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA synchronous=OFF")  # for this connection, and only until it is closed
        _New.create(connection)
        for begin in range(0, left, AT_ONCE):
            these = enumerate(ids[begin : begin + AT_ONCE], begin)
            ago = ((each, until - timedelta(days=DAYS * (1 - place / left))) for place, each in these)
            connection.execute(insert(_New), [{"id": each, "at": at} for each, at in ago])
            _copy(connection, held)
            connection.execute(_New.delete())
            connection.commit()
        _New.drop(connection)
        connection.commit()
    database.engine.dispose()


def _copy(connection: Connection, held: str) -> None:
    for table, key in ((_CONVERSATIONS, "id"), (_MESSAGES, "conversation_id"), (tracker_events, "sender_id")):
        replaced = {key: _New.c.id, "created_at": _New.c.at}
        columns = [column for column in table.c if column.name == key or not column.primary_key]
        rows = select(*(replaced.get(each.name, each) for each in columns)).select_from(table.join(_New, literal(True)))
        order = [_New.c.id] if key == "id" else [_New.c.id, table.c.id]
        chosen = rows.where(table.c[key] == held).order_by(*order)
        connection.execute(insert(table).from_select([each.name for each in columns], chosen))
