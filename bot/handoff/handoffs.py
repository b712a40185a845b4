"""Request, take over, close: the states of a handoff and who may move it.

requested -> active -> closed        (a person who deletes the conversation ends it from any state)
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handoff.routing import choose
from bot.needs.vocabulary import OUTCOMES
from bot.records.tables import Conversation, Handoff, Staff, now

MOVES = {"requested": {"active", "closed"}, "active": {"closed"}, "closed": set[str]()}
"""Which state may follow which."""


class NotAllowed(Exception):
    """The handoff is not in a state, or not in the hands, that allows this."""


def open_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """The conversation's handoff that is requested or active, if any."""
    return session.scalar(
        select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
    )


def request(
    session: Session,
    conversation: Conversation,
    *,
    topic: str | None,
    urgent: bool,
    shares_conversation: bool,
    asked_in: int,
) -> Handoff:
    """Ask the right contact to take the conversation; one that is open already is made urgent if this one is.

    Args:
        asked_in: the message in which the person asked; without consent the contact sees nothing before it.

    Raises:
        NobodyToAsk: no contact is active.
    """
    handoff = open_handoff(session, conversation.id)
    if handoff:
        handoff.urgent = handoff.urgent or urgent
        handoff.shares_conversation = handoff.shares_conversation or shares_conversation
        return handoff
    chosen = choose(
        session,
        conversation_id=conversation.id,
        language=conversation.language,
        place=conversation.place,
        topic=topic,
    )
    handoff = Handoff(
        conversation=conversation,
        contact=chosen.contact,
        topic=topic,
        urgent=urgent,
        shares_conversation=shares_conversation,
        first_message_id=asked_in,
        why=chosen.why,
    )
    session.add(handoff)
    session.flush()
    return handoff


def accept(session: Session, handoff: Handoff, contact: Staff) -> None:
    """A contact takes the conversation over; another than the one asked becomes its owner.

    Raises:
        NotAllowed: it is active with somebody else, or closed.
    """
    _move(handoff, "active")
    handoff.contact = contact
    handoff.accepted_at = now()
    session.flush()  # from here on the owner is this one


def close(session: Session, handoff: Handoff, contact: Staff, outcome: str) -> None:
    """The owner closes with what happened: met, partly_met or not_met.

    Raises:
        NotAllowed: it is not active, or somebody else's.
        ValueError: the outcome is not one of OUTCOMES.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome!r} is not one of {', '.join(OUTCOMES)}")
    must_own(handoff, contact)
    _move(handoff, "closed")
    handoff.closed_at = now()
    handoff.outcome = outcome


def must_own(handoff: Handoff, contact: Staff) -> None:
    """Raises NotAllowed unless this contact has the conversation in hand."""
    if handoff.state != "active" or handoff.contact_id != contact.id:
        raise NotAllowed("this conversation is not in your hands")


def _move(handoff: Handoff, state: str) -> None:
    if state not in MOVES[handoff.state]:
        raise NotAllowed(f"a handoff that is {handoff.state} cannot become {state}")
    handoff.state = state
