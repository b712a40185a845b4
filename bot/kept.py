"""Everything that is kept of a conversation, for its own person."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.phones import phones
from bot.records import conversations
from bot.records.access import looks_at
from bot.records.tables import Conversation, Handoff, Look, Message, Move, Note, Promise, Reminder
from bot.screening.household import Household
from bot.screening.records import household_of


@dataclass(frozen=True)
class Kept:
    """What is kept of one conversation."""

    messages: Sequence[Message]
    handoffs: Sequence[Handoff]
    moves: Sequence[Move]
    notes: Sequence[Note]
    looks: Sequence[Look]
    phone: str | None
    """The number it is held from by SMS."""
    household: Household | None
    """What was told of a household."""
    promises: Sequence[Promise]
    """What the person wants to be told of."""
    reminders: Sequence[Reminder]
    """What their contact wanted to be reminded of."""


def kept(session: Session, mine: Conversation) -> Kept:
    """What is kept of a person's own conversation."""
    mine_only = Handoff.conversation_id == mine.id
    phone = phones.of(session, mine.id)
    return Kept(
        conversations.history(session, mine.id, limit=1_000_000),
        session.scalars(select(Handoff).where(mine_only).order_by(Handoff.id)).all(),
        session.scalars(select(Move).join(Handoff).where(mine_only).order_by(Move.id)).all(),
        session.scalars(
            select(Note).join(Handoff, Handoff.id == Note.handoff_id).where(mine_only).order_by(Note.id)
        ).all(),
        looks_at(session, mine),
        phone.number if phone else None,
        household_of(session, mine.id),
        session.scalars(select(Promise).where(Promise.conversation_id == mine.id).order_by(Promise.id)).all(),
        session.scalars(
            select(Reminder).join(Handoff, Handoff.id == Reminder.handoff_id).where(mine_only).order_by(Reminder.id)
        ).all(),
    )
