"""What the tests of handoffs and needs share: contacts, conversations, a clock that stands where a test puts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.orm import Session

from bot.handoff import handoffs
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Conversation, Handoff, Staff
from bot.replies import SharedLine
from bot.settings import Patience
from tests.records import empty

ALWAYS = [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "00:00", "holidays": True}]
OFFICE = [{"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "15:30"}]
MONDAY_NOON = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
PATIENCE = Patience(timedelta(minutes=10), timedelta(minutes=2))
PLAIN: dict[str, Any] = {
    "moment": "no_answer",
    "barrier": "no_scheme",
    "topic": "bostotte",
    "language": "nb",
    "place": "froya",
    "channel": "web",
}
"""A need, of which a test changes what it is about."""


@contextmanager
def new_session() -> Iterator[Session]:
    """A session on a database of its own, for each of hypothesis's examples."""
    with TemporaryDirectory() as folder:
        database = empty(Path(folder) / "records.sqlite3")
        with database.transaction() as session:
            yield session
        database.close()


def contact(database: Database, login: str, **known: Any) -> Staff:
    """A contact who is always at work, unless something else is said."""
    person = {
        "name": login.title(),
        "role": "veileder",
        "duties": ["contact"],
        "languages": ["nb"],
        "places": [],
        "topics": [],
        "hours": ALWAYS,
        "password_hash": "",
        **known,
    }
    with database.transaction() as session:
        staff = Staff(login=login, **person)
        session.add(staff)
    return staff


def conversation(database: Database, language: str = "en", **known: Any) -> str:
    """A new conversation's id."""
    with database.transaction() as session:
        begun = conversations.begin(
            session, channel="web", language=language, chosen=True, place=known.pop("place", None)
        )
        return begun[0].id


def request(database: Database, conversation_id: str, when: datetime = MONDAY_NOON, **asked: Any) -> int:
    """Ask for a person; the handoff's id."""
    wish = {"topic": None, "urgent": False, "shared": list[SharedLine](), "patience": PATIENCE, **asked}
    with database.transaction() as session:
        found = handoffs.request(session, session.get_one(Conversation, conversation_id), when=when, **wish)
        return found.id


def handoff(database: Database, handoff_id: int) -> Handoff:
    """The handoff as it is kept now."""
    with database.reading() as session:
        return session.get_one(Handoff, handoff_id)


def said(database: Database, conversation_id: str) -> list[str]:
    """What stands in a conversation, author first."""
    with database.reading() as session:
        return [f"{each.author}: {each.text}" for each in conversations.history(session, conversation_id)]
