"""When a contact is at work, in Norwegian time, also on the days the clock is changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.handoff.hours import OSLO, at_work, next_start

WEEKDAYS = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "15:30"}
EVERY_NIGHT = {"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "06:00"}
DAY = 24 * 60
REPEATED = range(120, 180)
"""The minutes of 02:00 to 03:00, which come twice or not at all when the clock is changed."""


def oslo(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=OSLO)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """A weekly plan with at least a day and a minute, that neither begins nor ends in an hour that may come twice."""
    begins = draw(st.integers(0, DAY - 2).filter(lambda minute: minute not in REPEATED))
    ends = draw(st.integers(begins + 1, DAY - 1).filter(lambda minute: minute not in REPEATED))
    days = draw(st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True))
    return {"days": days, "from": clock(begins), "to": clock(ends)}


changes = st.sampled_from(
    [utc("2024-03-31 01:00"), utc("2024-10-27 01:00"), utc("2025-03-30 01:00"), utc("2025-10-26 01:00")]
)
moments = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)),
    st.builds(lambda change, minutes: change + timedelta(minutes=minutes), changes, st.integers(-DAY, DAY)),
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-06-03 07:59:59", False),
        ("2024-06-03 08:00", True),
        ("2024-06-03 15:29:59", True),
        ("2024-06-03 15:30", False),
        ("2024-06-07 12:00", True),
        ("2024-06-08 12:00", False),
        ("2024-06-09 12:00", False),
    ],
)
def test_a_plan_covers_its_days_from_the_first_minute_to_before_the_last(when: str, expected: bool) -> None:
    assert at_work(WEEKDAYS, oslo(when)) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-03-29 06:59", False),  # winter: one hour after UTC
        ("2024-03-29 07:00", True),
        ("2024-04-01 05:59", False),  # summer: two hours
        ("2024-04-01 06:00", True),
        ("2024-10-28 06:59", False),
        ("2024-10-28 07:00", True),
    ],
)
def test_a_plan_is_meant_in_norwegian_time_whatever_zone_is_asked_in(when: str, expected: bool) -> None:
    assert at_work(WEEKDAYS, utc(when)) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [("2024-10-27 00:30", True), ("2024-10-27 01:30", True), ("2024-10-27 05:00", False), ("2024-03-31 03:59", True)],
)
def test_the_hour_that_comes_twice_is_worked_twice(when: str, expected: bool) -> None:
    assert at_work(EVERY_NIGHT, utc(when)) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-06-03 06:00", "2024-06-03 08:00"),  # before work
        ("2024-06-03 08:00", "2024-06-04 08:00"),  # just begun: the next time is tomorrow
        ("2024-06-03 12:00", "2024-06-04 08:00"),
        ("2024-06-07 16:00", "2024-06-10 08:00"),  # Friday afternoon: Monday
        ("2024-06-08 12:00", "2024-06-10 08:00"),
        ("2024-06-09 23:59", "2024-06-10 08:00"),
    ],
)
def test_after_work_and_in_the_weekend_the_next_working_morning_is_named(when: str, expected: str) -> None:
    assert next_start(WEEKDAYS, oslo(when)) == oslo(expected)


@pytest.mark.parametrize(
    ("friday", "monday"),
    [("2024-03-29 20:00", "2024-04-01 06:00"), ("2024-10-25 20:00", "2024-10-28 07:00")],
)
def test_over_a_weekend_that_changes_the_clock_work_begins_at_the_same_hour(friday: str, monday: str) -> None:
    assert next_start(WEEKDAYS, utc(friday)).astimezone(UTC) == utc(monday)


def test_with_one_day_a_week_the_next_start_can_be_a_week_away() -> None:
    plan = {"days": [2], "from": "10:00", "to": "11:00"}
    assert next_start(plan, oslo("2024-06-05 10:00")) == oslo("2024-06-12 10:00")


def test_a_plan_without_days_has_no_next_start() -> None:
    with pytest.raises(ValueError, match="no working days"):
        next_start({**WEEKDAYS, "days": []}, oslo("2024-06-05 10:00"))


@settings(deadline=None)
@given(plans(), moments)
def test_the_next_start_is_in_the_future_within_eight_days_and_at_work(plan: dict[str, Any], when: datetime) -> None:
    start = next_start(plan, when).astimezone(UTC)
    assert when < start <= when + timedelta(days=8)
    assert at_work(plan, start)
    assert not at_work(plan, start - timedelta(microseconds=1))


@settings(deadline=None)
@given(plans(), moments, st.integers(0, 999))
def test_whoever_is_not_at_work_is_not_at_work_before_the_next_start(
    plan: dict[str, Any], when: datetime, thousandths: int
) -> None:
    assume(not at_work(plan, when))
    start = next_start(plan, when).astimezone(UTC)
    assert not at_work(plan, when + (start - when) * thousandths // 1000)
