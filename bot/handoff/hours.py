"""When a contact is at work: shifts, Norwegian holidays, days away.

Holidays are those of the `holidays` library (helligdagsfred and the two days of May), Sundays apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.records.tables import Staff

OSLO = ZoneInfo("Europe/Oslo")
AHEAD = 60
"""Days in which the next time at work is looked for: past a summer holiday."""


class Shift(BaseModel):
    """Hours of some days of the week. One that ends before it begins ends on the next day."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    days: tuple[int, ...]
    """Monday is 0."""
    begins: time = Field(alias="from")
    ends: time = Field(alias="to")
    holidays: bool = False
    """Whether it is worked on public holidays too, as a duty team does."""

    @field_validator("days")
    @classmethod
    def _are_days(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if not days or not set(days) <= set(range(7)):
            raise ValueError("days are numbers from 0 (Monday) to 6")
        return tuple(sorted(set(days)))

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """When it begins and ends, if it begins on that day."""
        if day.weekday() not in self.days or (not self.holidays and day in norwegian_holidays(day.year)):
            return None
        last = day + timedelta(days=1) if self.ends <= self.begins else day
        return datetime.combine(day, self.begins, OSLO), datetime.combine(last, self.ends, OSLO)


@cache
def norwegian_holidays(year: int) -> frozenset[date]:
    """The public holidays of a year, Sundays apart."""
    return frozenset(holidays.country_holidays("NO", years=year))


@dataclass(frozen=True)
class Plan:
    """One person's working time: shifts, less the days away (first to last, both away)."""

    shifts: tuple[Shift, ...]
    away: tuple[tuple[date, date], ...] = ()

    @classmethod
    def of(cls, staff: Staff) -> "Plan":
        shifts = tuple(Shift.model_validate(shift) for shift in staff.hours)
        return cls(shifts, tuple((absence.first_day, absence.last_day) for absence in staff.absences))

    def is_away(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)

    def at_work(self, when: datetime) -> bool:
        return any(_utc(begin) <= _utc(when) < _utc(end) for begin, end in self._periods(when, 1))

    def end_of_shift(self, when: datetime) -> datetime | None:
        """When the work that is under way ends, shifts that meet being one; None when there is none."""
        periods = self._periods(when, AHEAD)
        return next((end for begin, end in periods if _utc(begin) <= _utc(when) < _utc(end)), None)

    def next_start(self, when: datetime) -> datetime | None:
        """When they next come to work after a moment, in Norwegian time; None if not within AHEAD days."""
        return next((begin for begin, _ in self._periods(when, AHEAD) if _utc(begin) > _utc(when)), None)

    def minutes_between(self, begin: datetime, end: datetime) -> float:
        """How many minutes of working time lie between two moments (at most AHEAD days apart)."""
        days = (end.astimezone(OSLO).date() - begin.astimezone(OSLO).date()).days + 1
        worked = self._periods(begin, min(days, AHEAD))
        # in UTC: two times of one zone are subtracted by the clock on the wall, which jumps twice a year
        parts = (min(_utc(end), _utc(until)) - max(_utc(begin), _utc(since)) for since, until in worked)
        return sum(max(part.total_seconds(), 0.0) for part in parts) / 60

    def _periods(self, when: datetime, days: int) -> list[tuple[datetime, datetime]]:
        """Their time at work in that many days from a moment's on, and in the night before; in order, without overlaps."""
        today = when.astimezone(OSLO).date()
        ahead = (today + timedelta(days=each) for each in range(-1, days))
        worked = (day for day in ahead if not self.is_away(day))
        return _merged(period for day in worked for shift in self.shifts if (period := shift.on(day)))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _merged(periods: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time without overlaps."""
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(periods, key=lambda period: _utc(period[0])):
        if merged and _utc(begin) <= _utc(merged[-1][1]):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end, key=_utc))
        else:
            merged.append((begin, end))
    return merged
