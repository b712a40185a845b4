"""A period as people write it; together the periods of a year are the year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.needs.periods import Period

years = st.integers(2000, 2099)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (" 2026-q1 ", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_year_a_quarter_or_a_month(written: str, first: date, last: date) -> None:
    period = Period.parse(written)
    assert (period.first, period.last) == (first, last)


@given(years)
def test_quarters_and_months_follow_each_other_without_a_gap_and_fill_the_year(year: int) -> None:
    for parts in ([f"{year}Q{n}" for n in range(1, 5)], [f"{year}-{n:02}" for n in range(1, 13)]):
        periods = [Period.parse(part) for part in parts]
        assert (periods[0].first, periods[-1].last) == (date(year, 1, 1), date(year, 12, 31))
        ends = pairwise(periods)
        assert all(later.first == earlier.last + timedelta(days=1) for earlier, later in ends)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_in_its_quarter_which_begins_with_a_monday_of_its_own(day: date) -> None:
    period = Period.quarter_of(day)
    assert period.first <= day <= period.last
    assert period.first <= period.first_week < period.first + timedelta(days=7)
    assert period.first_week.weekday() == 0
    assert Period.parse(period.name) == period


@pytest.mark.parametrize("written", ["", "2026Q5", "2026-13", "26Q1", "last year", "2026-1"])
def test_anything_else_is_refused_with_the_forms_there_are(written: str) -> None:
    with pytest.raises(ValueError, match="2026Q4"):
        Period.parse(written)
