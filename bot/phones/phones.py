"""Phones: found by their number, told apart from STOP to START, forgotten when nothing is kept of them."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from bot.phones.numbers import keyed_hash
from bot.records.tables import Incoming, Line, Outgoing, Phone

CHANNEL = "sms"
REMEMBERED = timedelta(days=7)
"""How long it is known which messages have come in, so that a gateway that repeats itself is noticed."""
FIRST_LANGUAGE = "nb"


def phone(session: Session, number: str, gateway: str | None = None) -> Phone:
    """The phone of a number, known or new.

    Args:
        number: in international form.
        gateway: the one it has just written through.
    """
    found = session.scalar(select(Phone).where(Phone.hash == keyed_hash(number)))
    if found is None:
        found = Phone(hash=keyed_hash(number), language=FIRST_LANGUAGE)
        session.add(found)
    found.number = number
    found.gateway = gateway or found.gateway
    session.flush()
    return found


def of(session: Session, conversation_id: str) -> Phone | None:
    """The phone a conversation is, or was, held from."""
    line = session.get(Line, conversation_id)
    return line.phone if line else None


def stop(session: Session, phone: Phone, when: datetime) -> bool:
    """The person wants no more SMS: nothing that waits is sent either. Returns whether that is new."""
    if phone.stopped_at:
        return False
    phone.stopped_at = when
    waiting = select(Outgoing).where(Outgoing.phone_id == phone.id, Outgoing.state == "queued", ~Outgoing.always)
    for each in session.scalars(waiting):
        each.state = "stopped"
    return True


def start(phone: Phone) -> None:
    """The person wants SMS again. What was not sent meanwhile is not sent now."""
    phone.stopped_at = None


def forget(session: Session, when: datetime) -> None:
    """Forget numbers that nothing is kept of and nothing more is sent to. Only that somebody said STOP is kept."""
    never = (Outgoing.state == "queued", Outgoing.made_at < when - REMEMBERED)
    session.execute(update(Outgoing).where(*never).values(state="dead", problem="too_late"))
    session.execute(delete(Incoming).where(Incoming.done_at < when - REMEMBERED))
    ours = (Outgoing.message_id.is_(None), Outgoing.state != "queued", Outgoing.made_at < when - REMEMBERED)
    session.execute(delete(Outgoing).where(*ours))  # of messages they go with the conversation; these belong to none
    unused = (
        ~exists().where(Line.phone_id == Phone.id),
        ~exists().where(Outgoing.phone_id == Phone.id, Outgoing.state == "queued"),
        ~exists().where(Incoming.phone_id == Phone.id, Incoming.done_at.is_(None)),
    )
    for each in session.scalars(select(Phone).where(Phone.number.is_not(None), *unused)):
        each.number = None
    old = Phone.wrote_at.is_(None) | (Phone.wrote_at < when - REMEMBERED)
    session.execute(delete(Phone).where(Phone.number.is_(None), Phone.stopped_at.is_(None), old, *unused))
