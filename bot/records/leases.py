"""Who does the work that is to be done once, however many processes serve: whoever holds its lease.

One row for each kind of work, the same on SQLite and PostgreSQL, and it can be looked at. Whoever asks says what time it is
by the database's clock, the same for all. A lease makes work rare, not safe: should two processes hold one for a moment
(the clock jumps, one was stopped and goes on), what they do is guarded by itself. A lease that would last longer than any
is given was taken before the clock went back, and holds no more.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.records.database import Database
from bot.records.tables import Lease

LASTS = timedelta(seconds=10)
"""How long a process that is not heard of keeps a lease."""


class Leases:
    """The leases of one process.

    Args:
        holder: its name, unlike that of any other.
    """

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder

    def mine(self, name: str, when: datetime) -> bool:
        """Whether this process does that work now. It is asked again and again, and keeps the lease by asking."""
        with self._database.reading() as session:
            found = session.get(Lease, name)
        if found and _holds(found, when):
            if found.holder != self._holder:
                return False
            if found.until > when + LASTS / 2:
                return True
        try:
            return self._taken(name, when)
        except IntegrityError:  # another one has taken it for the first time, just now
            return False

    def _taken(self, name: str, when: datetime) -> bool:
        with self._database.transaction() as session:
            found = session.get(Lease, name, with_for_update=True)
            if found is None:
                session.add(Lease(name=name, holder=self._holder, until=when + LASTS))
                return True
            if found.holder != self._holder and _holds(found, when):
                return False
            found.holder, found.until = self._holder, when + LASTS
            return True

    def due(self, name: str, every: timedelta, when: datetime) -> bool:
        """Whether work whose lease this process holds has not been finished for so long, or by a clock that has gone back
        since."""
        last = self.last(name)
        return last is None or abs(when - last) >= every

    def last(self, name: str) -> datetime | None:
        """When it was last finished."""
        with self._database.reading() as session:
            found = session.get(Lease, name)
        return found.done_at if found else None

    def done(self, name: str, when: datetime) -> None:
        """It has been finished."""
        with self._database.transaction() as session:
            session.execute(update(Lease).where(Lease.name == name).values(done_at=when))

    def let_go(self, when: datetime) -> None:
        """This process stops: others need not wait."""
        with self._database.transaction() as session:
            session.execute(update(Lease).where(Lease.holder == self._holder, Lease.until > when).values(until=when))


def at_work(database: Database, when: datetime) -> bool:
    """Whether a process serves just now: it holds a lease."""
    with database.reading() as session:
        return any(_holds(each, when) for each in session.scalars(select(Lease)))


def _holds(lease: Lease, when: datetime) -> bool:
    return when < lease.until <= when + LASTS
