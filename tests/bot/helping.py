"""What the tests of handoffs share: contacts, conversations, and a clock that stands where a test puts it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.handoff import handoffs
from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Conversation, Handoff, Staff
from bot.replies import SharedLine
from bot.settings import Patience

ALWAYS = [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "00:00", "holidays": True}]
OFFICE = [{"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "15:30"}]
MONDAY_NOON = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
PATIENCE = Patience(timedelta(minutes=10), timedelta(minutes=2))


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
