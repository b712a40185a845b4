"""What is kept of people is deleted when it has been kept for long enough.

What was said goes some time after the last message, with the state of the dialogue and the link to a phone. The record of a
handoff (who asked whom, the steps, notes, what was shared) follows the municipality's own rule, and keeps an empty
conversation until then. A conversation that is to leave no trace goes soon after its last message, whole. Words that may
become examples go after a time, whatever editors have decided. Needs are kept, for they are nobody's; so is the log of who
has looked, which says nothing of what they saw.

A clock that jumps a year ahead would make everything old enough. So the daily run believes the clock only as far as a
municipality would notice that no run was made (`Keeping.gap`); beyond that somebody has to say that the date is right, by
running it by command.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import Session

from bot.records import conversations
from bot.records.database import Database
from bot.records.tables import Candidate, Conversation, Handoff, Lease, Line, Message, Notice, Passage, tracker_events
from bot.settings import Keeping

NAME = "retention"
"""Of the lease, which remembers when the last run was finished."""
NOTICES = timedelta(days=30)
"""How long it is known that a member of staff was told that somebody waits."""


@dataclass
class Gone:
    """What one run has deleted."""

    conversations: list[str] = field(default_factory=list)
    """The ids of those in which nothing of what was said is left."""
    handoffs: int = 0
    candidates: int = 0
    """Words that could have become examples."""
    still_open: int = 0
    """Conversations that are old enough, but in somebody's hands: they are deleted once the handoff is closed."""


def run(database: Database, keeping: Keeping, when: datetime) -> Gone:
    """Delete what is due, each conversation in a transaction of its own."""
    gone = Gone(leave_no_trace(database, keeping, when))
    with database.reading() as session:
        due = session.scalars(_due(keeping, when)).all()
    for each in due:
        with database.transaction() as session:
            conversations.lock(session, each)
            if session.scalar(_due(keeping, when).where(Conversation.id == each)):  # nobody has written meanwhile
                _delete(session, each, keeping, when, gone)
    with database.transaction() as session:
        old = session.scalars(
            select(Candidate).where(Candidate.words.is_not(None), Candidate.week <= (when - keeping.candidates).date())
        ).all()
        for candidate in old:  # what was confused with what stays, as it does when an editor rejects it
            candidate.words = candidate.theme = None
            candidate.state = "rejected"
        gone.candidates = len(old)
        session.execute(delete(Notice).where(Notice.made_at <= when - NOTICES))
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


def leave_no_trace(database: Database, keeping: Keeping, when: datetime) -> list[str]:
    """Delete the conversations that are to leave no trace and whose last message is old enough; all of it, also the record
    of a handoff that has ended. Returns their ids. One that is still in somebody's hands waits until it is closed."""
    due = _since(when - keeping.no_trace).where(
        Conversation.no_trace, ~exists().where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None))
    )
    with database.reading() as session:
        ids = session.scalars(due).all()
    gone = []
    for each in ids:
        with database.transaction() as session:
            conversations.lock(session, each)
            if session.scalar(due.where(Conversation.id == each)):
                conversations.remove(session, each)
                gone.append(each)
    return gone


def _due(keeping: Keeping, when: datetime) -> Select[tuple[str]]:
    return _since(when - keeping.conversations)


def _since(when: datetime) -> Select[tuple[str]]:
    """The conversations in which nothing has been said since."""
    last = select(func.max(Message.created_at)).where(Message.conversation_id == Conversation.id).scalar_subquery()
    ended = func.coalesce(last, Conversation.created_at)
    return select(Conversation.id).where(ended <= when).order_by(Conversation.id)


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
