"""Stretches of time that a report is about, as people write them: 2026, 2026Q4, 2026-11."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"(?P<year>20\d\d)(?:-?Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.IGNORECASE)


@dataclass(frozen=True)
class Period:
    """A year, quarter or month. Needs are kept by week: those of weeks that begin in it are its own."""

    name: str
    first: date
    last: date

    @classmethod
    def parse(cls, written: str) -> "Period":
        """What somebody has written.

        Raises:
            ValueError: it is none of the three forms.
        """
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"{written!r} is no period: write a year, quarter or month like 2026, 2026Q4 or 2026-11")
        year, quarter, month = int(found["year"]), int(found["quarter"] or 0), int(found["month"] or 0)
        if quarter:
            return cls(f"{year}Q{quarter}", date(year, 3 * quarter - 2, 1), _before(year, 3 * quarter + 1))
        if month:
            return cls(f"{year}-{month:02}", date(year, month, 1), _before(year, month + 1))
        return cls(str(year), date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def quarter_of(cls, day: date) -> "Period":
        return cls.parse(f"{day.year}Q{(day.month + 2) // 3}")

    @property
    def first_week(self) -> date:
        """The first Monday in it."""
        return self.first + timedelta(days=-self.first.weekday() % 7)


def _before(year: int, month: int) -> date:
    """The day before the first of a month; the thirteenth is the next year's first."""
    return date(year + month // 13, (month - 1) % 12 + 1, 1) - timedelta(days=1)
