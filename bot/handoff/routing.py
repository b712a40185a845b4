"""Who takes a conversation: a person, chosen for a reason that can be read on the desk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.handoff.hours import at_work
from bot.records.tables import Handoff, Staff, now
from bot.speech import understands


@dataclass(frozen=True)
class Chosen:
    contact: Staff
    why: str
    at_work: bool
    shares_language: bool


class NobodyToAsk(Exception):
    """There is no active contact in this installation."""


def choose(
    session: Session,
    *,
    conversation_id: str,
    language: str,
    place: str | None,
    topic: str | None,
    when: datetime | None = None,
) -> Chosen:
    """The contact for a conversation: whoever helped last, then at work, place, language, topic, fewest open.

    Raises:
        NobodyToAsk: no contact is active.
    """
    when = when or now()
    contacts = [s for s in session.scalars(select(Staff).where(Staff.active)) if "contact" in s.duties]
    if not contacts:
        raise NobodyToAsk
    helped_last = session.scalar(
        select(Handoff.contact_id)
        .where(Handoff.conversation_id == conversation_id, Handoff.accepted_at.is_not(None))
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    load = dict(
        session.execute(
            select(Handoff.contact_id, func.count()).where(Handoff.closed_at.is_(None)).group_by(Handoff.contact_id)
        )
        .tuples()
        .all()
    )

    def fits(contact: Staff) -> tuple[bool, ...]:
        return (
            contact.id == helped_last and at_work(contact.hours, when),
            at_work(contact.hours, when),
            place in contact.places,
            understands(language, *contact.languages),
            topic in contact.topics,
        )

    best = max(contacts, key=lambda contact: (fits(contact), -load.get(contact.id, 0), -contact.id))
    reasons = ("helped last time", "at work", "right place", "right language", "knows the topic")
    why = ", ".join(reason for reason, true in zip(reasons, fits(best), strict=True) if true)
    why = f"{why or 'only contact left'}; {load.get(best.id, 0)} open"
    return Chosen(best, why, at_work(best.hours, when), language in best.languages)
