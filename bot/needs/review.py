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
    """A topic whose needs may be shown."""

    topic: str
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
    table = patterns.table(session, library, Filters(), "topic")
    newest = learnings.newest(session)
    rows = []
    for topic, number in table.row_totals.items():
        if number and topic != REST:
            pattern = newest.get(topic)
            fresh = learnings.fresh(pattern, number)
            rows.append(Seen(topic, number, fresh if fresh >= table.k else None, pattern))
    return sorted(rows, key=lambda row: (not row.to_read, -row.number, row.topic))


def read(session: Session, library: Library, staff: Staff, topic: str) -> Pattern:
    """Somebody of the team has read a pattern.

    Raises:
        learnings.Unfit: there is none that may be shown.
    """
    found = next((row for row in to_review(session, library) if row.topic == topic), None)
    if found is None:
        raise learnings.Unfit("pattern")
    return learnings.read(session, staff, topic, found.number)
