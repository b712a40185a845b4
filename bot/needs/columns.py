"""The needs of a database as columns in memory, so that a page of figures does not read a million rows for each chart.

What a need is counted by never changes once it is recorded, and no need is ever deleted: so the rows are read once, and
later only those after the last one. A number of two bytes for each dimension makes 18 MB of a million needs. The counts by
few dimensions are kept too, and new needs added to them.

The newest rows are read anew each time, in the transaction that asks: a page tells of one moment of the database, what is
not committed yet is seen by nobody else, and an id that is committed after a higher one (as on PostgreSQL) is not missed.
Where the last row that was kept is another one now, or rows came to stand between the others after all, everything is read
again: a database may have been put back.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from math import prod
from operator import add
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, String, case, func, select, type_coerce
from sqlalchemy.orm import Session

from bot.needs.vocabulary import CONDITIONS
from bot.records.database import READS, Database
from bot.records.tables import Need
from bot.records.tables.needs import condition_column

DIMENSIONS = ("time", "topic", "place", "language", "barrier", "channel", "moment", "children", "conditions")
"""What is kept of each need. The place goes with its part of town; the conditions are one number, a bit for each."""
BEHIND = 1_000
"""How many of the newest rows are read anew each time."""
READ_AT_ONCE, AT_ONCE = 1_000, 50_000
"""Rows that are read, and that are counted, in one go: so few that they stay in the processor's cache."""
MOST_CELLS = 2_000_000
"""The most combinations that counts are kept of; what has more is counted from the rows."""
MOST_KEPT = 8_000_000
"""The most cells of all counts that are kept, of four bytes each."""

Codes = Mapping[str, NDArray[np.uint16]]
_PLAIN = ("language", "barrier", "channel", "moment", "children")
_BITS = (case((getattr(Need, condition_column(each)), 1 << bit), else_=0) for bit, each in enumerate(CONDITIONS))
_ROWS = select(
    Need.id,
    type_coerce(Need.week, String),  # SQLite keeps a text, which need not be made a date a million times
    Need.topic,
    Need.place,
    Need.part,
    *(getattr(Need, name) for name in _PLAIN),
    reduce(add, _BITS),
).order_by(Need.id)


class _Numbers(dict[Hashable, int]):
    """A number for each value, given when it is first met."""

    def __missing__(self, value: Hashable) -> int:
        return self.setdefault(value, len(self))


@dataclass(frozen=True)
class Rows:
    """Needs by their ids, and the numbers of their values."""

    ids: NDArray[np.int64]
    codes: Codes

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, some: slice) -> "Rows":
        return Rows(self.ids[some], {name: each[some] for name, each in self.codes.items()})

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Rows)
            and np.array_equal(self.ids, other.ids)
            and all(np.array_equal(self.codes[name], other.codes[name]) for name in DIMENSIONS)
        )

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def together(cls, several: Sequence["Rows"]) -> "Rows":
        """One after the other."""
        return cls(
            np.concatenate([np.zeros(0, np.int64), *(each.ids for each in several)]),
            {
                name: np.concatenate([np.zeros(0, np.uint16), *(each.codes[name] for each in several)])
                for name in DIMENSIONS
            },
        )

    def by(self, places: Mapping[str, NDArray[np.int64]], sizes: Sequence[int]) -> NDArray[np.int64]:
        """Counts of each combination: an axis of some size for each dimension, each number put in a place along it."""
        found = np.zeros(prod(sizes), dtype=np.int64)
        for begin in range(0, len(self), AT_ONCE):
            index: Any = 0
            for (name, place), size in zip(places.items(), sizes, strict=True):
                index = index * size + place[self.codes[name][begin : begin + AT_ONCE]]
            found += np.bincount(index, minlength=len(found))
        return found.reshape(sizes)


NONE = Rows.together(())


@dataclass(frozen=True)
class Columns:
    """The needs of one moment of a database. `values` has for each dimension what its numbers stand for: a week is a date,
    a place goes with its part of town, conditions are a number with a bit for each of them.
    """

    settled: "_Settled"
    newest: Rows
    values: Mapping[str, Sequence[Any]]
    made: dict[Hashable, Any] = field(default_factory=dict)
    """What was worked out from them, for whoever asks next."""

    def counts(self, names: Sequence[str]) -> NDArray[np.int64]:
        """How many there are of each combination of values: an axis for each dimension."""
        sizes = self.sizes(names)
        found = self.newest.by({name: np.arange(size) for name, size in zip(names, sizes, strict=True)}, sizes)
        settled = self.settled.counts(tuple(names), sizes)
        found[tuple(map(slice, settled.shape))] += settled
        return found

    def sizes(self, names: Sequence[str]) -> tuple[int, ...]:
        return tuple(len(self.values[name]) for name in names)

    def by(self, places: Mapping[str, NDArray[np.int64]], sizes: Sequence[int]) -> NDArray[np.int64]:
        """The same from the rows themselves, each value put in a place along its axis, of some size."""
        found: NDArray[np.int64] = self.settled.rows.by(places, sizes) + self.newest.by(places, sizes)
        return found


