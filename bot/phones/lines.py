"""Conversations that are held from phones."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.phones import passages
from bot.phones.phones import CHANNEL
from bot.records import conversations
from bot.records.tables import Conversation, Line, Phone
from bot.replies import Reply
from bot.speech import speech
from bot.understanding import language


def current(session: Session, phone: Phone) -> Conversation | None:
    """The conversation a phone writes in."""
    query = select(Conversation).join(Line, Line.conversation_id == Conversation.id)
    return session.scalar(query.where(Line.phone_id == phone.id).order_by(Line.since.desc()).limit(1))


def begin(session: Session, phone: Phone, text: str, when: datetime) -> Conversation:
    """The first conversation of a phone, in the language its message is clearly in."""
    phone.language = language.clearly(text, phone.language) or phone.language
    begun, _ = conversations.begin(session, channel=CHANNEL, language=phone.language, chosen=False, place=None)
    session.add(Line(conversation_id=begun.id, phone_id=phone.id, since=when))
    session.flush()
    return begun


def move(session: Session, conversation: Conversation, phone: Phone, when: datetime) -> None:
    """A conversation goes on from a phone; what is said in it goes there from now on."""
    line = session.get(Line, conversation.id)
    if line is None:
        session.add(Line(conversation_id=conversation.id, phone_id=phone.id, since=when))
    else:
        line.phone_id, line.since = phone.id, when
    conversation.channel = CHANNEL
    phone.language = conversation.language
    session.flush()


def arrive(session: Session, phone: Phone, code: str, when: datetime) -> bool:
    """A conversation from the web goes on from a phone that has sent its code. Returns whether the code held."""
    conversation = passages.use(session, code, CHANNEL, when)
    if conversation is None:
        return False
    move(session, conversation, phone, when)
    s = speech(conversation.language)
    text = s.gettext("From here we go on by SMS. What you wrote on the page is still there.")
    conversations.say(session, conversation.id, Reply(text=text, language=s.code), author="system")
    return True


def remove_all(session: Session, phone: Phone) -> Sequence[str]:
    """Delete every conversation that was held from a phone. Returns their ids."""
    ids = session.scalars(select(Line.conversation_id).where(Line.phone_id == phone.id)).all()
    for conversation_id in ids:
        conversations.remove(session, conversation_id)
    session.expire_all()
    return ids
