"""What was accepted is answered, once, whatever happens in between."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.assistant.engine import Assistant
from bot.dialogue import Dialogue
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Message, tracker_events
from knowledge.library import Library


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


def messages(database: Database) -> list[Message]:
    with database.transaction() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_what_was_stored_but_not_answered_is_answered_once_at_the_next_start(
    database: Database, model: Path, library: Library
) -> None:
    dialogue = Dialogue(database, library, Assistant(model, database))
    conversation, _ = dialogue.begin("api", "en", chosen=True)
    with database.transaction() as session:  # the program died right here the last time
        conversations.store_inbound(session, conversation.id, "c1", "How much child benefit do I get?", None)

    after_restart = Dialogue(database, library, Assistant(model, database))
    assert asyncio.run(after_restart.answer_waiting()) == 1
    assert asyncio.run(after_restart.answer_waiting()) == 0
    assert [message.author for message in messages(database)] == ["citizen", "bot"]
    repeated = asyncio.run(after_restart.receive(conversation.id, "c1", "How much child benefit do I get?"))
    assert [reply.id for reply in repeated.replies] == [messages(database)[1].id]


def test_a_conversation_goes_on_after_a_restart_where_it_was(database: Database, model: Path, library: Library) -> None:
    before = Dialogue(database, library, Assistant(model, database))
    conversation, _ = before.begin("api", "en", chosen=True)
    asyncio.run(before.receive(conversation.id, "c1", "How much child benefit do I get for two kids?"))

    after = Dialogue(database, library, Assistant(model, database))
    outcome = asyncio.run(after.receive(conversation.id, "c2", "what if they say no?"))
    assert outcome.replies[0].text.startswith("Child benefit (barnetrygd)")


def test_another_process_that_answered_meanwhile_is_noticed(database: Database, model: Path, library: Library) -> None:
    one = Dialogue(database, library, Assistant(model, database))
    conversation, _ = one.begin("api", "en", chosen=True)
    asyncio.run(one.receive(conversation.id, "c1", "how do I appeal a decision from NAV?"))
    other = Dialogue(database, library, Assistant(model, database))
    asyncio.run(other.receive(conversation.id, "c2", "How much child benefit do I get for two kids?"))
    outcome = asyncio.run(one.receive(conversation.id, "c3", "what if they say no?"))
    assert outcome.replies[0].text.startswith("Child benefit (barnetrygd)")


def test_deleting_a_conversation_deletes_the_state_of_its_dialogue_too(
    database: Database, model: Path, library: Library
) -> None:
    dialogue = Dialogue(database, library, Assistant(model, database))
    conversation, _ = dialogue.begin("api", "en", chosen=True)
    asyncio.run(dialogue.receive(conversation.id, "c1", "How much child benefit do I get for two kids?"))
    dialogue.delete(conversation.id)
    assert messages(database) == []
    with database.transaction() as session:
        assert session.execute(select(tracker_events)).all() == []
