"""Tables that count instead of listing: a row for each kind of thing and week, never one person's."""

from datetime import date
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.records.tables import Pulse, Service, week_of

Counted = TypeVar("Counted", Pulse, Service)


def count(session: Session, table: type[Counted], today: date | None = None, **kind: Any) -> None:
    """Count one more of a kind in a week."""
    kind["week"] = week_of(today or date.today())
    same = [getattr(table, name) == value for name, value in kind.items()]
    found = session.execute(update(table).where(*same).values(number=table.number + 1))
    if not found.rowcount:  # type: ignore[attr-defined]  # an update's result has it
        session.add(table(**kind, number=1))
