"""Conversations and their messages: begin, store, read, delete.

What every message asks is written down once, below: to put a statement together takes longer than to answer it.
"""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from bot.phones import outbox
from bot.records.tables import Conversation, Handoff, Message, tracker_events
from bot.replies import Reply

_LOCKED = select(Conversation).where(Conversation.id == bindparam("id")).with_for_update(key_share=True)
_REPEATED = select(Message).where(
    Message.conversation_id == bindparam("conversation_id"), Message.client_id == bindparam("client_id")
)
_TAKEN = (
    update(Message)
    .where(Message.id == bindparam("message_id"), Message.awaiting)
    .values(awaiting=False)
    .returning(Message)
    .execution_options(synchronize_session=False)  # it is looked for once in a session, and what is found is as it is
)
_LAST_OFFER = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation_id"),
        Message.author.in_(("bot", "system")),
        Message.id < bindparam("before"),
    )
    .order_by(Message.id.desc())
    .limit(1)
)
_STANDS = (
    select(Message.awaiting, Conversation.pending_question, Handoff.owner_id)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None)))
    .where(Message.id == bindparam("message_id"))
)


def begin(
    session: Session, *, channel: str, language: str, chosen: bool, place: str | None
) -> tuple[Conversation, str]:
    """A new conversation and its token, which is not kept and cannot be found again."""
    conversation = Conversation(
        id=str(uuid.uuid4()), channel=channel, language=language, language_chosen=chosen, place=place
    )
    token = new_token(conversation)
    session.add(conversation)
    session.flush()
    return conversation, token


def new_token(conversation: Conversation) -> str:
    """A token for a conversation; the one before opens it no more."""
    token = secrets.token_urlsafe(32)
    conversation.token_hash = token_hash(token)
    return token


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def lock(session: Session, conversation_id: str) -> None:
    """Until the transaction ends nobody else changes the conversation: its messages get their ids in the order in which
    they are committed, so that whoever has read up to one has missed none. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "sqlite":
        return
    query = select(Conversation.id).where(Conversation.id == conversation_id)
    session.execute(query.with_for_update(key_share=True))


def locked(session: Session, conversation_id: str) -> Conversation | None:
    """A conversation that nobody else changes until the transaction ends (see `lock`); None when it was deleted."""
    return session.scalar(_LOCKED, {"id": conversation_id})


def store_inbound(
    session: Session, conversation_id: str, client_id: str, text: str, choice: str | None
) -> tuple[Message, bool]:
    """Keep what a person wrote before anything is done about it. Repeating a client_id gives the first one back.

    Returns:
        The message, and whether it is new.
    """
    lock(session, conversation_id)
    first = session.scalar(_REPEATED, {"conversation_id": conversation_id, "client_id": client_id})
    if first:
        return first, False
    message = Message(
        conversation_id=conversation_id, author="citizen", client_id=client_id, text=text, choice=choice, awaiting=True
    )
    session.add(message)
    session.flush()
    return message, True


def say(
    session: Session,
    conversation_id: str,
    reply: Reply,
    *,
    author: str = "bot",
    name: str | None = None,
    reply_to: int | None = None,
    handoff_id: int | None = None,
    client_id: str | None = None,
) -> Message:
    """Keep something said to the person, by the bot, a contact or the system; by SMS it is queued in the same transaction.

    Args:
        handoff_id: the handoff that is open, whose contact sees it too.
        client_id: the sender's own id of it, where sending may be repeated.
    """
    lock(session, conversation_id)
    message = Message(
        conversation_id=conversation_id,
        author=author,
        author_name=name,
        text=reply.text,
        body=reply.model_dump(mode="json"),
        reply_to=reply_to,
        handoff_id=handoff_id,
        client_id=client_id,
    )
    session.add(message)
    session.flush()
    outbox.queue(session, message)
    return message


def history(session: Session, conversation_id: str, after: int = 0, limit: int = 1_000) -> Sequence[Message]:
    """The messages after an id, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id > after)
    return session.scalars(query.order_by(Message.id).limit(limit)).all()


