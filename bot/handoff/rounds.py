"""What time does to handoffs: nobody waits in silence for one who does not answer.

The round is made every few seconds by every process that serves; what it does is guarded by each handoff's version, so
that two of them never do the same thing twice. What was to happen while no process ran, happens at the first round.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot.handoff import handoffs, telling
from bot.handoff.hours import OSLO, Plan
from bot.handoff.routing import active_contacts
from bot.records.database import Database
from bot.records.tables import Absence, Handoff, Move, Notice, Offer, Reminder, Staff, now
from bot.settings import Patience
from bot.speech import speech

log = structlog.get_logger(__name__)

SILENT = timedelta(hours=4)
"""Working time after which a person is told that the one who has their conversation in hand has not answered."""

Step = Callable[[Session, Handoff, Patience, datetime], bool]


def make(database: Database, patience: Patience, when: datetime | None = None) -> list[str]:
    """One round. Returns the conversations in which something happened.

    Each handoff is a transaction of its own: one that fails keeps no other from its turn.
    """
    when = when or now()
    changed = []
    with database.reading() as session:
        due = [(step, handoff_id) for step, find in _STEPS for handoff_id in find(session, when)]
    for step, handoff_id in due:
        conversation = _do(database, step, handoff_id, patience, when)
        if conversation:
            changed.append(conversation)
    return changed


def _do(database: Database, step: Step, handoff_id: int, patience: Patience, when: datetime) -> str | None:
    try:
        with database.transaction() as session:
            handoff = handoffs.locked(session, handoff_id)
            return handoff.conversation_id if handoff and step(session, handoff, patience, when) else None
    except StaleDataError:  # another process, or a contact, was faster
        return None
    except SQLAlchemyError:
        raise
    except Exception as error:  # one that cannot be handled keeps no other waiting; only its kind is told
        log.error("a handoff was left as it is", handoff=handoff_id, error=type(error).__name__)
        return None


def _overdue(session: Session, when: datetime) -> list[int]:
    query = select(Offer.handoff_id).where(Offer.ended_at.is_(None), Offer.due_at <= when)
    return list(session.scalars(query.order_by(Offer.handoff_id)))


def _time_out(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    """Whoever was asked has not answered in time: the next one is asked, and the person told."""
    offer = handoffs.standing_offer(handoff)
    if handoff.state != "offered" or offer is None or offer.due_at > when:
        return False
    silent = handoff.contact
    handoffs.end_offer(session, handoff, "timed_out", handoffs.CLOCK, when)
    following = handoffs.after_offer(session, handoff, patience, when)
    if handoff.owner:
        telling.transfer_failed(session, handoff, silent)
        if Plan.of(handoff.owner).is_away(when.astimezone(OSLO).date()):
            telling.owner_away(session, handoff, Plan.of(handoff.owner).next_start(when))
        return True
    again = following is not None and following.contact is not None and following.contact_id == offer.contact_id
    if not again:  # asked once more about the same danger: there is nothing new to say
        named = silent if offer.contact is not None and handoff.contact_id != silent.id else None
        telling.asked_next(session, handoff, named, following, when)
    return True


def _unasked(session: Session, when: datetime) -> list[int]:
    """Those for whom somebody could be asked now: somebody who fits best is at work, or it is urgent."""
    query = select(Handoff).where(Handoff.state == "requested", Handoff.closed_at.is_(None))
    waiting = session.scalars(query.order_by(Handoff.urgent.desc(), Handoff.id)).all()
    working = {staff.id for staff in active_contacts(session) if waiting and Plan.of(staff).at_work(when)}
    return [each.id for each in waiting if each.urgent or working]


def _ask(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    """Somebody has come to work, or may be asked again: ask. The person is told when it is another than was named."""
    if handoff.state != "requested":
        return False
    named = handoff.contact_id
    offer = handoffs.ask_next(session, handoff, patience, when)
    if offer is None:
        return False
    if handoff.contact_id != named or offer.contact is None:
        telling.asked_next(session, handoff, None, offer, when)
    return True


def _unanswered_alarms(session: Session, when: datetime) -> list[int]:
    query = select(Handoff.id).where(Handoff.alarmed_at.is_not(None), Handoff.closed_at.is_(None))
    return list(session.scalars(query))


def _alarm_again(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    """Danger was written to an owner who has not written since: they and the whole duty team are rung."""
    if not handoff.in_hand or handoff.alarmed_at is None or when - handoff.alarmed_at < patience.urgent:
        return False
    handoffs.ring_loudly(session, handoff, when)
    return True


def _in_conversation(session: Session, when: datetime) -> list[int]:
    last = func.coalesce(Handoff.citizen_wrote_at, Handoff.accepted_at)
    query = select(Handoff.id).where(
        Handoff.state.in_(("accepted", "active")), Handoff.closed_at.is_(None), last <= when - SILENT
    )
    return list(session.scalars(query))


def _owner_silent(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    """It has been the owner's turn for long while they were at work: they are rung, and the person told, once a turn."""
    since = max(filter(None, (handoff.accepted_at, handoff.citizen_wrote_at, handoff.contact_wrote_at)), default=when)
    if handoff.owner is None or handoff.state not in ("accepted", "active"):
        return False
    if Plan.of(handoff.owner).minutes_between(since, when) < SILENT.total_seconds() / 60:
        return False
    if _done_since(session, handoff, "#silent", since):
        return False
    _mark(session, handoff, "#silent", when)
    session.add(Notice(staff=handoff.owner, kind="waiting", made_at=when, next_try_at=when))
    telling.owner_silent(session, handoff)
    return True


