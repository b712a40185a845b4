"""Needs that are kept as columns in memory are those of the database, and a page reads only what is new."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select
from sqlalchemy.orm import Session

from bot.needs import columns, needs, patterns, pulse, review, signals, themes
from bot.needs.columns import DIMENSIONS
from bot.needs.counting import tally
from bot.needs.patterns import Filters, TooMuch
from bot.records.database import Database
from bot.records.tables import Need, Pulse
from connectors.bench.scale import fill
from knowledge.library import Library
from tests.bot.helping import PLAIN
from tests.records import empty

LIBRARY = Library.load()
TODAY = date(2026, 11, 24)
MONDAY = date(2026, 10, 5)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are settled early, so that small tests meet all there is."""
    monkeypatch.setattr(columns, "BEHIND", 20)


def record(database: Database, times: int = 1, **what: Any) -> None:
    with database.transaction() as session:
        for _ in range(times):
            needs.record(session, **{"today": MONDAY, **PLAIN, **what})


def topics(session: Session) -> dict[str, int | None]:
    return dict(patterns.table(session, LIBRARY, Filters(), "topic").row_totals)


def seen(database: Database) -> dict[str, int | None]:
    with database.reading() as session:
        return topics(session)


def test_what_is_recorded_is_counted_at_the_next_view(database: Database) -> None:
    record(database, 50)
    assert seen(database) == {"bostotte": 50}
    record(database, 6, topic="sfo")
    assert seen(database) == {"bostotte": 50, "sfo": 6}


def test_a_page_tells_of_one_moment(database: Database) -> None:
    record(database, 50)
    with database.reading() as session:
        assert topics(session) == {"bostotte": 50}
        record(database, 7)
        assert seen(database) == {"bostotte": 57}
        assert patterns.table(session, LIBRARY, Filters(), "language").total == 50


def test_what_is_not_committed_is_counted_by_nobody_else_and_never_once_it_was_taken_back(database: Database) -> None:
    record(database, 60)
    seen(database)
    with database.transaction() as session:
        for _ in range(100):
            needs.record(session, **{**PLAIN, "topic": "sfo"})
        assert topics(session) == {"bostotte": 60, "sfo": 100}
        assert seen(database) == {"bostotte": 60}
        session.rollback()
    assert seen(database) == {"bostotte": 60}
    record(database, 100, topic="barnehage")  # under the ids of those that were taken back
    assert seen(database) == {"bostotte": 60, "barnehage": 100}


def test_a_database_that_was_put_back_is_read_anew(database: Database) -> None:
    record(database, 200)
    assert seen(database) == {"bostotte": 200}
    with database.transaction() as session:
        session.execute(delete(Need))
    record(database, 7, topic="sfo")
    assert seen(database) == {"sfo": 7}


def test_another_database_with_more_needs_is_read_anew(database: Database) -> None:
    record(database, 200)
    seen(database)
    with database.transaction() as session:
        session.execute(delete(Need))
    record(database, 300, topic="sfo")
    assert seen(database) == {"sfo": 300}


@pytest.mark.parametrize("late", [295, 5], ids=["among the newest", "among the old"])
def test_what_is_committed_under_a_lower_id_is_not_missed(database: Database, late: int) -> None:
    record(database, 300)
    with database.transaction() as session:
        held = session.get_one(Need, late)
        values = {column.name: getattr(held, column.name) for column in Need.__table__.columns}
        session.delete(held)
    assert seen(database) == {"bostotte": 299}
    with database.transaction() as session:
        session.execute(insert(Need).values({**values, "topic": "bostotte"}))
    record(database, 100)  # so that some of them are settled
    assert seen(database) == {"bostotte": 400}


def test_needs_that_only_part_of_the_code_knows_words_for_are_counted(database: Database) -> None:
    record(database, 8, topic=None, place=None, part=None, children=None)
    record(database, 9, topic="", place="", language="xx")
    with database.reading() as session:
        assert patterns.table(session, LIBRARY, Filters(), "topic").row_totals == {"": 17}
        assert patterns.table(session, LIBRARY, Filters(), "place").row_totals == {"": 8 + 9}
        assert patterns.table(session, LIBRARY, Filters(), "language").row_totals == {"xx": 9, "nb": 8}


def test_many_may_look_at_once_while_needs_are_recorded(database: Database) -> None:
    record(database, 50)
    with ThreadPoolExecutor(6) as pool:
        looking = [pool.submit(seen, database) for _ in range(30)]
        for _ in range(5):
            record(database, 30)
        numbers = [each.result()["bostotte"] for each in looking]
    assert all(number in range(50, 201, 30) for number in numbers)
    assert seen(database) == {"bostotte": 200}


def truth(session: Session, names: tuple[str, ...]) -> Counter[tuple[Any, ...]]:
    def of(need: Need, name: str) -> Any:
        match name:
            case "time":
                return need.week
            case "place":
                return need.place, need.part
            case "conditions":
                return tuple(need.conditions)
            case _:
                return getattr(need, name)

    return Counter(tuple(of(need, name) for name in names) for need in session.scalars(select(Need)))