def latest(session: Session, conversation_id: str, limit: int) -> Sequence[Message]:
    """The last messages, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id.desc()).limit(limit)
    return list(reversed(session.scalars(query).all()))


def typed(session: Session, conversation_id: str, limit: int) -> list[int]:
    """Which of the last messages the person has typed, oldest first."""
    query = select(Message.id, Message.author, Message.choice).where(Message.conversation_id == conversation_id)
    found = session.execute(query.order_by(Message.id.desc()).limit(limit)).all()
    return [each.id for each in reversed(found) if each.author == "citizen" and not each.choice]


def last_offer(session: Session, conversation_id: str, before: int) -> Message | None:
    """The last message of the bot or the system before another one; a typed "2" or "yes" picks from its choices."""
    message = session.scalar(_LAST_OFFER, {"conversation_id": conversation_id, "before": before})
    return message if message and message.body else None


def said(session: Session, conversation_id: str, text: str) -> bool:
    """Whether the bot has said just this already."""
    query = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.author == "bot", Message.text == text
    )
    return session.scalar(query.limit(1)) is not None


def is_last(session: Session, message: Message, before: int) -> bool:
    """Whether nobody has said anything between a message and another one of the same conversation."""
    query = select(Message.id).where(
        Message.conversation_id == message.conversation_id, Message.id > message.id, Message.id < before
    )
    return session.scalar(query.limit(1)) is None


def newest(session: Session, conversation_id: str) -> int:
    """The id of the newest message."""
    query = select(Message.id).where(Message.conversation_id == conversation_id).order_by(Message.id.desc()).limit(1)
    return session.scalar(query) or 0


def answers_to(session: Session, conversation_id: str, inbound_id: int, since: int) -> None:
    """What the system has said after a message id is the answer to an inbound message."""
    session.flush()
    said = (Message.conversation_id == conversation_id, Message.id > since, Message.author == "system")
    session.execute(update(Message).where(*said).values(reply_to=inbound_id))


def has(session: Session, conversation_id: str, client_id: str) -> bool:
    """Whether a message with that id of its sender's is kept already."""
    query = select(Message.id).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    return session.scalar(query) is not None


def undelivered(session: Session, conversation_id: str) -> bool:
    """Whether something a contact wrote has not reached the person's channel yet."""
    return session.scalar(select(Message.id).where(*_not_delivered(conversation_id)).limit(1)) is not None


def delivered(session: Session, conversation_id: str, when: datetime) -> None:
    """Note that the person's channel has all that contacts wrote."""
    session.execute(update(Message).where(*_not_delivered(conversation_id)).values(delivered_at=when))


def _not_delivered(conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.conversation_id == conversation_id,
        Message.author == "contact",
        Message.delivered_at.is_(None),
    )


def unanswered(
    session: Session, when: datetime | None = None, longer_than: timedelta = timedelta()
) -> Sequence[Message]:
    """What people wrote (and, at a moment, has waited for so long) that has no committed answer: whoever had it in hand may
    have died. What is from as far ahead was written before the clock went back, and has waited too."""
    query = select(Message).where(Message.awaiting).order_by(Message.id)
    if when:
        query = query.where(~Message.created_at.between(when - longer_than, when + longer_than))
    return session.scalars(query).all()


def stands(session: Session, message_id: int) -> tuple[bool, bool]:
    """Whether a message still needs an answer, for it has none and is not deleted; and whether a person is to have it:
    one has the conversation in hand, or it waits for an answer to a question of the handoff."""
    found = session.execute(_STANDS, {"message_id": message_id}).first()
    return (found.awaiting, bool(found.pending_question or found.owner_id)) if found else (False, False)


def take(session: Session, message_id: int) -> Message | None:
    """Take a message in hand: it awaits its answer no more. None when it did not."""
    return session.scalar(_TAKEN, {"message_id": message_id})


def remove(session: Session, conversation_id: str) -> None:
    """Delete a conversation and all that belongs to it: messages, handoffs, the dialogue's state."""
    session.execute(delete(tracker_events).where(tracker_events.c.sender_id == conversation_id))
    session.execute(delete(Conversation).where(Conversation.id == conversation_id))
