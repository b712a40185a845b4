"""Who takes a conversation: a person, chosen for reasons that can be read on the desk.

Whoever helped last and is at work comes first, or who stands in for them. Then comes the right place, for a contact cannot
act in another municipality; then who is at work; then language (an interpreter bridges it) and topic; then who has least
in hand. When it is about danger, being at work, or being back first, counts before everything else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.handoff.hours import OSLO, Plan
from bot.records.tables import Conversation, Handoff, Staff, now
from bot.speech import understands

REASONS = ("stands_in", "helped_last", "at_work", "place", "language", "topic")
"""What speaks for a contact, in words on the desk (connectors.words)."""
HINDRANCES = ("full", "not_at_work")
"""What speaks against one."""


@dataclass(frozen=True)
class Candidate:
    """A contact who was considered, and why."""

    contact: Staff
    reasons: tuple[str, ...]
    hindrances: tuple[str, ...]
    open: int
    """Conversations they have in hand or are asked for."""
    back: datetime | None = None
    """When they are next at work, if they are not now."""

    @property
    def at_work(self) -> bool:
        return "at_work" in self.reasons

    def as_row(self) -> dict[str, Any]:
        """What is kept of it for the desk."""
        return {
            "name": self.contact.name,
            "reasons": list(self.reasons),
            "hindrances": list(self.hindrances),
            "open": self.open,
        }


@dataclass(frozen=True)
class Chosen:
    """The best contact, and everybody who was considered, best first."""

    best: Candidate
    considered: tuple[Candidate, ...] = field(default=(), compare=False)

    @property
    def contact(self) -> Staff:
        return self.best.contact

    @property
    def at_work(self) -> bool:
        return self.best.at_work

    @property
    def why(self) -> list[dict[str, Any]]:
        return [candidate.as_row() for candidate in self.considered]


class NobodyToAsk(Exception):
    """There is no active contact left who could be asked."""


@dataclass(frozen=True)
class Wish:
    """What a contact should fit."""

    conversation_id: str
    language: str
    place: str | None
    topic: str | None
    urgent: bool = False
    not_again: Collection[int] = ()
    """Who has been asked already, or is not wanted."""

    @classmethod
    def of(cls, conversation: Conversation, topic: str | None, **more: Any) -> "Wish":
        return cls(conversation.id, conversation.language, conversation.place, topic, **more)


def choose(session: Session, wish: Wish, when: datetime | None = None) -> Chosen:
    """The contact for a conversation.

    Raises:
        NobodyToAsk: no contact is active, or all have been asked.
    """
    when = when or now()
    contacts = [each for each in active_contacts(session) if each.id not in wish.not_again]
    if not contacts:
        raise NobodyToAsk
    preferred = _preferred(session, wish.conversation_id, when.astimezone(OSLO).date())
    load = _open_per_contact(session)
    candidates = [_candidate(each, wish, preferred, load.get(each.id, 0), when) for each in contacts]
    ordered = tuple(sorted(candidates, key=lambda each: _order(each, wish, when), reverse=True))
    return Chosen(ordered[0], ordered)


def active_contacts(session: Session) -> Sequence[Staff]:
    """Everybody who may be asked at all."""
    return [staff for staff in session.scalars(select(Staff).where(Staff.active)) if "contact" in staff.duties]


def duty_team(session: Session, when: datetime) -> list[Staff]:
    """The members of the duty team who are at work."""
    return [staff for staff in active_contacts(session) if staff.duty_team and Plan.of(staff).at_work(when)]


def _candidate(contact: Staff, wish: Wish, preferred: dict[int, str], open_: int, when: datetime) -> Candidate:
    plan = Plan.of(contact)
    at_work = plan.at_work(when)
    holds = {
        "stands_in": preferred.get(contact.id) == "stands_in",
        "helped_last": preferred.get(contact.id) == "helped_last",
        "at_work": at_work,
        "place": wish.place in contact.places,
        "language": understands(wish.language, *contact.languages),
        "topic": wish.topic in contact.topics,
    }
    hinders = {"full": open_ >= contact.capacity, "not_at_work": not at_work}
    return Candidate(
        contact,
        tuple(reason for reason in REASONS if holds[reason]),
        tuple(name for name in HINDRANCES if hinders.get(name)),
        open_,
        None if at_work else plan.next_start(when),
    )


def _order(candidate: Candidate, wish: Wish, when: datetime) -> tuple[Any, ...]:
    """The higher, the better."""
    has = set(candidate.reasons)
    preferred = bool(has & {"helped_last", "stands_in"}) and candidate.at_work
    place, language, topic = (name in has for name in ("place", "language", "topic"))
    soon = when if candidate.at_work else candidate.back or datetime.max.replace(tzinfo=UTC)
    sooner = -soon.timestamp()
    fits = (sooner, place, language, topic) if wish.urgent else (place, candidate.at_work, language, topic, sooner)
    return (
        preferred,
        fits[0],
        "full" not in candidate.hindrances,
        *fits[1:],
        -candidate.open,
        -candidate.contact.id,
    )


def _preferred(session: Session, conversation_id: str, today: date) -> dict[int, str]:
    """Whoever helped this conversation last, and who stands in for them while they are away."""
    helped = session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.accepted_at.is_not(None))
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    if helped is None:
        return {}
    found = {helped.contact_id: "helped_last"}
    for absence in helped.contact.absences:
        if absence.first_day <= today <= absence.last_day and absence.stand_in_id:
            found[absence.stand_in_id] = "stands_in"
    return found


def _open_per_contact(session: Session) -> dict[int, int]:
    query = select(Handoff.contact_id, func.count()).where(Handoff.closed_at.is_(None)).group_by(Handoff.contact_id)
    return dict(session.execute(query).tuples().all())
