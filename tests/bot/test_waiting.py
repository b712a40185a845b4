"""How long one honestly waits: measured where there is enough to measure, from the plan, never shorter than true."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.handoff.hours import Plan
from bot.handoff.presentation import hours, wait_in_words
from bot.handoff.waiting import STEPS, Wait, expected
from bot.records.database import Database
from bot.records.tables import Handoff, Staff
from bot.speech import speech
from tests.bot.helping import ALWAYS, MONDAY_NOON, OFFICE, contact, conversation


def answered(database: Database, staff: Staff, *minutes: float, asked: datetime = MONDAY_NOON) -> None:
    """Handoffs that a contact answered after so many minutes."""
    for took in minutes:
        begun = conversation(database)
        with database.transaction() as session:
            session.add(
                Handoff(
                    conversation_id=begun,
                    contact_id=staff.id,
                    owner_id=staff.id,
                    state="closed",
                    offered_at=asked,
                    answered_at=asked + timedelta(minutes=took),
                    closed_at=asked + timedelta(days=1),
                )
            )


def wait(database: Database, staff: Staff, when: datetime = MONDAY_NOON + timedelta(hours=1)) -> Wait:
    with database.reading() as session:
        return expected(session, session.get_one(Staff, staff.id), when)


def test_until_five_answers_are_measured_what_the_contact_says_is_said(database: Database) -> None:
    staff = contact(database, "ingrid", usual_minutes=25)
    answered(database, staff, 1, 1, 1, 1)
    assert wait(database, staff) == Wait(25, None, None)


def test_four_of_five_answers_came_within_what_is_said(database: Database) -> None:
    staff = contact(database, "ingrid", usual_minutes=5)
    answered(database, staff, 3, 4, 40, 41, 600)
    assert wait(database, staff).minutes == 45


def test_a_night_between_question_and_answer_is_not_counted(database: Database) -> None:
    staff = contact(database, "ingrid", hours=OFFICE, usual_minutes=5)
    friday_afternoon = datetime(2026, 6, 5, 13, 25, tzinfo=UTC)  # five minutes before the end of the day
    answered(database, staff, *[5 + 60 * 24 * 2 + 16 * 60 + 30 + 10] * 5, asked=friday_afternoon)
    assert wait(database, staff, datetime(2026, 6, 9, 8, 0, tzinfo=UTC)).minutes == 15


def test_answers_older_than_three_months_do_not_count(database: Database) -> None:
    staff = contact(database, "ingrid", usual_minutes=10)
    answered(database, staff, *[200] * 9, asked=MONDAY_NOON - timedelta(days=91))
    assert wait(database, staff).minutes == 10


def test_a_wait_that_goes_beyond_the_end_of_the_day_says_so(database: Database) -> None:
    staff = contact(database, "ingrid", hours=OFFICE, usual_minutes=60)
    late = datetime(2026, 6, 5, 13, 0, tzinfo=UTC)  # a Friday, 15:00 in Norway
    assert (
        wait_in_words(wait(database, staff, late), speech("en"))
        == "Usually answers within 60 minutes. Is at work until 15:30 today, otherwise again from Monday June 8 at 08:00."
    )


def test_whoever_is_at_work_day_and_night_answers_across_midnight_too(database: Database) -> None:
    staff = contact(database, "ingrid", usual_minutes=20)
    just_before_midnight = datetime(2026, 11, 29, 22, 50, tzinfo=UTC)
    assert wait(database, staff, just_before_midnight) == Wait(20, None, None)


def test_whoever_is_not_at_work_answers_when_they_are_back(database: Database) -> None:
    staff = contact(database, "ingrid", hours=OFFICE)
    saturday = datetime(2026, 5, 23, 10, 0, tzinfo=UTC)  # Whit Monday follows
    assert (
        wait_in_words(wait(database, staff, saturday), speech("en"))
        == "Is not at work now. Answers from Tuesday May 26 at 08:00."
    )


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (90, "90 minutes"), (120, "2 hours")])
def test_minutes_and_hours_are_said_as_one_says_them(minutes: int, words: str) -> None:
    assert wait_in_words(Wait(minutes, None, None), speech("en")) == f"Usually answers within {words}."


def test_what_takes_longer_than_a_day_of_work_is_said_as_a_day_of_work(database: Database) -> None:
    staff = contact(database, "ingrid")
    answered(database, staff, *[5_000] * 5)
    assert wait(database, staff).minutes == STEPS[-1]


def test_working_hours_are_said_in_a_line() -> None:
    plan = Plan.of(Staff(hours=[*OFFICE, {"days": [5], "from": "10:00", "to": "12:00"}]))
    assert hours(plan.shifts, speech("en")) == "Monday–Friday 08:00–15:30; Saturday 10:00–12:00"
    assert hours(Plan.of(Staff(hours=ALWAYS)).shifts, speech("en")) == "day and night"
