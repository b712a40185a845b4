"""Tables that count instead of listing: a row for each kind of thing and week, never one person's.

What was counted is kept in memory by week, as columns. Numbers only grow, so that a week is as it was where its rows and
their sum are the same: only the other weeks are read again.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from bot.records.database import READS, Database
from bot.records.tables import Pulse, Service, week_of

Counted = TypeVar("Counted", Pulse, Service)


def count(session: Session, table: type[Counted], today: date | None = None, **kind: Any) -> None:
    """Count one more of a kind in a week."""
    kind["week"] = week_of(today or date.today())
    # the rows themselves: no object of any stands for one here
    rows = cast(Table, table.__table__)
    same = [rows.c[name] == value for name, value in kind.items()]
    found = session.execute(update(rows).where(*same).values(number=rows.c.number + 1))
    if not found.rowcount:  # type: ignore[attr-defined]  # an update's result has it
        session.execute(insert(rows).values(**kind, number=1))


@dataclass(frozen=True)
class Tally:
    """What was counted, as columns: of each row the number of its value, and how often. `values` are what numbers mean."""

    codes: Mapping[str, NDArray[np.int64]]
    values: Mapping[str, Sequence[Any]]
    numbers: NDArray[np.int64]


class Tallies:
    """What was counted in one database, for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._weeks: dict[type[Any], dict[date, tuple[int, int, Sequence[Any]]]] = {}
        """For each table and week how many rows there are, their sum, and the rows."""
        self._tallies: dict[type[Any], Tally] = {}

    def tally(self, session: Session, table: type[Pulse] | type[Service], *, keep: bool) -> Tally:
        """What a session sees.

        Args:
            keep: all that it sees is committed, and may be kept for others.
        """
        session.flush()
        connection = session.connection()
        sums = select(table.week, func.count(), func.sum(table.number)).group_by(table.week)
        found = {week: (rows, int(sum_)) for week, rows, sum_ in connection.execute(sums)}
        with self._lock:
            known = self._weeks.get(table, {}) if keep else {}
            if table in self._tallies and found == {week: each[:2] for week, each in known.items()}:
                return self._tallies[table]
            changed = [week for week, each in found.items() if known.get(week, ())[:2] != each]
            fresh: dict[date, list[Any]] = {week: [] for week in changed}
            for row in connection.execute(select(table.__table__).where(table.week.in_(changed))):
                fresh[row.week].append(row)
            weeks = {week: (*each, fresh.get(week) or known[week][2]) for week, each in found.items()}
            tally = _columns(table, [row for *_, rows in weeks.values() for row in rows])
            if keep:
                self._weeks[table], self._tallies[table] = weeks, tally
            return tally


def _columns(table: type[Pulse] | type[Service], rows: Sequence[Any]) -> Tally:
    names = [each.name for each in table.__table__.columns]
    found = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    codes: dict[str, NDArray[np.int64]] = {}
    values: dict[str, list[Hashable]] = {}
    for name in set(names) - {"id", "number"}:
        values[name] = list(dict.fromkeys(found[name]))
        places = {value: place for place, value in enumerate(values[name])}
        codes[name] = np.array([places[value] for value in found[name]], dtype=np.int64)
    return Tally(codes, values, np.array(found["number"], dtype=np.int64))


def tally(session: Session, table: type[Pulse] | type[Service]) -> Tally:
    """What was counted in a table, as a session sees it; the same all along, in one that only reads."""
    known: Tally | None = session.info.get((Tally, table))
    if known:
        return known
    database: Database = session.info[Database]
    reads = bool(session.info.get(READS))
    found = database.kept(Tallies).tally(session, table, keep=reads)
    if reads:
        session.info[Tally, table] = found
    return found
