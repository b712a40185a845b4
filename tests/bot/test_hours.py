"""When a contact is at work, in Norwegian time, also on the days the clock is changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.handoff.hours import AHEAD, OSLO, Plan, Shift

WEEKDAYS = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "15:30"}
EVERY_NIGHT = {"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "06:00"}
DAY = 24 * 60


def plan(*shifts: dict[str, Any], away: tuple[tuple[date, date], ...] = ()) -> Plan:
    return Plan(tuple(Shift.model_validate(shift) for shift in shifts), away)


def at_work(hours: dict[str, Any], when: datetime) -> bool:
    return plan(hours).at_work(when)


def next_start(hours: dict[str, Any], when: datetime) -> datetime | None:
    return plan(hours).next_start(when)


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
        ("2024-03-27 06:59", False),  # winter: one hour after UTC
        ("2024-03-27 07:00", True),
        ("2024-04-02 05:59", False),  # summer: two hours
        ("2024-04-02 06:00", True),
        ("2024-10-28 06:59", False),
        ("2024-10-28 07:00", True),
    ],
)
def test_a_plan_is_meant_in_norwegian_time_whatever_zone_is_asked_in(when: str, expected: bool) -> None:
    assert at_work(WEEKDAYS, utc(when)) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [("2024-10-27 00:30", True), ("2024-10-27 01:30", True), ("2024-10-27 05:00", False), ("2026-03-29 03:59", True)],
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
    [("2026-03-27 20:00", "2026-03-30 06:00"), ("2024-10-25 20:00", "2024-10-28 07:00")],
)
def test_over_a_weekend_that_changes_the_clock_work_begins_at_the_same_hour(friday: str, monday: str) -> None:
    assert next_start(WEEKDAYS, utc(friday)).astimezone(UTC) == utc(monday)


def test_with_one_day_a_week_the_next_start_can_be_a_week_away() -> None:
    plan = {"days": [2], "from": "10:00", "to": "11:00"}
    assert next_start(plan, oslo("2024-06-05 10:00")) == oslo("2024-06-12 10:00")


@pytest.mark.parametrize("days", [[], [7], [-1]])
def test_a_shift_without_days_or_on_days_there_are_not_is_refused(days: list[int]) -> None:
    with pytest.raises(ValueError, match="days are numbers from 0"):
        plan({**WEEKDAYS, "days": days})


def test_nobody_is_at_work_on_a_public_holiday_but_whoever_has_said_so() -> None:
    constitution_day = oslo("2027-05-17 12:00")  # a Monday
    assert not at_work(WEEKDAYS, constitution_day)
    assert at_work({**WEEKDAYS, "holidays": True}, constitution_day)
    assert next_start(WEEKDAYS, constitution_day) == oslo("2027-05-18 08:00")


def test_over_easter_the_first_day_after_it_is_named() -> None:
    wednesday = oslo("2027-03-24 16:00")
    assert next_start(WEEKDAYS, wednesday) == oslo("2027-03-30 08:00")


def test_a_shift_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    night = {"days": [4], "from": "22:00", "to": "07:00"}
    assert at_work(night, oslo("2024-06-07 22:00"))
    assert at_work(night, oslo("2024-06-08 06:59"))
    assert not at_work(night, oslo("2024-06-08 07:00"))
    assert not at_work(night, oslo("2024-06-07 06:00"))
    assert plan(night).end_of_shift(oslo("2024-06-08 01:00")) == oslo("2024-06-08 07:00")


def test_two_shifts_a_day_leave_a_break_between_them() -> None:
    split = plan({**WEEKDAYS, "to": "11:00"}, {**WEEKDAYS, "from": "12:00"})
    assert [split.at_work(oslo(f"2024-06-03 {hour}")) for hour in ("10:59", "11:30", "12:00")] == [True, False, True]
    assert split.next_start(oslo("2024-06-03 11:30")) == oslo("2024-06-03 12:00")


def test_shifts_that_meet_are_one_that_ends_with_the_last() -> None:
    handed_over = plan({**WEEKDAYS, "to": "12:00"}, {**WEEKDAYS, "from": "12:00"})
    assert handed_over.end_of_shift(oslo("2024-06-03 09:00")) == oslo("2024-06-03 15:30")
    assert handed_over.next_start(oslo("2024-06-03 09:00")) == oslo("2024-06-04 08:00")


def test_whoever_is_at_work_day_and_night_does_not_go_home_at_midnight() -> None:
    always = plan({"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "00:00", "holidays": True})
    late = oslo("2024-06-02 23:55")
    end = always.end_of_shift(late)
    assert end is not None
    assert end > late + timedelta(days=7)
    assert always.next_start(late) is None


def test_days_away_are_not_worked_and_the_first_day_back_is_named() -> None:
    away = plan(WEEKDAYS, away=((date(2024, 6, 3), date(2024, 6, 7)),))
    assert not away.at_work(oslo("2024-06-05 12:00"))
    assert away.next_start(oslo("2024-06-03 12:00")) == oslo("2024-06-10 08:00")


def test_whoever_is_away_for_longer_than_one_can_say_has_no_next_start() -> None:
    long = date(2024, 6, 1) + timedelta(days=AHEAD + 1)
    assert plan(WEEKDAYS, away=((date(2024, 6, 1), long),)).next_start(oslo("2024-06-01 12:00")) is None


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        ("2024-06-03 09:00", "2024-06-03 09:20", 20),
        ("2024-06-03 15:20", "2024-06-04 08:10", 20),  # ten before the end of the day, ten the next morning
        ("2024-06-07 15:20", "2024-06-10 08:10", 20),
        ("2024-06-08 10:00", "2024-06-08 20:00", 0),
        ("2027-05-14 15:00", "2027-05-18 08:30", 60),  # over Whitsun, which is the seventeenth of May too
    ],
)
def test_only_working_minutes_are_counted(begin: str, end: str, minutes: int) -> None:
    assert plan(WEEKDAYS).minutes_between(oslo(begin), oslo(end)) == minutes


def test_minutes_of_shifts_that_overlap_are_counted_once() -> None:
    twice = plan(WEEKDAYS, {**WEEKDAYS, "from": "09:00", "to": "16:00"})
    assert twice.minutes_between(oslo("2024-06-03 08:00"), oslo("2024-06-03 16:00")) == 8 * 60


@settings(deadline=None)
@given(plans(), moments)
def test_the_next_start_is_in_the_future_and_at_work(hours: dict[str, Any], when: datetime) -> None:
    start = next_start(hours, when)
    assert start is not None
    start = start.astimezone(UTC)
    assert when < start <= when + timedelta(days=22)  # three Thursdays in a row can be holidays
    assert at_work(hours, start)
    assert not at_work(hours, start - timedelta(microseconds=1))


@settings(deadline=None)
@given(plans(), moments, st.integers(0, 999))
def test_whoever_is_not_at_work_is_not_at_work_before_the_next_start(
    hours: dict[str, Any], when: datetime, thousandths: int
) -> None:
    assume(not at_work(hours, when))
    start = next_start(hours, when)
    assert start is not None
    start = start.astimezone(UTC)
    assert not at_work(hours, when + (start - when) * thousandths // 1000)
