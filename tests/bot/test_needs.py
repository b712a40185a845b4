"""What people lacked is on record; who they were cannot be found out from it."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime
from sqlalchemy.orm import Session

from bot.needs import needs
from bot.needs.needs import SMALLEST, Count
from bot.needs.vocabulary import BARRIERS, CONDITIONS, USUAL_CONDITIONS
from bot.records.database import Database
from bot.records.tables import Need

PLAIN: dict[str, Any] = {
    "moment": "no_answer",
    "barrier": "no_scheme",
    "topic": "bostotte",
    "language": "nb",
    "place": "froya",
    "channel": "web",
}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


@contextmanager
def new_session() -> Iterator[Session]:
    """A session on a database of its own, for each of hypothesis's examples."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'records.sqlite3'}")
        database.migrate()
        with database.transaction() as session:
            yield session
        database.close()


def record(session: Session, times: int = 1, **what: Any) -> Need:
    return [needs.record(session, **{**PLAIN, **what}) for _ in range(times)][-1]


def test_a_need_has_no_room_for_who_it_was() -> None:
    columns = {column.name for column in Need.__table__.columns}
    what = {"moment", "topic", "theme", "barrier", "conditions", "outcome", "words", "would_have_helped"}
    assert columns == what | {"id", "week", "language", "place", "channel"}
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
    assert record(session, barrier="too_slow").conditions == ["practices", "resources"]
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


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.sampled_from(("bostotte", "aap", "sfo", None)), st.integers(1, 9), min_size=1))
def test_figures_under_five_are_shown_to_nobody(topics: dict[str | None, int]) -> None:
    with new_session() as session:
        for topic, number in topics.items():
            record(session, number, topic=topic)
        counted = {count.name: count.number for count in needs.counts(session, "topic")}
    assert counted == {topic or "": number if number >= SMALLEST else None for topic, number in topics.items()}


def test_counts_come_most_first(session: Session) -> None:
    for language, times in {"nb": 5, "ar": 7, "so": 1, "en": 5}.items():
        record(session, times, language=language)
    assert needs.counts(session, "language") == [Count("ar", 7), Count("en", 5), Count("nb", 5), Count("so", None)]


def test_a_need_counts_for_each_of_its_conditions(session: Session) -> None:
    record(session, 3, conditions=["power", "policies"])
    record(session, 2, conditions=["power"])
    assert needs.counts(session, "conditions") == [Count("power", 5), Count("policies", None)]


def test_counts_can_begin_at_a_week(session: Session) -> None:
    monday = date(2024, 6, 3)
    record(session, 5, today=monday - timedelta(days=1))
    record(session, 6, today=monday)
    assert needs.counts(session, "place") == [Count("froya", 11)]
    assert needs.counts(session, "place", since=monday) == [Count("froya", 6)]


def shown(session: Session, limit: int = 200) -> list[tuple[str | None, str | None]]:
    return [(row.language, row.place) for row in needs.latest(session, limit)]


def test_language_and_place_are_hidden_until_five_needs_share_both(session: Session) -> None:
    record(session, 4, language="so")
    assert shown(session) == [(None, None)] * 4
    record(session, language="so")
    assert shown(session) == [("so", "froya")] * 5


def test_sharing_only_one_of_language_and_place_hides_both(session: Session) -> None:
    record(session, 4, language="so", place="froya")
    record(session, 4, language="so", place="trondheim")
    record(session, 4, language="so", place=None)
    record(session, 4, language="ti", place="froya")
    assert set(shown(session)) == {(None, None)}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(("nb", "so", "ti")), st.sampled_from(("froya", "trondheim"))), max_size=20))
def test_no_language_with_place_is_ever_shown_for_fewer_than_five(people: list[tuple[str, str]]) -> None:
    with new_session() as session:
        for language, place in people:
            record(session, language=language, place=place)
        rows = Counter(shown(session))
    expected = Counter({group: number for group, number in Counter(people).items() if number >= SMALLEST})
    hidden = len(people) - expected.total()
    assert rows == expected + Counter({(None, None): hidden})


def test_older_needs_count_towards_the_five_even_when_they_are_not_listed(session: Session) -> None:
    record(session, 5, language="so")
    assert shown(session, limit=2) == [("so", "froya")] * 2


def test_the_newest_week_comes_first(session: Session) -> None:
    record(session, topic="sfo", today=date(2024, 6, 10))
    record(session, topic="aap", today=date(2024, 6, 3))
    record(session, topic="tolk", today=date(2024, 6, 12))
    assert [row.need.topic for row in needs.latest(session)] == ["tolk", "sfo", "aap"]


def test_conditions_are_kept_as_a_list_that_any_reader_understands(session: Session) -> None:
    need = record(session, conditions=["power"])
    session.expire(need)
    assert json.dumps(need.conditions) == '["power"]'
