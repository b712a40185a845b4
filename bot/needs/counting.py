"""Tables that count instead of listing: a row for each kind of thing and week, never one person's."""

from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.tables import Pulse, Service, week_of

Counted = TypeVar("Counted", Pulse, Service)


def count(session: Session, table: type[Counted], today: date | None = None, **kind: Any) -> None:
    """Count one more of a kind in a week."""
    kind["week"] = week_of(today or date.today())
    counted = session.scalar(select(table).filter_by(**kind).with_for_update())
    if counted is None:
        counted = table(**kind, number=0)
        session.add(counted)
    counted.number += 1
