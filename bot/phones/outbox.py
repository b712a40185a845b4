"""What goes out to phones: queued in the transaction of what it tells, sent at least once, reported on in any order."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.phones import phones
from bot.phones.discretion import discreet
from bot.phones.numbers import international
from bot.records.tables import Conversation, Handoff, Message, Outgoing, Phone, now
from bot.speech import speech

AT_THE_PHONE = timedelta(minutes=30)
"""For so long after somebody wrote, what is said to them is an answer and may come at any hour."""
PROMPT = timedelta(minutes=2)
"""For so long the person who wrote surely still has the phone."""
LEASE = timedelta(minutes=2)
"""How long one process has to send what it has taken in hand, before another tries; longer than any gateway may take."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
GIVE_UP = timedelta(days=1)
GIVE_UP_ALWAYS = timedelta(days=7)
"""The same for what must arrive: that STOP was heard."""
SENT = ("sent", "delivered")


def queue(session: Session, message: Message) -> None:
    """Send a message of a conversation to the phone it is held from; or, where a contact writes to somebody on the web
    who wanted an SMS, word of it."""
    conversation = session.get_one(Conversation, message.conversation_id)
    if conversation.channel == phones.CHANNEL:
        phone = phones.of(session, conversation.id)
        if phone:
            if _is_not_for_others(session, message, phone):
                message.body = {**(message.body or {}), "discreet": True}
            _add(session, Outgoing(message_id=message.id, direct=_is_direct(session, message, phone)), phone)
    elif message.author == "contact" and message.handoff_id:
        _word_of(session, session.get_one(Handoff, message.handoff_id), message)


def queue_text(session: Session, phone: Phone, text: str, *, direct: bool = True, always: bool = False) -> None:
    """Send a text that is no message of a conversation.

    Args:
        direct: it answers what was just written; or else it waits for the end of quiet hours.
        always: it is sent although the person has said STOP.
    """
    _add(session, Outgoing(text=text, direct=direct, always=always), phone)


def farewell(session: Session, conversation_id: str, texts: Sequence[str]) -> None:
    """The last words of a conversation that is being deleted: they must not need it."""
    phone = phones.of(session, conversation_id)
    if phone and session.get_one(Conversation, conversation_id).channel == phones.CHANNEL:
        for each in texts:
            queue_text(session, phone, each)


def _add(session: Session, outgoing: Outgoing, phone: Phone) -> None:
    outgoing.phone_id = phone.id
    outgoing.reference = secrets.token_urlsafe(18)
    outgoing.state = "stopped" if phone.stopped_at and not outgoing.always else "queued"
    session.add(outgoing)
    session.flush()


def _is_direct(session: Session, message: Message, phone: Phone) -> bool:
    """Whether it answers the person, who has the phone in hand, or is about danger: then it may come at night."""
    handoff = session.get(Handoff, message.handoff_id) if message.handoff_id else None
    return message.reply_to is not None or _at_the_phone(phone) or (handoff is not None and handoff.urgent)


def _is_not_for_others(session: Session, message: Message, phone: Phone) -> bool:
    """Whether somebody else may have the phone by now, and what a contact or the system says is about danger, or may be."""
    handoff = session.get(Handoff, message.handoff_id) if message.handoff_id else None
    asked = message.reply_to is not None or _at_the_phone(phone)
    return handoff is not None and not asked and (handoff.urgent or discreet(handoff.topic))


def _at_the_phone(phone: Phone) -> bool:
    return phone.wrote_at is not None and now() - phone.wrote_at < AT_THE_PHONE


def _word_of(session: Session, handoff: Handoff, message: Message) -> None:
    """That a contact has written, to the number the person gave: not what, for nobody has seen that it is theirs. Once,
    until they have read it."""
    unread = select(Message.id).where(
        Message.handoff_id == handoff.id,
        Message.author == "contact",
        Message.delivered_at.is_(None),
        Message.id < message.id,
    )
    if handoff.reach != "sms" or not handoff.phone or session.scalar(unread.limit(1)) is not None:
        return
    s = speech(handoff.conversation.language)
    text = s.gettext("{name} has written to you. Open Rettvis where you began to read it.")
    queue_text(
        session,
        phones.phone(session, international(handoff.phone)),
        s.fill(text, name=message.author_name),
        direct=False,
    )


