"""The only doors to a conversation: its own person by token, and a contact by handoff, whose every look is kept.

Modules outside bot.records, bot.handoff and the dialogue cannot read the tables themselves (ruff, `banned-api`).
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records import conversations
from bot.records.tables import Conversation, Handoff, Helper, Look, Message, Staff, now

SAME_LOOK = timedelta(minutes=1)
"""A page and its live stream, or a reload, are one look."""


class NoAccess(Exception):
    """There is no such handoff, or it is not this person's to see. The two are not told apart."""


def access_own(session: Session, conversation_id: str, token: str) -> Conversation | None:
    """A person's own conversation, if the token is its own. The two failures look and take the same."""
    conversation = session.get(Conversation, conversation_id)
    kept = conversation.token_hash if conversation else conversations.token_hash("")
    fits = hmac.compare_digest(kept, conversations.token_hash(token))
    return conversation if conversation and fits else None


def access_handoff(session: Session, staff: Staff, handoff_id: int, what: str = "read") -> Handoff:
    """A handoff that concerns a contact: who has it in hand, who is asked, or who helps with the citizen's consent.

    The look is kept, and the citizen can ask for it.

    Args:
        what: what the contact does with it.

    Raises:
        NoAccess: it does not concern them.
    """
    handoff = session.get(Handoff, handoff_id)
    if handoff is None or handoff.closed_at is not None or not concerns(handoff, staff):
        raise NoAccess
    keep_look(session, staff, handoff, what)
    return handoff


def access_messages(session: Session, handoff: Handoff, staff: Staff, after: int = 0) -> Sequence[Message]:
    """What was said in a handoff that concerns a contact, after a message id.

    Whoever has had it in hand before sees all of it. Whoever comes to it because the person wanted another contact, or took
    it up again, sees what was said since then.
    """
    first = sees_from(handoff, staff)
    query = select(Message).where(Message.handoff_id == handoff.id, Message.id > max(after, first))
    return session.scalars(query.order_by(Message.id)).all()


def sees_from(handoff: Handoff, staff: Staff) -> int:
    """The message after which a contact sees what was said: as when they first took it, or as it stands now."""
    took = [offer.sees_from for offer in handoff.offers if offer.contact_id == staff.id and offer.outcome == "accepted"]
    return min(took, default=handoff.sees_from)


def concerns(handoff: Handoff, staff: Staff) -> bool:
    """Whether a contact may see a handoff: its owner, whoever is asked, helpers the citizen agreed to."""
    if staff.id in handoff.unwanted or not staff.active:
        return False
    if handoff.owner_id == staff.id:
        return True
    if handoff.state == "offered":
        standing = next((offer for offer in reversed(handoff.offers) if offer.ended_at is None), None)
        if standing and (standing.contact_id == staff.id or (standing.contact_id is None and staff.duty_team)):
            return True
    return is_helper(handoff, staff)


def is_helper(handoff: Handoff, staff: Staff) -> bool:
    helpers: list[Helper] = handoff.helpers
    return any(helper.staff_id == staff.id and helper.agreed for helper in helpers)


def keep_look(session: Session, staff: Staff, handoff: Handoff, what: str) -> None:
    """Add to the log of who has seen or done what."""
    if what == "read":
        last = session.scalar(
            select(Look.at)
            .where(Look.conversation_id == handoff.conversation_id, Look.staff_id == staff.id, Look.what == "read")
            .order_by(Look.id.desc())
            .limit(1)
        )
        if last and now() - last < SAME_LOOK:
            return
    session.add(
        Look(
            staff_id=staff.id,
            name=staff.name,
            role=staff.role,
            what=what,
            conversation_id=handoff.conversation_id,
            handoff_id=handoff.id,
        )
    )


def looks_at(session: Session, conversation: Conversation) -> Sequence[Look]:
    """Who has seen a conversation or done something with it, for its own person."""
    query = select(Look).where(Look.conversation_id == conversation.id).order_by(Look.id)
    return session.scalars(query).all()
