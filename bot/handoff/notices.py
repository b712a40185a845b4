"""Telling staff outside Rettvis that something waits at the desk: what is to be sent, and what became of it.

A notice says that a person waits, never who or about what. It is made in the transaction of what it tells of, and sent
by the edges until it has been sent; trying again is spaced out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.tables import Notice

GIVE_UP = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=30)


def due(session: Session, when: datetime, limit: int = 50) -> Sequence[Notice]:
    """The notices to send now, oldest first; older ones than GIVE_UP tell nothing any more."""
    query = (
        select(Notice)
        .where(Notice.sent_at.is_(None), Notice.next_try_at <= when, Notice.made_at > when - GIVE_UP)
        .order_by(Notice.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def claim(session: Session, notice_id: int, when: datetime) -> Notice | None:
    """Take a notice in hand, so that no other process sends it meanwhile; None when one has."""
    notice = session.get(Notice, notice_id, with_for_update={"of": Notice})
    if notice is None or notice.sent_at is not None or notice.next_try_at > when:
        return None
    notice.tries += 1
    notice.next_try_at = when + FIRST_PAUSE * 2 ** min(notice.tries, 8)
    return notice


def sent(session: Session, notice_id: int, when: datetime) -> None:
    """It has been handed over to at least one of the ways to reach them."""
    session.get_one(Notice, notice_id).sent_at = when