class _Settled:
    """Rows that are not read again, and counts of them that somebody has asked for."""

    def __init__(self, rows: Rows = NONE) -> None:
        self.rows = rows
        self._lock = Lock()
        self._counts: OrderedDict[tuple[str, ...], NDArray[np.int32]] = OrderedDict()

    def counts(self, names: tuple[str, ...], sizes: tuple[int, ...]) -> NDArray[np.int32]:
        """An axis for each dimension, of these sizes or shorter where a value came up later."""
        with self._lock:
            if names not in self._counts:
                places = {name: np.arange(size) for name, size in zip(names, sizes, strict=True)}
                self._counts[names] = self.rows.by(places, sizes).astype(np.int32)
            self._counts.move_to_end(names)
            found = self._counts[names]
            while sum(each.size for each in self._counts.values()) > MOST_KEPT:
                self._counts.popitem(last=False)
            return found

    def more(self, rows: Rows, sizes: Mapping[str, int]) -> "_Settled":
        """These and more rows, with the counts of both."""
        grown = _Settled(Rows.together([self.rows, rows]))
        with self._lock:
            kept = list(self._counts.items())
        for names, counts in kept:
            found = rows.by({name: np.arange(sizes[name]) for name in names}, [sizes[name] for name in names])
            found[tuple(map(slice, counts.shape))] += counts
            grown._counts[names] = found.astype(np.int32)
        return grown


class Store:
    """The columns of one database, for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = {name: _Numbers() for name in DIMENSIONS}
        self._settled = _Settled()
        self._latest: Columns | None = None

    def columns(self, session: Session, *, keep: bool) -> Columns:
        """The needs that a session sees.

        Args:
            keep: all that it sees is committed, and may be kept for others.
        """
        with self._lock:
            settled, newest = self._read(session, self._settled)
            if keep:
                self._settled, newest = self._settle(session, settled, newest)
                settled = self._settled
            known = self._latest
            if known and known.settled is settled and known.newest == newest:
                return known
            values = {name: list(numbers) for name, numbers in self._numbers.items()}
            values["time"] = [date.fromisoformat(str(week)) for week in values["time"]]
            self._latest = Columns(settled, newest, values)
            return self._latest

    def _read(self, session: Session, settled: _Settled) -> tuple[_Settled, Rows]:
        """What came after the settled rows; from the beginning, where the last of these is not there as it was."""
        last = settled.rows[-1:]
        found = self._rows(session, _ROWS.where(Need.id >= int(last.ids[0])) if len(last) else _ROWS)
        if found[:1] == last:
            return settled, found[1:]
        return (_Settled(), self._rows(session, _ROWS)) if len(last) else (settled, found)

    def _rows(self, session: Session, query: Select[Any]) -> Rows:
        session.flush()
        parts = session.connection().execute(query, execution_options={"yield_per": READ_AT_ONCE}).partitions()
        return Rows.together([self._coded(part) for part in parts])

    def _coded(self, rows: Sequence[Any]) -> Rows:
        ids, weeks, topics, places, parts, *others, conditions = zip(*rows, strict=True)
        values = (weeks, topics, zip(places, parts, strict=True), *others, conditions)
        codes = {
            name: np.fromiter(map(self._numbers[name].__getitem__, each), np.uint16, len(ids))
            for name, each in zip(DIMENSIONS, values, strict=True)
        }
        return Rows(np.array(ids, dtype=np.int64), codes)

    def _settle(self, session: Session, settled: _Settled, newest: Rows) -> tuple[_Settled, Rows]:
        """Keep all but the newest, now and then; everything anew where rows came to stand between those that were kept."""
        if len(newest) < 2 * BEHIND:
            return settled, newest
        more, newest = newest[:-BEHIND], newest[-BEHIND:]
        number = select(func.count()).select_from(Need).where(Need.id <= int(more.ids[-1]))
        if len(settled.rows) and session.scalar(number) != len(settled.rows) + len(more):
            return self._settle(session, _Settled(), self._rows(session, _ROWS))
        return settled.more(more, {name: len(numbers) for name, numbers in self._numbers.items()}), newest


def columns(session: Session) -> Columns:
    """The needs that a session sees; the same all along, in one that only reads."""
    known: Columns | None = session.info.get(Columns)
    if known:
        return known
    database: Database = session.info[Database]
    reads = bool(session.info.get(READS))
    found = database.kept(Store).columns(session, keep=reads)
    if reads:
        session.info[Columns] = found
    return found
