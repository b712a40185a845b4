"""Codes with which a conversation is continued on another channel, once and soon."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.phones.numbers import keyed_hash
from bot.phones.phones import CHANNEL
from bot.records.tables import Conversation, Passage
from bot.replies import Reply, ScreenedCard

DIGITS = 9
"""Of a code that is sent by SMS: one more than a Norwegian phone number has, so that neither is taken for the other."""
TO_COME_BACK = 15
"""Of a code that a person keeps: digits, which every keyboard has, and so many that trying finds none."""
HOLDS = {"sms": timedelta(minutes=15), "web": timedelta(hours=1), "back": timedelta(days=30)}


def make(session: Session, conversation: Conversation, to: str, when: datetime) -> str:
    """A new code for a conversation; the one before holds no more.

    Args:
        to: sms (a number, to be typed), web (a part of an address) or back (a longer number, to be kept).
    """
    session.execute(delete(Passage).where(Passage.conversation_id == conversation.id, Passage.to == to))
    forget(session, when)
    code = secrets.token_urlsafe(12) if to == "web" else _number(TO_COME_BACK if to == "back" else DIGITS)
    session.add(Passage(hash=keyed_hash(code), conversation_id=conversation.id, to=to, until=when + HOLDS[to]))
    session.flush()
    return code


def forget(session: Session, when: datetime) -> None:
    """Forget the codes that hold no more."""
    session.execute(delete(Passage).where(Passage.until < when))


def _number(digits: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def linked(session: Session, conversation: Conversation, reply: Reply, when: datetime) -> Reply:
    """A reply that shows more on the web, with a code that leads there where the person writes by SMS."""
    if conversation.channel != CHANNEL or not isinstance(reply.card, ScreenedCard):
        return reply
    card = reply.card.model_copy(update={"code": make(session, conversation, "web", when)})
    return reply.model_copy(update={"card": card})


def leads_to(session: Session, code: str, to: str, when: datetime) -> Conversation | None:
    """The conversation that a code would open now; it is not used up."""
    found = session.get(Passage, keyed_hash(code))
    holds = found is not None and found.to == to and found.until >= when
    return session.get(Conversation, found.conversation_id) if found and holds else None


def use(session: Session, code: str, to: str, when: datetime) -> Conversation | None:
    """The conversation of a code, which holds no more from now on; None for a code that never did, or no longer does."""
    found = session.get(Passage, keyed_hash(code), with_for_update=True)
    if found is None or found.to != to or found.until < when:
        return None
    conversation = session.get_one(Conversation, found.conversation_id)
    session.delete(found)
    session.flush()
    return conversation