def counted(session: Session, names: tuple[str, ...]) -> Counter[tuple[Any, ...]]:
    found = columns.columns(session)
    counts = found.counts(names)

    def value(name: str, code: int) -> Any:
        kept = found.values[name][code]
        if name != "conditions":
            return kept
        return tuple(each for bit, each in enumerate(patterns.CONDITIONS) if kept & 1 << bit)

    return Counter(
        {
            tuple(value(name, code) for name, code in zip(names, cell, strict=True)): int(counts[tuple(cell)])
            for cell in np.argwhere(counts).tolist()
        }
    )


NEED = st.fixed_dictionaries(
    {
        "topic": st.sampled_from(("bostotte", "sfo", None)),
        "language": st.sampled_from(("nb", "so")),
        "place": st.sampled_from(("froya", None)),
        "part": st.sampled_from((None, "Heimdal")),
        "barrier": st.sampled_from(("refused", "too_slow")),
        "children": st.sampled_from(("yes", None)),
        "weeks": st.integers(0, 3),
    }
)
STEP = st.tuples(st.lists(NEED, max_size=12), st.booleans())


@settings(deadline=None, max_examples=15)
@given(st.lists(STEP, max_size=12))
def test_whatever_was_recorded_or_taken_back_the_columns_are_the_table(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[dict[str, Any]], bool]]
) -> None:
    database = empty(tmp_path_factory.mktemp("columns") / "records.sqlite3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "BEHIND", 4)
        for several, keeps in steps:
            with database.engine.connect() as connection, Session(connection) as session:
                for need in several:
                    week = MONDAY + timedelta(weeks=need["weeks"])
                    known = {key: value for key, value in need.items() if key != "weeks"}
                    needs.record(session, **{**PLAIN, **known, "today": week})
                if keeps:
                    session.commit()
                else:
                    session.rollback()
            with database.reading() as session:
                for names in (*((each,) for each in DIMENSIONS), *combinations(DIMENSIONS, 2), DIMENSIONS[:4]):
                    assert counted(session, names) == truth(session, names)
    database.close()


def test_what_a_second_view_reads_does_not_grow_with_the_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "BEHIND", 1_000)
    few, many = (steps_of_a_second_view(tmp_path / f"{size}.sqlite3", size) for size in (3_000, 30_000))
    assert many < 1.5 * few


def steps_of_a_second_view(file: Path, size: int) -> int:
    """How many steps SQLite takes for every chart and list of needs, when they were looked at before: work, not time."""
    database = empty(file)
    fill(database, LIBRARY, size, TODAY)
    steps = Counter[str]()

    def step() -> int:
        steps["taken"] += 1
        return 0

    event.listen(database.engine, "connect", lambda raw, _: raw.set_progress_handler(step, 10))
    database.engine.dispose()
    look(database)
    assert steps["taken"] > size / 10
    record(database)
    steps.clear()
    look(database)
    database.close()
    return steps["taken"]


def look(database: Database) -> None:
    with database.reading() as session:
        for filters in (Filters(), Filters(topic="bostotte", since=MONDAY), Filters(language="so", place="froya")):
            for rows, others in [*((each, None) for each in patterns.DIMENSIONS), ("topic", "place")]:
                try:
                    patterns.table(session, LIBRARY, filters, rows, others)
                except TooMuch:
                    continue
        signals.signals(session, TODAY)
        review.to_review(session, LIBRARY)
        needs.latest(session, LIBRARY, 30)
        assert len(themes.kept(session)) <= themes.MOST


COUNTED = st.tuples(st.sampled_from(pulse.ANSWERS), st.sampled_from(("nb", "so")), st.integers(0, 2))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.lists(COUNTED, max_size=8), st.booleans()), max_size=8))
def test_whatever_was_counted_or_taken_back_what_is_kept_of_answers_is_the_table(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[tuple[str, str, int]], bool]]
) -> None:
    database = empty(tmp_path_factory.mktemp("tally") / "records.sqlite3")
    truth = Counter[tuple[str, str, date]]()
    for several, keeps in steps:
        with database.transaction() as session:
            for answer, language, weeks in several:
                week = MONDAY + timedelta(weeks=weeks)
                pulse.record(session, "listened", answer, language=language, place=None, channel="web", today=week)
                truth[answer, language, week] += 1
            assert told(session) == truth
            if not keeps:
                session.rollback()
                truth.subtract(
                    (answer, language, MONDAY + timedelta(weeks=weeks)) for answer, language, weeks in several
                )
                truth += Counter()
        with database.reading() as session:
            assert told(session) == truth
    database.close()


def told(session: Session) -> Counter[tuple[str, str, date]]:
    found = tally(session, Pulse)
    rows = zip(*(found.codes[name] for name in ("answer", "language", "week")), found.numbers, strict=True)
    return Counter(
        {
            (
                found.values["answer"][answer],
                found.values["language"][language],
                found.values["week"][week],
            ): int(number)
            for answer, language, week, number in rows
        }
    )
