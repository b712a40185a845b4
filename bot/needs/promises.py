"""People who want to be told what changes: kept with their conversation, and nowhere near the need.

The consent names a topic, not a need. So a learning about a topic reaches those who asked to hear of it, and nobody can
find from it what one of them lacked, or said. It goes with the conversation.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.tables import Need, Promise
from bot.replies import Choice, Reply
from bot.speech import Speech

CHOICE = "tell_change"
"""The choice by which a person agrees, with its topic after a colon."""


def choice(topic: str, s: Speech) -> Choice:
    return Choice(id=f"{CHOICE}:{topic}", title=s.gettext("Tell me if this changes"))


def offered(session: Session, need_id: int | None, replies: list[Reply], s: Speech) -> list[Reply]:
    """The replies, the last of them with the choice to be told, where the need that was just recorded has a topic."""
    need = session.get(Need, need_id) if need_id else None
    if need is None or need.topic is None or not replies:
        return replies
    last = replies[-1]
    return [*replies[:-1], last.model_copy(update={"choices": (*last.choices, choice(need.topic, s))})]


def make(session: Session, conversation_id: str, topic: str) -> None:
    """The person agrees to be told about a topic; safe to repeat."""
    query = select(Promise).where(Promise.conversation_id == conversation_id, Promise.topic == topic)
    if session.scalar(query) is None:
        session.add(Promise(conversation_id=conversation_id, topic=topic))


def waiting(session: Session, topic: str) -> Sequence[Promise]:
    """Those who asked to hear of a topic and have not been told, the first first. Not to be shown to anybody."""
    query = select(Promise).where(Promise.topic == topic, Promise.told_at.is_(None))
    return session.scalars(query.order_by(Promise.id).with_for_update()).all()


def keep(promise: Promise, when: datetime) -> None:
    """The person has been told; call it in the transaction in which the message is kept."""
    promise.told_at = when
