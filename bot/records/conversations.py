"""Conversations and their messages: begin, store, read, delete."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.records.tables import Conversation, Message, tracker_events
from bot.replies import Reply


def begin(
    session: Session, *, channel: str, language: str, chosen: bool, place: str | None
) -> tuple[Conversation, str]:
    """A new conversation and its token, which is not kept and cannot be found again."""
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        id=str(uuid.uuid4()),
        token_hash=_hash(token),
        channel=channel,
        language=language,
        language_chosen=chosen,
        place=place,
    )
    session.add(conversation)
    session.flush()
    return conversation, token


def find(session: Session, conversation_id: str, token: str) -> Conversation | None:
    """The conversation, if the token is its own. The two failures look and take the same."""
    conversation = session.get(Conversation, conversation_id)
    kept = conversation.token_hash if conversation else _hash("")
    fits = hmac.compare_digest(kept, _hash(token))
    return conversation if conversation and fits else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def store_inbound(
    session: Session, conversation_id: str, client_id: str, text: str, choice: str | None
) -> tuple[Message, bool]:
    """Keep what a person wrote before anything is done about it. Repeating a client_id gives the first one back.

    Returns:
        The message, and whether it is new.
    """
    first = session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    )
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
) -> Message:
    """Keep something said to the person, by the bot, a contact or the system."""
    message = Message(
        conversation_id=conversation_id,
        author=author,
        author_name=name,
        text=reply.text,
        body=reply.model_dump(mode="json"),
        reply_to=reply_to,
    )
    session.add(message)
    session.flush()
    return message


def history(session: Session, conversation_id: str, after: int = 0, limit: int = 1_000) -> Sequence[Message]:
    """The messages after an id, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id > after)
    return session.scalars(query.order_by(Message.id).limit(limit)).all()


def latest(session: Session, conversation_id: str, limit: int) -> Sequence[Message]:
    """The last messages, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id.desc()).limit(limit)
    return list(reversed(session.scalars(query).all()))


def last_offer(session: Session, conversation_id: str) -> Reply | None:
    """The bot's last message, whose choices a typed "2" or "yes" picks from."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.author == "bot")
    message = session.scalar(query.order_by(Message.id.desc()).limit(1))
    return Reply.model_validate(message.body) if message and message.body else None


def unanswered(session: Session) -> Sequence[Message]:
    """What people wrote that has no committed answer: to be answered when the program starts."""
    return session.scalars(select(Message).where(Message.awaiting).order_by(Message.id)).all()


def remove(session: Session, conversation_id: str) -> None:
    """Delete a conversation and all that belongs to it: messages, handoffs, the dialogue's state."""
    session.execute(delete(tracker_events).where(tracker_events.c.sender_id == conversation_id))
    session.execute(delete(Conversation).where(Conversation.id == conversation_id))