def due(session: Session, when: datetime, gateway: str, others: Sequence[str] | None, limit: int) -> list[int]:
    """The ids of what is to be sent through a gateway now, at most one for each phone, oldest first.

    What a phone gets later waits for what it gets earlier, unless that is only held back by quiet hours.

    Args:
        others: for the gateway that also sends to phones which came through none of these; None for the others.
    """
    earlier = aliased(Outgoing)
    first = ~exists().where(
        earlier.phone_id == Outgoing.phone_id,
        earlier.id < Outgoing.id,
        earlier.state == "queued",
        ~_held(earlier, when),
    )
    mine: ColumnElement[bool] = Phone.gateway == gateway
    if others is not None:
        mine = or_(mine, Phone.gateway.is_(None), Phone.gateway.not_in([gateway, *others]))
    query = (
        select(Outgoing.id)
        .join(Phone, Phone.id == Outgoing.phone_id)
        .where(Outgoing.state == "queued", ~_rests(when), ~_held(Outgoing, when), first, mine)
        .order_by(Outgoing.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def _rests(when: datetime) -> ColumnElement[bool]:
    """Whether it was tried just now; what would rest for longer than anything does was tried before the clock went back."""
    return and_(Outgoing.next_try_at > when, Outgoing.next_try_at <= when + LONGEST_PAUSE)


def _held(outgoing: type[Outgoing], when: datetime) -> ColumnElement[bool]:
    return and_(outgoing.held_until.is_not(None), outgoing.held_until > when)


def claim(session: Session, outgoing_id: int, when: datetime) -> Outgoing | None:
    """Take one in hand, so that no other process sends it meanwhile; None when one has, or STOP was said."""
    found = session.get(Outgoing, outgoing_id, with_for_update={"of": Outgoing})
    if found is None or found.state != "queued" or (found.phone.number is None):
        return None
    if when < found.next_try_at <= when + LONGEST_PAUSE:
        return None
    if found.phone.stopped_at and not found.always:
        found.state = "stopped"
        return None
    if when - found.made_at > _longest(found):  # no gateway was there all the while
        found.state, found.problem = "dead", "too_late"
        return None
    found.tries += 1
    found.next_try_at = when + LEASE
    return found


def is_direct(outgoing: Outgoing, when: datetime) -> bool:
    """Whether it may ring now, at any hour: it answers somebody who still has the phone in hand."""
    return outgoing.always or (outgoing.direct and when - outgoing.made_at < AT_THE_PHONE)


def is_prompt(outgoing: Outgoing, when: datetime) -> bool:
    """Whether it answers somebody who has just written, within moments."""
    return outgoing.direct and when - outgoing.made_at < PROMPT


def hold(outgoing: Outgoing, until: datetime) -> None:
    """Not now: quiet hours."""
    outgoing.held_until = outgoing.next_try_at = until
    outgoing.tries -= 1


def sent(session: Session, outgoing_id: int, gateway: str, gateway_id: str | None, when: datetime) -> None:
    """A gateway has taken it. A report on it may have come before."""
    found = session.get(Outgoing, outgoing_id, with_for_update={"of": Outgoing})
    if found is None:  # deleted meanwhile, with its conversation
        return
    found.gateway, found.gateway_id = gateway, gateway_id
    found.sent_at = found.sent_at or when
    found.problem = None if found.state == "queued" else found.problem
    found.state = "sent" if found.state in ("queued", "stopped") else found.state
    found.phone.introduced_at = found.phone.introduced_at or when


def not_sent(session: Session, outgoing_id: int, problem: str, when: datetime, *, for_good: bool) -> None:
    """No gateway has taken it: it is tried again, later and later, or, if that is no use or too late, never."""
    found = session.get(Outgoing, outgoing_id, with_for_update={"of": Outgoing})
    if found is None or found.state != "queued":
        return
    found.problem = problem
    if for_good or when - found.made_at > _longest(found):
        found.state = "dead"
    else:
        found.next_try_at = when + min(FIRST_PAUSE * 2 ** min(found.tries - 1, 10), LONGEST_PAUSE)


def _longest(outgoing: Outgoing) -> timedelta:
    return GIVE_UP_ALWAYS if outgoing.always else GIVE_UP


def reported(session: Session, gateway: str, of: str, delivered: bool | None, when: datetime) -> Outgoing | None:
    """A delivery report. They may come twice, in any order, and before the gateway has answered that it took the message:
    what has been delivered stays delivered.

    Args:
        of: our reference, or the gateway's own id.
        delivered: None while it is on its way.

    Returns:
        What it is about, or None for a report on nothing we know.
    """
    which = or_(Outgoing.reference == of, and_(Outgoing.gateway == gateway, Outgoing.gateway_id == of))
    found = session.scalars(select(Outgoing).where(which).with_for_update(of=Outgoing)).first()
    if found is None:
        return None
    if delivered is None:
        found.state = "sent" if found.state == "queued" else found.state
    elif delivered:
        found.state, found.problem = "delivered", None
        found.delivered_at = found.delivered_at or when
    elif found.state != "delivered":
        found.state, found.problem = "failed", "not_delivered"
    if found.state != "queued":
        found.sent_at = found.sent_at or when
    if found.message and found.message.author == "contact" and found.delivered_at:
        found.message.delivered_at = found.message.delivered_at or found.delivered_at
    return found


def last_sent(session: Session, phone: Phone) -> Outgoing | None:
    """The page that stands last on a phone: what its person looks at when they choose, or want to read on."""
    query = select(Outgoing).where(
        Outgoing.phone_id == phone.id, Outgoing.message_id.is_not(None), Outgoing.state.in_(SENT)
    )
    return session.scalar(query.order_by(Outgoing.sent_at.desc(), Outgoing.id.desc()).limit(1))


def next_page(session: Session, shown: Outgoing) -> None:
    """Send the page after one that was sent."""
    page = Outgoing(message_id=shown.message_id, page=shown.page + 1, direct=True)
    _add(session, page, shown.phone)


def undelivered(session: Session, limit: int = 100) -> Sequence[Outgoing]:
    """Dead letters, newest first: what no gateway took, and what the network gave up."""
    query = select(Outgoing).where(Outgoing.state.in_(("dead", "failed"))).order_by(Outgoing.id.desc())
    return session.scalars(query.limit(limit)).all()


def again(session: Session, outgoing_id: int, when: datetime) -> None:
    """Try a dead letter once more, as if it were new."""
    found = session.get(Outgoing, outgoing_id, with_for_update={"of": Outgoing})
    if found is not None and found.state in ("dead", "failed"):
        found.state, found.made_at, found.next_try_at, found.tries = "queued", when, when, 0


def problems_of(session: Session, conversation_id: str) -> Sequence[int]:
    """The messages of a conversation that have not reached its phone and will not."""
    query = select(Outgoing.message_id).join(Message, Message.id == Outgoing.message_id)
    wanted = (Message.conversation_id == conversation_id, Outgoing.state.in_(("dead", "failed", "stopped")))
    return [each for each in session.scalars(query.where(*wanted)) if each is not None]