def _done_since(session: Session, handoff: Handoff, code: str, since: datetime) -> bool:
    query = select(Move.id).where(Move.handoff_id == handoff.id, Move.reason == code, Move.at >= since)
    return session.scalar(query.limit(1)) is not None


def _mark(session: Session, handoff: Handoff, code: str, when: datetime) -> None:
    """Keep that something was done once. A code begins with #, which no reason that people give does."""
    session.add(
        Move(handoff_id=handoff.id, at=when, state=handoff.state, by="clock", contact=handoff.contact.name, reason=code)
    )


def _owners_away(session: Session, when: datetime) -> list[int]:
    today = when.astimezone(OSLO).date()
    away = select(Absence.staff_id).where(Absence.first_day <= today, Absence.last_day >= today)
    query = select(Handoff.id).where(
        Handoff.owner_id.in_(away), Handoff.closed_at.is_(None), Handoff.state.in_(("accepted", "active"))
    )
    return list(session.scalars(query))


def _stand_in(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    """It is the turn of an owner who is on leave: whoever stands in is proposed, once a leave, and the person decides."""
    owner = handoff.owner
    today = when.astimezone(OSLO).date()
    absence = (
        next((each for each in owner.absences if each.first_day <= today <= each.last_day), None) if owner else None
    )
    if owner is None or absence is None or handoff.state not in handoffs.IN_CONVERSATION:
        return False
    code = f"#away {absence.id}"
    if _done_since(session, handoff, code, handoff.requested_at):
        return False
    stand_in = session.get(Staff, absence.stand_in_id) if absence.stand_in_id else None
    if stand_in is None or not stand_in.active:
        _mark(session, handoff, code, when)
        telling.owner_away(session, handoff, Plan.of(owner).next_start(when))
        return True
    handoff.contact = stand_in
    handoffs.move(session, handoff, "transferred", handoffs.CLOCK, reason=code, when=when)
    s = speech(handoff.conversation.language)
    telling.transfer_proposed(session, handoff, s.gettext("{name} is away.").format(name=owner.name), when)
    return True


def _reminders_due(session: Session, when: datetime) -> list[int]:
    query = select(Reminder.handoff_id).where(
        Reminder.due_at <= when, Reminder.rung_at.is_(None), Reminder.done_at.is_(None)
    )
    return list(dict.fromkeys(session.scalars(query)))


def _remind(session: Session, handoff: Handoff, patience: Patience, when: datetime) -> bool:
    query = select(Reminder).where(
        Reminder.handoff_id == handoff.id,
        Reminder.due_at <= when,
        Reminder.rung_at.is_(None),
        Reminder.done_at.is_(None),
    )
    due = session.scalars(query).all()
    for reminder in due:
        reminder.rung_at = when
        session.add(Notice(staff_id=reminder.staff_id, kind="reminder", made_at=when, next_try_at=when))
    return bool(due)


_STEPS: tuple[tuple[Step, Callable[[Session, datetime], list[int]]], ...] = (
    (_time_out, _overdue),
    (_ask, _unasked),
    (_alarm_again, _unanswered_alarms),
    (_owner_silent, _in_conversation),
    (_stand_in, _owners_away),
    (_remind, _reminders_due),
)
