"""What is kept of people is deleted when it has been kept for long enough.

What was said goes some time after the last message, with the state of the dialogue and the link to a phone. The record of a
handoff (who asked whom, the steps, notes, what was shared) follows the municipality's own rule, and keeps an empty
conversation until then. Needs are kept, for they are nobody's; so is the log of who has looked, which says nothing of what
they saw.

A clock that jumps a year ahead would make everything old enough. So the daily run believes the clock only as far as a
municipality would notice that no run was made (`Keeping.gap`); beyond that somebody has to say that the date is right, by
running it by command.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Conversation, Handoff, Lease, Line, Message, Passage, tracker_events
from bot.settings import Keeping

NAME = "retention"
"""Of the lease, which remembers when the last run was finished."""


@dataclass
class Gone:
    """What one run has deleted."""

    conversations: list[str] = field(default_factory=list)
    """The ids of those in which nothing of what was said is left."""
    handoffs: int = 0
    still_open: int = 0
    """Conversations that are old enough, but in somebody's hands: they are deleted once the handoff is closed."""


def run(database: Database, keeping: Keeping, when: datetime) -> Gone:
    """Delete what is due, each conversation in a transaction of its own."""
    gone = Gone()
    with database.reading() as session:
        due = session.scalars(_due(keeping, when)).all()
    for each in due:
        with database.transaction() as session:
            conversations.lock(session, each)
            if session.scalar(_due(keeping, when).where(Conversation.id == each)):  # nobody has written meanwhile
                _delete(session, each, keeping, when, gone)
    database.scrub()
    return gone


def held_back(database: Database, keeping: Keeping, when: datetime) -> datetime | None:
    """Since when nothing has been deleted, or said where no run was finished yet, if that is so long ago that the clock may
    be wrong; None when it can be believed."""
    with database.reading() as session:
        run = session.get(Lease, NAME)
        last = run.done_at if run and run.done_at else _newest(session)
    return last if last and when - last > keeping.gap else None


def finished(database: Database, when: datetime) -> None:
    """Somebody has made a run by command: from here on the clock is believed."""
    with database.transaction() as session:
        run = session.get(Lease, NAME) or Lease(name=NAME, holder="", until=when)
        run.done_at = when
        session.add(run)


def _newest(session: Session) -> datetime | None:
    found = session.scalar(select(Message.created_at).order_by(Message.id.desc()).limit(1))
    return found or session.scalar(select(func.max(Conversation.created_at)))


def _due(keeping: Keeping, when: datetime) -> Select[tuple[str]]:
    last = select(func.max(Message.created_at)).where(Message.conversation_id == Conversation.id).scalar_subquery()
    ended = func.coalesce(last, Conversation.created_at)
    return select(Conversation.id).where(ended <= when - keeping.conversations).order_by(Conversation.id)


def _delete(session: Session, conversation_id: str, keeping: Keeping, when: datetime, gone: Gone) -> None:
    handoffs = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id)).all()
    if any(each.closed_at is None for each in handoffs):
        gone.still_open += 1
        return
    old = [each for each in handoffs if each.closed_at and each.closed_at <= when - keeping.handoffs]
    gone.handoffs += len(old)
    if len(old) == len(handoffs):
        conversations.remove(session, conversation_id)
        gone.conversations.append(conversation_id)
        return
    said = session.scalar(select(Message.id).where(Message.conversation_id == conversation_id).limit(1))
    session.execute(delete(Message).where(Message.conversation_id == conversation_id))
    session.execute(delete(tracker_events).where(tracker_events.c.sender_id == conversation_id))
    for table in (Line, Passage):
        session.execute(delete(table).where(table.conversation_id == conversation_id))
    for each in handoffs:  # the summary is part of the record, but not the words that it quotes
        each.shared = [line for line in each.shared if line["kind"] != "message"]
    session.flush()
    session.execute(delete(Handoff).where(Handoff.id.in_([each.id for each in old])))
    if said is not None:
        gone.conversations.append(conversation_id)
