"""How long one honestly waits for a contact: from the plan and from measured answer times, never from an open browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handoff.hours import Plan
from bot.records.tables import Handoff, Staff

ENOUGH = 5
"""Answers before what was measured counts more than what a contact says."""
LATEST = 50
SINCE = timedelta(days=90)
STEPS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480)
"""Minutes that are said; what was measured is rounded up, for nobody is helped by "within 17 minutes"."""


@dataclass(frozen=True)
class Wait:
    """When somebody answers. Either within some minutes, or not before a time."""

    minutes: int | None
    """In which four of five answers came, in working time; None while they are not at work."""
    until: datetime | None
    """The end of the shift, when the usual time would go beyond it."""
    back: datetime | None
    """When they are next at work: when they are not now, or perhaps only then."""


def expected(session: Session, contact: Staff, when: datetime) -> Wait:
    """The wait for an answer of a contact who is asked at a moment."""
    plan = Plan.of(contact)
    end = plan.end_of_shift(when)
    if end is None:
        return Wait(None, None, plan.next_start(when))
    minutes = usual_minutes(session, contact, when)
    if when + timedelta(minutes=minutes) <= end:
        return Wait(minutes, None, None)
    return Wait(minutes, end, plan.next_start(end))


def usual_minutes(session: Session, contact: Staff, when: datetime) -> int:
    """Within how many minutes of working time four of five answers came; what they say themselves before there are five.

    It is counted from when they were asked to when they first wrote.
    """
    query = (
        select(Handoff.offered_at, Handoff.answered_at)
        .where(Handoff.owner_id == contact.id, Handoff.answered_at.is_not(None), Handoff.offered_at >= when - SINCE)
        .order_by(Handoff.id.desc())
        .limit(LATEST)
    )
    plan = Plan.of(contact)
    took = sorted(
        plan.minutes_between(asked, answered)
        for asked, answered in session.execute(query).tuples()
        if asked and answered
    )
    if len(took) < ENOUGH:
        return contact.usual_minutes
    measured = took[-(-4 * len(took) // 5) - 1]
    return next((step for step in STEPS if measured <= step), STEPS[-1])
