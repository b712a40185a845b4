"""What the team has to read: patterns that enough people share, and what has become of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.needs import learnings, patterns
from bot.needs.patterns import REST, Filters
from bot.records.tables import Pattern, Staff
from knowledge.library import Library


@dataclass(frozen=True)
class Seen:
    """A topic and a barrier whose needs may be shown."""

    topic: str
    barrier: str
    number: int
    fresh: int | None
    """How many of them nobody has read of; None where that is too few to be told, or none."""
    pattern: Pattern | None

    @property
    def state(self) -> str:
        """One of learnings.STATES. Needs that came after people were told are new."""
        state = learnings.state(self.pattern)
        return "new" if state == "told" and self.fresh else state

    @property
    def to_read(self) -> bool:
        return self.fresh is not None


def to_review(session: Session, library: Library) -> Sequence[Seen]:
    """Every pattern that may be shown: first those that nobody has read, then by how many needs there are."""
    table = patterns.table(session, library, Filters(), "topic", "barrier")
    newest = learnings.newest(session)
    rows = []
    for (topic, barrier), number in table.cells.items():
        if number and REST not in (topic, barrier):
            pattern = newest.get((topic, barrier))
            fresh = learnings.fresh(pattern, number)
            rows.append(Seen(topic, barrier, number, fresh if fresh >= table.k else None, pattern))
    return sorted(rows, key=lambda row: (not row.to_read, -row.number, row.topic, row.barrier))


def read(session: Session, library: Library, staff: Staff, topic: str, barrier: str) -> Pattern:
    """Somebody of the team has read a pattern.

    Raises:
        learnings.Unfit: there is none that may be shown.
    """
    found = next((row for row in to_review(session, library) if (row.topic, row.barrier) == (topic, barrier)), None)
    if found is None:
        raise learnings.Unfit("barrier")
    return learnings.read(session, staff, topic, barrier, found.number)
