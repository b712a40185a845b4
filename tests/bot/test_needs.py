"""What people lacked is on record; who they were cannot be found out from it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime
from sqlalchemy.orm import Session

from bot.needs import needs
from bot.needs.vocabulary import BARRIERS, CONDITIONS, USUAL_CONDITIONS
from bot.records.database import Database
from bot.records.tables import Need
from tests.bot.helping import PLAIN, new_session


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def record(session: Session, times: int = 1, **what: Any) -> Need:
    return [needs.record(session, **{**PLAIN, **what}) for _ in range(times)][-1]


def test_a_need_has_no_room_for_who_it_was() -> None:
    columns = {column.name for column in Need.__table__.columns}
    what = {"moment", "topic", "theme", "barrier", "outcome", "words", "would_have_helped", "children"}
    conditions = {f"condition_{condition}" for condition in CONDITIONS}
    assert columns == what | conditions | {"id", "week", "language", "place", "part", "channel"}
    assert not Need.__table__.foreign_keys


def test_the_only_time_of_a_need_is_its_week() -> None:
    times = [column.name for column in Need.__table__.columns if isinstance(column.type, Date | DateTime)]
    assert times == ["week"]
    assert isinstance(Need.__table__.columns["week"].type, Date)


@settings(deadline=None, max_examples=25)
@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_every_day_of_a_week_is_kept_as_its_monday(today: date) -> None:
    with new_session() as session:
        week = record(session, today=today).week
    assert week.weekday() == 0
    assert timedelta(0) <= today - week < timedelta(days=7)


def test_a_barrier_brings_its_usual_conditions_unless_others_are_given(session: Session) -> None:
    assert record(session, barrier="too_slow").conditions == ["resources", "practices"]
    assert record(session, barrier="too_slow", conditions=["power"]).conditions == ["power"]


def test_every_barrier_has_usual_conditions_among_the_six() -> None:
    assert set(USUAL_CONDITIONS) == set(BARRIERS)
    assert all(conditions and set(conditions) <= set(CONDITIONS) for conditions in USUAL_CONDITIONS.values())


def test_the_persons_own_words_are_masked_when_kept(session: Session) -> None:
    need = record(session)
    assert need.words is None
    needs.keep_words(session, need.id, "jeg heter Kari, ring 91 23 45 67 om husleia på 8500 kr")
    session.flush()
    assert need.words == "jeg heter [name], ring [phone] om husleia på 8500 kr"


def test_the_words_of_one_need_are_not_given_to_another(session: Session) -> None:
    other, need = record(session), record(session)
    needs.keep_words(session, need.id, "mat til barna")
    assert (other.words, need.words) == (None, "mat til barna")


def test_what_a_contact_writes_would_have_helped_is_masked(session: Session) -> None:
    need = record(session, would_have_helped="depositum til kari@example.org")
    assert need.would_have_helped == "depositum til [e-mail]"
    assert record(session, would_have_helped="").would_have_helped is None


def test_conditions_are_kept_as_a_list_that_any_reader_understands(session: Session) -> None:
    need = record(session, conditions=["power"])
    session.expire(need)
    assert json.dumps(need.conditions) == '["power"]'
